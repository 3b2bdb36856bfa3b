//! The parts of a workbook, inflated one at a time and never beyond their declared size.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
};

use zip::{ZipArchive, read::ZipFile};

use super::{
    Limits,
    directory::{self, Entry, Names},
    limits::as_u64,
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
        let bytes = directory::without_tail(bytes);
        let entries = directory::scan(bytes, limits, Names::Parts)?;
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

    /// A part, inflated as it is read and never beyond its declared size.
    pub(super) fn part(&mut self, path: &str) -> Result<Option<Part<'_, 'a>>, ReadError> {
        let Some(at) = self.index.get(path).copied() else {
            return Ok(None);
        };
        let (name, declared) = self
            .entries
            .get(at)
            .map_or((String::new(), 0), |entry| (entry.path.clone(), entry.inflated));
        let file = self
            .archive
            .by_index(at)
            .map_err(|error| ReadError::damaged(path, error.to_string()))?;
        Ok(Some(Part {
            file,
            name,
            declared,
            given: 0,
        }))
    }

    /// The inflated part, as text: UTF-8, or UTF-16 with its mark.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<String>, ReadError> {
        let Some(mut part) = self.part(path)? else {
            return Ok(None);
        };
        let bytes = part.read_all()?;
        decode(bytes)
            .map(Some)
            .ok_or_else(|| ReadError::damaged(path, "neither UTF-8 nor UTF-16"))
    }
}

/// One part, inflated as it is read.
pub(super) struct Part<'p, 'a> {
    file: ZipFile<'p, Cursor<&'a [u8]>>,
    name: String,
    declared: u64,
    given: u64,
}

impl Part<'_, '_> {
    /// Path of the part, in lower case.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Adds the next bytes to `buffer`, about `wanted`; 0 at the end. More than was declared is a lie.
    pub(super) fn fill(&mut self, buffer: &mut Vec<u8>, wanted: u64) -> Result<usize, ReadError> {
        // One byte more than declared shows a part that lies about its size.
        let allowed = self.declared.saturating_add(1).saturating_sub(self.given).min(wanted);
        let count = Read::by_ref(&mut self.file)
            .take(allowed)
            .read_to_end(buffer)
            .map_err(|error| ReadError::damaged(&self.name, error.to_string()))?;
        self.given = self.given.saturating_add(as_u64(count));
        if self.given > self.declared {
            return Err(ReadError::ZipBomb {
                bound: "declared size".into(),
                limit: self.declared,
            });
        }
        Ok(count)
    }

    /// All bytes that are left.
    pub(super) fn read_all(&mut self) -> Result<Vec<u8>, ReadError> {
        // Memory is given as it is needed, not as it is declared.
        let mut bytes = Vec::with_capacity(usize::try_from(self.declared.min(1 << 20)).unwrap_or(0));
        self.fill(&mut bytes, self.declared.saturating_add(1))?;
        Ok(bytes)
    }
}

/// Inflates one entry, never beyond its declared size.
pub(crate) fn inflate<R: AsRef<[u8]>>(
    archive: &mut ZipArchive<Cursor<R>>,
    at: usize,
    declared: u64,
    path: &str,
) -> Result<Vec<u8>, ReadError> {
    let damaged = |reason: String| ReadError::damaged(path, reason);
    let part = archive.by_index(at).map_err(|error| damaged(error.to_string()))?;
    // Memory is given as it is needed, not as it is declared. One byte more shows a part that lies about its size.
    let mut bytes = Vec::with_capacity(usize::try_from(declared.min(1 << 20)).unwrap_or(0));
    part.take(declared.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| damaged(error.to_string()))?;
    if as_u64(bytes.len()) > declared {
        return Err(ReadError::ZipBomb {
            bound: "declared size".into(),
            limit: declared,
        });
    }
    Ok(bytes)
}

/// Both readers must see the same container, entry by entry.
pub(crate) fn agree<R: AsRef<[u8]>>(archive: &ZipArchive<Cursor<R>>, entries: &[Entry]) -> Result<(), ReadError> {
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
