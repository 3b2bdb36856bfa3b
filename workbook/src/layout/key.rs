//! Names of answer cells.

use serde::{Deserialize, Serialize};
use survey::cell::TableCell;

/// One answer cell: a question, or one cell of a table question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CellKey {
    /// Question code.
    pub question: String,
    /// Row and column of a table question.
    pub table: Option<TableCell>,
}

impl CellKey {
    /// The cell of a question.
    pub fn question(code: impl Into<String>) -> Self {
        Self {
            question: code.into(),
            table: None,
        }
    }

    /// A cell of a table question; rows count from 0.
    pub fn table(question: impl Into<String>, row: u32, column: impl Into<String>) -> Self {
        Self {
            question: question.into(),
            table: Some(TableCell {
                row,
                column: column.into(),
            }),
        }
    }
}

impl std::fmt::Display for CellKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.table {
            None => f.write_str(&self.question),
            Some(cell) => write!(f, "{}[{}].{}", self.question, cell.row, cell.column),
        }
    }
}
