//! Free texts, and codes and phone numbers, which are texts too.

use super::{
    MAX_TEXT_CHARS, date,
    field::{Note, Outcome},
    words::{integer_digits, plain, shortest},
};
use crate::{
    answer::Answer,
    cell::{DateSystem, RawValue},
    identifier::Uscc,
    messages::Builtin,
    width::is_invisible,
};

/// A number keeps 15 digits; with that many in a text question, some may be lost.
const DIGITS_KEPT: usize = 15;
/// A text beginning with one of these is a formula to a spreadsheet.
const FORMULA_SIGNS: [char; 4] = ['=', '+', '-', '@'];

/// Reads a text cell.
pub(super) fn read(value: &RawValue, dates: DateSystem) -> Outcome {
    match value {
        RawValue::Text(text) => from_text(text),
        RawValue::Number(number) => match code_of(*number) {
            Ok(code) => Outcome::plain(Answer::Text(code)),
            Err(outcome) => outcome,
        },
        RawValue::DateSerial(serial) => Outcome::refused(Builtin::NotAText, &date::shown(*serial, dates)),
        RawValue::Boolean(value) => Outcome::refused(Builtin::NotAText, if *value { "TRUE" } else { "FALSE" }),
        RawValue::Blank | RawValue::Error(_) | RawValue::FormulaWithoutValue => Outcome::blank(),
    }
}

/// The digits of a code that was kept as a number; refused where digits may be lost.
pub(super) fn code_of(number: f64) -> Result<String, Outcome> {
    let raw = shortest(number);
    if integer_digits(number) >= DIGITS_KEPT || !number.is_finite() {
        return Err(Outcome::refused(Builtin::LongNumber, &raw));
    }
    Ok(raw)
}

fn from_text(text: &str) -> Outcome {
    let kept: String = text
        .chars()
        .filter(|c| (!c.is_control() || matches!(c, '\n' | '\t')) && !is_invisible(*c))
        .collect();
    let kept = kept.trim_matches(|c: char| c.is_whitespace());
    if kept.is_empty() {
        return Outcome::blank();
    }
    if let Some(digits) = digits_of_scientific(kept) {
        let mut outcome = Outcome::refused(Builtin::ScientificText, kept);
        if let Some(note) = outcome.notes.pop() {
            outcome.notes.push(note.with("kept", &digits.to_string()));
        }
        return outcome;
    }
    if kept.chars().count() > MAX_TEXT_CHARS {
        let note = Note::new(Builtin::TooLong).with("limit", &MAX_TEXT_CHARS.to_string());
        return Outcome {
            answer: None,
            unreadable: true,
            notes: vec![note],
        };
    }
    let read = code_in(kept).unwrap_or_else(|| kept.to_owned());
    let is_changed = read != kept || text.chars().any(is_invisible);
    let mut outcome = Outcome::plain(Answer::Text(read.clone()));
    if is_changed {
        outcome = outcome.noting(Note::new(Builtin::TextForm).with("raw", kept).with("value", &read));
    }
    match kept.chars().next().filter(|first| FORMULA_SIGNS.contains(first)) {
        Some(first) => outcome.noting(Note::new(Builtin::FormulaLike).with("raw", &first.to_string())),
        None => outcome,
    }
}

/// A credit code, whatever its width, case and blanks; or a text of digits and signs alone, in half width.
fn code_in(text: &str) -> Option<String> {
    let half = plain(text);
    let compact: String = half.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    if let Some(code) = Uscc::parse(&compact).ok().filter(Uscc::check_ok) {
        return Some(code.as_str().to_owned());
    }
    let is_digits =
        half.chars().any(|c| c.is_ascii_digit()) && half.chars().all(|c| c.is_ascii() && !c.is_ascii_alphabetic());
    is_digits.then_some(half)
}

/// The digits that are left of `9.13301E+17`: what a spreadsheet shows of a long code once it took it for a number.
fn digits_of_scientific(text: &str) -> Option<usize> {
    let (mantissa, exponent) = text.split_once(['E', 'e'])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.')?;
    let is_one =
        whole.len() == 1 && digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits);
    is_one.then(|| whole.len() + fraction.len())
}
