//! Data validation: what a cell takes, and what it says when it does not.

use rust_xlsxwriter::{DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Formula};
use survey::{questionnaire::QuestionType, text::Text};

use super::{field::Field, lists::ListSheets};
use crate::{error::WriteError, language::Language};

/// The longest text a cell takes. The importer accepts more; this keeps essays out of name fields.
const LONGEST_TEXT: u32 = 2000;
/// The longest reason why a question does not apply.
const LONGEST_CLAIM: u32 = 200;
/// Excel's limit for the message of a validation.
const LONGEST_MESSAGE: usize = 255;
/// Excel's limit for the title of a message.
const LONGEST_TITLE: usize = 32;
/// Numbers beyond this are not figures of an enterprise; the bound makes Excel refuse text in the cell.
const LARGEST_NUMBER: f64 = 1e15;

/// The validation of a field. Title, help and unit are shown when the cell is entered.
pub(crate) fn of_field(
    field: &Field<'_>,
    (title, help, unit): (&str, &Text, &Text),
    language: Language,
    lists: &mut ListSheets,
) -> Result<DataValidation, WriteError> {
    let rule = match field.kind {
        QuestionType::Number | QuestionType::Money | QuestionType::Percent => {
            with_message(decimal(field), &number_message(field, unit), language)?
        }
        QuestionType::Integer => with_message(whole(field), &number_message(field, unit), language)?,
        QuestionType::Single | QuestionType::Level => {
            let items = field.options.iter().map(|choice| language.choice(*choice)).collect();
            list(lists.range(title, items), field.from_code_list, language)?
        }
        QuestionType::Boolean => {
            let items = [true, false].map(|yes| language.yes_no(yes).to_owned()).to_vec();
            list(lists.range(title, items), false, language)?
        }
        QuestionType::Date => {
            let message = Text::new("请填日期，如 2025-03-31。", "Enter a date such as 2025-03-31.");
            with_message(date()?, &message, language)?
        }
        QuestionType::Text => {
            let message = Text::new(
                format!("文字不超过 {LONGEST_TEXT} 字。"),
                format!("At most {LONGEST_TEXT} characters."),
            );
            let rule = DataValidation::new().allow_text_length(DataValidationRule::LessThanOrEqualTo(LONGEST_TEXT));
            with_message(rule, &message, language)?
        }
        QuestionType::Multi | QuestionType::Table => DataValidation::new().allow_any_value(),
    };
    with_input(rule, title, &input_message(field, help, unit), language)
}

/// What is said when the cell is entered: how to fill it in, then what it takes.
fn input_message(field: &Field<'_>, help: &Text, unit: &Text) -> Text {
    let unit = |zh: &str, en: &str| {
        if unit.zh.is_empty() {
            return Text::new(zh, en);
        }
        Text::new(format!("{zh}单位：{}。", unit.zh), format!("{en} Unit: {}.", unit.en))
    };
    let takes = match field.kind {
        QuestionType::Number | QuestionType::Money => unit("填数字。", "A number."),
        QuestionType::Integer => unit("填整数。", "A whole number."),
        QuestionType::Percent => Text::new("填 0 到 100 的数，85 表示 85%。", "0 to 100; 85 means 85 %."),
        QuestionType::Single | QuestionType::Level | QuestionType::Boolean => {
            Text::new("从下拉列表中选一项。", "Choose one item of the list.")
        }
        QuestionType::Date => Text::new("填日期，如 2025-03-31。", "A date such as 2025-03-31."),
        QuestionType::Text => Text::new("填文字。", "A text."),
        QuestionType::Multi => {
            let codes: Vec<&str> = field.options.iter().map(|choice| choice.code).take(30).collect();
            Text::new(
                format!("填选项代码，用顿号隔开，如 {}。", codes.join("、")),
                format!("Codes of options, separated by commas, such as {}.", codes.join(",")),
            )
        }
        QuestionType::Table => Text::default(),
    };
    let both = |help: &str, takes: &str| {
        if help.is_empty() {
            takes.to_owned()
        } else {
            format!("{help}\n{takes}")
        }
    };
    Text::new(both(&help.zh, &takes.zh), both(&help.en, &takes.en))
}

fn with_input(
    rule: DataValidation,
    title: &str,
    message: &Text,
    language: Language,
) -> Result<DataValidation, WriteError> {
    let message = clipped(&language.block(message), LONGEST_MESSAGE);
    Ok(rule
        .set_input_title(clipped(title, LONGEST_TITLE))?
        .set_input_message(message)?)
}

/// The text within a limit of UTF-16 code units; an ellipsis tells that something was left out.
fn clipped(text: &str, limit: usize) -> String {
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut left = limit.saturating_sub(1);
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let mut clipped: String = text.chars().take_while(fits).collect();
    clipped.push('…');
    clipped
}

/// The validation of a tick cell.
pub(crate) fn of_tick(language: Language, lists: &mut ListSheets) -> Result<DataValidation, WriteError> {
    let rule = DataValidation::new().allow_list_formula(lists.range("", vec!["√".to_owned()]));
    let message = Text::new(
        "适用请选√，不适用请留空。",
        "Choose √ where it applies, leave blank where it does not.",
    );
    with_message(rule, &message, language)
}

/// The validation of a reason why a question does not apply.
pub(crate) fn of_claim(language: Language) -> Result<DataValidation, WriteError> {
    let rule = DataValidation::new().allow_text_length(DataValidationRule::LessThanOrEqualTo(LONGEST_CLAIM));
    let message = Text::new(
        format!("原因不超过 {LONGEST_CLAIM} 字；适用的题请留空，直接填答案。"),
        format!("At most {LONGEST_CLAIM} characters; leave blank where the question applies, and answer it."),
    );
    with_message(rule, &message, language)
}

fn list(range: Formula, bare_code_allowed: bool, language: Language) -> Result<DataValidation, WriteError> {
    let rule = DataValidation::new().allow_list_formula(range);
    if bare_code_allowed {
        let message = Text::new(
            "不在下拉列表里。如直接填写代码，请确认代码正确。",
            "Not in the list. If you typed a bare code, make sure that it is right.",
        );
        return with_message(
            rule.set_error_style(DataValidationErrorStyle::Warning),
            &message,
            language,
        );
    }
    with_message(
        rule,
        &Text::new("请从下拉列表中选择。", "Choose from the list."),
        language,
    )
}

fn decimal(field: &Field<'_>) -> DataValidation {
    let (min, max) = (
        field.min.unwrap_or(-LARGEST_NUMBER),
        field.max.unwrap_or(LARGEST_NUMBER),
    );
    DataValidation::new().allow_decimal_number(DataValidationRule::Between(min, max))
}

fn whole(field: &Field<'_>) -> DataValidation {
    let bound = |value: Option<f64>, default: f64| Formula::new(value.unwrap_or(default).to_string());
    let (min, max) = (bound(field.min, -LARGEST_NUMBER), bound(field.max, LARGEST_NUMBER));
    DataValidation::new().allow_whole_number_formula(DataValidationRule::Between(min, max))
}

fn date() -> Result<DataValidation, WriteError> {
    let (first, last) = (
        ExcelDateTime::from_ymd(1900, 3, 1)?,
        ExcelDateTime::from_ymd(9999, 12, 31)?,
    );
    Ok(DataValidation::new().allow_date(DataValidationRule::Between(first, last)))
}

fn number_message(field: &Field<'_>, unit: &Text) -> Text {
    let (zh_kind, en_kind) = match field.kind {
        QuestionType::Integer => ("请填整数", "Enter a whole number"),
        _ => ("请填数字", "Enter a number"),
    };
    let (zh_bound, en_bound) = match (field.min, field.max) {
        (Some(min), Some(max)) => (format!("，在 {min} 到 {max} 之间"), format!(" from {min} to {max}")),
        (Some(min), None) => (format!("，不小于 {min}"), format!(" of at least {min}")),
        (None, Some(max)) => (format!("，不大于 {max}"), format!(" of at most {max}")),
        (None, None) => (String::new(), String::new()),
    };
    let (zh_unit, en_unit) = if unit.zh.is_empty() {
        (String::new(), String::new())
    } else {
        (format!("单位是{}。", unit.zh), format!(" The unit is {}.", unit.en))
    };
    Text::new(
        format!("{zh_kind}{zh_bound}。{zh_unit}不要带单位、约数或文字；没有数据请留空。"),
        format!("{en_kind}{en_bound}.{en_unit} No unit, no \"about\", no words; leave blank what is not known."),
    )
}

fn with_message(rule: DataValidation, message: &Text, language: Language) -> Result<DataValidation, WriteError> {
    let title = if language == Language::En {
        "Not accepted"
    } else {
        "填写有误"
    };
    let message = clipped(&language.block(message), LONGEST_MESSAGE);
    Ok(rule.set_error_title(title)?.set_error_message(message)?)
}
