//! Signs and words that fillers use, and the plain form of what they type.

use crate::width::{half, is_invisible};

/// Dashes that stand for a minus sign or for nothing.
const LONG_DASHES: [char; 6] = ['\u{2010}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2015}', '\u{2212}'];
/// Words for "nothing was entered".
const MISSING_WORDS: [&str; 2] = ["无", "不详"];

/// Words for "does not apply", as [`skeleton`] leaves them.
const NOT_APPLICABLE: [&str; 7] = [
    "不适用",
    "不涉及",
    "无此项",
    "没有此项",
    "无此业务",
    "na",
    "notapplicable",
];

/// Half width, every kind of blank an ordinary one, no control characters, no blanks at the ends.
pub(super) fn plain(text: &str) -> String {
    let folded: String = text
        .chars()
        .map(half)
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .collect();
    folded.trim().to_owned()
}

/// The same with every long dash as a minus sign.
pub(super) fn plain_minus(text: &str) -> String {
    plain(text)
        .chars()
        .map(|c| if is_long_dash(c) { '-' } else { c })
        .collect()
}

pub(super) fn is_long_dash(c: char) -> bool {
    LONG_DASHES.contains(&c)
}

/// Whether a text stands for a blank: only dashes or slashes, 无 or 不详.
pub fn is_missing_mark(text: &str) -> bool {
    let text = plain_minus(text);
    let only = |sign: char| !text.is_empty() && text.chars().all(|c| c == sign);
    only('-') || only('/') || MISSING_WORDS.contains(&text.as_str())
}

/// Whether a text says that the question does not apply.
pub(super) fn is_not_applicable(text: &str) -> bool {
    NOT_APPLICABLE.contains(&skeleton(text).as_str())
}

/// What is left when punctuation, blanks and case are taken away: equal for two ways to write the same wording.
pub(super) fn skeleton(text: &str) -> String {
    text.chars()
        .map(half)
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// A finite number in its shortest exact form, without exponent.
pub(super) fn shortest(number: f64) -> String {
    // Negative zero is zero.
    format!("{}", number + 0.0)
}

/// Significant digits before the decimal point, zeros at the end included: what a code kept as a number has.
pub(super) fn integer_digits(number: f64) -> usize {
    shortest(number.abs().trunc()).len()
}
