//! Values that stand in the answer cells when a template leaves the house.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use survey::{
    answer::{Answer, Answers},
    cell::RawValue,
    questionnaire::{CarryMode, Question, Questionnaire},
};

use crate::{
    date::serial_1900,
    language::Language,
    layout::CellKey,
    options::{Choice, OptionLists, choices, column_choices},
};

/// Values by answer cell.
pub type Prefill = BTreeMap<CellKey, PrefillCell>;

/// What stands in one answer cell.
#[derive(Clone, Debug, PartialEq)]
pub struct PrefillCell {
    /// The value.
    pub value: RawValue,
    /// Number format in place of the cell's own.
    pub number_format: Option<String>,
    /// A formula with `value` as its cached result; starts with `=`.
    pub formula: Option<String>,
}

impl From<RawValue> for PrefillCell {
    fn from(value: RawValue) -> Self {
        Self {
            value,
            number_format: None,
            formula: None,
        }
    }
}

/// The given answers as an enterprise would have typed them into a template in this language: numbers as numbers, dates
/// as dates, options as `A label`. A multiple choice is a text of option codes; the writer turns it into ticks.
///
/// Answers to questions that the questionnaire does not have are left out.
pub fn raw_values(
    questionnaire: &Questionnaire,
    lists: &OptionLists,
    answers: &Answers,
    language: Language,
) -> Prefill {
    let mut prefill = Prefill::new();
    for question in &questionnaire.questions {
        match answers.get(&question.code) {
            Some(Answer::Table(rows)) => {
                let columns = question.table_columns();
                for (at, row) in (0..).zip(rows) {
                    for column in columns {
                        let Some(answer) = row.get(&column.code) else { continue };
                        let value = raw_value(answer, &column_choices(column), language);
                        prefill.insert(CellKey::table(&question.code, at, &column.code), value.into());
                    }
                }
            }
            Some(answer) => {
                let value = raw_value(answer, &choices(question, lists), language);
                prefill.insert(CellKey::question(&question.code), value.into());
            }
            None => {}
        }
    }
    prefill
}

/// Last round's answers that fill this round's cells: `carry_mode` prefill, from the question of `carry_from`.
pub fn carried(questionnaire: &Questionnaire, previous: &Answers) -> Answers {
    let carried_answer = |question: &Question| {
        let is_prefilled = question.carried_forward && question.carry_mode == CarryMode::Prefill;
        let source = question.carry_from.as_ref().unwrap_or(&question.code);
        let answer = previous.get(source).filter(|_| is_prefilled)?;
        Some((question.code.clone(), answer.clone()))
    };
    questionnaire.questions.iter().filter_map(carried_answer).collect()
}

/// The separator between option codes that stand in one cell.
pub(crate) const CODE_SEPARATOR: &str = "、";

fn raw_value(answer: &Answer, options: &[Choice<'_>], language: Language) -> RawValue {
    let option_text = |code: &str| {
        let choice = options.iter().find(|choice| choice.code == code);
        RawValue::Text(choice.map_or_else(|| code.to_owned(), |choice| language.choice(*choice)))
    };
    match answer {
        Answer::Number(number) if !options.is_empty() => option_text(&number.normalize().to_string()),
        Answer::Number(number) => exact_number(*number),
        Answer::Text(text) => RawValue::Text(text.clone()),
        Answer::Choice(code) => option_text(code),
        Answer::Choices(codes) => RawValue::Text(codes.join(CODE_SEPARATOR)),
        Answer::Boolean(yes) => RawValue::Text(language.yes_no(*yes).to_owned()),
        Answer::Date(date) => serial_1900(date).map_or_else(|| RawValue::Text(date.clone()), RawValue::DateSerial),
        // A table inside a table is not a thing; its cells are prefilled one by one.
        Answer::Table(_) => RawValue::Blank,
    }
}

/// A number where a double holds it exactly to the last digit, otherwise its digits as text: a cell never rounds.
fn exact_number(number: Decimal) -> RawValue {
    let digits = number.normalize().to_string();
    match digits.parse::<f64>() {
        Ok(double) if double.to_string().parse::<Decimal>().is_ok_and(|back| back == number) => {
            RawValue::Number(double)
        }
        _ => RawValue::Text(digits),
    }
}
