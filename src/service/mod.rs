//! Use cases, one file each, named by what they do: permission, transaction, domain call.
//!
//! Nothing here says `poem` or `sea_orm`.

use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use uuid::Uuid;
pub use workbook::template::FormHeading;

use self::{
    error::{ServiceError, codes},
    imports::limits::ImportLimits,
    jobs::queue::Queue,
};
use crate::{
    blobs::Blobs,
    clock::Clock,
    ids::IdSource,
    reader::{ReadingLimits, WorkbookReader},
    store::db::Database,
};

pub mod access;
pub mod accounts;
pub mod blocking;
pub mod documents;
pub mod error;
pub mod imports;
pub mod jobs;
pub mod outcome;
pub mod population;
pub mod registry;
pub mod returns;
pub mod rounds;
pub mod runs;
pub mod templates;
pub mod workbooks;

/// Everything a use case needs. One for the whole program.
pub struct Service {
    /// The database.
    pub db: Database,
    /// Originals of uploaded files.
    pub blobs: Blobs,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and randomness.
    pub ids: Arc<dyn IdSource>,
    /// Reads workbooks in limited children.
    pub reader: WorkbookReader,
    /// Carries jobs to workers.
    pub queue: Arc<dyn Queue>,
    /// Compiled documents.
    pub catalogue: documents::catalogue::Catalogue,
    /// What returns of a round are compared with.
    pub round_figures: rounds::figures::RoundFigures,
    /// Scores of runs whose returns are scored together.
    pub scored_runs: runs::scored::ScoredRuns,
    /// Figures that an operator may change.
    pub settings: Settings,
    /// Failed logins of late.
    pub failed_logins: access::log_in::FailedLogins,
}

/// Figures that an operator may change.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a login lasts.
    pub token_lifetime: chrono::Duration,
    /// The largest upload, bytes.
    pub upload_bytes: u64,
    /// The largest scan of a signature, bytes.
    pub evidence_bytes: u64,
    /// What an import of many returns may cost.
    pub imports: ImportLimits,
    /// The time zone offset in which days of a round begin and end, seconds east of UTC.
    pub day_offset_seconds: i32,
    /// Argon2id memory, KiB. OWASP's figure of 2023 is 19 MiB with two passes; tests use less.
    pub password_memory_kib: u32,
    /// What reading a workbook may cost.
    pub reading: ReadingLimits,
    /// What the bureau prints at the head of its forms.
    pub heading: FormHeading,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            token_lifetime: chrono::Duration::hours(12),
            upload_bytes: 20 << 20,
            evidence_bytes: 10 << 20,
            imports: ImportLimits::default(),
            day_offset_seconds: 8 * 3600,
            password_memory_kib: 19 * 1024,
            reading: ReadingLimits::default(),
            heading: FormHeading::default(),
        }
    }
}

impl Service {
    /// Now.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The day in the county.
    pub fn today(&self) -> NaiveDate {
        self.day(self.now())
    }

    /// The day of a moment in the county.
    pub(crate) fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        local(at, self.settings.day_offset_seconds).date_naive()
    }

    /// Now, as the clock in the county shows it.
    pub(crate) fn local_now(&self) -> DateTime<FixedOffset> {
        self.local(self.now())
    }

    /// A moment as the clock in the county shows it.
    pub(crate) fn local(&self, moment: DateTime<Utc>) -> DateTime<FixedOffset> {
        local(moment, self.settings.day_offset_seconds)
    }

    /// The day of a moment in the county, as letters and sheets write it: `2026年4月1日`.
    pub fn day_of(&self, moment: DateTime<Utc>) -> String {
        let day = local(moment, self.settings.day_offset_seconds);
        day.format("%Y年%-m月%-d日").to_string()
    }

    /// A moment as the clock in the county shows it, to the minute.
    pub fn shown(&self, at: DateTime<Utc>) -> String {
        let at = local(at, self.settings.day_offset_seconds);
        at.format("%Y-%m-%d %H:%M").to_string()
    }

    /// The month in the county, `YYYY-MM`.
    pub fn this_month(&self) -> String {
        self.today().format("%Y-%m").to_string()
    }

    /// The bytes of something handed in earlier, by their SHA-256. `import.file_missing` when they cannot be had.
    pub(crate) async fn original(&self, sha256: &str) -> Result<Bytes, ServiceError> {
        let bytes = self.blobs.get(sha256).await;
        bytes.map_err(|error| ServiceError::new(codes::imports::FILE_MISSING).because(error))
    }

    /// A new identifier.
    pub fn next_id(&self) -> Uuid {
        self.ids.next_id(self.now())
    }
}

/// A moment as a clock `offset_seconds` east of UTC shows it.
fn local(now: DateTime<Utc>, offset_seconds: i32) -> DateTime<FixedOffset> {
    match FixedOffset::east_opt(offset_seconds) {
        Some(offset) => now.with_timezone(&offset),
        None => now.fixed_offset(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_countys() {
        let late = DateTime::parse_from_rfc3339("2026-04-30T17:00:00Z").unwrap().to_utc();
        let check = |offset, expected: &str| assert_eq!(local(late, offset).to_rfc3339(), expected);
        check(8 * 3600, "2026-05-01T01:00:00+08:00");
        check(0, "2026-04-30T17:00:00+00:00");
    }
}
