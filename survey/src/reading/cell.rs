//! One cell: which reader takes it, and what stands in it as text.

use super::{
    boolean, choice, date,
    field::{Field, Note, Outcome},
    number, text, words,
};
use crate::{
    cell::{DateSystem, RawCell, RawValue},
    messages::Builtin,
    questionnaire::QuestionType,
    text::Text,
};

/// Reads one cell that is not blank.
pub(crate) fn read_cell(field: &Field<'_>, cell: &RawCell, dates: DateSystem) -> Outcome {
    match &cell.value {
        RawValue::Error(error) => return Outcome::refused(Builtin::NoCachedValue, error),
        RawValue::FormulaWithoutValue => return Outcome::refused(Builtin::NoCachedValue, "="),
        RawValue::Text(text) if words::is_missing_mark(text) && !names_an_answer(field, text) => {
            let check = if number::is_figure(field.kind) {
                Builtin::MissingMark
            } else {
                Builtin::MissingWord
            };
            return Outcome::blank().noting(Note::new(check).with("raw", text));
        }
        RawValue::Text(text)
            if field.kind != QuestionType::Text && words::is_not_applicable(text) && !names_an_answer(field, text) =>
        {
            return claim_in_cell(field, text);
        }
        _ => {}
    }
    match field.kind {
        QuestionType::Number | QuestionType::Percent | QuestionType::Integer | QuestionType::Money => {
            let is_percent = number::is_percent_format(&cell.number_format);
            number::read(field, &cell.value, is_percent, dates)
        }
        QuestionType::Level => read_level(field, cell, dates),
        QuestionType::Single => choice::read_single(field.options, &cell.value, dates),
        QuestionType::Multi => choice::read_multi(field.options, &cell.value, dates),
        QuestionType::Text => text::read(&cell.value, dates),
        QuestionType::Date => date::read(&cell.value, dates),
        QuestionType::Boolean => boolean::read(&cell.value, dates),
        // A table has columns, which are fields of their own; it is none itself.
        QuestionType::Table => Outcome::blank(),
    }
}

fn read_level(field: &Field<'_>, cell: &RawCell, dates: DateSystem) -> Outcome {
    let by_option = match &cell.value {
        RawValue::Text(text) => choice::read_level(field.options, text),
        _ => None,
    };
    let outcome = by_option.unwrap_or_else(|| number::read(field, &cell.value, false, dates));
    let no_number = outcome.notes.iter().any(|note| note.check == Builtin::NotANumber);
    match &cell.value {
        // Levels are chosen from a list: a word is no number gone wrong.
        RawValue::Text(text) if no_number => choice::no_option(field.options, text),
        _ => outcome,
    }
}

/// "Not applicable" where an answer belongs: it has a cell of its own where it may be said at all.
fn claim_in_cell(field: &Field<'_>, text: &str) -> Outcome {
    let how = if field.na_allowed {
        Text::new(
            "请将本格清空，并在“不适用的写明原因”栏写明原因",
            "Clear this cell and state the reason in the column for questions that do not apply",
        )
    } else {
        let answer = field.kind.how_to_answer();
        Text::new(
            format!("本题不能填报为不适用，请{}", answer.zh),
            format!("This question cannot be claimed not to apply. {}", answer.en),
        )
    };
    Outcome {
        answer: None,
        unreadable: true,
        notes: vec![Note::new(Builtin::ClaimInCell).with("raw", text).with_text("how", how)],
    }
}

fn names_an_answer(field: &Field<'_>, text: &str) -> bool {
    match field.kind {
        QuestionType::Boolean => boolean::is_answer(text),
        QuestionType::Single | QuestionType::Multi | QuestionType::Level => choice::is_answer(field.options, text),
        _ => false,
    }
}

/// Whether nothing stands in a cell.
pub(crate) fn is_blank(value: &RawValue) -> bool {
    match value {
        RawValue::Blank => true,
        RawValue::Text(text) => words::plain(text).is_empty(),
        _ => false,
    }
}

/// A raw value as text: numbers in their shortest exact form, texts as typed.
pub(crate) fn raw_text(value: &RawValue) -> String {
    match value {
        RawValue::Blank => String::new(),
        RawValue::Text(text) | RawValue::Error(text) => text.clone(),
        RawValue::Number(number) | RawValue::DateSerial(number) => words::shortest(*number),
        RawValue::Boolean(value) => (if *value { "TRUE" } else { "FALSE" }).to_owned(),
        RawValue::FormulaWithoutValue => "=".to_owned(),
    }
}
