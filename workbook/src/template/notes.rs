//! The sheet of filling notes: rules for every form, then what this questionnaire says of purpose, periods and units.

use std::collections::BTreeSet;

use rust_xlsxwriter::Worksheet;
use survey::{questionnaire::Questionnaire, text::Text};

use super::{Template, measure::row_height, page};
use crate::{
    error::WriteError,
    language::Language,
    layout::{Layout, SheetBody},
};

const NAME_WIDTH: f64 = 24.0;
const TEXT_WIDTH: f64 = 100.0;

/// Rules that hold for every form; each prevents one of the usual faults of returned workbooks.
const RULES: [(&str, &str, &str, &str); 9] = [
    (
        "结构",
        "Structure",
        "不要插入、删除、合并、移动行列，不要改动题目、计量单位和选项的文字。",
        "Do not insert, delete, merge or move rows and columns, nor change the wording of items, units and options.",
    ),
    (
        "空白与零",
        "Blank and zero",
        "没有数据请留空；确实为零请填 0。空白不会被当作零。",
        "Leave blank what is not known; enter 0 for a true zero. A blank is never taken as zero.",
    ),
    (
        "数字",
        "Numbers",
        "只填数字，不带单位、逗号、“约”和区间；单位以“计量单位”栏为准。",
        "Digits only, without unit, separator, \"about\" or range; the unit is the one in the unit column.",
    ),
    (
        "百分比",
        "Percentages",
        "填 0 到 100 的数，例如 85 表示 85%。",
        "Enter a number from 0 to 100; 85 means 85 %.",
    ),
    (
        "日期",
        "Dates",
        "按 2025-03-31 填写；只知道年月时填当月 1 日。",
        "Write 2025-03-31; where only the month is known take its first day.",
    ),
    (
        "单选和等级",
        "Single choices and levels",
        "从下拉列表中选一项。",
        "Choose one item of the drop-down list.",
    ),
    (
        "多选",
        "Multiple choices",
        "在适用选项后的格里选“√”，不适用的留空。",
        "Choose √ behind each option that applies; leave the others blank.",
    ),
    (
        "代码和电话",
        "Codes and telephones",
        "格式已设为文本，直接填写，不要改成数字格式。",
        "These cells are text; type as they are, do not turn them into numbers.",
    ),
    (
        "保存",
        "Saving",
        "保存为 .xlsx；不要加打开密码，不要另存为 .xls、.et、.csv 或 PDF。",
        "Save as .xlsx without a password; not as .xls, .et, .csv or PDF.",
    ),
];

pub(super) fn write(template: &Template<'_>, sheet: &mut Worksheet) -> Result<(), WriteError> {
    let language = template.language();
    sheet.set_name(if language == Language::En {
        "Notes"
    } else {
        "填表说明"
    })?;
    for (column, width) in [(0, 3.0), (1, NAME_WIDTH), (2, TEXT_WIDTH)] {
        sheet.set_column_width(column, width)?;
    }
    let title = template.words("填表说明", "Notes on filling in").replace('\n', " ");
    sheet.write_string_with_format(1, 1, title, &template.palette.title)?;
    sheet.set_row_height(1, 28)?;
    let mut row = 3;
    for (heading, lines) in blocks(template) {
        sheet.write_string_with_format(row, 1, language.inline(&heading), &template.palette.heading)?;
        sheet.set_row_height(row, 22)?;
        row += 1;
        for (name, text) in lines {
            let (name, text) = (language.block(&name), language.block(&text));
            sheet.write_string_with_format(row, 1, &name, &template.palette.field)?;
            sheet.write_string_with_format(row, 2, &text, &template.palette.value)?;
            sheet.set_row_height(
                row,
                row_height([(name.as_str(), NAME_WIDTH), (text.as_str(), TEXT_WIDTH)]) + 2.0,
            )?;
            row += 1;
        }
        row += 1;
    }
    page::set_up_portrait(sheet, &language.inline(&template.questionnaire.title));
    page::set_head(sheet, &template.head());
    page::protect(sheet);
    Ok(())
}

type Lines = Vec<(Text, Text)>;

fn blocks(template: &Template<'_>) -> Vec<(Text, Lines)> {
    let questionnaire = template.questionnaire;
    let purpose = (Text::new("用途", "Purpose"), questionnaire.purpose.clone());
    let rules = RULES
        .iter()
        .map(|(name_zh, name_en, zh, en)| (Text::new(*name_zh, *name_en), Text::new(*zh, *en)));
    let sections = template.layout.sheets.iter().map(|sheet| {
        let code = &sheet.code;
        let name = Text::new(
            format!("{code} {}", sheet.title.zh),
            format!("{code} {}", sheet.title.en),
        );
        (name, sheet.note.clone())
    });
    vec![
        (
            Text::new("一、填报规则", "1. Rules"),
            std::iter::once(purpose).chain(rules).collect(),
        ),
        (Text::new("二、各页说明", "2. Pages"), sections.collect()),
        (
            Text::new("三、时期和计量单位", "3. Periods and units"),
            std::iter::once(periods(template.layout))
                .chain(units(questionnaire, template.layout))
                .collect(),
        ),
    ]
}

/// The periods that occur as columns, in the order in which they are met.
fn periods(layout: &Layout) -> (Text, Text) {
    let (mut zh, mut en): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for sheet in &layout.sheets {
        let SheetBody::Grid(grid) = &sheet.body else { continue };
        for period in &grid.periods {
            if !zh.contains(&period.label.zh.as_str()) {
                zh.push(&period.label.zh);
                en.push(&period.label.en);
            }
        }
    }
    (
        Text::new("各栏所指时期", "Periods of the columns"),
        Text::new(format!("{}。", zh.join("；")), format!("{}.", en.join("; "))),
    )
}

/// The units that are asked for and often mistaken for others.
fn units(questionnaire: &Questionnaire, layout: &Layout) -> Lines {
    let asked: BTreeSet<String> = layout.cells().into_iter().map(|key| key.question).collect();
    let mut codes: Vec<&str> = Vec::new();
    for question in questionnaire
        .questions
        .iter()
        .filter(|question| asked.contains(&question.code))
    {
        let columns = question.table_columns().iter().map(|column| column.unit.as_str());
        for unit in std::iter::once(question.unit.as_str()).chain(columns) {
            if !unit.is_empty() && !codes.contains(&unit) {
                codes.push(unit);
            }
        }
    }
    // Only those that are easily taken for another one need a word.
    let line = |code: &str| {
        let unit = questionnaire
            .units
            .get(code)
            .filter(|unit| !unit.mistaken_for.is_empty())?;
        let others = |of: fn(&Text) -> &String, between: &str| {
            let names = unit.mistaken_for.iter().map(|other| match &other.label {
                Some(label) => of(label).clone(),
                None => other.unit.clone(),
            });
            names.collect::<Vec<_>>().join(between)
        };
        let text = Text::new(
            format!("不要误填成{}。", others(|text| &text.zh, "、")),
            format!("Do not enter {}.", others(|text| &text.en, " or ")),
        );
        Some((unit.label.clone(), text))
    };
    codes.into_iter().filter_map(line).collect()
}
