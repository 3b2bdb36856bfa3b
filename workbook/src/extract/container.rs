//! The parts of a workbook, inflated one at a time and never beyond their declared size.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use zip::ZipArchive;

use super::{
    Limits,
    directory::{self, Entry},
};
use crate::error::ReadError;

/// A zip container whose directory has passed every check.
pub(super) struct Container<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    entries: Vec<Entry>,
    index: BTreeMap<String, usize>,
}

impl<'a> Container<'a> {
    pub(super) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, ReadError> {
        let entries = directory::scan(bytes, limits)?;
        let archive =
            ZipArchive::new(Cursor::new(bytes)).map_err(|error| ReadError::damaged("zip", error.to_string()))?;
        agree(&archive, &entries)?;
        let index = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.path.clone(), at))
            .collect();
        Ok(Self {
            archive,
            entries,
            index,
        })
    }

    /// Whether there is a part of this path (in lower case).
    pub(super) fn has(&self, path: &str) -> bool {
        self.index.contains_key(path)
    }

    /// Paths of all parts, in lower case, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    /// The inflated part, as text: UTF-8, or UTF-16 with its mark.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, ReadError> {
        let Some(at) = self.index.get(path).copied() else {
            return Ok(None);
        };
        let declared = self.entries.get(at).map_or(0, |entry| entry.inflated);
        let damaged = |reason: String| ReadError::damaged(path, reason);
        let part = self.archive.by_index(at).map_err(|error| damaged(error.to_string()))?;
        // Memory is given as it is needed, not as it is declared. One byte more shows a part that lies about its size.
        let mut bytes = Vec::with_capacity(usize::try_from(declared.min(1 << 20)).unwrap_or(0));
        part.take(declared.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(error.to_string()))?;
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > declared {
            return Err(ReadError::ZipBomb {
                bound: "declared size".into(),
                limit: declared,
            });
        }
        decode(bytes)
            .map(Some)
            .ok_or_else(|| damaged("neither UTF-8 nor UTF-16".into()))
    }
}

/// Both readers must see the same container, entry by entry.
fn agree(archive: &ZipArchive<Cursor<&[u8]>>, entries: &[Entry]) -> Result<(), ReadError> {
    let contradiction = || ReadError::damaged("zip", "two readings of the directory differ");
    if archive.offset() != 0 || archive.len() != entries.len() {
        return Err(contradiction());
    }
    for (at, entry) in entries.iter().enumerate() {
        let other = archive.by_index_data(at).map_err(|_| contradiction())?;
        let same = other.name_raw() == entry.name
            && other.size() == entry.inflated
            && other.compressed_size() == entry.compressed
            && other.header_start() == entry.header;
        if !same {
            return Err(contradiction());
        }
    }
    Ok(())
}

/// The text of a part: UTF-8, or UTF-16 with its mark.
pub(crate) fn decode(bytes: Vec<u8>) -> Option<String> {
    if let Some(body) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return std::str::from_utf8(body).ok().map(str::to_owned);
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"<\0") {
        return decode_utf16(&bytes, u16::from_le_bytes);
    }
    if bytes.starts_with(b"\xFE\xFF") || bytes.starts_with(b"\0<") {
        return decode_utf16(&bytes, u16::from_be_bytes);
    }
    String::from_utf8(bytes).ok()
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    Some(text.strip_prefix('\u{FEFF}').map(str::to_owned).unwrap_or(text))
}
