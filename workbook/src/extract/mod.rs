//! Reading any workbook into raw cells, hostile ones included, in every format that comes back.
//!
//! | format | reader |
//! |---|---|
//! | `.xlsx`, `.xlsm` | `xlsx.rs`: zip, SpreadsheetML |
//! | `.xlsb` | `xlsb/`: zip, binary records |
//! | `.xls` (Excel 5 to 2003, WPS `.et`) | `xls/`: compound file, BIFF records |
//! | `.ods`, `.fods` | `ods/` |
//! | `.csv`, `.tsv`, `.txt` | `delimited.rs` |
//! | web page named `.xls` | `html/` |
//! | SpreadsheetML 2003 named `.xls` | `xml2003.rs` |
//!
//! The readers are our own, on quick-xml, zip, csv and encoding_rs. The kept library for this, calamine, was weighed
//! and left: it reserves memory by the file's own `uniqueCount` and aborts, reads UTF-16 parts as empty, merges doubled
//! zip entries, drops broken sheets in silence, and has no hidden rows and columns and no locks. What a return needs of
//! each format is small, and here exactness and refusal are the product. calamine stays as the second opinion of the
//! tests.
//!
//! Everything is bounded by [`Limits`]: bytes, ratio, entries, cells, texts, depth. What is refused is refused as a
//! whole with a [`ReadError`]; nothing is cut off or left out in silence. Even so, run it in a child process with
//! memory and CPU limits.
//!
//! [`extract`] reads a whole workbook; [`rows()`] reads one sheet row by row and keeps none of them.

mod bytes;
mod charset;
pub(crate) mod container;
mod delimited;
pub(crate) mod directory;
mod format;
mod gather;
mod html;
mod limits;
mod ods;
mod package;
mod piece;
mod protect;
mod raw;
pub(crate) mod reference;
mod rows;
mod serial;
mod sheet;
mod styles;
mod xls;
mod xlsb;
mod xlsx;
mod xml;
mod xml2003;

pub use charset::decode_text;
pub(crate) use container::decode;
pub use format::FileFormat;
pub use limits::Limits;
pub(crate) use limits::as_u64;
pub(crate) use package::{last_segment, resolve};
pub(crate) use raw::GENERAL;
pub use raw::{CellRange, CellStyle, FileProperties, RawCellAt, RawRow, RawSheet, RawWorkbook, Visibility};
pub use reference::{a1, position};
pub use rows::{RowEvent, RowsEnd, RowsHead, SheetTitle, WantedSheet, rows};

use self::{container::Container, format::Look, package::Root};
use crate::error::ReadError;

/// Reads a workbook of any format into raw cells. Formulas are never computed, macros, objects and links never
/// followed.
pub fn extract(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    match format::look(bytes, limits)? {
        Look::Zip => {
            let mut container = Container::open(bytes, limits)?;
            match package::root(&mut container, limits)? {
                Root::Xml(workbook) => xlsx::read(&mut container, &workbook, limits),
                Root::Binary(workbook) => xlsb::read(&mut container, &workbook, limits),
                Root::OpenDocument => ods::read(&mut container, limits),
            }
        }
        Look::Compound => xls::read(bytes, limits),
        Look::BareBiff => xls::read_stream(bytes, limits),
        Look::FlatOds => ods::read_flat(bytes, limits),
        Look::Xml2003 => xml2003::read(bytes, limits),
        Look::Html => html::read(bytes, limits),
        Look::Text => delimited::read(bytes, limits),
    }
}
