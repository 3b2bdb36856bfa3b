//! Named, dated groups of the registry: clusters (块状经济), key enterprises (重点企业), parks. Their kinds are the bureau's words.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use super::identifiers::GroupId;

/// A group of enterprises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnterpriseGroup {
    /// Identifier.
    pub id: GroupId,
    /// Kind, in the words of the bureau.
    pub kind: String,
    /// Name, unique within its kind.
    pub name: String,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day; absent while it has no end.
    pub ends_on: Option<NaiveDate>,
    /// Who made it.
    pub created_by: String,
    /// Version for optimistic locking, from 1.
    pub version: i64,
    /// When made.
    pub created_at: DateTime<Utc>,
}

/// That an enterprise belongs to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InGroup {
    /// The group.
    pub id: GroupId,
    /// On which day; absent for today, until the day is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<NaiveDate>,
}
