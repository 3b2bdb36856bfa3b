//! Texts with separators, web pages and XML: the first byte says which beginning is put before the bytes, so that every
//! run gets past the first look.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workbook::extract::{Limits, extract};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let head: &[u8] = match kind % 5 {
        0 => b"a,b\n",
        1 => b"<html><table><tr><td>",
        2 => b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet><Table>",
        3 => b"<office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"><office:body><office:spreadsheet><table:table>",
        _ => b"",
    };
    let limits = Limits {
        cells: 50_000,
        cells_per_sheet: 20_000,
        ..Limits::default()
    };
    if let Err(error) = extract(&[head, rest].concat(), &limits) {
        assert!(!error.code().is_empty());
    }
});
