//! One question: references, options, bounds, columns, factors.

use super::{Faults, structure::is_name};
use crate::{
    codes::DocumentCode,
    questionnaire::{Action, CarryMode, ChoiceOption, OptionsRef, Question, QuestionType, Questionnaire, TableColumn},
    tables::ReferenceTables,
    text::Text,
};

/// Checks a question and returns its options, those of a code list resolved.
pub(super) fn check(
    questionnaire: &Questionnaire,
    index: usize,
    question: &Question,
    tables: &ReferenceTables,
    faults: &mut Faults,
) -> Vec<ChoiceOption> {
    let at = |field: &str| format!("/questions/{index}/{field}");
    if !questionnaire
        .sections
        .iter()
        .any(|section| section.code == question.section)
    {
        faults.unknown(DocumentCode::SectionUnknown, at("section"), &question.section);
    }
    if !questionnaire.units.contains_key(&question.unit) {
        faults.unknown(DocumentCode::UnitUnknown, at("unit"), &question.unit);
    }
    if !questionnaire.periods.contains_key(&question.period) {
        faults.unknown(DocumentCode::PeriodUnknown, at("period"), &question.period);
    }
    check_carry(questionnaire, question, &at, faults);
    check_factors(question, tables, &at, faults);
    check_bounds(question.kind, question.min, question.max, &at, faults);
    check_form(question, &at, faults);
    let options = options_of(question, tables, &at, faults);
    check_options(questionnaire, question, &options, &at, faults);
    check_columns(questionnaire, question, &at, faults);
    options
}

type At<'a> = &'a dyn Fn(&str) -> String;

fn check_carry(questionnaire: &Questionnaire, question: &Question, at: At<'_>, faults: &mut Faults) {
    let Some(source) = &question.carry_from else { return };
    match questionnaire.questions.iter().find(|other| other.code == *source) {
        None => faults.unknown(DocumentCode::CarryFromUnknown, at("carry_from"), source),
        Some(other) if other.row != question.row || other.kind != question.kind => faults.add(
            DocumentCode::CarryFromOtherRow,
            at("carry_from"),
            format!("“{source}”不在同一行或类型不同，不能带入。请改正。"),
            format!("'{source}' is in another row or of another type and cannot be carried. Correct it."),
        ),
        Some(other) if !is_a_year_before(questionnaire, &other.period, &question.period) => faults.add(
            DocumentCode::CarryFromPeriod,
            at("carry_from"),
            format!("“{source}”在上一年的调查中所指的年份与本题不同，不能带入。请改正 carry_from 或时期。"),
            format!("A year ago '{source}' asked for another year than this question does and cannot be carried. Correct carry_from or the periods."),
        ),
        Some(_) if question.carry_mode != CarryMode::Prefill => faults.add(
            DocumentCode::CarryFromMode,
            at("carry_mode"),
            "有 carry_from 时 carry_mode 应为 prefill。请改正。",
            "With carry_from the carry_mode must be prefill. Correct it.",
        ),
        Some(_) => {}
    }
}

/// Whether what a question of the first period asks in one year is what one of the second asks in the next.
fn is_a_year_before(questionnaire: &Questionnaire, then: &str, now: &str) -> bool {
    let period = |code: &str| questionnaire.periods.get(code);
    match (period(then), period(now)) {
        (Some(then), Some(now)) => match (then.year, now.year) {
            (Some(then_year), Some(now_year)) => then_year == now_year.saturating_add(1) && then.at_end == now.at_end,
            (None, None) => true,
            _ => false,
        },
        // An unknown period is a fault of its own.
        _ => true,
    }
}

fn check_factors(question: &Question, tables: &ReferenceTables, at: At<'_>, faults: &mut Faults) {
    let settings = &tables.settings;
    if let Some(code) = &question.factor_code {
        match tables.energy.get(&settings.energy_set, &settings.energy_edition, code) {
            None => faults.unknown(DocumentCode::FactorUnknown, at("factor_code"), code),
            Some(factor) if factor.unit != question.unit => {
                unit_fault(
                    DocumentCode::FactorUnit,
                    at("factor_code"),
                    &factor.unit,
                    &question.unit,
                    faults,
                );
            }
            Some(_) => {}
        }
    }
    if let Some(code) = &question.co2_code {
        match tables.co2.get(code) {
            None => faults.unknown(DocumentCode::Co2Unknown, at("co2_code"), code),
            // Normal cubic metres are the same m³ to a questionnaire.
            Some(factor) if factor.unit.replace("Nm3", "m³") != question.unit => {
                unit_fault(
                    DocumentCode::Co2Unit,
                    at("co2_code"),
                    &factor.unit,
                    &question.unit,
                    faults,
                );
            }
            Some(_) => {}
        }
    }
}

fn unit_fault(code: DocumentCode, pointer: String, factor: &str, question: &str, faults: &mut Faults) {
    faults.add(
        code,
        pointer,
        format!("系数的单位是{factor}，题项的单位是{question}。请改成一致。"),
        format!("The factor is per {factor} and the question in {question}. Make them the same."),
    );
}

fn check_bounds(kind: QuestionType, min: Option<f64>, max: Option<f64>, at: At<'_>, faults: &mut Faults) {
    let finite = [min, max].into_iter().flatten().all(f64::is_finite);
    let ordered = min.zip(max).is_none_or(|(min, max)| min <= max);
    if !finite || !ordered {
        faults.add(
            DocumentCode::BoundsOrder,
            at("min"),
            "下限必须是不大于上限的数。请改正。",
            "The lower bound must be a number not above the upper bound. Correct it.",
        );
    }
    if !kind.is_numeric() && (min.is_some() || max.is_some()) {
        faults.add(
            DocumentCode::BoundsNotNumeric,
            at("min"),
            "只有数字题才有上下限。请删去。",
            "Only numbers have bounds. Remove them.",
        );
    }
    if kind == QuestionType::Percent && (min, max) != (Some(0.0), Some(100.0)) {
        faults.add(
            DocumentCode::PercentRange,
            at("min"),
            "百分比题的范围应为 0 到 100。请改正。",
            "A percentage ranges from 0 to 100. Correct the bounds.",
        );
    }
}

fn check_form(question: &Question, at: At<'_>, faults: &mut Faults) {
    if matches!(
        question.kind,
        QuestionType::Number | QuestionType::Percent | QuestionType::Money
    ) && question.decimals.is_none()
    {
        faults.add(
            DocumentCode::DecimalsMissing,
            at("decimals"),
            "缺少小数位数。请补上。",
            "The decimals are missing. Add them.",
        );
    }
    if question.kind == QuestionType::Percent && question.unit != "%" {
        faults.add(
            DocumentCode::PercentUnit,
            at("unit"),
            "百分比题的单位应为 %。请改正。",
            "The unit of a percentage is %. Correct it.",
        );
    }
    if question.max_items == Some(0) {
        faults.add(
            DocumentCode::MaxItemsZero,
            at("max_items"),
            "最多项数应大于零。请改正。",
            "max_items must be above zero. Correct it.",
        );
    }
}

fn options_of(question: &Question, tables: &ReferenceTables, at: At<'_>, faults: &mut Faults) -> Vec<ChoiceOption> {
    match (&question.options, &question.options_ref) {
        (Some(options), None) => options.clone(),
        (None, Some(reference)) => resolved(reference, tables, at, faults),
        (Some(_), Some(_)) => {
            faults.add(
                DocumentCode::OptionsTwice,
                at("options_ref"),
                "options 与 options_ref 只能有一个。请删去其一。",
                "Give options or options_ref, not both. Remove one.",
            );
            Vec::new()
        }
        (None, None) => Vec::new(),
    }
}

fn resolved(reference: &OptionsRef, tables: &ReferenceTables, at: At<'_>, faults: &mut Faults) -> Vec<ChoiceOption> {
    let Some(rows) = tables.list(&reference.file) else {
        faults.unknown(DocumentCode::OptionsRefFile, at("options_ref/file"), &reference.file);
        return Vec::new();
    };
    let has_column = |column: &str| rows.first().is_none_or(|row| row.contains_key(column));
    let mut complete = true;
    for (field, column) in [("value", &reference.value), ("label", &reference.label)] {
        if !has_column(column) {
            faults.unknown(
                DocumentCode::OptionsRefColumn,
                at(&format!("options_ref/{field}")),
                column,
            );
            complete = false;
        }
    }
    for column in reference.filter.keys().filter(|column| !has_column(column)) {
        faults.unknown(
            DocumentCode::OptionsRefColumn,
            at(&format!("options_ref/where/{column}")),
            column,
        );
        complete = false;
    }
    if !complete {
        return Vec::new();
    }
    let options: Vec<ChoiceOption> = rows
        .iter()
        .filter(|row| {
            reference
                .filter
                .iter()
                .all(|(column, wanted)| row.get(column.as_str()) == Some(wanted))
        })
        .filter_map(|row| {
            let name = row.get(reference.label.as_str())?;
            let code = row.get(reference.value.as_str())?.clone();
            Some(ChoiceOption {
                code,
                label: Text::new(name.as_str(), name.as_str()),
                points: None,
            })
        })
        .collect();
    if options.is_empty() {
        faults.add(
            DocumentCode::OptionsRefEmpty,
            at("options_ref/where"),
            "代码表中没有符合条件的行。请改正条件。",
            "No row of the code list meets the condition. Correct it.",
        );
    }
    options
}

fn check_options(
    questionnaire: &Questionnaire,
    question: &Question,
    options: &[ChoiceOption],
    at: At<'_>,
    faults: &mut Faults,
) {
    let needs_options = matches!(
        question.kind,
        QuestionType::Single | QuestionType::Multi | QuestionType::Level
    );
    let has_options = question.options.is_some() || question.options_ref.is_some();
    if needs_options && (!has_options || question.options.as_ref().is_some_and(Vec::is_empty)) {
        faults.add(
            DocumentCode::OptionsMissing,
            at("options"),
            "选择题没有选项。请补上。",
            "A choice has no options. Add them.",
        );
    }
    if !needs_options && has_options {
        faults.add(
            DocumentCode::OptionsUnexpected,
            at("options"),
            "此类题没有选项。请删去。",
            "This type has no options. Remove them.",
        );
    }
    faults.check_unique(options.iter().map(|option| option.code.as_str()), |index| {
        at(&format!("options/{index}/code"))
    });
    if question.kind == QuestionType::Level {
        for (index, option) in options.iter().enumerate() {
            let inside = option.code.parse::<u32>().is_ok_and(|level| {
                let level = f64::from(level);
                question.min.is_none_or(|min| min <= level) && question.max.is_none_or(|max| level <= max)
            });
            if !inside {
                faults.add(
                    DocumentCode::LevelCode,
                    at(&format!("options/{index}/code")),
                    "等级题的选项代码应为上下限之间的整数。请改正。",
                    "The options of a level are whole numbers inside the bounds. Correct the code.",
                );
            }
        }
    }
    check_none_code(questionnaire, question, options, at, faults);
}

/// The option for "none of these" exists, and a rule stops it from being ticked together with others.
fn check_none_code(
    questionnaire: &Questionnaire,
    question: &Question,
    options: &[ChoiceOption],
    at: At<'_>,
    faults: &mut Faults,
) {
    let Some(none) = &question.none_code else { return };
    if !options.iter().any(|option| option.code == *none) {
        faults.unknown(DocumentCode::NoneCodeUnknown, at("none_code"), none);
    }
    let guarded = questionnaire
        .edit_rules
        .iter()
        .any(|rule| rule.action == Action::Block && rule.cells == [question.code.as_str()]);
    if question.kind == QuestionType::Multi && !guarded {
        faults.add(
            DocumentCode::NoneCodeRuleMissing,
            at("none_code"),
            "没有审核关系禁止“以下均无”与其他选项同时选择，请补充。",
            "No blocking rule stops 'none' together with other options. Add one.",
        );
    }
}

fn check_columns(questionnaire: &Questionnaire, question: &Question, at: At<'_>, faults: &mut Faults) {
    let is_table = question.kind == QuestionType::Table;
    if is_table != question.columns.as_ref().is_some_and(|columns| !columns.is_empty()) {
        faults.add(
            DocumentCode::ColumnsMismatch,
            at("columns"),
            "表格题须有列，其他题没有列。请改正。",
            "A table needs columns, other types have none. Correct it.",
        );
    }
    let columns = question.table_columns();
    faults.check_unique(columns.iter().map(|column| column.code.as_str()), |index| {
        at(&format!("columns/{index}/code"))
    });
    for (index, column) in columns.iter().enumerate() {
        let at_column = |field: &str| at(&format!("columns/{index}/{field}"));
        check_column(questionnaire, column, &at_column, faults);
    }
}

fn check_column(questionnaire: &Questionnaire, column: &TableColumn, at: At<'_>, faults: &mut Faults) {
    if !questionnaire.units.contains_key(&column.unit) {
        faults.unknown(DocumentCode::UnitUnknown, at("unit"), &column.unit);
    }
    if !is_name(&column.code) {
        faults.unknown(DocumentCode::CodeForm, at("code"), &column.code);
    }
    if column.kind == QuestionType::Table {
        faults.add(
            DocumentCode::ColumnsNested,
            at("type"),
            "表格中不能再有表格。请改正。",
            "A table cannot hold a table. Correct it.",
        );
    }
    check_bounds(column.kind, column.min, column.max, at, faults);
    let options = column.own_options();
    let needs_options = matches!(
        column.kind,
        QuestionType::Single | QuestionType::Multi | QuestionType::Level
    );
    if needs_options == options.is_empty() {
        faults.add(
            DocumentCode::OptionsMissing,
            at("options"),
            "选择列须有选项，其他列没有选项。请改正。",
            "A column of choices needs options, others have none. Correct it.",
        );
    }
    faults.check_unique(options.iter().map(|option| option.code.as_str()), |index| {
        at(&format!("options/{index}/code"))
    });
}
