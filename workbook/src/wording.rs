//! The wording of labels as it stands in cells: written by the template, compared by the reader (WF25).

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
