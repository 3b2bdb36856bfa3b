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

const LABEL_WIDTH: f64 = 84.0;
const VALUE_WIDTH: f64 = 18.0;
const UNIT_WIDTH: f64 = 22.0;
/// The column of codes; it is hidden. What is worked out stands two columns to its right
/// ([`crate::anchor::Overwritten`]).
const CODE: u16 = 0;
const LABEL: u16 = 1;
const VALUE: u16 = 2;
const UNIT: u16 = 3;

/// The name of the sheet.
pub(super) fn sheet_name(language: Language) -> &'static str {
    if language == Language::En {
        "Checks"
    } else {
        "自动核对"
    }
}

/// How a relation stands.
fn state_of(language: Language, is_broken: bool) -> &'static str {
    match (language, is_broken) {
        (Language::En, true) => "Fails",
        (Language::En, false) => "Holds",
        (_, true) => "不符",
        (_, false) => "通过",
    }
}

pub(super) fn write(template: &Template<'_>, live: &Live, sheet: &mut Worksheet) -> Result<(), WriteError> {
    let (language, palette) = (template.language(), &template.palette);
    sheet.set_name(sheet_name(language))?;
    sheet.set_formula_result_default("");
    for (column, width) in [(LABEL, LABEL_WIDTH), (VALUE, VALUE_WIDTH), (UNIT, UNIT_WIDTH)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_column_hidden(CODE)?;
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
    // It is for the screen: on paper only what it is.
    page.sheet.set_print_area(1, LABEL, 2, UNIT)?;
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
            [("审核关系", "Relation"), ("状态", "State"), ("级别", "Severity")],
        )?;
        for (index, relation, broken) in live.rules() {
            if let Some(rule) = rules.get(index) {
                self.rule(rule, relation, &broken)?;
            }
        }
        let format = &self.template.palette.broken;
        let rule = ConditionalFormatFormula::new()
            .set_rule(format!("=$C{}=\"{}\"", first + 1, state_of(self.template.language(), true)).as_str())
            .set_format(format);
        if self.row > first {
            self.sheet
                .add_conditional_format(first, LABEL, self.row - 1, UNIT, &rule)?;
        }
        self.row += 1;
        Ok(())
    }

    fn rule(&mut self, rule: &EditRule, relation: &Text, broken: &Cell) -> Result<(), WriteError> {
        let (language, palette) = (self.template.language(), &self.template.palette);
        let reference = broken.formula.trim_start_matches('=');
        let (passed, failed) = (state_of(language, false), state_of(language, true));
        let state = Cell {
            formula: format!("=IF({reference},\"{failed}\",\"{passed}\")"),
            result: if broken.result == "TRUE" { failed } else { passed }.to_owned(),
        };
        let relation = language.block(relation);
        self.sheet
            .write_string_with_format(self.row, LABEL, &relation, &palette.value)?;
        self.sheet
            .write_formula_with_format(self.row, VALUE, state.written(), &palette.code)?;
        let what_to_do = language.block(&rule.action.demand());
        self.sheet
            .write_string_with_format(self.row, UNIT, &what_to_do, &palette.unit)?;
        let height = row_height([(relation.as_str(), LABEL_WIDTH), (what_to_do.as_str(), UNIT_WIDTH)]);
        self.sheet.set_row_height(self.row, height)?;
        self.row += 1;
        Ok(())
    }

    fn derived(&mut self, live: &Live) -> Result<(), WriteError> {
        let derived = &self.template.questionnaire.derived;
        self.begin(
            ("二、自动计算的指标", "2. Computed values"),
            [("指标", "Item"), ("数值", "Value"), ("计量单位", "Unit")],
        )?;
        for (index, value) in live.derived() {
            if let Some(derived) = derived.get(index) {
                self.value(derived, &value)?;
            }
        }
        Ok(())
    }

    fn value(&mut self, derived: &DerivedValue, value: &Cell) -> Result<(), WriteError> {
        let (language, palette) = (self.template.language(), &self.template.palette);
        let decimals = usize::try_from(derived.decimals.min(10)).unwrap_or(2);
        let format = match decimals {
            0 => "#,##0".to_owned(),
            decimals => format!("#,##0.{}", "0".repeat(decimals)),
        };
        let (label, unit) = (language.block(&derived.label), self.unit(&derived.unit));
        self.sheet
            .write_string_with_format(self.row, CODE, &derived.code, &palette.anchor)?;
        self.sheet
            .write_string_with_format(self.row, LABEL, &label, &palette.value)?;
        self.sheet
            .write_formula_with_format(self.row, VALUE, value.written(), &palette.computed(&format))?;
        self.sheet
            .write_string_with_format(self.row, UNIT, &unit, &palette.unit)?;
        let texts = [(label.as_str(), LABEL_WIDTH), (unit.as_str(), UNIT_WIDTH)];
        self.sheet.set_row_height(self.row, row_height(texts))?;
        self.row += 1;
        Ok(())
    }

    fn unit(&self, code: &str) -> String {
        if code.is_empty() {
            return String::new();
        }
        let units = &self.template.questionnaire.units;
        units
            .get(code)
            .map_or_else(|| code.to_owned(), |unit| self.template.language().block(&unit.label))
    }

    /// A heading with its column heads; gives the first row below.
    fn begin(&mut self, heading: (&str, &str), heads: [(&str, &str); 3]) -> Result<u32, WriteError> {
        let palette = &self.template.palette;
        let text = self.template.words(heading.0, heading.1).replace('\n', " ");
        self.sheet
            .write_string_with_format(self.row, LABEL, text, &palette.heading)?;
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
