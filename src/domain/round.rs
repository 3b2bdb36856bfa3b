//! Rounds: one questionnaire, one year, one population.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use super::identifiers::RoundId;
use super::{
    document::DocumentId,
    enterprise::{EnterpriseFilter, EnterpriseId},
};

/// A round of the survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Identifier.
    pub id: RoundId,
    /// Code, unique, such as `2026`.
    pub code: String,
    /// Title.
    pub title: String,
    /// Year in which it is asked.
    pub year: i32,
    /// The questionnaire.
    pub questionnaire: DocumentId,
    /// The code lists and factor tables in force when the round was made, frozen for it (stored as a JSON array).
    pub reference: Vec<DocumentId>,
    /// Older versions of the questionnaire whose templates are still read (stored as a JSON array).
    pub accepted_versions: Vec<DocumentId>,
    /// First day for returns.
    pub opens_on: NaiveDate,
    /// Last day for returns.
    pub closes_on: NaiveDate,
    /// Who is asked, as it was stated.
    pub population: Population,
    /// The round before, whose accepted answers are shown for reference.
    pub previous: Option<RoundId>,
    /// Whether a return is submitted only once every warning is justified.
    pub warnings_must_be_justified: bool,
    /// Version for optimistic locking, from 1.
    pub version: i64,
    /// When made.
    pub created_at: DateTime<Utc>,
}

/// Who is asked: a query over the registry or a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// All enterprises that the filter shows.
    Query(EnterpriseFilter),
    /// These enterprises.
    List(Vec<EnterpriseId>),
}

/// How far a round has come: counts over its population.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoundProgress {
    /// Enterprises asked.
    pub population: u64,
    /// Nothing uploaded yet.
    pub not_started: u64,
    /// Uploaded, not submitted.
    pub draft: u64,
    /// Submitted, waiting for review.
    pub submitted: u64,
    /// Sent back for correction.
    pub returned: u64,
    /// Accepted.
    pub accepted: u64,
    /// Taken out of the round; not part of the population.
    pub removed: u64,
}
