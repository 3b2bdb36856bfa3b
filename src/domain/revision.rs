//! Views of revisions that leave out what their reader does not need.

use chrono::{DateTime, Utc};
use survey::answer::{Answers, Claims};

use super::{
    import::ImportId,
    survey_return::{ReturnId, RevisionId},
};

/// A revision in a list: without answers, provenance and findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionSummary {
    /// Identifier.
    pub id: RevisionId,
    /// Return.
    pub survey_return: ReturnId,
    /// Number within the return, from 1.
    pub number: i32,
    /// SHA-256 of the uploaded workbook, hex.
    pub blob_sha256: String,
    /// Name of the uploaded file.
    pub filename: String,
    /// Who uploaded it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The import through which an officer handed it in; absent for an upload of the enterprise's own.
    pub import: Option<ImportId>,
}

/// What a run reads of a revision. Provenance and findings are left out; over a whole round they would be most of the
/// memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionContent {
    /// Answers.
    pub answers: Answers,
    /// Questions that do not apply: claimed by the enterprise and agreed to by the reviewer who accepted the revision.
    pub claims: Claims,
}

/// What a return is compared by with the others of its round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedReturn {
    /// The return.
    pub id: ReturnId,
    /// Industry code of its enterprise.
    pub industry_code: String,
    /// The answers of its newest revision.
    pub latest: Answers,
    /// The answers of its revision in force.
    pub accepted: Option<Answers>,
}

/// That a return has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnChange {
    /// The return.
    pub id: ReturnId,
    /// The version it has now.
    pub version: i64,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

/// What the newest revision of a return was read from, and what was found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestRevision {
    /// Identifier.
    pub id: RevisionId,
    /// Number within the return.
    pub number: i32,
    /// SHA-256 of the file, hex.
    pub blob_sha256: String,
    /// Hash of the row, where it was read from one.
    pub part_sha256: Option<String>,
    /// Blocking findings.
    pub block: usize,
    /// Warnings.
    pub warn: usize,
    /// Notes.
    pub info: usize,
}
