//! The sheet on which the form shows what it works out: derived values, and which edit rules are broken.

use rust_xlsxwriter::{ConditionalFormatFormula, Worksheet};
use survey::{
    questionnaire::{DerivedValue, EditRule},
    text::Text,
};

use super::{
    Template,
    live::{Cell, Live},
    measure::row_height,
    page,
};
use crate::{error::WriteError, language::Language};

const CODE_WIDTH: f64 = 16.0;
const LABEL_WIDTH: f64 = 70.0;
const VALUE_WIDTH: f64 = 18.0;
const UNIT_WIDTH: f64 = 18.0;
/// What stands behind a rule that is kept, and behind a broken one.
fn states(language: Language) -> [&'static str; 2] {
    if language == Language::En {
        ["met", "not met"]
    } else {
        ["通过", "不符"]
    }
}

/// The name of the sheet.
pub(super) fn sheet_name(language: Language) -> &'static str {
    if language == Language::En {
        "Checks"
    } else {
        "自动核对"
    }
}

pub(super) fn write(template: &Template<'_>, live: &Live, sheet: &mut Worksheet) -> Result<(), WriteError> {
    let (language, palette) = (template.language(), &template.palette);
    sheet.set_name(sheet_name(language))?;
    sheet.set_formula_result_default("");
    for (column, width) in [
        (0, 3.0),
        (1, CODE_WIDTH),
        (2, LABEL_WIDTH),
        (3, VALUE_WIDTH),
        (4, UNIT_WIDTH),
    ] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_column_hidden(0)?;
    let title = template
        .words("自动核对与计算", "Checks and computed values")
        .replace('\n', " ");
    sheet.write_string_with_format(1, 1, title, &palette.title)?;
    sheet.set_row_height(1, 28)?;
    let lead = template.words(
        "本页由表格自动算出，不用填写；以系统上传后的核对结果为准。",
        "This page works itself out, nothing is to be filled in; what the system finds after the upload counts.",
    );
    sheet.write_string_with_format(2, 1, lead.replace('\n', " "), &palette.lead)?;
    let mut page = Page {
        template,
        sheet,
        row: 4,
    };
    page.rules(live)?;
    page.derived(live)?;
    page::set_up_portrait(page.sheet, sheet_name(language));
    page::set_head(page.sheet, &template.head());
    page::protect(page.sheet);
    Ok(())
}

struct Page<'a, 'b> {
    template: &'a Template<'a>,
    sheet: &'b mut Worksheet,
    row: u32,
}

impl Page<'_, '_> {
    fn rules(&mut self, live: &Live) -> Result<(), WriteError> {
        let rules = &self.template.questionnaire.edit_rules;
        let first = self.begin(
            ("一、填报值之间的矛盾", "1. Contradictions"),
            [
                ("规则", "Rule"),
                ("审核关系", "Relation"),
                ("状态", "State"),
                ("级别", "Severity"),
            ],
        )?;
        for (index, relation, broken) in live.rules() {
            if let Some(rule) = rules.get(index) {
                self.rule(rule, relation, &broken)?;
            }
        }
        let [_, broken] = states(self.template.language());
        let format = &self.template.palette.broken;
        let rule = ConditionalFormatFormula::new()
            .set_rule(format!("=$D{}=\"{broken}\"", first + 1).as_str())
            .set_format(format);
        if self.row > first {
            self.sheet.add_conditional_format(first, 1, self.row - 1, 4, &rule)?;
        }
        self.row += 1;
        Ok(())
    }

    fn rule(&mut self, rule: &EditRule, relation: &Text, broken: &Cell) -> Result<(), WriteError> {
        let (language, palette) = (self.template.language(), &self.template.palette);
        let reference = broken.formula.trim_start_matches('=');
        let [kept, not_kept] = states(language);
        let is_broken = broken.result == "TRUE";
        let state = Cell {
            formula: format!("=IF({reference},\"{not_kept}\",\"{kept}\")"),
            result: if is_broken { not_kept } else { kept }.to_owned(),
        };
        let message = language.block(relation);
        self.sheet
            .write_string_with_format(self.row, 1, &rule.code, &palette.code)?;
        self.sheet
            .write_string_with_format(self.row, 2, &message, &palette.value)?;
        self.sheet
            .write_formula_with_format(self.row, 3, state.written(), &palette.code)?;
        let severity = language.block(&rule.action.demand());
        self.sheet
            .write_string_with_format(self.row, 4, &severity, &palette.unit)?;
        let height = row_height([(message.as_str(), LABEL_WIDTH), (severity.as_str(), UNIT_WIDTH)]);
        self.sheet.set_row_height(self.row, height)?;
        self.row += 1;
        Ok(())
    }

    fn derived(&mut self, live: &Live) -> Result<(), WriteError> {
        let derived = &self.template.questionnaire.derived;
        self.begin(
            ("二、自动计算的指标", "2. Computed values"),
            [
                ("序号", "No."),
                ("指标", "Item"),
                ("数值", "Value"),
                ("计量单位", "Unit"),
            ],
        )?;
        for (number, (index, value)) in (1_u32..).zip(live.derived()) {
            if let Some(derived) = derived.get(index) {
                self.value(number, derived, &value)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, number: u32, derived: &DerivedValue, value: &Cell) -> Result<(), WriteError> {
        let (language, palette) = (self.template.language(), &self.template.palette);
        let decimals = usize::try_from(derived.decimals.min(10)).unwrap_or(2);
        let format = match decimals {
            0 => "#,##0".to_owned(),
            decimals => format!("#,##0.{}", "0".repeat(decimals)),
        };
        let (label, unit) = (language.block(&derived.label), self.unit(&derived.unit));
        // By the hidden code a value that was overwritten is found again.
        self.sheet.write_string(self.row, 0, &derived.code)?;
        self.sheet
            .write_number_with_format(self.row, 1, f64::from(number), &palette.code)?;
        self.sheet
            .write_string_with_format(self.row, 2, &label, &palette.value)?;
        self.sheet
            .write_formula_with_format(self.row, 3, value.written(), &palette.computed(&format))?;
        self.sheet.write_string_with_format(self.row, 4, &unit, &palette.unit)?;
        let texts = [(label.as_str(), LABEL_WIDTH), (unit.as_str(), UNIT_WIDTH)];
        self.sheet.set_row_height(self.row, row_height(texts))?;
        self.row += 1;
        Ok(())
    }

    fn unit(&self, code: &str) -> String {
        let units = &self.template.questionnaire.units;
        units
            .get(code)
            .map_or_else(|| code.to_owned(), |unit| self.template.language().block(&unit.label))
    }

    /// A heading with its column heads; gives the first row below.
    fn begin(&mut self, heading: (&str, &str), heads: [(&str, &str); 4]) -> Result<u32, WriteError> {
        let palette = &self.template.palette;
        let text = self.template.words(heading.0, heading.1).replace('\n', " ");
        self.sheet
            .write_string_with_format(self.row, 1, text, &palette.heading)?;
        self.sheet.set_row_height(self.row, 22)?;
        self.row += 1;
        for (column, (zh, en)) in (1..).zip(heads) {
            let text = self.template.words(zh, en);
            self.sheet
                .write_string_with_format(self.row, column, text, &palette.header)?;
        }
        self.sheet.set_row_height(self.row, 36)?;
        self.row += 1;
        Ok(self.row)
    }
}
