//! Justifications as they are kept: what an enterprise said to a warning, when, and in which revision.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use survey::justification::Justification;

use super::survey_return::RevisionId;

/// A justification that was given. Never changed; a later one about the same finding takes its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedJustification {
    /// Number within the return, from 1.
    pub number: i32,
    /// What was said to which finding.
    pub said: Justification,
    /// The revision that was the newest when it was given.
    pub revision: RevisionId,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A justification that counts for a finding. In a dry run it need not be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedJustification {
    /// What was said to which finding.
    pub said: Justification,
    /// Its number within the return and the revision that was the newest when it was given; none while it is not kept.
    pub kept: Option<(i32, RevisionId)>,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<RecordedJustification> for CountedJustification {
    fn from(recorded: RecordedJustification) -> Self {
        Self {
            said: recorded.said,
            kept: Some((recorded.number, recorded.revision)),
            actor: recorded.actor,
            at: recorded.at,
        }
    }
}

/// What was accepted together with a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// The revision.
    pub revision: RevisionId,
    /// The justifications that counted when it was accepted, in the order in which they were given.
    pub justifications: Vec<RecordedJustification>,
    /// Who accepted it.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}
