//! What a workbook holds, before anything is understood.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey::cell::{DateSystem, Place, RawValue};

use super::{FileFormat, reference::a1};

/// The name of the number format of an unformatted cell.
pub(crate) const GENERAL: &str = "General";

/// A whole workbook. It crosses a pipe from the reading child process, so it is compact: styles are kept once, cells
/// without a value are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RawWorkbook {
    /// The format it was handed in.
    pub format: FileFormat,
    /// Sheets in the order of the file; chart and dialog sheets are left out.
    pub sheets: Vec<RawSheet>,
    /// Cell styles, by [`RawCellAt::style`].
    pub styles: Vec<CellStyle>,
    /// The date system of every serial in the file.
    pub dates: DateSystem,
    /// Properties of the file.
    pub properties: FileProperties,
    /// What stands behind the defined names that a template of ours carries (`_ronghe.` and on), as written; all other
    /// names are left out.
    pub names: BTreeMap<String, String>,
    /// Whether the file carries macros; they are never read.
    pub macros: bool,
    /// Whether the file carries embedded objects or ActiveX controls; they are never read.
    pub embedded_objects: bool,
    /// Whether the file links to other workbooks; links are never followed.
    pub external_links: bool,
}

/// One sheet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RawSheet {
    /// Name.
    pub name: String,
    /// Whether people see it.
    pub visibility: Visibility,
    /// Cells that hold something, by row, then by column; no position occurs twice.
    pub cells: Vec<RawCellAt>,
    /// Merged ranges.
    pub merged: Vec<CellRange>,
    /// Hidden rows as inclusive ranges from 0, ascending and apart.
    pub hidden_rows: Vec<(u32, u32)>,
    /// Hidden columns as inclusive ranges from 0, ascending and apart.
    pub hidden_columns: Vec<(u32, u32)>,
    /// Whether the sheet is protected, so that its locked cells cannot be edited in ordinary use.
    pub protected: bool,
}

/// Visibility of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Shown.
    #[default]
    Visible,
    /// Hidden, can be shown from the menu.
    Hidden,
    /// Hidden, cannot be shown from the menu. LibreOffice saves it as hidden.
    VeryHidden,
}

/// A cell that holds something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawCellAt {
    /// Row from 0.
    pub row: u32,
    /// Column from 0.
    pub column: u32,
    /// Value; never [`RawValue::Blank`] unless the cell holds a formula whose result is the empty text.
    pub value: RawValue,
    /// Index into [`RawWorkbook::styles`].
    pub style: u32,
    /// Whether the cell holds a formula.
    pub formula: bool,
}

/// One row of a sheet that is read row by row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RawRow {
    /// Row from 0.
    pub row: u32,
    /// Whether the row is hidden.
    pub hidden: bool,
    /// Its cells that hold something, by column.
    pub cells: Vec<RawCellAt>,
}

/// The part of a cell style that matters for reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellStyle {
    /// Number format code, `General` where none.
    pub number_format: String,
    /// Whether the cell is locked when its sheet is protected.
    pub locked: bool,
}

/// A rectangle of cells, corners inclusive, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellRange {
    /// First row.
    pub first_row: u32,
    /// First column.
    pub first_column: u32,
    /// Last row.
    pub last_row: u32,
    /// Last column.
    pub last_column: u32,
}

/// Properties of the file, as its last writer left them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileProperties {
    /// Program that saved the file, such as `Microsoft Excel` or `WPS Office`.
    pub application: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// First author.
    pub author: Option<String>,
    /// Who saved it last.
    pub last_modified_by: Option<String>,
    /// When it was made, as written.
    pub created: Option<String>,
    /// When it was saved last, as written.
    pub modified: Option<String>,
}

impl RawWorkbook {
    /// The bytes that cross the pipe. Doubles are kept to the bit.
    ///
    /// # Errors
    /// Only when a value cannot be encoded, which no workbook read by [`extract`](super::extract) has.
    pub fn to_bytes(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }

    /// A workbook from [`RawWorkbook::to_bytes`]. The bytes need not be trusted: nothing is allocated ahead of them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, postcard::Error> {
        postcard::from_bytes(bytes)
    }

    /// The number format of a cell, `General` where none.
    pub fn number_format(&self, cell: &RawCellAt) -> &str {
        self.style(cell).map_or(GENERAL, |style| &style.number_format)
    }

    /// Whether a cell is locked once its sheet is protected. Cells are, unless their style says otherwise.
    pub fn is_locked(&self, cell: &RawCellAt) -> bool {
        self.style(cell).is_none_or(|style| style.locked)
    }

    fn style(&self, cell: &RawCellAt) -> Option<&CellStyle> {
        self.styles.get(usize::try_from(cell.style).ok()?)
    }
}

impl RawSheet {
    /// The cell at a position, counted from 0.
    pub fn cell(&self, row: u32, column: u32) -> Option<&RawCellAt> {
        let found = self
            .cells
            .binary_search_by_key(&(row, column), |cell| (cell.row, cell.column))
            .ok()?;
        self.cells.get(found)
    }

    /// The cells of one row, by column.
    pub fn row(&self, row: u32) -> &[RawCellAt] {
        let (_, rest) = self.cells.split_at(self.cells.partition_point(|cell| cell.row < row));
        let (cells, _) = rest.split_at(rest.partition_point(|cell| cell.row <= row));
        cells
    }

    /// A place on this sheet.
    pub fn place(&self, row: u32, column: u32) -> Place {
        Place {
            sheet: self.name.clone(),
            cell: a1(row, column),
        }
    }

    /// Whether a row is hidden.
    pub fn is_row_hidden(&self, row: u32) -> bool {
        lies_in(&self.hidden_rows, row)
    }

    /// Whether a column is hidden.
    pub fn is_column_hidden(&self, column: u32) -> bool {
        lies_in(&self.hidden_columns, column)
    }
}

impl RawRow {
    /// The cell in a column, counted from 0.
    pub fn cell(&self, column: u32) -> Option<&RawCellAt> {
        let found = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(found)
    }
}

impl CellRange {
    /// Whether a position lies inside.
    pub fn contains(&self, row: u32, column: u32) -> bool {
        (self.first_row..=self.last_row).contains(&row) && (self.first_column..=self.last_column).contains(&column)
    }
}

/// A text; one without characters is nothing.
pub(super) fn text_or_blank(text: String) -> RawValue {
    if text.is_empty() {
        RawValue::Blank
    } else {
        RawValue::Text(text)
    }
}

fn lies_in(ranges: &[(u32, u32)], at: u32) -> bool {
    let next = ranges.partition_point(|(first, _)| *first <= at);
    next.checked_sub(1)
        .and_then(|found| ranges.get(found))
        .is_some_and(|(_, last)| at <= *last)
}
