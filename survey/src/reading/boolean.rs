//! Yes or no.

use super::{
    date,
    field::{Note, Outcome},
    words::{plain, shortest},
};
use crate::{
    answer::Answer,
    cell::{DateSystem, RawValue},
    messages::Builtin,
};

/// The words of the template, as its drop-down lists write them.
const PLAIN: [(&str, bool); 4] = [("是", true), ("否", false), ("Yes", true), ("No", false)];
/// Other signs and words that are understood and asked about.
const UNDERSTOOD: [(&str, bool); 22] = [
    ("有", true),
    ("Y", true),
    ("YES", true),
    ("TRUE", true),
    ("T", true),
    ("1", true),
    ("√", true),
    ("✓", true),
    ("✔", true),
    ("☑", true),
    ("对", true),
    ("无", false),
    ("没有", false),
    ("N", false),
    ("NO", false),
    ("FALSE", false),
    ("F", false),
    ("0", false),
    ("×", false),
    ("✗", false),
    ("✘", false),
    ("不是", false),
];

/// Reads a yes/no cell. TRUE and FALSE as the spreadsheet's own values are plain answers.
pub(super) fn read(value: &RawValue, dates: DateSystem) -> Outcome {
    match value {
        RawValue::Boolean(value) => Outcome::plain(Answer::Boolean(*value)),
        RawValue::Text(text) => from_text(text),
        RawValue::Number(number) => from_text(&shortest(*number)),
        RawValue::DateSerial(serial) => Outcome::refused(Builtin::NotABoolean, &date::shown(*serial, dates)),
        RawValue::Blank | RawValue::Error(_) | RawValue::FormulaWithoutValue => Outcome::blank(),
    }
}

fn from_text(text: &str) -> Outcome {
    let find =
        |words: &[(&str, bool)], word: &str| words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    if let Some(value) = find(&PLAIN, plain(text).as_ref()) {
        return Outcome::plain(Answer::Boolean(value));
    }
    match find(&UNDERSTOOD, &plain(text).to_uppercase()) {
        Some(value) => {
            let read_as = if value { "是" } else { "否" };
            let note = Note::new(Builtin::OptionForm).with("raw", text).with("value", read_as);
            Outcome::plain(Answer::Boolean(value)).noting(note)
        }
        None => Outcome::refused(Builtin::NotABoolean, text),
    }
}

/// Whether a text that would otherwise mean "blank" is an answer here: 无 is a no.
pub(super) fn is_answer(text: &str) -> bool {
    let word = plain(text);
    UNDERSTOOD.iter().any(|(known, _)| *known == word)
}
