//! Many returns on one sheet: one row per enterprise, one column per question, for a town or a group that fills in for
//! many.
//!
//! For whoever imports such a sheet:
//!
//! 1. Read the sheet of marks (`_template`, the first sheet of the file) into a [`RawWorkbook`](crate::extract::RawWorkbook)
//!    and ask [`anchor::metadata`](crate::anchor::metadata); its kind is
//!    [`TemplateKind::Bulk`](crate::metadata::TemplateKind::Bulk). Verify the seal before trusting anything in it.
//! 2. [`BulkLayout::of`] with the questionnaire of the marks and their `table_rows`; its [`hash`](BulkLayout::hash) is
//!    the `layout_hash` of the marks.
//! 3. Hand the rows of the other sheet, top to bottom, to a [`BulkReader`]: each data row becomes a [`BulkRow`] with the
//!    credit code and the raw cells of one return, ready for `Survey::read_answers` and the ordinary checks.
//!
//! The sheet has three head rows (codes, labels, units). Columns are found by their code: they may be reordered, moved
//! and left out; a column whose label or unit was reworded counts as not answered (WF25).

mod layout;
mod read;
mod write;

pub use layout::{BulkColumn, BulkLayout};
pub use read::{BulkReader, BulkRow, BulkStep};
pub use write::{BulkEntry, write};

use crate::language::Language;

/// The code of the data sheet in the marks.
pub const BULK_SHEET: &str = "bulk";
/// The code of the column of credit codes.
pub const USCC_COLUMN: &str = "#uscc";
/// The code of the column of names, which are only shown.
pub const NAME_COLUMN: &str = "#name";
/// Rows of each table question that get columns when nothing else is said.
pub const DEFAULT_TABLE_ROWS: u32 = 3;

/// Where things stand on the data sheet, counted from 0.
mod at {
    pub(super) const CODE_ROW: u32 = 0;
    pub(super) const LABEL_ROW: u32 = 1;
    pub(super) const UNIT_ROW: u32 = 2;
    pub(super) const FIRST_ROW: u32 = 3;
    pub(super) const USCC_COLUMN: u16 = 0;
    pub(super) const NAME_COLUMN: u16 = 1;
    pub(super) const FIRST_COLUMN: u16 = 2;
}

/// The name of the data sheet.
pub(crate) fn sheet_name(language: Language) -> &'static str {
    if language == Language::En {
        "Returns"
    } else {
        "汇总填报"
    }
}
