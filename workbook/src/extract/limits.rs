//! What a workbook may cost to read.

use serde::{Deserialize, Serialize};

const MIB: u64 = 1024 * 1024;

/// A size in memory as it is compared with a limit of a file. No machine has more than 64 bits of it.
pub(crate) fn as_u64(size: usize) -> u64 {
    size as u64
}

/// Upper bounds of a read. Whatever exceeds one of them is refused with a [`ReadError`](crate::ReadError) that names
/// the bound; nothing is ever cut off in silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the file as uploaded.
    pub file_bytes: u64,
    /// Entries of the zip container; an ordinary workbook has 15 to 60.
    pub entries: usize,
    /// Bytes of one part after inflation.
    pub part_bytes: u64,
    /// Bytes of all parts together after inflation, as declared and as really inflated.
    pub total_bytes: u64,
    /// Inflated over compressed size of one part, looked at once a part is larger than [`Limits::ratio_floor_bytes`].
    /// Sheets of a real return reach about 30, empty formatted rows about 100; deflate itself ends at 1032.
    pub ratio: u64,
    /// Parts up to this many bytes may have any ratio: a small part is no danger.
    pub ratio_floor_bytes: u64,
    /// Sheets.
    pub sheets: usize,
    /// Cell elements of one sheet, blank ones counted.
    pub cells_per_sheet: usize,
    /// Cell elements of all sheets, blank ones counted.
    pub cells: usize,
    /// Shared strings, counted as they are read; the file's own `uniqueCount` is never looked at.
    pub shared_strings: usize,
    /// Characters of one text: the limit of Excel.
    pub text_chars: usize,
    /// Bytes of all cell texts together: one shared string may be referred to by a million cells.
    pub text_bytes: u64,
    /// Merged ranges of one sheet.
    pub merged_ranges: usize,
    /// Cell styles; Excel itself ends at 64 000.
    pub styles: usize,
    /// Nested XML elements.
    pub xml_depth: usize,
    /// Bytes of all shared strings together: they are kept in memory while a sheet is read.
    pub string_bytes: u64,
    /// Bytes of XML from the end of one row to the end of the next, and of what stands before and after the rows.
    pub row_bytes: u64,
}

impl Limits {
    /// Limits of a sheet that is read row by row and never kept: a sheet of 50 000 rows and 120 columns fits four
    /// times over, while the memory stays below 300 MB.
    pub fn for_rows() -> Self {
        Self {
            file_bytes: 96 * MIB,
            part_bytes: 2048 * MIB,
            total_bytes: 3072 * MIB,
            cells_per_sheet: 25_000_000,
            cells: 25_000_000,
            text_bytes: 1024 * MIB,
            string_bytes: 96 * MIB,
            ..Self::default()
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 20 * MIB,
            entries: 2000,
            part_bytes: 150 * MIB,
            total_bytes: 200 * MIB,
            ratio: 200,
            ratio_floor_bytes: MIB,
            sheets: 200,
            cells_per_sheet: 1_000_000,
            cells: 2_000_000,
            shared_strings: 1_000_000,
            text_chars: 32_767,
            text_bytes: 64 * MIB,
            merged_ranges: 65_536,
            styles: 65_536,
            xml_depth: 64,
            string_bytes: 64 * MIB,
            row_bytes: 64 * MIB,
        }
    }
}
