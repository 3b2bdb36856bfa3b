//! Views of revisions that leave out what their reader does not need.

use chrono::{DateTime, Utc};
use survey::answer::{Answers, Claims};

use super::{
    enterprise::Enterprise,
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
}

/// What a run takes from a return: the revision in force and its enterprise. Provenance and findings are left out; over
/// a whole round they would be most of the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedRevision {
    /// The enterprise, as the registry knows it now.
    pub enterprise: Enterprise,
    /// The revision in force.
    pub revision: RevisionId,
    /// SHA-256 of its workbook, hex.
    pub blob_sha256: String,
    /// Its answers.
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
