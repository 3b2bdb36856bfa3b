//! `.xlsb`: the package of `.xlsx` with binary parts (MS-XLSB).

mod record;
mod sheet;

use std::collections::BTreeMap;

use survey::cell::DateSystem;

use self::record::{Records, kind};
use super::{
    FileFormat, Limits,
    bytes::{Bytes, utf16},
    container::Container,
    gather::{Budget, Gather},
    package::{self, ListedSheet, SheetPart},
    raw::{RawSheet, RawWorkbook, Visibility},
    rows::{RowEvent, Rows, RowsEnd, RowsHead, SheetTitle},
    styles::Styles,
    xlsx::SharedStrings,
};
use crate::error::{Counted, ReadError};

/// What is known before the sheets are read.
struct Book {
    sheets: Vec<SheetPart>,
    dates: DateSystem,
    styles: Styles,
    strings_path: Option<String>,
    macros: bool,
    external_links: bool,
    embedded_objects: bool,
}

/// Reads the whole workbook.
pub(super) fn read(container: &mut Container<'_>, workbook: &str, limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let book = read_book(container, workbook, limits)?;
    let strings = read_strings(container, book.strings_path.as_deref(), limits)?;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::with_capacity(book.sheets.len());
    for part in &book.sheets {
        let gather = Gather::whole(&part.name, part.visibility, &mut budget);
        sheets.push(read_sheet(container, part, &book.styles, &strings, gather)?);
    }
    Ok(RawWorkbook {
        format: FileFormat::Xlsb,
        sheets,
        properties: package::read_properties(container, limits),
        styles: book.styles.cells,
        dates: book.dates,
        macros: book.macros,
        embedded_objects: book.embedded_objects,
        external_links: book.external_links,
        ..RawWorkbook::default()
    })
}

/// Reads one sheet row by row.
pub(super) fn read_rows(
    container: &mut Container<'_>,
    workbook: &str,
    limits: &Limits,
    rows: &mut Rows<'_>,
) -> Result<RowsEnd, ReadError> {
    let book = read_book(container, workbook, limits)?;
    let titles = SheetTitle::of_parts(&book.sheets);
    let number = rows.wanted.find(&titles)?;
    let head = RowsHead {
        format: FileFormat::Xlsb,
        dates: book.dates,
        sheets: titles,
        sheet: number,
        styles: book.styles.cells.clone(),
        macros: book.macros,
        external_links: book.external_links,
    };
    let Some(part) = book.sheets.get(number).filter(|_| (rows.take)(RowEvent::Head(head))) else {
        return Ok(RowsEnd::default());
    };
    let strings = read_strings(container, book.strings_path.as_deref(), limits)?;
    rows.through(&part.name, part.visibility, limits, |gather| {
        read_sheet(container, part, &book.styles, &strings, gather)
    })
}

fn read_sheet(
    container: &mut Container<'_>,
    part: &SheetPart,
    styles: &Styles,
    strings: &[String],
    gather: Gather<'_, '_>,
) -> Result<RawSheet, ReadError> {
    let opened = container.part(&part.path)?;
    let opened = opened.ok_or_else(|| ReadError::damaged(&part.path, "the sheet part is missing"))?;
    sheet::read(opened, styles, strings, gather)
}

fn read_book(container: &mut Container<'_>, workbook: &str, limits: &Limits) -> Result<Book, ReadError> {
    let relationships = package::relationships_of(container, workbook, limits)?;
    let (macros, external_links, embedded_objects) = package::carried(container, &relationships);
    let (listed, dates) = read_workbook(container, workbook, limits)?;
    let styles = match package::target(&relationships, "styles") {
        Some(path) => read_styles(container, &path, limits)?,
        None => Styles::default(),
    };
    Ok(Book {
        sheets: package::parts_of(listed, &relationships, workbook)?,
        dates,
        styles,
        strings_path: package::target(&relationships, "sharedStrings"),
        macros,
        external_links,
        embedded_objects,
    })
}

fn read_workbook(
    container: &mut Container<'_>,
    path: &str,
    limits: &Limits,
) -> Result<(Vec<ListedSheet>, DateSystem), ReadError> {
    let part = container.part(path)?.ok_or(ReadError::NotXlsx)?;
    let cut = || ReadError::damaged(path, "a record that is cut off");
    let mut records = Records::of(part, limits.row_bytes);
    let (mut sheets, mut dates) = (Vec::new(), DateSystem::From1900);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::SHEET => {
                if sheets.len() >= limits.sheets {
                    return Err(ReadError::too_many(Counted::Sheets, limits.sheets));
                }
                let state = fields.u32().ok_or_else(cut)?;
                fields.u32().ok_or_else(cut)?;
                let id = wide(&mut fields).ok_or_else(cut)?;
                let name = wide(&mut fields).ok_or_else(cut)?.chars().take(255).collect();
                let visibility = match state {
                    1 => Visibility::Hidden,
                    2 => Visibility::VeryHidden,
                    _ => Visibility::Visible,
                };
                sheets.push((name, visibility, id));
            }
            kind::WORKBOOK_PROPERTIES if fields.u32().ok_or_else(cut)? & 1 == 1 => dates = DateSystem::From1904,
            _ => {}
        }
    }
    Ok((sheets, dates))
}

fn read_styles(container: &mut Container<'_>, path: &str, limits: &Limits) -> Result<Styles, ReadError> {
    let Some(part) = container.part(path)? else {
        return Ok(Styles::default());
    };
    let cut = || ReadError::damaged(path, "a record that is cut off");
    let mut records = Records::of(part, limits.row_bytes);
    let (mut formats, mut styles, mut inside) = (BTreeMap::new(), Styles::default(), false);
    while let Some((kind, mut fields)) = records.next()? {
        match kind {
            kind::FORMAT => {
                let id = u32::from(fields.u16().ok_or_else(cut)?);
                let code: String = wide(&mut fields).ok_or_else(cut)?.chars().take(255).collect();
                formats.entry(id).or_insert(code);
            }
            kind::CELL_STYLES_BEGIN => inside = true,
            kind::CELL_STYLES_END => inside = false,
            kind::STYLE if inside => {
                fields.u16().ok_or_else(cut)?;
                let format = u32::from(fields.u16().ok_or_else(cut)?);
                fields.take(8).ok_or_else(cut)?;
                let locked = fields.u16().ok_or_else(cut)? & (1 << 12) != 0;
                styles.push(format, locked, &formats);
            }
            _ => {}
        }
        if styles.cells.len() > limits.styles || formats.len() > limits.styles {
            return Err(ReadError::too_many(Counted::Styles, limits.styles));
        }
    }
    Ok(styles)
}

fn read_strings(container: &mut Container<'_>, path: Option<&str>, limits: &Limits) -> Result<Vec<String>, ReadError> {
    let mut strings = SharedStrings::new(limits);
    let Some(path) = path else {
        return Ok(strings.list);
    };
    let Some(part) = container.part(path)? else {
        return Ok(strings.list);
    };
    let mut records = Records::of(part, limits.row_bytes);
    while let Some((kind, mut fields)) = records.next()? {
        if kind == kind::SHARED_STRING {
            let text = rich(&mut fields).ok_or_else(|| ReadError::damaged(path, "a record that is cut off"))?;
            strings.push(text)?;
        }
    }
    Ok(strings.list)
}

/// A text with a count of 32 bits; a count full of ones is no text.
fn wide(fields: &mut Bytes<'_>) -> Option<String> {
    let count = fields.size()?;
    if count == 0xFFFF_FFFF {
        return Some(String::new());
    }
    fields.take(count.checked_mul(2)?).map(utf16)
}

/// A text with runs and phonetic runs behind it, which are left out.
fn rich(fields: &mut Bytes<'_>) -> Option<String> {
    fields.u8()?;
    wide(fields)
}
