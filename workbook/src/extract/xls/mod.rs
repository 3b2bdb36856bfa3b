//! `.xls` of Excel 5 to 2003, and `.et` files of WPS that are the same: BIFF5 and BIFF8 (MS-XLS).

mod cfb;
mod record;
mod sheet;

use std::collections::BTreeMap;

use encoding_rs::{Encoding, GBK, WINDOWS_1252};
use survey::cell::DateSystem;

use self::{
    cfb::CompoundFile,
    record::{Pieces, Records, Wording, kind},
};
use super::{
    FileFormat, Limits,
    gather::{Budget, Gather},
    raw::{RawWorkbook, Visibility},
    styles::Styles,
    xlsx::SharedStrings,
};
use crate::error::{Counted, ReadError};

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
}

/// A worksheet and where it begins in the stream.
struct Listed {
    name: String,
    visibility: Visibility,
    offset: usize,
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
    let has = |name: &str| file.names().any(|known| known.eq_ignore_ascii_case(name));
    if has("EncryptedPackage") {
        return Err(ReadError::Encrypted);
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

/// Reads a workbook stream: that of a compound file, or one that stands in a file by itself.
pub(super) fn read_stream(stream: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let globals = read_globals(stream, limits)?;
    let mut budget = Budget::new(limits);
    let mut sheets = Vec::new();
    for listed in &globals.sheets {
        let gather = Gather::whole(&listed.name, listed.visibility, &mut budget);
        sheets.extend(sheet::read(stream, listed.offset, &globals, gather)?);
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
            code_page: WINDOWS_1252,
        },
        dates: DateSystem::From1900,
        sheets: Vec::new(),
        strings: Vec::new(),
        styles: Styles::default(),
        external_links: false,
    };
    let mut formats = BTreeMap::new();
    let mut styles = Vec::new();
    while let Some(record) = records.next()? {
        let mut fields = record.fields();
        let cut = || ReadError::damaged(PART, format!("record {:#06x} is cut off", record.kind));
        match record.kind {
            kind::EOF => break,
            kind::FILE_PASS => return Err(ReadError::Encrypted),
            kind::CODE_PAGE => globals.wording.code_page = code_page(fields.u16().ok_or_else(cut)?),
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
                    });
                }
            }
            kind::FORMAT => {
                let id = u32::from(fields.u16().ok_or_else(cut)?);
                let code: String = globals
                    .wording
                    .format(&record)
                    .ok_or_else(cut)?
                    .chars()
                    .take(255)
                    .collect();
                formats.insert(id, code);
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

/// The shared strings. The declared count is only an end, never a size.
fn read_strings(pieces: &[&[u8]], limits: &Limits) -> Result<Vec<String>, ReadError> {
    let cut = || ReadError::damaged(PART, "the shared strings are cut off");
    let mut fields = super::bytes::Bytes::new(pieces.first().ok_or_else(cut)?);
    fields.u32().ok_or_else(cut)?;
    let count = fields.u32().ok_or_else(cut)?;
    let mut rest = Pieces::of(pieces, 8).ok_or_else(cut)?;
    let mut strings = SharedStrings::new(limits);
    for _ in 0..count {
        // Some writers count more strings than there are; what is missing is missed by the cell that wants it.
        let Some(length) = rest.u16() else { break };
        strings.push(rest.biff8_text(usize::from(length)).ok_or_else(cut)?)?;
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

/// Windows code pages that Chinese and Western files have; Latin for the others.
fn code_page(number: u16) -> &'static Encoding {
    match number {
        936 => GBK,
        950 => encoding_rs::BIG5,
        932 => encoding_rs::SHIFT_JIS,
        949 => encoding_rs::EUC_KR,
        65001 => encoding_rs::UTF_8,
        1250 => encoding_rs::WINDOWS_1250,
        1251 => encoding_rs::WINDOWS_1251,
        _ => WINDOWS_1252,
    }
}
