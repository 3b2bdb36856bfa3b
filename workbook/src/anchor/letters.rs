//! Whether the Chinese texts of a form came back: programs without Chinese save question marks or nothing in their place.

use super::find::{AnchoredSheet, text_or_blank};
use crate::{
    language::Language,
    layout::{Layout, SheetBody, column_anchor},
};

/// Labels that are looked at before anything is said of all.
const ENOUGH: usize = 5;

/// Whether more than half of the labels have lost every Chinese letter.
pub(super) fn are_lost(sheets: &[AnchoredSheet<'_>], layout: &Layout, language: Language) -> bool {
    let (mut seen, mut lost) = (0, 0);
    for found in sheets {
        let Some(SheetBody::Grid(grid)) = layout.sheet(found.code).map(|sheet| &sheet.body) else {
            continue;
        };
        let Some(column) = found.columns.get(column_anchor::LABEL) else {
            continue;
        };
        for row in grid.rows.iter().filter(|row| has_chinese(&row.shown_label(language))) {
            let Some(at) = found.rows.get(row.anchor.as_str()) else {
                continue;
            };
            seen += 1;
            lost += usize::from(!has_chinese(text_or_blank(found.raw, *at, *column)));
        }
    }
    seen >= ENOUGH && lost * 2 > seen
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c))
}
