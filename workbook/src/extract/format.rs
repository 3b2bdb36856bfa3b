//! What a file is, told by its content and never by its name.

use serde::{Deserialize, Serialize};

use super::{Limits, charset, limits::as_u64};
use crate::error::{Program, ReadError};

/// The format in which a workbook was handed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Office Open XML (`.xlsx`), what templates are.
    #[default]
    Xlsx,
    /// The same with macros (`.xlsm`).
    Xlsm,
    /// Office Open XML with binary parts (`.xlsb`).
    Xlsb,
    /// Excel 5 to 2003 (`.xls`), and `.et` files of WPS that are the same.
    Xls,
    /// OpenDocument (`.ods`, `.fods`).
    Ods,
    /// Text with separators (`.csv`, `.tsv`, `.txt`): one sheet, every cell a text.
    Csv,
    /// Tables of a web page, usually named `.xls`.
    Html,
    /// SpreadsheetML of Excel 2003 (`.xml`), usually named `.xls`.
    Xml2003,
}

impl FileFormat {
    /// Every format, in order.
    pub const ALL: [Self; 8] = [
        Self::Xlsx,
        Self::Xlsm,
        Self::Xlsb,
        Self::Xls,
        Self::Ods,
        Self::Csv,
        Self::Html,
        Self::Xml2003,
    ];

    /// The stable word, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsm => "xlsm",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Xml2003 => "xml2003",
        }
    }

    /// The media type, as registered or in common use.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Xlsm => "application/vnd.ms-excel.sheet.macroEnabled.12",
            Self::Xlsb => "application/vnd.ms-excel.sheet.binary.macroEnabled.12",
            Self::Xls => "application/vnd.ms-excel",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Csv => "text/csv",
            Self::Html => "text/html",
            Self::Xml2003 => "application/xml",
        }
    }

    /// What its file name usually ends with, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsm => "xlsm",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Xml2003 => "xml",
        }
    }

    /// Whether the file is an Office Open XML package with XML parts, which can be changed part by part.
    pub fn is_xml_package(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xlsm)
    }
}

/// How the first look goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A zip container: which workbook is in it, its parts say.
    Zip,
    /// A compound file (OLE2): `.xls`, or an encrypted `.xlsx`.
    Compound,
    /// A bare BIFF5 stream without a container.
    BareBiff,
    /// An OpenDocument spreadsheet in one XML file.
    FlatOds,
    /// SpreadsheetML 2003.
    Xml2003,
    /// A web page.
    Html,
    /// Plain text.
    Text,
}

/// Tells what the file is, or refuses what can be no workbook with its name.
pub(super) fn look(bytes: &[u8], limits: &Limits) -> Result<Look, ReadError> {
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let size = as_u64(bytes.len());
    if size > limits.file_bytes {
        return Err(ReadError::TooLarge {
            bytes: size,
            limit: limits.file_bytes,
        });
    }
    let starts = |magics: &[&[u8]]| magics.iter().any(|magic| bytes.starts_with(magic));
    if starts(&[b"PK\x03\x04"]) {
        return Ok(Look::Zip);
    }
    if starts(&[OLE]) {
        return Ok(Look::Compound);
    }
    if let [0x09, 0x08, 0x08 | 0x10, 0x00, 0x00, 0x05 | 0x06, ..] = bytes {
        return Ok(Look::BareBiff);
    }
    // BIFF streams of Excel 2 to 4 stand in the file without a container.
    if starts(&[
        b"\x09\x00\x04\x00",
        b"\x09\x02\x06\x00",
        b"\x09\x04\x06\x00",
        b"\x09\x08\x10\x00",
    ]) {
        return Err(ReadError::LegacyXls);
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    if let Some(program) = other_program(bytes, head) {
        return Err(ReadError::Other(program));
    }
    if contains(head.get(..head.len().min(1024)).unwrap_or(head), b"%PDF-") {
        return Err(ReadError::Pdf);
    }
    if is_image(head) {
        return Err(ReadError::Image);
    }
    if starts(&[b"Rar!", b"7z\xBC\xAF", b"\x1F\x8B", b"PK\x05\x06", b"PK\x07\x08"]) {
        return Err(ReadError::Archive);
    }
    look_at_text(head)
}

/// Files of other programs that people take for workbooks, or that lie beside them.
fn other_program(bytes: &[u8], head: &[u8]) -> Option<Program> {
    /// The file that shows who has a workbook open: the length of a name, the name padded with blanks, the same in UTF-16.
    const LOCK: std::ops::RangeInclusive<usize> = 54..=165;
    if LOCK.contains(&bytes.len())
        && let Some((length, rest)) = bytes.split_first()
        && let Some((name, padding)) = rest.split_at_checked(usize::from(*length))
        && (1..=52).contains(length)
        && name.iter().all(|byte| *byte >= b' ')
        && padding
            .iter()
            .take(52 - name.len())
            .all(|byte| matches!(byte, b' ' | 0))
    {
        return Some(Program::Lock);
    }
    let starts = |magic: &[u8]| head.starts_with(magic);
    let text = || String::from_utf8_lossy(head.get(..head.len().min(512)).unwrap_or(head)).to_lowercase();
    if bytes.len() < 1024 && contains(head, b"file:///") && head.trim_ascii_end().ends_with(b";") {
        return Some(Program::Lock);
    }
    if starts(b"\x4C\0\0\0\x01\x14\x02\0") || text().trim_start().starts_with("[internetshortcut]") {
        return Some(Program::Shortcut);
    }
    if text().trim_start().starts_with('{') && text().contains("docs.google.com") {
        return Some(Program::Shortcut);
    }
    if head
        .get(4..)
        .is_some_and(|rest| rest.starts_with(b"Standard Jet DB") || rest.starts_with(b"Standard ACE DB"))
    {
        return Some(Program::Access);
    }
    None
}

fn is_image(head: &[u8]) -> bool {
    let starts = [&b"\x89PNG"[..], b"\xFF\xD8\xFF", b"GIF8", b"BM", b"II*\0", b"MM\0*"];
    starts.iter().any(|magic| head.starts_with(magic))
        || (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"))
        || (head.get(4..8) == Some(b"ftyp") && !contains(head, b"PK\x03\x04"))
}

fn look_at_text(head: &[u8]) -> Result<Look, ReadError> {
    let markup = Some(charset::glance_at_markup(head)).filter(|text| text.trim_start().starts_with('<'));
    let text = markup
        .or_else(|| charset::glance(head))
        .ok_or(ReadError::NotXlsx)?
        .to_lowercase();
    let start = text.trim_start();
    let is_markup = start.starts_with('<');
    if is_markup && text.contains("urn:schemas-microsoft-com:office:spreadsheet") && !text.contains("<html") {
        return Ok(Look::Xml2003);
    }
    if is_markup && text.contains("urn:oasis:names:tc:opendocument:xmlns:office") {
        return Ok(Look::FlatOds);
    }
    if start.starts_with("mime-version:") {
        return Err(ReadError::Html);
    }
    let of_a_page = [
        "<html",
        "<!doctype html",
        "<table",
        "<head",
        "<meta",
        "<body",
        "<div",
        "<style",
    ];
    if is_markup && of_a_page.iter().any(|tag| text.contains(tag)) {
        return Ok(Look::Html);
    }
    if is_markup || start.starts_with("{\\rtf") {
        return Err(ReadError::NotXlsx);
    }
    Ok(Look::Text)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_content() {
        let utf16 = |text: &str| -> Vec<u8> {
            [0xFF, 0xFE]
                .into_iter()
                .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
                .collect()
        };
        let check = |bytes: &[u8], expected: &str| {
            let found = match look(bytes, &Limits::default()) {
                Ok(look) => format!("{look:?}"),
                Err(error) => error.code().to_owned(),
            };
            assert_eq!(
                found,
                expected,
                "{:?}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(40)])
            );
        };
        check(b"", "workbook.empty");
        check(b"PK\x03\x04", "Zip");
        check(b"PK\x05\x06\0\0\0\0", "workbook.archive");
        check(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", "Compound");
        check(b"\x09\x08\x08\x00\x00\x05\x05\x00", "BareBiff");
        check(b"\x09\x08\x10\x00\0\0", "workbook.legacy_xls");
        check(b"\x09\x04\x06\x00\0\0", "workbook.legacy_xls");
        check(b"%PDF-1.7 ...", "workbook.pdf");
        check(b"\x89PNG\r\n\x1a\n", "workbook.image");
        check(b"\xFF\xD8\xFF\xE0", "workbook.image");
        check(b"Rar!\x1a\x07", "workbook.archive");
        check(b"\xEF\xBB\xBF<html><table>", "Html");
        check(b"\r\n <!DOCTYPE html>", "Html");
        check(
            b"<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table>",
            "Html",
        );
        check(b"MIME-Version: 1.0\r\n", "workbook.html");
        check(&utf16("<html><body>"), "Html");
        check(
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
            "Xml2003",
        );
        check(
            b"<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\">",
            "FlatOds",
        );
        check(b"<?xml version=\"1.0\"?><a/>", "workbook.not_xlsx");
        check(b"{\\rtf1", "workbook.not_xlsx");
        check("企业名称,统一代码\r\n".as_bytes(), "Text");
        check(b"\xC6\xF3\xD2\xB5\xC3\xFB\xB3\xC6,1\r\n", "Text");
        check(&utf16("企业名称\t1"), "Text");
        check(&[0; 64], "workbook.not_xlsx");
        let mut lock = [b' '; 165];
        lock[..6].copy_from_slice(b"\x05clerk");
        check(&lock, "workbook.other_program");
        lock[..7].copy_from_slice(b"\x06\xD5\xC5\xC8\xFD\xCB\xC4");
        check(&lock, "workbook.other_program");
        check(
            b",clerk,PC1,01.12.2025 10:00,file:///C:/Users/clerk;",
            "workbook.other_program",
        );
        check(b"\x4C\0\0\0\x01\x14\x02\0\0\0", "workbook.other_program");
        check(
            b"[InternetShortcut]\r\nURL=https://kdocs.cn/l/x\r\n",
            "workbook.other_program",
        );
        check(
            b"{\"url\":\"https://docs.google.com/open?id=1\"}",
            "workbook.other_program",
        );
        check(b"\0\x01\0\0Standard ACE DB\0", "workbook.other_program");
        check(b"\x7fELF\x02\x01\x01\0", "workbook.not_xlsx");
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_looked_at() {
        let limits = Limits {
            file_bytes: 3,
            ..Limits::default()
        };
        assert_eq!(
            look(b"PK\x03\x04", &limits),
            Err(ReadError::TooLarge { bytes: 4, limit: 3 })
        );
    }
}
