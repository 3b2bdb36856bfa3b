//! Reading a spreadsheet as a mapping says: rows or sheets in, raw cells with their places out.

use std::collections::BTreeMap;

use survey::{
    cell::{Place, RawCell, RawValue, TableCell},
    width::half_width,
};

use super::{Compiled, Shape, check::At};
use crate::extract::{GENERAL, RawCellAt, RawRow, RawSheet, RawWorkbook, RowsHead, Visibility, a1};

/// A row of a sheet (or a whole sheet where each is one enterprise) with the number formats of its cells.
pub struct SourceRow<'a> {
    /// Sheet.
    pub sheet: &'a str,
    /// Row from 0; 0 for a whole sheet.
    pub row: u32,
    /// Its cells by row, then by column, each with its number format.
    pub cells: Vec<(&'a RawCellAt, &'a str)>,
}

impl<'a> SourceRow<'a> {
    /// A row of a sheet that is read row by row.
    pub fn of(head: &'a RowsHead, sheet: &'a str, row: &'a RawRow) -> Self {
        Self {
            sheet,
            row: row.row,
            cells: row
                .cells
                .iter()
                .map(|cell| (cell, head.number_format(cell.style)))
                .collect(),
        }
    }
}

/// What a row says of an enterprise.
#[derive(Clone, Debug, PartialEq)]
pub struct MappedRow {
    /// Sheet and row as people name them: `数据!7`, or the sheet alone.
    pub name: String,
    /// The key as text, trimmed; absent when the cell is blank.
    pub key: Option<String>,
    /// Where the key stands.
    pub key_place: Place,
    /// The mapped cells, blank ones included.
    pub cells: Vec<RawCell>,
}

/// The rows (or sheets) of a workbook that hold enterprises, in order. Blank rows are left out.
pub fn rows<'a>(compiled: &Compiled, workbook: &'a RawWorkbook) -> Vec<SourceRow<'a>> {
    let visible = workbook
        .sheets
        .iter()
        .filter(|sheet| sheet.visibility == Visibility::Visible && !sheet.cells.is_empty());
    match &compiled.mapping.shape {
        Shape::Sheets => visible
            .filter(|sheet| sheet.cells.iter().any(|cell| at(cell, compiled.key)))
            .map(|sheet| SourceRow {
                sheet: &sheet.name,
                row: 0,
                cells: with_formats(workbook, &sheet.cells),
            })
            .collect(),
        Shape::Rows { sheet, .. } => {
            let wanted = |found: &&RawSheet| sheet.as_ref().is_none_or(|name| *name == found.name);
            let found = visible.clone().find(wanted);
            found.map_or_else(Vec::new, |sheet| {
                let below = sheet.cells.iter().filter(|cell| compiled.is_below_head(cell.row));
                let mut by_row: BTreeMap<u32, Vec<(&RawCellAt, &str)>> = BTreeMap::new();
                for cell in below {
                    by_row
                        .entry(cell.row)
                        .or_default()
                        .push((cell, workbook.number_format(cell)));
                }
                by_row
                    .into_iter()
                    .map(|(row, cells)| SourceRow {
                        sheet: &sheet.name,
                        row,
                        cells,
                    })
                    .collect()
            })
        }
    }
}

impl Compiled {
    /// Whether a row of the sheet stands below its head.
    pub fn is_below_head(&self, row: u32) -> bool {
        match self.mapping.shape {
            Shape::Rows { header_row, .. } => row >= header_row,
            Shape::Sheets => true,
        }
    }

    /// What a row says; none where nothing stands in any mapped cell.
    pub fn read(&self, source: &SourceRow<'_>) -> Option<MappedRow> {
        let whole_sheet = matches!(self.mapping.shape, Shape::Sheets);
        let found = |wanted: At| {
            let wanted = (wanted.row.unwrap_or(source.row), wanted.column);
            let at = source
                .cells
                .binary_search_by_key(&wanted, |(cell, _)| (cell.row, cell.column));
            at.ok().and_then(|at| source.cells.get(at))
        };
        let place = |wanted: At| Place {
            sheet: source.sheet.to_owned(),
            cell: a1(wanted.row.unwrap_or(source.row), wanted.column),
        };
        let key = found(self.key).and_then(|(cell, _)| key_text(&cell.value));
        let mut written = key.is_some();
        let cells = self.fields.iter().map(|(at, field)| {
            let cell = found(*at);
            written |= cell.is_some_and(|(cell, _)| cell.value != RawValue::Blank);
            RawCell {
                question: field.question.clone(),
                table: field.column.as_ref().map(|column| TableCell {
                    row: field.row.unwrap_or(0),
                    column: column.clone(),
                }),
                place: place(*at),
                value: cell.map_or(RawValue::Blank, |(cell, _)| cell.value.clone()),
                number_format: cell.map_or_else(|| GENERAL.to_owned(), |(_, format)| (*format).to_owned()),
                formula: cell.is_some_and(|(cell, _)| cell.formula),
            }
        });
        let cells = cells.collect();
        written.then(|| MappedRow {
            name: if whole_sheet {
                source.sheet.to_owned()
            } else {
                format!("{}!{}", source.sheet, u64::from(source.row) + 1)
            },
            key,
            key_place: place(self.key),
            cells,
        })
    }
}

fn with_formats<'a>(workbook: &'a RawWorkbook, cells: &'a [RawCellAt]) -> Vec<(&'a RawCellAt, &'a str)> {
    cells.iter().map(|cell| (cell, workbook.number_format(cell))).collect()
}

fn at(cell: &RawCellAt, wanted: At) -> bool {
    cell.column == wanted.column && wanted.row.is_none_or(|row| row == cell.row)
}

/// A credit code or a name as it is looked up; none where nothing readable stands. A number is no good key: eighteen
/// digits do not survive as one.
fn key_text(value: &RawValue) -> Option<String> {
    match value {
        RawValue::Text(text) => {
            let text = half_width(text).trim().to_owned();
            (!text.is_empty()).then_some(text)
        }
        RawValue::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
