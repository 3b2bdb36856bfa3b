//! Mapping profiles: how spreadsheets of other systems are read, confirmed by a person and used again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use workbook::mapping::Mapping;

use super::access::Scope;
pub use super::identifiers::ProfileId;

/// A mapping that a person has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingProfile {
    /// Identifier.
    pub id: ProfileId,
    /// Name, unique for the questionnaire.
    pub name: String,
    /// Code of the questionnaire; it fits any version that has its questions.
    pub questionnaire: String,
    /// The mapping.
    pub mapping: Mapping,
    /// Version for optimistic locking, from 1.
    pub version: i64,
    /// Who confirmed it first.
    pub created_by: String,
    /// Whose it is: all may use it, those with this scope (and the county) may change it.
    pub scope: Scope,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// When last changed.
    pub updated_at: DateTime<Utc>,
}

/// The mapping of an import, as it was when the import was taken on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedMapping {
    /// The profile.
    pub profile: ProfileId,
    /// Its version.
    pub version: i64,
    /// What it said.
    pub mapping: Mapping,
}
