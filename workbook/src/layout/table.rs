//! Sheets of table questions.

use serde::Serialize;
use survey::{cell::TableCell, text::Text};

use super::{FURNITURE, at};
use crate::language::Language;

/// The rows of a table question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableBlock {
    /// Question code. Hidden row codes are `CODE#0`, `CODE#1` ...
    pub question: String,
    /// Columns in order.
    pub columns: Vec<TableBlockColumn>,
    /// Rows to fill in.
    pub rows: u32,
}

/// A column of a table question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableBlockColumn {
    /// Column code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Unit as shown, empty for none.
    pub unit: Text,
    /// Whether each row needs it.
    pub required: bool,
}

impl TableBlock {
    /// Columns with their number on the sheet, counted from 0.
    pub(crate) fn numbered_columns(&self) -> impl Iterator<Item = (u16, &TableBlockColumn)> {
        (at::FIRST_TABLE_COLUMN..).zip(&self.columns)
    }

    /// The hidden code of a row.
    pub(crate) fn row_anchor(&self, row: u32) -> String {
        format!("{}{FURNITURE}{row}", self.question)
    }

    pub(super) fn position(&self, cell: &TableCell) -> Option<(u32, u16)> {
        let (column, _) = self.numbered_columns().find(|(_, column)| column.code == cell.column)?;
        (cell.row < self.rows).then(|| (at::FIRST_ROW + cell.row, column))
    }
}

impl TableBlockColumn {
    /// The header: label, unit in brackets on a line of its own.
    pub(crate) fn header(&self, language: Language) -> String {
        let label = language.block(&self.label);
        if self.unit.zh.is_empty() {
            return label;
        }
        format!("{label}\n（{}）", language.inline(&self.unit))
    }
}
