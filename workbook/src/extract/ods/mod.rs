//! `.ods` and `.fods`: OpenDocument spreadsheets (ISO/IEC 26300).
//!
//! A file says how often a cell or a row is repeated. Blank ones cost nothing however often they are; what holds
//! something is counted every time.

mod style;
mod table;

use survey::cell::DateSystem;

use self::{
    style::{CellStyles, StyleNames},
    table::Tables,
};
use super::{
    FileFormat, Limits, charset,
    container::Container,
    gather::Budget,
    raw::{FileProperties, RawWorkbook},
    xml::{Node, Xml},
};
use crate::error::ReadError;

/// Reads a package.
pub(super) fn read(container: &mut Container<'_>, limits: &Limits) -> Result<RawWorkbook, ReadError> {
    const CONTENT: &str = "content.xml";
    let manifest = container.text("meta-inf/manifest.xml")?;
    if manifest.is_some_and(|text| text.contains("encryption-data")) {
        return Err(ReadError::Encrypted);
    }
    let mut names = StyleNames::default();
    if let Some(text) = container.text("styles.xml")? {
        read_styles(&text, "styles.xml", limits, &mut names)?;
    }
    let content = container.text(CONTENT)?;
    let content = content.ok_or_else(|| ReadError::damaged(CONTENT, "the content is missing"))?;
    let mut workbook = read_content(&content, CONTENT, limits, names)?;
    let has_folder = |folder: &str| container.paths().any(|path| path.starts_with(folder));
    workbook.macros = has_folder("basic/") || has_folder("scripts/");
    workbook.embedded_objects = has_folder("object ") || has_folder("objectreplacements/");
    if let Some(text) = container.text("meta.xml")? {
        // The properties are a courtesy: what cannot be read is left out.
        if let Ok(properties) = read_properties(&text, limits) {
            workbook.properties = properties;
        }
    }
    Ok(workbook)
}

/// Reads a file of one XML document.
pub(super) fn read_flat(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    const PART: &str = "office:document";
    let text = charset::decode(bytes, None)?;
    let mut names = StyleNames::default();
    read_styles(&text, PART, limits, &mut names)?;
    read_content(&text, PART, limits, names)
}

/// The styles of a part; what else it holds is passed over.
fn read_styles(text: &str, part: &str, limits: &Limits, names: &mut StyleNames) -> Result<(), ReadError> {
    let mut xml = Xml::new(text, part, limits);
    loop {
        match xml.next()? {
            Node::Start(element) => match element.name() {
                "styles" | "automatic-styles" => names.read(&mut xml, part, limits)?,
                "body" => return Ok(()),
                _ => {}
            },
            Node::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn read_content(text: &str, part: &str, limits: &Limits, mut names: StyleNames) -> Result<RawWorkbook, ReadError> {
    let mut xml = Xml::new(text, part, limits);
    loop {
        match xml.next()? {
            Node::Start(element) => match element.name() {
                "styles" | "automatic-styles" => names.read(&mut xml, part, limits)?,
                "spreadsheet" => break,
                "text" | "presentation" | "drawing" | "chart" if xml.depth() == 3 => return Err(ReadError::Word),
                _ => {}
            },
            Node::Eof => return Err(ReadError::damaged(part, "there is no spreadsheet in it")),
            _ => {}
        }
    }
    let mut budget = Budget::new(limits);
    let mut tables = Tables {
        part,
        names: &names,
        styles: CellStyles::of(&names),
        dates: DateSystem::From1900,
        external_links: false,
    };
    let mut sheets = Vec::new();
    loop {
        match xml.next()? {
            Node::Start(element) => match element.name() {
                "table" => {
                    budget.count_sheet()?;
                    sheets.push(tables.read(&mut xml, &element, &mut budget)?);
                }
                "null-date" => element.attributes(part, |key, value| {
                    if key == "date-value" && value.starts_with("1904") {
                        tables.dates = DateSystem::From1904;
                    }
                })?,
                "calculation-settings" => {}
                _ => xml.skip()?,
            },
            Node::Eof => break,
            _ => {}
        }
    }
    Ok(RawWorkbook {
        format: FileFormat::Ods,
        sheets,
        dates: tables.dates,
        external_links: tables.external_links,
        styles: tables.styles.styles.cells,
        ..RawWorkbook::default()
    })
}

/// Document properties. They are a courtesy: what cannot be read is left out.
fn read_properties(text: &str, limits: &Limits) -> Result<FileProperties, ReadError> {
    let mut properties = FileProperties::default();
    let mut xml = Xml::new(text, "meta.xml", limits);
    loop {
        match xml.next()? {
            Node::Start(element) => {
                let field = match element.name() {
                    "generator" => &mut properties.application,
                    "title" => &mut properties.title,
                    "initial-creator" => &mut properties.author,
                    "creator" => &mut properties.last_modified_by,
                    "creation-date" => &mut properties.created,
                    "date" => &mut properties.modified,
                    _ => continue,
                };
                let value: String = xml.text()?.chars().take(255).collect();
                *field = Some(value).filter(|value| !value.is_empty());
            }
            Node::Eof => return Ok(properties),
            _ => {}
        }
    }
}
