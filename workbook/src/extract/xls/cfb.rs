//! Compound files (MS-CFB): a file system in a file, with chains of sectors that may lie, cross and go round.

use super::super::bytes::{Bytes, utf16};
use crate::error::ReadError;

const PART: &str = "compound file";
const HEADER: usize = 512;
/// Sector numbers from here on are marks: end of chain, free, FAT, DIFAT.
const FIRST_MARK: u32 = 0xFFFF_FFFA;
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// Sectors of the FAT that the header itself names.
const IN_HEADER: usize = 109;
const DIRECTORY_ENTRY: usize = 128;
/// Streams that are larger never stand in mini sectors, whatever a file says. The standard says 4096.
const MOST_MINI_CUTOFF: u32 = 1 << 16;

/// An open compound file.
pub(super) struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector: usize,
    mini_sector: usize,
    mini_cutoff: usize,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
    /// Which of them stand in the root storage; those of embedded objects stand below.
    root: Vec<usize>,
}

/// A storage or stream.
struct Entry {
    name: String,
    is_stream: bool,
    start: u32,
    size: usize,
    /// Entries before and after it in its storage, by number.
    siblings: [u32; 2],
}

impl<'a> CompoundFile<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let header = bytes.get(..HEADER).ok_or(ReadError::Truncated)?;
        let field = |at: usize| -> Result<u32, ReadError> {
            header
                .get(at..)
                .and_then(|rest| Bytes::new(rest).u32())
                .ok_or(ReadError::Truncated)
        };
        let size_of = |shift: u32, allowed: &[u32]| {
            allowed
                .contains(&shift)
                .then(|| 1_usize << shift)
                .ok_or_else(|| damaged("a sector size that is none"))
        };
        let shifts = field(30)?;
        let mut file = Self {
            bytes,
            sector: size_of(shifts & 0xFFFF, &[9, 12])?,
            mini_sector: size_of(shifts >> 16, &[6])?,
            mini_cutoff: usize::try_from(field(56)?.min(MOST_MINI_CUTOFF))
                .map_err(|_| damaged("a size that does not fit"))?,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
            root: Vec::new(),
        };
        file.fat = file.read_fat(header, field(68)?)?;
        let directory = file.chain(field(48)?, None)?;
        file.entries = directory.chunks_exact(DIRECTORY_ENTRY).map(entry_of).collect();
        file.root = file.in_root(directory.get(76..80).map_or_else(Vec::new, numbers));
        // Only a stream that is read has to be whole: a small one that stands there misses what is missing here.
        if field(60)? < FIRST_MARK {
            file.mini_fat = numbers(&file.as_far_as_it_goes(field(60)?));
        }
        if let Some((start, size)) = start_and_size(&directory).filter(|(start, _)| *start < FIRST_MARK) {
            file.mini_stream = file.as_far_as_it_goes(start);
            file.mini_stream.truncate(size);
        }
        Ok(file)
    }

    /// Names of all storages and streams.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Whether the root storage has something of this name, whatever its case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.of_root().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// What stands in the root storage.
    fn of_root(&self) -> impl Iterator<Item = &Entry> {
        self.root.iter().filter_map(|at| self.entries.get(*at))
    }

    /// The numbers of the entries of the root storage, from its topmost; those of all where the root names none.
    fn in_root(&self, mut open: Vec<u32>) -> Vec<usize> {
        let mut found = std::collections::BTreeSet::new();
        while let Some(number) = open.pop() {
            let Some((at, entry)) = usize::try_from(number)
                .ok()
                .and_then(|at| Some((at, self.entries.get(at)?)))
            else {
                continue;
            };
            if at > 0 && found.insert(at) {
                open.extend(entry.siblings);
            }
        }
        if found.is_empty() {
            found.extend(0..self.entries.len());
        }
        found.into_iter().collect()
    }

    /// The content of a stream of the root storage, whatever the case of its name.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, ReadError> {
        let found = self
            .of_root()
            .find(|entry| entry.is_stream && entry.name.eq_ignore_ascii_case(name));
        let Some(entry) = found else { return Ok(None) };
        if entry.size < self.mini_cutoff {
            self.mini_chain(entry.start, entry.size).map(Some)
        } else {
            self.chain(entry.start, Some(entry.size)).map(Some)
        }
    }

    /// Sector numbers of the whole file, by way of the header and then the chain of DIFAT sectors.
    fn read_fat(&self, header: &[u8], mut next: u32) -> Result<Vec<u32>, ReadError> {
        let mut places = numbers(header.get(HEADER - 4 * IN_HEADER..).ok_or(ReadError::Truncated)?);
        let mut steps = 0;
        while next < FIRST_MARK {
            let mut sector = numbers(self.sector(next)?);
            next = sector.pop().unwrap_or(END_OF_CHAIN);
            places.extend(sector);
            steps += 1;
            if steps > self.sectors() {
                return Err(damaged("a chain that goes round"));
            }
        }
        places.retain(|place| *place < FIRST_MARK);
        if places.len() > self.sectors() {
            return Err(damaged("more allocation sectors than sectors"));
        }
        let mut fat = Vec::new();
        for place in places {
            fat.extend(numbers(self.sector(place)?));
        }
        Ok(fat)
    }

    /// Sectors that the file can have.
    fn sectors(&self) -> usize {
        self.bytes.len() / self.sector + 1
    }

    /// A sector; the last of a file may be shorter.
    fn sector(&self, number: u32) -> Result<&'a [u8], ReadError> {
        let start = usize::try_from(number)
            .ok()
            .and_then(|number| number.checked_add(1)?.checked_mul(self.sector));
        let rest = start
            .and_then(|start| self.bytes.get(start..))
            .filter(|rest| !rest.is_empty());
        let rest = rest.ok_or(ReadError::Truncated)?;
        Ok(rest.get(..self.sector).unwrap_or(rest))
    }

    /// The bytes of a chain of sectors, as many as the stream has, or all.
    fn chain(&self, start: u32, size: Option<usize>) -> Result<Vec<u8>, ReadError> {
        let mut content = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next < FIRST_MARK && size.is_none_or(|size| content.len() < size) {
            content.extend_from_slice(self.sector(next)?);
            next = usize::try_from(next)
                .ok()
                .and_then(|at| self.fat.get(at).copied())
                .ok_or_else(|| damaged("a sector that is not allocated"))?;
            steps += 1;
            if steps > self.sectors() {
                return Err(damaged("a chain that goes round"));
            }
        }
        cut(content, size)
    }

    /// The bytes of a chain of sectors up to where it breaks off.
    fn as_far_as_it_goes(&self, mut next: u32) -> Vec<u8> {
        let mut content = Vec::new();
        for _ in 0..=self.sectors() {
            let Some(sector) = Some(next)
                .filter(|next| *next < FIRST_MARK)
                .and_then(|next| self.sector(next).ok())
            else {
                break;
            };
            content.extend_from_slice(sector);
            let following = usize::try_from(next).ok().and_then(|at| self.fat.get(at).copied());
            next = following.unwrap_or(END_OF_CHAIN);
        }
        content
    }

    fn mini_chain(&self, start: u32, size: usize) -> Result<Vec<u8>, ReadError> {
        let mut content = Vec::new();
        let mut next = start;
        while next < FIRST_MARK && content.len() < size {
            let at = usize::try_from(next).map_err(|_| ReadError::Truncated)?;
            let from = at.saturating_mul(self.mini_sector);
            let rest = self.mini_stream.get(from..).filter(|rest| !rest.is_empty());
            let rest = rest.ok_or(ReadError::Truncated)?;
            content.extend_from_slice(rest.get(..self.mini_sector).unwrap_or(rest));
            let following = self.mini_fat.get(at).copied();
            next = following.ok_or_else(|| damaged("a small sector that is not allocated"))?;
        }
        cut(content, Some(size))
    }
}

/// The stream as long as it is declared; a shorter chain is a file that was cut off.
fn cut(mut content: Vec<u8>, size: Option<usize>) -> Result<Vec<u8>, ReadError> {
    if let Some(size) = size {
        if content.len() < size {
            return Err(ReadError::Truncated);
        }
        content.truncate(size);
    }
    Ok(content)
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    let number = |four: &[u8]| Some(u32::from_le_bytes(four.try_into().ok()?));
    bytes.chunks_exact(4).filter_map(number).collect()
}

/// A directory entry; one that is free has no name.
fn entry_of(bytes: &[u8]) -> Entry {
    let entry = || {
        let name_bytes = usize::from(Bytes::new(bytes.get(64..)?).u16()?);
        let kind = *bytes.get(66)?;
        let name = utf16(bytes.get(..name_bytes.min(64).saturating_sub(2))?);
        let (start, size) = start_and_size(bytes)?;
        let mut siblings = Bytes::new(bytes.get(68..)?);
        (kind != 0).then_some(Entry {
            name,
            is_stream: kind == 2,
            start,
            size,
            siblings: [siblings.u32()?, siblings.u32()?],
        })
    };
    entry().unwrap_or(Entry {
        name: String::new(),
        is_stream: false,
        start: END_OF_CHAIN,
        size: 0,
        siblings: [u32::MAX; 2],
    })
}

fn start_and_size(entry: &[u8]) -> Option<(u32, usize)> {
    let mut fields = Bytes::new(entry.get(116..)?);
    Some((fields.u32()?, fields.size()?))
}

fn damaged(reason: &str) -> ReadError {
    ReadError::damaged(PART, reason)
}
