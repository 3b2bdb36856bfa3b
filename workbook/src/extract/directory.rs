//! The central directory of a zip container, read by our own hand.
//!
//! The zip crate merges entries of one name and forgives much that a workbook never needs. Everything that could make
//! two readers see two different workbooks is refused here first (APPNOTE 4.3.12, 4.3.14 to 4.3.16, 4.5.3).

use std::collections::BTreeSet;

use super::{Limits, limits::as_u64};
use crate::error::{Counted, ReadError};

/// One entry as the central directory declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Path with forward slashes, read as [`Names`] says.
    pub(crate) path: String,
    /// Name as written.
    pub(crate) name: Vec<u8>,
    /// Compressed bytes.
    pub(crate) compressed: u64,
    /// Inflated bytes as declared.
    pub(crate) inflated: u64,
    /// Offset of the local header.
    pub(crate) header: u64,
}

/// How the names of entries are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// Parts of a workbook: in lower case, for they are compared without regard to case (OPC 6.3.5).
    Parts,
    /// Files that people have named: as they are, in UTF-8 or GBK; a backslash is refused, not forgiven.
    Files,
}

impl Names {
    fn path(self, name: &[u8], utf8: bool) -> String {
        match self {
            Self::Parts => String::from_utf8_lossy(name).replace('\\', "/").to_lowercase(),
            Self::Files => match std::str::from_utf8(name) {
                Ok(name) => name.to_owned(),
                Err(_) if utf8 => String::from_utf8_lossy(name).into_owned(),
                Err(_) => encoding_rs::GB18030.decode_without_bom_handling(name).0.into_owned(),
            },
        }
    }

    fn allows(self, path: &str) -> bool {
        let climbs = |segment: &str| segment == ".." || segment == ".";
        let plain =
            !path.is_empty() && !path.starts_with('/') && !path.contains([':', '\0']) && !path.split('/').any(climbs);
        match self {
            Self::Parts => plain,
            Self::Files => {
                plain && !path.contains(|c: char| c == '\\' || c == char::REPLACEMENT_CHARACTER || c.is_control())
            }
        }
    }
}

const CONTAINER: &str = "zip";
/// Bytes of the end record, and of the longest comment behind it.
const END_RECORD: usize = 22;
const LONGEST_COMMENT: usize = 0xFFFF;
const ZIP64_FIELD: u64 = 0xFFFF_FFFF;

/// All entries, after every check that needs no inflation.
pub(crate) fn scan(bytes: &[u8], limits: &Limits, names: Names) -> Result<Vec<Entry>, ReadError> {
    let directory = find_directory(bytes)?;
    if directory.entries > as_u64(limits.entries) {
        return Err(ReadError::too_many(Counted::Entries, limits.entries));
    }
    let mut at = directory.start;
    let mut entries = Vec::new();
    for _ in 0..directory.entries {
        let (entry, next) = read_entry(bytes, at, names)?;
        entries.push(entry);
        at = next;
    }
    if at != directory.end {
        return Err(ReadError::damaged(
            CONTAINER,
            "the central directory holds more or less than it declares",
        ));
    }
    refuse_unsafe_names(&entries, names)?;
    refuse_bombs(&entries, limits)?;
    refuse_overlaps(&entries, directory.start)?;
    for entry in &entries {
        check_local_header(bytes, entry)?;
    }
    Ok(entries)
}

/// A container without what stands behind its end: mail gateways and portals append to files. What is appended may hold
/// nothing of a second container.
pub(crate) fn without_tail(bytes: &[u8]) -> &[u8] {
    /// Bytes that may be appended.
    const MOST: usize = 1 << 20;
    let first = bytes.len().saturating_sub(END_RECORD + LONGEST_COMMENT + MOST);
    let ends = bytes.get(first..).unwrap_or(bytes);
    let Some(at) = ends.windows(4).rposition(|four| four == b"PK\x05\x06") else {
        return bytes;
    };
    let comment = u16_at(bytes, first + at + 20).map_or(0, usize::from);
    let Some((whole, tail)) = bytes.split_at_checked(first + at + END_RECORD + comment) else {
        return bytes;
    };
    let is_second = |four: &[u8]| four == b"PK\x03\x04" || four == b"PK\x01\x02";
    if tail.windows(4).any(is_second) { bytes } else { whole }
}

struct Directory {
    start: u64,
    end: u64,
    entries: u64,
}

fn find_directory(bytes: &[u8]) -> Result<Directory, ReadError> {
    let first = bytes.len().saturating_sub(END_RECORD + LONGEST_COMMENT);
    let last = bytes.len().checked_sub(END_RECORD).ok_or(ReadError::Truncated)?;
    // The record is the last thing in the file: its comment must end exactly where the file ends.
    let end_record = (first..=last)
        .rev()
        .find(|at| {
            bytes.get(*at..).is_some_and(|rest| rest.starts_with(b"PK\x05\x06"))
                && u16_at(bytes, *at + 20).is_some_and(|comment| at + END_RECORD + usize::from(comment) == bytes.len())
        })
        .ok_or(ReadError::Truncated)?;
    let field = |offset| {
        u16_at(bytes, end_record + offset)
            .map(u64::from)
            .ok_or(ReadError::Truncated)
    };
    let wide = |offset| {
        u32_at(bytes, as_u64(end_record + offset))
            .map(u64::from)
            .ok_or(ReadError::Truncated)
    };
    if field(4)? != 0 || field(6)? != 0 || field(8)? != field(10)? {
        return Err(ReadError::damaged(CONTAINER, "a container in several volumes"));
    }
    let (entries, size, start) = (field(10)?, wide(12)?, wide(16)?);
    if entries == 0xFFFF || size == ZIP64_FIELD || start == ZIP64_FIELD {
        return zip64_directory(bytes, end_record);
    }
    let end = start.checked_add(size).filter(|end| *end == as_u64(end_record));
    let end = end.ok_or_else(|| ReadError::damaged(CONTAINER, "the central directory is not where it is declared"))?;
    Ok(Directory { start, end, entries })
}

/// No workbook within our limits needs ZIP64, but some writers always use it.
fn zip64_directory(bytes: &[u8], end_record: usize) -> Result<Directory, ReadError> {
    let damaged = || ReadError::damaged(CONTAINER, "the ZIP64 records contradict each other");
    let locator = end_record.checked_sub(20).ok_or_else(damaged)?;
    if !bytes.get(locator..).is_some_and(|rest| rest.starts_with(b"PK\x06\x07")) {
        return Err(damaged());
    }
    let record = u64_at(bytes, as_u64(locator + 8)).ok_or_else(damaged)?;
    if slice(bytes, record, 4) != Some(b"PK\x06\x06") {
        return Err(damaged());
    }
    let value = |offset: u64| {
        record
            .checked_add(offset)
            .and_then(|at| u64_at(bytes, at))
            .ok_or_else(damaged)
    };
    let (on_disk, entries, size, start) = (value(24)?, value(32)?, value(40)?, value(48)?);
    let end = start
        .checked_add(size)
        .filter(|end| *end == record)
        .ok_or_else(damaged)?;
    if on_disk != entries {
        return Err(damaged());
    }
    Ok(Directory { start, end, entries })
}

fn read_entry(bytes: &[u8], at: u64, names: Names) -> Result<(Entry, u64), ReadError> {
    let damaged = || ReadError::damaged(CONTAINER, "the central directory is cut off");
    let header = slice(bytes, at, 46).ok_or_else(damaged)?;
    if !header.starts_with(b"PK\x01\x02") {
        return Err(ReadError::damaged(CONTAINER, "an entry without its signature"));
    }
    let short = |offset| u16_at(header, offset).map(u64::from).ok_or_else(damaged);
    let long = |offset| u32_at(header, offset).map(u64::from).ok_or_else(damaged);
    let (flags, method) = (short(8)?, short(10)?);
    let (name_length, extra_length, comment_length) = (short(28)?, short(30)?, short(32)?);
    let name_start = at.checked_add(46).ok_or_else(damaged)?;
    let name = slice(bytes, name_start, name_length).ok_or_else(damaged)?;
    let extra_start = name_start.checked_add(name_length).ok_or_else(damaged)?;
    let extra = slice(bytes, extra_start, extra_length).ok_or_else(damaged)?;
    let sizes = zip64_sizes(extra, long(24)?, long(20)?, long(42)?).ok_or_else(damaged)?;
    // Bit 11: the name is UTF-8 (APPNOTE 4.4.4).
    let path = names.path(name, flags & 0x800 != 0);
    if flags & 1 != 0 {
        return Err(ReadError::Encrypted);
    }
    if method != 0 && method != 8 {
        return Err(ReadError::damaged(path, "an unknown compression method"));
    }
    if method == 0 && sizes.compressed != sizes.inflated {
        return Err(ReadError::damaged(path, "a stored part with two sizes"));
    }
    let next = extra_start
        .checked_add(extra_length)
        .and_then(|end| end.checked_add(comment_length))
        .ok_or_else(damaged)?;
    let entry = Entry {
        path,
        name: name.to_vec(),
        compressed: sizes.compressed,
        inflated: sizes.inflated,
        header: sizes.header,
    };
    Ok((entry, next))
}

struct Sizes {
    inflated: u64,
    compressed: u64,
    header: u64,
}

/// The ZIP64 extra field (0x0001) holds, in this order, only those values whose 32-bit field is full of ones.
fn zip64_sizes(extra: &[u8], inflated: u64, compressed: u64, header: u64) -> Option<Sizes> {
    let mut sizes = Sizes {
        inflated,
        compressed,
        header,
    };
    let wanted = [&mut sizes.inflated, &mut sizes.compressed, &mut sizes.header];
    if wanted.iter().all(|value| **value != ZIP64_FIELD) {
        return Some(sizes);
    }
    let mut at: usize = 0;
    while let (Some(id), Some(length)) = (u16_at(extra, at), u16_at(extra, at.checked_add(2)?)) {
        let body = at.checked_add(4)?;
        if id == 0x0001 {
            let mut value_at = as_u64(body);
            for value in wanted {
                if *value == ZIP64_FIELD {
                    *value = u64_at(extra, value_at)?;
                    value_at = value_at.checked_add(8)?;
                }
            }
            return Some(sizes);
        }
        at = body.checked_add(usize::from(length))?;
    }
    None
}

fn refuse_unsafe_names(entries: &[Entry], names: Names) -> Result<(), ReadError> {
    let mut seen = BTreeSet::new();
    for entry in entries {
        let path = entry.path.as_str();
        if !names.allows(path) || !seen.insert(path) {
            return Err(ReadError::UnsafeNames {
                part: path.chars().take(80).collect(),
            });
        }
    }
    Ok(())
}

fn refuse_bombs(entries: &[Entry], limits: &Limits) -> Result<(), ReadError> {
    let mut total: u64 = 0;
    for entry in entries {
        total = total.saturating_add(entry.inflated);
        if entry.inflated > limits.part_bytes {
            return Err(ReadError::ZipBomb {
                bound: "part_bytes".into(),
                limit: limits.part_bytes,
            });
        }
        let allowed = entry
            .compressed
            .saturating_mul(limits.ratio)
            .max(limits.ratio_floor_bytes);
        if entry.inflated > allowed {
            return Err(ReadError::ZipBomb {
                bound: "ratio".into(),
                limit: limits.ratio,
            });
        }
    }
    if total > limits.total_bytes {
        return Err(ReadError::ZipBomb {
            bound: "total_bytes".into(),
            limit: limits.total_bytes,
        });
    }
    Ok(())
}

/// Entries that share their data are the other way to make a bomb.
fn refuse_overlaps(entries: &[Entry], directory_start: u64) -> Result<(), ReadError> {
    const LOCAL_HEADER: u64 = 30;
    let mut spans: Vec<(u64, u64)> = entries.iter().map(|entry| (entry.header, entry.compressed)).collect();
    spans.sort_unstable();
    let nexts = spans.iter().skip(1).map(|(header, _)| *header).chain([directory_start]);
    for ((header, compressed), next) in spans.iter().zip(nexts) {
        let end = header
            .checked_add(LOCAL_HEADER)
            .and_then(|start| start.checked_add(*compressed));
        if end.is_none_or(|end| end > next) {
            return Err(ReadError::ZipBomb {
                bound: "overlap".into(),
                limit: 0,
            });
        }
    }
    Ok(())
}

/// The local header must say the same name: a reader that goes by local headers must see the same workbook.
fn check_local_header(bytes: &[u8], entry: &Entry) -> Result<(), ReadError> {
    let header = slice(bytes, entry.header, 30).ok_or(ReadError::Truncated)?;
    let same_name = header.starts_with(b"PK\x03\x04")
        && u16_at(header, 26).map(u64::from) == Some(as_u64(entry.name.len()))
        && entry
            .header
            .checked_add(30)
            .and_then(|at| slice(bytes, at, as_u64(entry.name.len())))
            == Some(&entry.name);
    if same_name {
        Ok(())
    } else {
        Err(ReadError::UnsafeNames {
            part: entry.path.chars().take(80).collect(),
        })
    }
}

fn slice(bytes: &[u8], start: u64, length: u64) -> Option<&[u8]> {
    let end = start.checked_add(length)?;
    bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    slice(bytes, as_u64(at), 2)
        .and_then(|b| b.try_into().ok())
        .map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: impl TryInto<u64>) -> Option<u32> {
    slice(bytes, at.try_into().ok()?, 4)
        .and_then(|b| b.try_into().ok())
        .map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: u64) -> Option<u64> {
    slice(bytes, at, 8)
        .and_then(|b| b.try_into().ok())
        .map(u64::from_le_bytes)
}
