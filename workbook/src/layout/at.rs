//! Where things stand on a sheet, counted from 0. Both kinds of sheet share the rows.

/// Hidden row of column codes.
pub(crate) const ANCHOR_ROW: u32 = 0;
/// Title.
pub(crate) const TITLE_ROW: u32 = 1;
/// Filling note of the section or table.
pub(crate) const NOTE_ROW: u32 = 2;
/// Column headers.
pub(crate) const HEADER_ROW: u32 = 3;
/// First row of questions or table rows.
pub(crate) const FIRST_ROW: u32 = 4;
/// Hidden column of row codes.
pub(crate) const ANCHOR_COLUMN: u16 = 0;
/// Question code on a grid, row number on a table sheet.
pub(crate) const CODE_COLUMN: u16 = 1;
/// Label on a grid.
pub(crate) const LABEL_COLUMN: u16 = 2;
/// Unit on a grid.
pub(crate) const UNIT_COLUMN: u16 = 3;
/// First answer column of a grid.
pub(crate) const FIRST_ANSWER_COLUMN: u16 = 4;
/// First column of a table.
pub(crate) const FIRST_TABLE_COLUMN: u16 = 2;
/// Past all columns: the writer refuses what stands there.
pub(crate) const NO_COLUMN: u16 = u16::MAX;
