//! Free texts, and codes and phone numbers, which are texts too.

use super::{
    MAX_TEXT_CHARS,
    field::{Note, Outcome},
    words::{integer_digits, shortest},
};
use crate::{answer::Answer, cell::RawValue, messages::Builtin};

/// A number keeps 15 digits; with that many in a text question, some may be lost.
const DIGITS_KEPT: usize = 15;
/// A text beginning with one of these is a formula to a spreadsheet.
const FORMULA_SIGNS: [char; 4] = ['=', '+', '-', '@'];

/// Reads a text cell.
pub(super) fn read(value: &RawValue) -> Outcome {
    match value {
        RawValue::Text(text) => from_text(text),
        RawValue::Number(number) => match code_of(*number) {
            Ok(code) => Outcome::plain(Answer::Text(code)),
            Err(outcome) => outcome,
        },
        RawValue::DateSerial(serial) => Outcome::refused(Builtin::NotAText, &shortest(*serial)),
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
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let kept = kept.trim_matches(|c: char| c.is_whitespace());
    if kept.is_empty() {
        return Outcome::blank();
    }
    if is_scientific(kept) {
        return Outcome::refused(Builtin::LongNumber, kept);
    }
    if kept.chars().count() > MAX_TEXT_CHARS {
        let note = Note::new(Builtin::TooLong).with("limit", &MAX_TEXT_CHARS.to_string());
        return Outcome {
            answer: None,
            unreadable: true,
            notes: vec![note],
        };
    }
    let outcome = Outcome::plain(Answer::Text(kept.to_owned()));
    match kept.chars().next().filter(|first| FORMULA_SIGNS.contains(first)) {
        Some(first) => outcome.noting(Note::new(Builtin::FormulaLike).with("raw", &first.to_string())),
        None => outcome,
    }
}

/// `9.13301E+17`: what a spreadsheet shows of a long code once it took it for a number.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let Some((whole, fraction)) = mantissa.split_once('.') else {
        return false;
    };
    whole.len() == 1 && digits(whole) && digits(fraction) && exponent.strip_prefix('+').is_some_and(digits)
}
