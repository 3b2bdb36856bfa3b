//! Workbooks and lists as files: read in the limited child, by cells or row by row.

pub mod read;
pub mod sheet_rows;
