//! `.xls` of Excel 5 to 2003, and `.et` files of WPS that are the same: BIFF5 and BIFF8 (MS-XLS).

mod cfb;
mod code_page;
mod record;
mod sheet;

use std::collections::BTreeMap;

use survey::cell::{DateSystem, RawValue};

use self::{
    cfb::CompoundFile,
    code_page::CodePage,
    record::{Pieces, Records, Wording, kind},
};
use super::{
    FileFormat, Limits,
    gather::{Budget, Gather},
    protect,
    raw::{RawSheet, RawWorkbook, Visibility},
    styles::Styles,
    xlsx::SharedStrings,
};
use crate::error::{Counted, Program, ReadError};

const PART: &str = "workbook stream";
const BIFF8: u16 = 0x0600;
const BIFF5: u16 = 0x0500;

/// What the workbook says before its sheets.
struct Globals {
    wording: Wording,
    dates: DateSystem,
    sheets: Vec<Listed>,
    strings: Vec<String>,
    styles: Styles,
    external_links: bool,
    /// Where the records behind the globals begin.
    end: usize,
}

/// A worksheet and where it begins in the stream.
struct Listed {
    name: String,
    visibility: Visibility,
    offset: usize,
    /// Its place among all sheets, charts and the like included.
    number: usize,
}

/// Reads a compound file.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let file = CompoundFile::open(bytes).map_err(|error| {
        if names_encryption(bytes) {
            ReadError::Encrypted
        } else {
            error
        }
    })?;
    let has = |name: &str| file.has(name);
    if has("EncryptedPackage") {
        let package = package_of(&file, limits).ok_or(ReadError::Encrypted)?;
        return super::extract(&package, limits);
    }
    let stream = match file.stream("Workbook")? {
        Some(stream) => Some(stream),
        None => file.stream("Book")?,
    };
    let Some(stream) = stream else {
        let is_wps = || {
            file.names()
                .any(|name| name.starts_with("ET") || name.starts_with("WPS"))
        };
        return Err(if has("WordDocument") {
            ReadError::Word
        } else if has("PowerPoint Document") {
            ReadError::Other(Program::Slides)
        } else if has("__properties_version1.0") {
            ReadError::Other(Program::Mail)
        } else if is_wps() {
            ReadError::LegacyXls
        } else {
            ReadError::NotXlsx
        });
    };
    let mut workbook = read_stream(&stream, limits)?;
    workbook.macros = has("_VBA_PROJECT_CUR") || has("_VBA_PROJECT") || has("VBA");
    workbook.embedded_objects = file
        .names()
        .any(|name| name.starts_with("MBD") || name.starts_with("LNK"));
    Ok(workbook)
}

/// The package of a workbook whose structure is protected; none where the owner's password is wanted.
fn package_of(file: &CompoundFile<'_>, limits: &Limits) -> Option<Vec<u8>> {
    let stream = |name: &str| file.stream(name).ok().flatten();
    let (info, package) = (stream("EncryptionInfo")?, stream("EncryptedPackage")?);
    let plain = protect::decrypt_package(&info, &package, limits)?;
    plain.starts_with(b"PK\x03\x04").then_some(plain)
}

/// Reads a workbook stream: that of a compound file, or one that stands in a file by itself.
pub(super) fn read_stream(stream: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    match read_plain(stream, limits) {
        Err(ReadError::Encrypted) => {
            let plain = protect::decrypt_stream(stream).ok_or(ReadError::Encrypted)?;
            read_plain(&plain, limits)
        }
        read => read,
    }
}

fn read_plain(stream: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let globals = read_globals(stream, limits)?;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    let mut begins = None;
    for listed in &globals.sheets {
        let gather = Gather::whole(&listed.name, listed.visibility, &mut budget);
        let mut offset = listed.offset;
        if offset < globals.end || !sheet::begins_at(stream, offset) {
            // Some writers count wrongly where a sheet begins; the sheets still stand in their order.
            let begins: &Vec<usize> = begins.get_or_insert_with(|| sheet::begins(stream, globals.end));
            offset = begins.get(listed.number).copied().unwrap_or(offset);
        }
        sheets.extend(sheet::read(stream, offset, &globals, gather)?);
    }
    if let CodePage::Unknown(number) = globals.wording.code_page
        && sheets.iter().any(has_lost_letters)
    {
        return Err(ReadError::CodePage { number });
    }
    Ok(RawWorkbook {
        format: FileFormat::Xls,
        sheets,
        styles: globals.styles.cells,
        dates: globals.dates,
        external_links: globals.external_links,
        ..RawWorkbook::default()
    })
}

/// Whether a letter of a text is in no known code page.
fn has_lost_letters(sheet: &RawSheet) -> bool {
    let lost = |text: &str| text.contains(char::REPLACEMENT_CHARACTER);
    lost(&sheet.name)
        || sheet
            .cells
            .iter()
            .any(|cell| matches!(&cell.value, RawValue::Text(text) if lost(text)))
}

/// Whether an encrypted package is named somewhere: a damaged one is a protected one all the same.
fn names_encryption(bytes: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}

fn read_globals(stream: &[u8], limits: &Limits) -> Result<Globals, ReadError> {
    let mut records = Records::from(stream, 0).ok_or(ReadError::Truncated)?;
    let begin = records.next()?.ok_or(ReadError::Truncated)?;
    let version = begin.fields().u16();
    if begin.kind != kind::BEGIN || !matches!(version, Some(BIFF5 | BIFF8)) {
        return Err(ReadError::LegacyXls);
    }
    let mut globals = Globals {
        wording: Wording {
            is_biff8: version == Some(BIFF8),
            code_page: CodePage::LATIN,
        },
        dates: DateSystem::From1900,
        sheets: Vec::new(),
        strings: Vec::new(),
        styles: Styles::default(),
        external_links: false,
        end: stream.len(),
    };
    let mut number = 0;
    let mut formats = BTreeMap::new();
    let mut styles = Vec::new();
    while let Some(record) = records.next()? {
        let mut fields = record.fields();
        let cut = || ReadError::damaged(PART, format!("record {:#06x} is cut off", record.kind));
        match record.kind {
            kind::EOF => {
                globals.end = records.position(stream);
                break;
            }
            kind::FILE_PASS => return Err(ReadError::Encrypted),
            kind::CODE_PAGE => globals.wording.code_page = CodePage::of(fields.u16().ok_or_else(cut)?),
            kind::DATE_1904 if fields.u16() == Some(1) => globals.dates = DateSystem::From1904,
            kind::SHEET => {
                let offset = fields.size().ok_or_else(cut)?;
                let (state, sheet_kind) = (fields.u8().ok_or_else(cut)?, fields.u8().ok_or_else(cut)?);
                let name = globals.wording.short(&mut fields).ok_or_else(cut)?;
                if globals.sheets.len() >= limits.sheets {
                    return Err(ReadError::too_many(Counted::Sheets, limits.sheets));
                }
                // Charts, macro sheets and Visual Basic modules are no worksheets.
                if sheet_kind == 0 {
                    globals.sheets.push(Listed {
                        name,
                        visibility: visibility_of(state),
                        offset,
                        number,
                    });
                }
                number += 1;
            }
            kind::FORMAT => {
                let id = u32::from(fields.u16().ok_or_else(cut)?);
                // A format that cannot be read is as good as none: some writers count its letters wrongly.
                if let Some(code) = globals.wording.format(&record) {
                    formats.insert(id, code.chars().take(255).collect::<String>());
                }
            }
            kind::STYLE => {
                fields.u16();
                let format = u32::from(fields.u16().ok_or_else(cut)?);
                let locked = fields.u16().ok_or_else(cut)? & 1 == 1;
                styles.push((format, locked));
            }
            kind::STRINGS => globals.strings = read_strings(&record.pieces, limits)?,
            kind::LINKED_BOOK => {
                // Length 4 and mark 0x0401 or 0x3A01: the workbook itself, or add-in functions.
                globals.external_links |= !matches!(fields.take(4), Some([_, _, 0x01, 0x04 | 0x3A]));
            }
            _ => {}
        }
        if styles.len() > limits.styles || formats.len() > limits.styles {
            return Err(ReadError::too_many(Counted::Styles, limits.styles));
        }
    }
    for (format, locked) in styles {
        globals.styles.push(format, locked, &formats);
    }
    Ok(globals)
}

/// The shared strings. Counts are not to be relied on: some writers count more strings than there are, others none.
fn read_strings(pieces: &[&[u8]], limits: &Limits) -> Result<Vec<String>, ReadError> {
    let cut = || ReadError::damaged(PART, "the shared strings are cut off");
    let mut fields = super::bytes::Bytes::new(pieces.first().ok_or_else(cut)?);
    fields.u32().ok_or_else(cut)?;
    let count = fields.u32().ok_or_else(cut)?;
    let mut rest = Pieces::of(pieces, 8).ok_or_else(cut)?;
    let mut strings = SharedStrings::new(limits);
    let mut read = 0;
    // What is missing is missed by the cell that wants it.
    while let Some(length) = rest.u16() {
        match rest.biff8_text(usize::from(length)) {
            Some(text) => strings.push(text)?,
            None if read < count => return Err(cut()),
            None => break,
        }
        read += 1;
    }
    Ok(strings.list)
}

fn visibility_of(state: u8) -> Visibility {
    match state & 3 {
        1 => Visibility::Hidden,
        2 => Visibility::VeryHidden,
        _ => Visibility::Visible,
    }
}
