//! One sheet, row by row: for a sheet that is too long to be kept.
//!
//! ```
//! use workbook::extract::{Limits, RowEvent, WantedSheet, rows};
//!
//! let csv = "code,name\n0501,泵\n".as_bytes();
//! let mut texts = Vec::new();
//! let end = rows(csv, &Limits::for_rows(), &WantedSheet::FirstVisible, &mut |event| {
//!     match event {
//!         RowEvent::Head(head) => texts.push(head.title().name.clone()),
//!         RowEvent::Row(row) => texts.push(format!("{} cells", row.cells.len())),
//!     }
//!     true // go on
//! })?;
//! assert_eq!(texts, ["Sheet1", "2 cells", "2 cells"]);
//! assert_eq!(end.rows, 2);
//! # Ok::<(), workbook::ReadError>(())
//! ```

use serde::{Deserialize, Serialize};
use survey::cell::DateSystem;

use super::{
    CellStyle, FileFormat, Limits, RawRow, RawSheet, RawWorkbook, Visibility,
    container::Container,
    delimited, extract,
    format::{self, Look},
    gather::{Budget, Gather},
    limits::as_u64,
    package::{self, Root, SheetPart},
    xlsb, xlsx,
};
use crate::error::ReadError;

/// Which sheet is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedSheet {
    /// The first that people see; the first of all when they see none.
    #[default]
    FirstVisible,
    /// The sheet of this name.
    Name(String),
    /// The sheet at this place in the file, from 0.
    Number(usize),
}

/// What a reader by rows meets: the head once, then every row that holds something, in ascending order.
#[derive(Clone, Debug, PartialEq)]
pub enum RowEvent {
    /// What is known before the first row.
    Head(RowsHead),
    /// One row.
    Row(RawRow),
}

/// What is known of the file before its first row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowsHead {
    /// The format.
    pub format: FileFormat,
    /// The date system of every serial in the file.
    pub dates: DateSystem,
    /// All sheets of the file, in its order.
    pub sheets: Vec<SheetTitle>,
    /// The one that is read, an index into `sheets`.
    pub sheet: usize,
    /// Cell styles, by [`RawCellAt::style`](super::RawCellAt::style).
    pub styles: Vec<CellStyle>,
    /// Whether the file carries macros; they are never read.
    pub macros: bool,
    /// Whether the file links to other workbooks; links are never followed.
    pub external_links: bool,
}

/// A sheet of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetTitle {
    /// Name.
    pub name: String,
    /// Whether people see it.
    pub visibility: Visibility,
}

/// What is known once all rows were given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RowsEnd {
    /// Rows that were given.
    pub rows: u64,
    /// Cells that were given.
    pub cells: u64,
    /// The sheet without its cells: merged ranges, hidden rows and columns, protection.
    pub sheet: RawSheet,
}

impl RowsHead {
    /// The sheet that is read; one without a name when `sheet` is none of `sheets`.
    pub fn title(&self) -> SheetTitle {
        let read = self.sheets.get(self.sheet);
        read.map_or_else(SheetTitle::default, SheetTitle::clone)
    }

    /// The number format of a style, `General` where none.
    pub fn number_format(&self, style: u32) -> &str {
        let style = usize::try_from(style).ok().and_then(|at| self.styles.get(at));
        style.map_or(super::GENERAL, |style| &style.number_format)
    }
}

impl SheetTitle {
    pub(super) fn of_parts(parts: &[SheetPart]) -> Vec<Self> {
        let title = |part: &SheetPart| Self {
            name: part.name.clone(),
            visibility: part.visibility,
        };
        parts.iter().map(title).collect()
    }
}

impl WantedSheet {
    /// The place of the wanted sheet among those there are.
    pub(super) fn find(&self, titles: &[SheetTitle]) -> Result<usize, ReadError> {
        let (found, name) = match self {
            Self::FirstVisible => (
                titles
                    .iter()
                    .position(|title| title.visibility == Visibility::Visible)
                    .or((!titles.is_empty()).then_some(0)),
                "1".to_owned(),
            ),
            Self::Name(name) => (titles.iter().position(|title| title.name == *name), name.clone()),
            Self::Number(number) => (
                Some(*number).filter(|number| *number < titles.len()),
                number.saturating_add(1).to_string(),
            ),
        };
        found.ok_or(ReadError::NoSuchSheet { name })
    }
}

/// Reads one sheet row by row. `take` says whether more is wanted; rows come in ascending order, empty ones are left
/// out. `.xlsx`, `.xlsm`, `.xlsb` and `.csv` are never kept whole; the other formats are read whole first, under the
/// same limits. A read that ends with an error may have given rows before.
pub fn rows(
    bytes: &[u8],
    limits: &Limits,
    wanted: &WantedSheet,
    take: &mut dyn FnMut(RowEvent) -> bool,
) -> Result<RowsEnd, ReadError> {
    let mut rows = Rows { wanted, take };
    match format::look(bytes, limits)? {
        Look::Zip => {
            let mut container = Container::open(bytes, limits)?;
            match package::root(&mut container, limits)? {
                Root::Xml(workbook) => xlsx::read_rows(&mut container, &workbook, limits, &mut rows),
                Root::Binary(workbook) => xlsb::read_rows(&mut container, &workbook, limits, &mut rows),
                Root::OpenDocument => rows.of_whole(extract(bytes, &kept(limits))?),
            }
        }
        Look::Text => delimited::read_rows(bytes, limits, &mut rows),
        Look::Compound | Look::BareBiff | Look::FlatOds | Look::Xml2003 | Look::Html => {
            rows.of_whole(extract(bytes, &kept(limits))?)
        }
    }
}

/// A workbook that is kept whole may not cost more than an ordinary one.
fn kept(limits: &Limits) -> Limits {
    let whole = Limits::default();
    Limits {
        part_bytes: limits.part_bytes.min(whole.part_bytes),
        total_bytes: limits.total_bytes.min(whole.total_bytes),
        cells_per_sheet: limits.cells_per_sheet.min(whole.cells_per_sheet),
        cells: limits.cells.min(whole.cells),
        text_bytes: limits.text_bytes.min(whole.text_bytes),
        ..limits.clone()
    }
}

/// Who wants which rows.
pub(super) struct Rows<'r> {
    pub(super) wanted: &'r WantedSheet,
    pub(super) take: &'r mut dyn FnMut(RowEvent) -> bool,
}

impl Rows<'_> {
    /// Reads a sheet through a gatherer that gives every row away.
    pub(super) fn through(
        &mut self,
        name: &str,
        visibility: Visibility,
        limits: &Limits,
        read: impl FnOnce(Gather<'_, '_>) -> Result<RawSheet, ReadError>,
    ) -> Result<RowsEnd, ReadError> {
        let mut end = RowsEnd::default();
        let mut budget = Budget::new(limits);
        let mut give = |row: RawRow| {
            end.rows += 1;
            end.cells += as_u64(row.cells.len());
            (self.take)(RowEvent::Row(row))
        };
        let sheet = read(Gather::new(name, visibility, &mut budget, Some(&mut give)))?;
        end.sheet = sheet;
        Ok(end)
    }

    fn of_whole(&mut self, workbook: RawWorkbook) -> Result<RowsEnd, ReadError> {
        let titles: Vec<SheetTitle> = workbook
            .sheets
            .iter()
            .map(|sheet| SheetTitle {
                name: sheet.name.clone(),
                visibility: sheet.visibility,
            })
            .collect();
        let number = self.wanted.find(&titles)?;
        let head = RowsHead {
            format: workbook.format,
            dates: workbook.dates,
            sheets: titles,
            sheet: number,
            styles: workbook.styles,
            macros: workbook.macros,
            external_links: workbook.external_links,
        };
        let mut end = RowsEnd::default();
        let mut goes_on = (self.take)(RowEvent::Head(head));
        let sheet = workbook.sheets.into_iter().nth(number);
        let mut sheet = sheet.ok_or_else(|| ReadError::NoSuchSheet {
            name: number.saturating_add(1).to_string(),
        })?;
        let mut cells = std::mem::take(&mut sheet.cells).into_iter().peekable();
        while let Some(first) = cells.next().filter(|_| goes_on) {
            let row = first.row;
            let mut of_row = vec![first];
            while let Some(cell) = cells.next_if(|cell| cell.row == row) {
                of_row.push(cell);
            }
            end.rows += 1;
            end.cells += as_u64(of_row.len());
            let hidden = sheet.is_row_hidden(row);
            goes_on = (self.take)(RowEvent::Row(RawRow {
                row,
                hidden,
                cells: of_row,
            }));
        }
        end.sheet = sheet;
        Ok(end)
    }
}
