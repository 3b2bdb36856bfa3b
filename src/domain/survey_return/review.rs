//! What the review of a return has left on it, and what is recorded of a step beside states and reason.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::RevisionId;

/// What the review of a return has left on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Why it was sent back last, until a revision is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_back: Option<SentBack>,
}

/// That a return was sent back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentBack {
    /// Why, for the enterprise to read.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The revision that was sent back.
    pub revision: RevisionId,
    /// The number of the last justification that had been given by then, 0 when there was none.
    pub justifications: i32,
    /// Whether the return was submitted again with the same answers and without another justification.
    pub unchanged: bool,
}

/// What is recorded of a step beside states and reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetail {
    /// Name of the step; empty for steps of before there were names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// Whether a return that was sent back was submitted again without a change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
}
