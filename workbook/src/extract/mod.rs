//! Reading any `.xlsx` or `.xlsm` into raw cells, hostile ones included.
//!
//! The reader is our own, on quick-xml and zip. The kept library for this, calamine, was weighed and left: it reserves
//! memory by the file's own `uniqueCount` and aborts, reads UTF-16 parts as empty, merges doubled zip entries, drops
//! broken sheets in silence, and has no hidden rows and columns. What a return needs of SpreadsheetML is small, and
//! here exactness and refusal are the product. calamine stays as the second opinion of the tests.
//!
//! Everything is bounded by [`Limits`]: bytes, ratio, entries, cells, texts, depth. What is refused is refused as a
//! whole with a [`ReadError`]; nothing is cut off or left out in silence. Even so, run it in a child process with
//! memory and CPU limits.

mod container;
mod directory;
mod limits;
mod package;
mod raw;
pub(crate) mod reference;
mod sheet;
mod sniff;
mod styles;
mod xml;

pub(crate) use container::decode;
pub use limits::Limits;
pub(crate) use package::resolve;
pub(crate) use raw::GENERAL;
pub use raw::{CellRange, CellStyle, FileProperties, RawCellAt, RawSheet, RawWorkbook, Visibility};
pub use reference::{a1, position};

use self::{
    container::Container,
    sheet::Shared,
    styles::Styles,
    xml::{Node, Xml},
};
use crate::error::{Counted, ReadError};

/// Reads a workbook into raw cells. Formulas are never computed, macros, objects and links never followed.
pub fn extract(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    sniff::refuse_other_formats(bytes, limits)?;
    let mut container = Container::open(bytes, limits)?;
    let package = package::read(&mut container, limits)?;
    let strings = match &package.shared_strings {
        Some(path) => read_strings(&mut container, path, limits)?,
        None => Vec::new(),
    };
    let styles = match &package.styles {
        Some(path) => read_styles(&mut container, path, limits)?,
        None => Styles::default(),
    };
    let mut shared = Shared {
        strings: &strings,
        styles: &styles,
        dates: package.dates,
        limits,
        cells: 0,
        text_bytes: 0,
    };
    let mut sheets = Vec::with_capacity(package.sheets.len());
    for sheet in package.sheets {
        let text = container.text(&sheet.path)?;
        let text = text.ok_or_else(|| ReadError::damaged(&sheet.path, "the sheet part is missing"))?;
        sheets.push(sheet::read(
            &text,
            &sheet.path,
            sheet.name,
            sheet.visibility,
            &mut shared,
        )?);
    }
    Ok(RawWorkbook {
        sheets,
        properties: package::read_properties(&mut container, limits),
        styles: styles.cells,
        dates: package.dates,
        macros: package.macros,
        embedded_objects: package.embedded_objects,
        external_links: package.external_links,
    })
}

fn read_strings(container: &mut Container<'_>, path: &str, limits: &Limits) -> Result<Vec<String>, ReadError> {
    let Some(text) = container.text(path)? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(&text, path, limits);
    // The declared count is never looked at: a hostile one reserves all memory.
    let mut strings = Vec::new();
    loop {
        match xml.next()? {
            Node::Start(element) if element.name() == "si" => {
                if strings.len() >= limits.shared_strings {
                    return Err(ReadError::too_many(Counted::SharedStrings, limits.shared_strings));
                }
                strings.push(xml.string_item()?);
            }
            Node::Eof => return Ok(strings),
            _ => {}
        }
    }
}

fn read_styles(container: &mut Container<'_>, path: &str, limits: &Limits) -> Result<Styles, ReadError> {
    match container.text(path)? {
        Some(text) => Styles::read(&text, path, limits),
        None => Ok(Styles::default()),
    }
}
