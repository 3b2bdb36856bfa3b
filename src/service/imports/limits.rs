//! What an import of many returns may cost.

use workbook::archive::ArchiveLimits;

/// What an import of many returns may cost.
#[derive(Clone, Copy, Debug)]
pub struct ImportLimits {
    /// Largest ZIP or sheet handed in for many enterprises, bytes.
    pub file_bytes: u64,
    /// Most files in such a ZIP.
    pub entries: usize,
    /// Largest file in such a ZIP after inflation, bytes.
    pub entry_bytes: u64,
    /// All files of such a ZIP together after inflation, bytes.
    pub total_bytes: u64,
    /// Highest ratio of inflated to compressed size of a file in such a ZIP.
    pub ratio: u64,
}

impl Default for ImportLimits {
    fn default() -> Self {
        let ArchiveLimits {
            entries,
            entry_bytes,
            total_bytes,
            ratio,
        } = ArchiveLimits::default();
        Self {
            file_bytes: 256 << 20,
            entries,
            entry_bytes,
            total_bytes,
            ratio,
        }
    }
}

impl ImportLimits {
    /// The part of them that a ZIP is opened with.
    pub fn archive(&self) -> ArchiveLimits {
        ArchiveLimits {
            entries: self.entries,
            entry_bytes: self.entry_bytes,
            total_bytes: self.total_bytes,
            ratio: self.ratio,
        }
    }
}
