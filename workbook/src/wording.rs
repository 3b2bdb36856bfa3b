//! What stands in cells as text: labels written by the template and compared by the reader (WF25), keys that are looked
//! up.

use survey::{cell::RawValue, width::half_width};

use crate::{
    language::Language,
    layout::{GridRow, RowRole},
};

/// The label of a grid row: that of its question, or code and label of its option.
pub(crate) fn row_label(row: &GridRow, language: Language) -> String {
    match &row.role {
        RowRole::Tick { option } => format!("{option} {}", language.block(&row.label)),
        RowRole::Answer | RowRole::Ticks | RowRole::OtherSheet { .. } => language.block(&row.label),
    }
}

/// Whether two wordings say the same: blanks and line breaks aside, character by character.
pub(crate) fn same(found: &str, expected: &str) -> bool {
    let letters = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    letters(found) == letters(expected)
}

/// A credit code or a name as it is looked up; none where nothing readable stands. A number is no good key: eighteen
/// digits do not survive as one.
pub(crate) fn key_text(value: &RawValue) -> Option<String> {
    match value {
        RawValue::Text(text) => {
            let text = half_width(text).trim().to_owned();
            (!text.is_empty()).then_some(text)
        }
        RawValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
