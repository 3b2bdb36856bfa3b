//! Views of revisions that leave out what their reader does not need.

use chrono::{DateTime, Utc};
use survey::answer::Answers;

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
}
