//! A table whose columns have kinds, as files for columns hold them.

use std::borrow::Cow;

use survey::document::DocumentFault;

use super::sheet::{Numbers, doubled, fault, no_column, not_a_number, present};
use crate::codes::TableCode;

/// A table whose columns have kinds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TypedTable {
    columns: Vec<TypedColumn>,
    rows: usize,
}

/// A column of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedColumn {
    /// Its name.
    pub name: String,
    /// Its cells.
    pub cells: TypedCells,
}

/// Cells of one kind; a missing one is none.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedCells {
    /// Numbers; one that is not finite is missing.
    Numbers(Vec<Option<f64>>),
    /// Texts, read as those of a table of text are.
    Texts(Vec<Option<String>>),
    /// Cells of a kind that is not read, by its name: fine as long as nobody asks for them.
    Unread(String),
}

impl TypedTable {
    /// A table of columns with so many cells each. Refuses names that stand twice.
    pub fn new(columns: Vec<TypedColumn>, rows: usize) -> Result<Self, Vec<DocumentFault>> {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let faults = doubled(&names);
        if faults.is_empty() {
            Ok(Self { columns, rows })
        } else {
            Err(faults)
        }
    }

    pub(super) fn len(&self) -> usize {
        self.rows
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The text of a cell; none when it is missing.
    pub(super) fn text(&self, row: usize, column: usize) -> Option<Cow<'_, str>> {
        match &self.columns.get(column)?.cells {
            TypedCells::Texts(cells) => present(Cow::Borrowed(cells.get(row)?.as_deref()?.trim())),
            TypedCells::Numbers(cells) => Some(Cow::Owned((*cells.get(row)?)?.to_string())),
            TypedCells::Unread(_) => None,
        }
    }

    /// The number of a cell, none when it is missing; the text of one that is no number.
    pub(super) fn number(&self, row: usize, column: usize) -> Result<Option<f64>, Cow<'_, str>> {
        if let Some(TypedCells::Numbers(cells)) = self.columns.get(column).map(|column| &column.cells) {
            let number = cells.get(row).copied().flatten();
            return Ok(number.filter(|number| number.is_finite()));
        }
        match self.text(row, column) {
            None => Ok(None),
            Some(cell) => match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(cell),
            },
        }
    }

    /// The fault of a column that is not read.
    pub(super) fn unread(&self, column: usize) -> Option<DocumentFault> {
        let TypedColumn { name, cells } = self.columns.get(column)?;
        let TypedCells::Unread(kind) = cells else { return None };
        Some(fault(
            TableCode::ColumnKind,
            1,
            name,
            &format!("列 {name} 的类型为 {kind}，不能读取。请改为双精度数、整数或文字。"),
            &format!(
                "The column {name} is of the type {kind}, which is not read. Make it doubles, whole numbers or texts."
            ),
        ))
    }

    /// The numbers of columns; each fault names its cell.
    pub(super) fn numbers(&self, names: &[&str]) -> Result<Vec<Numbers>, Vec<DocumentFault>> {
        let (mut columns, mut faults) = (Vec::new(), Vec::new());
        for name in names {
            let Some(column) = self.column(name) else {
                faults.push(no_column(name));
                continue;
            };
            if let Some(fault) = self.unread(column) {
                faults.push(fault);
                continue;
            }
            let mut numbers = Numbers::with_room_for(self.rows);
            for row in 0..self.rows {
                let number = self.number(row, column).unwrap_or_else(|cell| {
                    faults.push(not_a_number(line(row), name, &cell));
                    None
                });
                numbers.push(number);
            }
            columns.push(numbers);
        }
        if faults.is_empty() { Ok(columns) } else { Err(faults) }
    }
}

/// The number by which a fault names a row: the first one is 1, as there is no line of names.
pub(super) fn line(row: usize) -> u64 {
    u64::try_from(row + 1).unwrap_or(u64::MAX)
}
