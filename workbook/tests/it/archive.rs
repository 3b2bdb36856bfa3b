//! A ZIP of many workbooks: names, bounds, tricks.

#![expect(clippy::unwrap_used, reason = "what a test needs and cannot make ends it")]

use std::io::{Cursor, Write as _};

use bytes::Bytes;
use workbook::archive::{Archive, ArchiveLimits, is_one_spreadsheet};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn open(bytes: Vec<u8>, limits: &ArchiveLimits) -> Result<Archive, &'static str> {
    Archive::open(&Bytes::from(bytes), limits).map_err(|error| error.code())
}

/// Names as another writer would have put them down: both are of one length.
fn renamed(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places = (0..bytes.len() - from.len())
        .filter(|at| bytes[*at..].starts_with(from))
        .collect::<Vec<_>>();
    assert_eq!(places.len(), 2, "once at the file, once in the directory");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

#[test]
fn files_are_found_under_their_names() {
    let archive = open(
        zip(&[
            ("大源镇/", b""),
            ("大源镇/甲公司.xlsx", b"one"),
            ("b.xlsx", b"two"),
            ("~$b.xlsx", b"open"),
            ("__MACOSX/b.xlsx", b"litter"),
        ]),
        &ArchiveLimits::default(),
    )
    .unwrap();
    let names = archive
        .files()
        .iter()
        .map(|file| file.name.as_str())
        .collect::<Vec<_>>();
    assert_eq!(names, ["大源镇/甲公司.xlsx", "b.xlsx"]);
    assert_eq!(archive.left_out(), 2);
    assert_eq!(archive.read(0).unwrap(), b"one");
    assert_eq!(archive.read(1).unwrap(), b"two");
    assert!(archive.read(2).is_err());
}

#[test]
fn names_in_gbk_are_read() {
    let (gbk, ..) = encoding_rs::GBK.encode("甲公司");
    let archive = open(
        renamed(zip(&[("abcdef.xlsx", b"x")]), b"abcdef", &gbk),
        &ArchiveLimits::default(),
    );
    assert_eq!(archive.unwrap().files()[0].name, "甲公司.xlsx");
    // The second byte of 榎 is a backslash in GBK: it is no separator.
    let (gbk, ..) = encoding_rs::GBK.encode("榎");
    assert_eq!(gbk[1], b'\\');
    let archive = open(
        renamed(zip(&[("ab.xlsx", b"x")]), b"ab.", &[gbk[0], gbk[1], b'.']),
        &ArchiveLimits::default(),
    );
    assert_eq!(archive.unwrap().files()[0].name, "榎.xlsx");
}

#[test]
fn what_is_not_in_order_is_refused_by_name() {
    let small = ArchiveLimits {
        entries: 2,
        entry_bytes: 100,
        total_bytes: 250,
        ratio: 5,
    };
    let check = |bytes: Vec<u8>, limits: &ArchiveLimits, code: &str| {
        assert_eq!(
            open(bytes, limits).map(|archive| archive.files().len()),
            Err(leaked(code))
        );
    };
    let usual = ArchiveLimits::default();
    check(b"PK".to_vec(), &usual, "import.zip_truncated");
    check(zip(&[("a.xlsx", b"x")])[..30].to_vec(), &usual, "import.zip_truncated");
    check(zip(&[]), &usual, "import.zip_empty");
    check(zip(&[("folder/", b"")]), &usual, "import.zip_empty");
    check(
        zip(&[("a", b"x"), ("b", b"x"), ("c", b"x")]),
        &small,
        "import.zip_too_many_entries",
    );
    check(
        zip(&[("a", &[b'x'; 200]), ("b", &[b'x'; 200])]),
        &small,
        "import.zip_too_large",
    );
    check(zip(&[("bomb", &vec![0; 4 << 20])]), &usual, "import.zip_too_large");
    for name in [
        "../a.xlsx",
        "a/../../b",
        "/a.xlsx",
        "C:\\a.xlsx",
        "a\\b.xlsx",
        "a\nb.xlsx",
        "./a.xlsx",
    ] {
        check(zip(&[(name, b"x")]), &usual, "import.zip_unsafe_name");
    }
    check(
        renamed(zip(&[("a.xlsx", b"x"), ("b.xlsx", b"x")]), b"b.xlsx", b"a.xlsx"),
        &usual,
        "import.zip_unsafe_name",
    );
    let mut encrypted = zip(&[("a.xlsx", b"x")]);
    let directory = encrypted.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    encrypted[directory + 8] |= 1;
    check(encrypted, &usual, "import.zip_encrypted");
}

fn leaked(code: &str) -> &'static str {
    Box::leak(code.to_owned().into_boxed_str())
}

#[test]
fn one_file_that_is_too_large_is_its_own_fault() {
    let limits = ArchiveLimits {
        entry_bytes: 3,
        ..ArchiveLimits::default()
    };
    let archive = open(zip(&[("large.xlsx", b"1234"), ("small.xlsx", b"123")]), &limits).unwrap();
    assert_eq!(archive.read(0).unwrap_err().code(), "workbook.too_large");
    assert_eq!(archive.read(1).unwrap(), b"123");
}

#[test]
fn a_file_that_lies_about_its_size_is_not_inflated_further() {
    let mut bytes = {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file("a.xlsx", options).unwrap();
        zip.write_all(&[b'a'; 1000]).unwrap();
        zip.finish().unwrap().into_inner()
    };
    let directory = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
    for at in [22, directory + 24] {
        bytes[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
    }
    let archive = open(bytes, &ArchiveLimits::default()).unwrap();
    // Ten bytes come out, and their checksum is not that of the file.
    assert_eq!(archive.read(0).unwrap_err().code(), "workbook.damaged");
}

#[test]
fn a_workbook_is_no_archive_of_files() {
    let check = |bytes: &[u8], one: bool| assert_eq!(is_one_spreadsheet(bytes), one);
    check(&zip(&[("a.xlsx", b"x")]), false);
    check(&zip(&[("[Content_Types].xml", b"x")]), true);
    check(
        &zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]),
        true,
    );
    check(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", true);
    check(b"text", false);
}
