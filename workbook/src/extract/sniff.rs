//! What a file is, told by its content and never by its name.

use super::Limits;
use crate::error::ReadError;

/// Refuses everything but a zip container, and says what it was instead.
pub(super) fn refuse_other_formats(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits.file_bytes {
        return Err(ReadError::TooLarge {
            bytes: size,
            limit: limits.file_bytes,
        });
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(());
    }
    Err(name_the_format(bytes))
}

fn name_the_format(bytes: &[u8]) -> ReadError {
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    if bytes.starts_with(OLE) {
        return compound_file(bytes);
    }
    // BIFF streams of Excel 2 to 4 stand in the file without a container.
    if [
        &b"\x09\x00\x04\x00"[..],
        b"\x09\x02\x06\x00",
        b"\x09\x04\x06\x00",
        b"\x09\x08\x10\x00",
    ]
    .iter()
    .any(|magic| bytes.starts_with(magic))
    {
        return ReadError::LegacyXls;
    }
    let head = bytes.get(..bytes.len().min(4096)).unwrap_or(bytes);
    if contains(head.get(..head.len().min(1024)).unwrap_or(head), b"%PDF-") {
        return ReadError::Pdf;
    }
    if is_image(head) {
        return ReadError::Image;
    }
    if [&b"Rar!"[..], b"7z\xBC\xAF", b"\x1F\x8B", b"PK\x05\x06"]
        .iter()
        .any(|magic| bytes.starts_with(magic))
    {
        return ReadError::Archive;
    }
    text(head).unwrap_or(ReadError::NotXlsx)
}

/// Office keeps an encrypted .xlsx in the same container as an old .xls; WPS keeps .et there too.
fn compound_file(bytes: &[u8]) -> ReadError {
    let has_stream = |name: &str| {
        let utf16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        contains(bytes, &utf16)
    };
    if has_stream("EncryptedPackage") {
        ReadError::Encrypted
    } else if has_stream("Workbook") || has_stream("Book") {
        ReadError::LegacyXls
    } else {
        ReadError::NotXlsx
    }
}

fn is_image(head: &[u8]) -> bool {
    let starts = [&b"\x89PNG"[..], b"\xFF\xD8\xFF", b"GIF8", b"BM", b"II*\0", b"MM\0*"];
    starts.iter().any(|magic| head.starts_with(magic))
        || (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"))
        || (head.get(4..8) == Some(b"ftyp") && !contains(head, b"PK\x03\x04"))
}

fn text(head: &[u8]) -> Option<ReadError> {
    let text = readable(head)?.to_lowercase();
    let start = text.trim_start();
    let is_markup = start.starts_with('<');
    if is_markup && text.contains("urn:schemas-microsoft-com:office:spreadsheet") {
        return Some(ReadError::Xml2003);
    }
    if (is_markup
        && ["<html", "<!doctype html", "<table", "<head", "<meta"]
            .iter()
            .any(|tag| text.contains(tag)))
        || start.starts_with("mime-version:")
    {
        return Some(ReadError::Html);
    }
    if is_markup || start.starts_with("{\\rtf") {
        return Some(ReadError::NotXlsx);
    }
    Some(ReadError::Csv)
}

/// The head as text where it is one: UTF-16 with its mark, or bytes without control characters (UTF-8 and GBK alike;
/// only the ASCII part is looked at).
fn readable(head: &[u8]) -> Option<String> {
    let utf16 = |decode: fn([u8; 2]) -> u16| {
        let units = head.get(2..)?.chunks_exact(2).map(|pair| decode([pair[0], pair[1]]));
        Some(
            char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect(),
        )
    };
    if head.starts_with(b"\xFF\xFE") {
        return utf16(u16::from_le_bytes);
    }
    if head.starts_with(b"\xFE\xFF") {
        return utf16(u16::from_be_bytes);
    }
    let body = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let printable = body
        .iter()
        .all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C));
    printable.then(|| {
        body.iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte) } else { '·' })
            .collect()
    })
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_content() {
        let ole = |stream: &str| {
            let name: Vec<u8> = stream.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 512], &name].concat()
        };
        let utf16 = |text: &str| -> Vec<u8> {
            [0xFF, 0xFE]
                .into_iter()
                .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
                .collect()
        };
        let check = |bytes: &[u8], expected: &str| {
            let code = refuse_other_formats(bytes, &Limits::default()).map_or_else(|error| error.code(), |()| "zip");
            assert_eq!(
                code,
                expected,
                "{:?}",
                String::from_utf8_lossy(&bytes[..bytes.len().min(40)])
            );
        };
        check(b"", "workbook.empty");
        check(b"PK\x03\x04", "zip");
        check(b"PK\x05\x06\0\0\0\0", "workbook.archive");
        check(&ole("Workbook"), "workbook.legacy_xls");
        check(&ole("Book"), "workbook.legacy_xls");
        check(&ole("EncryptedPackage"), "workbook.encrypted");
        check(&ole("WordDocument"), "workbook.not_xlsx");
        check(b"\x09\x08\x10\x00\0\0", "workbook.legacy_xls");
        check(b"%PDF-1.7 ...", "workbook.pdf");
        check(b"\x89PNG\r\n\x1a\n", "workbook.image");
        check(b"\xFF\xD8\xFF\xE0", "workbook.image");
        check(b"Rar!\x1a\x07", "workbook.archive");
        check(b"\xEF\xBB\xBF<html><table>", "workbook.html");
        check(b"\r\n <!DOCTYPE html>", "workbook.html");
        check(b"MIME-Version: 1.0\r\n", "workbook.html");
        check(&utf16("<html><body>"), "workbook.html");
        check(
            b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
            "workbook.xml_2003",
        );
        check(b"<?xml version=\"1.0\"?><a/>", "workbook.not_xlsx");
        check(b"{\\rtf1", "workbook.not_xlsx");
        check("企业名称,统一代码\r\n".as_bytes(), "workbook.csv");
        check(b"\xC6\xF3\xD2\xB5\xC3\xFB\xB3\xC6,1\r\n", "workbook.csv");
        check(&utf16("企业名称\t1"), "workbook.csv");
        check(&[0; 64], "workbook.not_xlsx");
        check(b"\x7fELF\x02\x01\x01\0", "workbook.not_xlsx");
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_looked_at() {
        let limits = Limits {
            file_bytes: 3,
            ..Limits::default()
        };
        let refused = refuse_other_formats(b"PK\x03\x04", &limits);
        assert_eq!(refused, Err(ReadError::TooLarge { bytes: 4, limit: 3 }));
    }
}
