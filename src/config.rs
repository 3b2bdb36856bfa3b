//! Where the data is: from the command line, or the environment.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::de::DeserializeOwned;

use crate::{
    reader::ReadingLimits,
    service::{FormHeading, imports::limits::ImportLimits},
};

/// Where the data is. Every command that needs data takes it.
#[derive(Clone, Debug, Args)]
pub struct DataPlace {
    /// Folder with the embedded database (ronghe.sqlite) and the uploaded originals (blobs/)
    #[arg(long, value_name = "DIR", env = "RONGHE_DATA", global = true)]
    pub data: Option<PathBuf>,
    /// Database in place of the embedded one: postgres://user@host/name or sqlite://path?mode=rwc
    #[arg(long, value_name = "URL", env = "RONGHE_DATABASE", global = true)]
    pub database: Option<String>,
    /// JSON file with the limits on reading workbooks that differ from the ordinary ones: see docs/en/limits.md
    #[arg(long, value_name = "FILE", env = "RONGHE_LIMITS", global = true)]
    pub limits: Option<PathBuf>,
    /// JSON file with what the county prints at the head of its forms (form number, authority, telephone): see docs/en/bureau.md
    #[arg(long, value_name = "FILE", env = "RONGHE_COUNTY", global = true)]
    pub county: Option<PathBuf>,
}

impl DataPlace {
    /// The folder: as said, or `ronghe-data` here.
    pub fn folder(&self) -> &Path {
        self.data.as_deref().unwrap_or(Path::new("ronghe-data"))
    }

    /// The database URL.
    pub fn database_url(&self) -> String {
        match &self.database {
            Some(url) => url.clone(),
            None => format!("sqlite://{}?mode=rwc", self.folder().join("ronghe.sqlite").display()),
        }
    }

    /// The limits on reading workbooks: the ordinary ones, and over them what the file says.
    pub fn reading_limits(&self) -> std::io::Result<ReadingLimits> {
        read_or_default(self.limits.as_deref())
    }

    /// What the county prints at the head of its forms: nothing unless a file says so.
    pub fn heading(&self) -> std::io::Result<FormHeading> {
        read_or_default(self.county.as_deref())
    }

    /// The folder of the originals.
    pub fn blob_folder(&self) -> PathBuf {
        self.folder().join("blobs")
    }
}

/// What a JSON file says, or the ordinary where there is none.
fn read_or_default<T: DeserializeOwned + Default>(path: Option<&Path>) -> std::io::Result<T> {
    let Some(path) = path else {
        return Ok(T::default());
    };
    let named = |error: &dyn std::fmt::Display| std::io::Error::other(format!("{}: {error}", path.display()));
    let text = std::fs::read(path).map_err(|error| named(&error))?;
    serde_json::from_slice(&text).map_err(|error| named(&error))
}

/// What an import of many returns may cost, from the command line or the environment.
#[derive(Clone, Copy, Debug, Args)]
pub struct ImportLimitArgs {
    /// Largest ZIP or sheet handed in for many enterprises, bytes
    #[arg(
        long = "import-file-bytes",
        value_name = "BYTES",
        default_value_t = ImportLimits::default().file_bytes,
        env = "RONGHE_IMPORT_FILE_BYTES"
    )]
    pub file_bytes: u64,
    /// Most files in such a ZIP
    #[arg(
        long = "import-entries",
        value_name = "COUNT",
        default_value_t = ImportLimits::default().entries,
        env = "RONGHE_IMPORT_ENTRIES"
    )]
    pub entries: usize,
    /// Largest file in such a ZIP after inflation, bytes
    #[arg(
        long = "import-entry-bytes",
        value_name = "BYTES",
        default_value_t = ImportLimits::default().entry_bytes,
        env = "RONGHE_IMPORT_ENTRY_BYTES"
    )]
    pub entry_bytes: u64,
    /// All files of such a ZIP together after inflation, bytes
    #[arg(
        long = "import-total-bytes",
        value_name = "BYTES",
        default_value_t = ImportLimits::default().total_bytes,
        env = "RONGHE_IMPORT_TOTAL_BYTES"
    )]
    pub total_bytes: u64,
    /// Highest ratio of inflated to compressed size of a file in such a ZIP
    #[arg(
        long = "import-ratio",
        value_name = "RATIO",
        default_value_t = ImportLimits::default().ratio,
        env = "RONGHE_IMPORT_RATIO"
    )]
    pub ratio: u64,
}

impl From<ImportLimitArgs> for ImportLimits {
    fn from(args: ImportLimitArgs) -> Self {
        Self {
            file_bytes: args.file_bytes,
            entries: args.entries,
            entry_bytes: args.entry_bytes,
            total_bytes: args.total_bytes,
            ratio: args.ratio,
        }
    }
}
