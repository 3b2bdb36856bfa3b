//! Formulas saved without a value, as some programs leave them. The writer cannot make them, tests and demonstrations
//! of faulty returns need them (WF17).

use std::io::{Cursor, Read, Write};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::error::WriteError;

/// A result that no formula has: it stands in the file as `<v>nan</v>` until it is taken out.
pub(super) const MARKED_RESULT: &str = "nan";

/// The same workbook with marked results taken out. Parts without one are copied as they are.
pub(super) fn remove_marked_results(bytes: &[u8]) -> Result<Vec<u8>, WriteError> {
    let marked = format!("<v>{MARKED_RESULT}</v>");
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for at in 0..archive.len() {
        let (name, xml) = {
            let mut part = archive.by_index(at)?;
            let name = part.name()?.into_owned();
            let mut xml = String::new();
            if name.starts_with("xl/worksheets/") {
                part.read_to_string(&mut xml).map_err(zip::result::ZipError::from)?;
            }
            (name, xml)
        };
        if xml.contains(&marked) {
            writer.start_file(name, options)?;
            writer
                .write_all(xml.replace(&marked, "").as_bytes())
                .map_err(zip::result::ZipError::from)?;
        } else {
            writer.raw_copy_file(archive.by_index_raw(at)?)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}
