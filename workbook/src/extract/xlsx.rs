//! `.xlsx` and `.xlsm`: a package of SpreadsheetML parts (ECMA-376).

use super::{
    FileFormat, Limits,
    container::Container,
    gather::{Budget, Gather},
    limits::as_u64,
    package::{self, Package, SheetPart},
    raw::RawWorkbook,
    rows::{RowEvent, Rows, RowsEnd, RowsHead, SheetTitle},
    sheet::{self, Shared},
    styles::Styles,
    xml::{Node, Xml},
};
use crate::error::{Counted, ReadError};

/// Reads the whole workbook.
pub(super) fn read(container: &mut Container<'_>, workbook: &str, limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let package = package::read(container, workbook, limits)?;
    let strings = read_strings(container, package.shared_strings.as_deref(), limits)?;
    let styles = read_styles(container, package.styles.as_deref(), limits)?;
    let shared = Shared {
        strings: &strings,
        styles: &styles,
        dates: package.dates,
    };
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::with_capacity(package.sheets.len());
    for part in &package.sheets {
        let gather = Gather::whole(&part.name, part.visibility, &mut budget);
        sheets.push(read_sheet(container, part, &shared, gather)?);
    }
    Ok(RawWorkbook {
        format: format_of(&package),
        sheets,
        properties: package::read_properties(container, limits),
        styles: styles.cells,
        dates: package.dates,
        names: package.names,
        macros: package.macros,
        embedded_objects: package.embedded_objects,
        external_links: package.external_links,
    })
}

/// Reads one sheet row by row.
pub(super) fn read_rows(
    container: &mut Container<'_>,
    workbook: &str,
    limits: &Limits,
    rows: &mut Rows<'_>,
) -> Result<RowsEnd, ReadError> {
    let package = package::read(container, workbook, limits)?;
    let styles = read_styles(container, package.styles.as_deref(), limits)?;
    let titles = SheetTitle::of_parts(&package.sheets);
    let number = rows.wanted.find(&titles)?;
    let Some(part) = package.sheets.get(number) else {
        return Err(ReadError::NoSuchSheet {
            name: number.to_string(),
        });
    };
    let head = RowsHead {
        format: format_of(&package),
        dates: package.dates,
        sheets: titles,
        sheet: number,
        styles: styles.cells.clone(),
        macros: package.macros,
        external_links: package.external_links,
    };
    if !(rows.take)(RowEvent::Head(head)) {
        return Ok(RowsEnd::default());
    }
    let strings = read_strings(container, package.shared_strings.as_deref(), limits)?;
    let shared = Shared {
        strings: &strings,
        styles: &styles,
        dates: package.dates,
    };
    rows.through(&part.name, part.visibility, limits, |gather| {
        read_sheet(container, part, &shared, gather)
    })
}

fn format_of(package: &Package) -> FileFormat {
    if package.macros {
        FileFormat::Xlsm
    } else {
        FileFormat::Xlsx
    }
}

fn read_sheet(
    container: &mut Container<'_>,
    part: &SheetPart,
    shared: &Shared<'_>,
    gather: Gather<'_, '_>,
) -> Result<super::raw::RawSheet, ReadError> {
    let opened = container.part(&part.path)?;
    let opened = opened.ok_or_else(|| ReadError::damaged(&part.path, "the sheet part is missing"))?;
    sheet::read(opened, shared, gather)
}

fn read_strings(container: &mut Container<'_>, path: Option<&str>, limits: &Limits) -> Result<Vec<String>, ReadError> {
    let Some(path) = path else {
        return Ok(Vec::new());
    };
    let Some(text) = container.text(path)? else {
        return Ok(Vec::new());
    };
    let mut xml = Xml::new(&text, path, limits);
    // The declared count is never looked at: a hostile one reserves all memory.
    let mut strings = SharedStrings::new(limits);
    loop {
        match xml.next()? {
            Node::Start(element) if element.name() == "si" => strings.push(xml.string_item()?)?,
            Node::Eof => return Ok(strings.list),
            _ => {}
        }
    }
}

/// Shared strings, counted as they are read.
pub(super) struct SharedStrings<'l> {
    pub(super) list: Vec<String>,
    bytes: u64,
    limits: &'l Limits,
}

impl<'l> SharedStrings<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            list: Vec::new(),
            bytes: 0,
            limits,
        }
    }

    pub(super) fn push(&mut self, text: String) -> Result<(), ReadError> {
        let limits = self.limits;
        if self.list.len() >= limits.shared_strings {
            return Err(ReadError::too_many(Counted::SharedStrings, limits.shared_strings));
        }
        self.bytes = self.bytes.saturating_add(as_u64(text.len()));
        if self.bytes > limits.string_bytes {
            return Err(ReadError::TooMany {
                what: Counted::StringBytes,
                limit: limits.string_bytes,
            });
        }
        self.list.push(text);
        Ok(())
    }
}

fn read_styles(container: &mut Container<'_>, path: Option<&str>, limits: &Limits) -> Result<Styles, ReadError> {
    let Some(path) = path else {
        return Ok(Styles::default());
    };
    match container.text(path)? {
        Some(text) => Styles::read(&text, path, limits),
        None => Ok(Styles::default()),
    }
}
