//! A ZIP of many workbooks, opened without trusting it.
//!
//! Everything is bounded before anything is inflated: entries, the size of each, all of them together, the ratio; two
//! readings of the directory must agree, as for a workbook. Names are UTF-8 where the entry says so or they are valid
//! UTF-8, else GBK (GB 18030), which is what Windows in China writes. A name that leads anywhere else (`..`, absolute,
//! with a backslash, a drive or control characters) refuses the whole ZIP: nothing of it was made by an honest hand.

use std::io::Cursor;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use survey::text::Text;
use zip::ZipArchive;

use crate::{
    codes::ArchiveCode,
    error::{Counted, ReadError},
    extract::{
        Limits,
        container::{agree, inflate},
        directory::{self, Entry, Names},
    },
};

/// What a ZIP may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveLimits {
    /// Files and folders.
    pub entries: usize,
    /// Bytes of one file after inflation.
    pub entry_bytes: u64,
    /// Bytes of all files together after inflation.
    pub total_bytes: u64,
    /// Inflated over compressed size of one file, looked at once it is larger than a MiB.
    pub ratio: u64,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            entries: 5000,
            entry_bytes: 20 * MIB,
            total_bytes: 2048 * MIB,
            ratio: 200,
        }
    }
}

/// A ZIP that has passed every check that needs no inflation. Clones share its bytes.
#[derive(Clone)]
pub struct Archive {
    zip: ZipArchive<Cursor<Bytes>>,
    files: Vec<ArchiveFile>,
    left_out: usize,
    entry_bytes: u64,
}

/// A file of a ZIP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveFile {
    /// Path within the ZIP with forward slashes.
    pub name: String,
    /// Bytes after inflation, as declared.
    pub bytes: u64,
    /// Position among all entries.
    at: usize,
}

/// Why a ZIP is refused as a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
pub enum ArchiveError {
    /// It cannot be read as a ZIP.
    Damaged,
    /// It needs a password.
    Encrypted,
    /// Its end is missing.
    Truncated,
    /// More entries than allowed.
    TooManyEntries {
        /// Entries allowed.
        limit: u64,
    },
    /// It inflates to more than is allowed.
    TooLarge {
        /// The bound, in words of [`ArchiveLimits`].
        bound: String,
        /// Its value.
        limit: u64,
    },
    /// A name that leads elsewhere, or stands twice.
    UnsafeName {
        /// The name.
        name: String,
    },
    /// No workbook in it.
    Empty,
}

impl Archive {
    /// Opens a ZIP.
    pub fn open(bytes: &Bytes, limits: &ArchiveLimits) -> Result<Self, ArchiveError> {
        let bounds = Limits {
            entries: limits.entries,
            // One large file is that file's fault, not the ZIP's.
            part_bytes: limits.total_bytes,
            total_bytes: limits.total_bytes,
            ratio: limits.ratio,
            ..Limits::default()
        };
        let bytes = bytes.slice(..directory::without_tail(bytes).len());
        let entries = directory::scan(&bytes, &bounds, Names::Files)?;
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ArchiveError::Damaged)?;
        agree(&zip, &entries)?;
        let is_file = |entry: &Entry| !entry.path.ends_with('/');
        let files: Vec<ArchiveFile> = entries
            .iter()
            .enumerate()
            .filter(|(_, entry)| is_file(entry) && !is_litter(&entry.path))
            .map(|(at, entry)| ArchiveFile {
                name: entry.path.clone(),
                bytes: entry.inflated,
                at,
            })
            .collect();
        if files.is_empty() {
            return Err(ArchiveError::Empty);
        }
        let left_out = entries.iter().filter(|entry| is_file(entry)).count() - files.len();
        Ok(Self {
            zip,
            files,
            left_out,
            entry_bytes: limits.entry_bytes,
        })
    }

    /// The files in the order of the ZIP's directory.
    pub fn files(&self) -> &[ArchiveFile] {
        &self.files
    }

    /// Files that systems leave behind and that are no one's return (`.DS_Store`, `~$open.xlsx`).
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The bytes of a file by its position in [`Archive::files`], never more than it declares.
    pub fn read(&self, file: usize) -> Result<Vec<u8>, ReadError> {
        let file = self.files.get(file).ok_or(ReadError::Empty)?;
        if file.bytes > self.entry_bytes {
            return Err(ReadError::TooLarge {
                bytes: file.bytes,
                limit: self.entry_bytes,
            });
        }
        // A clone shares the directory and the bytes; only its own position is new.
        inflate(&mut self.zip.clone(), file.at, file.bytes, &file.name)
    }
}

/// Whether bytes are one spreadsheet rather than a ZIP of many: by what lies at the top of the package, or because they are
/// a compound document (`.xls`).
pub fn is_one_spreadsheet(bytes: &[u8]) -> bool {
    const COMPOUND: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    let Ok(zip) = ZipArchive::new(Cursor::new(bytes)) else {
        return bytes.starts_with(&COMPOUND);
    };
    let marks = ["[Content_Types].xml", "mimetype", "META-INF/manifest.xml"];
    zip.file_names()
        .flatten()
        .any(|name| marks.iter().any(|mark| name.eq_ignore_ascii_case(mark)))
}

/// Files that an operating system or an open Excel leaves beside workbooks.
pub fn is_litter(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.starts_with("__MACOSX/")
        || name.starts_with("~$")
        || name.starts_with("._")
        || [".DS_Store", "Thumbs.db", "desktop.ini"]
            .iter()
            .any(|litter| name.eq_ignore_ascii_case(litter))
}

impl From<ReadError> for ArchiveError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Encrypted => Self::Encrypted,
            ReadError::Truncated => Self::Truncated,
            ReadError::TooMany {
                what: Counted::Entries,
                limit,
            } => Self::TooManyEntries { limit },
            ReadError::ZipBomb { bound, limit } => Self::TooLarge { bound, limit },
            ReadError::UnsafeNames { part } => Self::UnsafeName { name: part },
            _ => Self::Damaged,
        }
    }
}

impl ArchiveError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged => ArchiveCode::ZipDamaged.code(),
            Self::Encrypted => ArchiveCode::ZipEncrypted.code(),
            Self::Truncated => ArchiveCode::ZipTruncated.code(),
            Self::TooManyEntries { .. } => ArchiveCode::ZipTooManyEntries.code(),
            Self::TooLarge { .. } => ArchiveCode::ZipTooLarge.code(),
            Self::UnsafeName { .. } => ArchiveCode::ZipUnsafeName.code(),
            Self::Empty => ArchiveCode::ZipEmpty.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::Damaged => Text::new(
                "ZIP 已损坏或不是 ZIP，没有导入任何文件。请重新压缩（格式选 ZIP）后再上传。",
                "The ZIP is damaged or is none; nothing of it was imported. Compress the files again (as ZIP) and upload that.",
            ),
            Self::Encrypted => Text::new(
                "ZIP 设有密码，没有导入任何文件。请不设密码重新压缩后再上传。",
                "The ZIP needs a password; nothing of it was imported. Compress the files again without one.",
            ),
            Self::Truncated => Text::new(
                "ZIP 不完整，可能没有传输完。请重新压缩或下载后再上传。",
                "The ZIP is incomplete; a transfer may have been cut off. Compress or download it again.",
            ),
            Self::TooManyEntries { limit } => Text::new(
                format!("ZIP 内文件超过上限 {limit} 个（entries）。请分成几个 ZIP 上传。"),
                format!("The ZIP holds more than {limit} files (entries). Split it into several."),
            ),
            Self::TooLarge { bound, limit } => Text::new(
                format!(
                    "ZIP 解压后过大（{bound}，上限 {limit}），没有导入任何文件。请只放填报工作簿，或分成几个 ZIP 上传。"
                ),
                format!(
                    "The ZIP inflates to too much ({bound}, limit {limit}); nothing of it was imported. Put only returned workbooks into it, or split it."
                ),
            ),
            Self::UnsafeName { name } => Text::new(
                format!("ZIP 内有不允许或重复的文件名（{name}），没有导入任何文件。请把工作簿放进文件夹后重新压缩。"),
                format!(
                    "The ZIP holds a file name that is not allowed or stands twice ({name}); nothing of it was imported. Compress the workbooks again from a folder."
                ),
            ),
            Self::Empty => Text::new("ZIP 内没有文件。", "There is no file in the ZIP."),
        }
    }
}
