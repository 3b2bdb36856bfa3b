//! Where the data is: from the command line, or the environment.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::reader::ReadingLimits;

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
        let Some(path) = &self.limits else {
            return Ok(ReadingLimits::default());
        };
        let named = |error: &dyn std::fmt::Display| std::io::Error::other(format!("{}: {error}", path.display()));
        let text = std::fs::read(path).map_err(|error| named(&error))?;
        serde_json::from_slice(&text).map_err(|error| named(&error))
    }

    /// The folder of the originals.
    pub fn blob_folder(&self) -> PathBuf {
        self.folder().join("blobs")
    }
}
