//! Cells of the sheets that are added to a workbook.

use crate::{annotate::xml::cell_text, extract::a1};

/// A text in a cell. Always a string: a text beginning with `=` never becomes a formula (WF38).
pub(super) fn text_cell(row: u32, column: u32, style: u32, text: &str) -> String {
    let place = a1(row, column);
    if text.is_empty() {
        return format!("<c r=\"{place}\" s=\"{style}\"/>");
    }
    format!(
        "<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        cell_text(text)
    )
}

pub(super) fn number_cell(row: u32, column: u32, style: u32, number: usize) -> String {
    format!("<c r=\"{}\" s=\"{style}\"><v>{number}</v></c>", a1(row, column))
}

/// A sheet name in a reference.
pub(super) fn quoted(sheet: &str) -> String {
    format!("'{}'", sheet.replace('\'', "''"))
}
