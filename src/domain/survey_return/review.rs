//! What the review of a return has left on it, and what is recorded of a step beside states and reason.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::RevisionId;

/// What the review of a return has left on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Why it was sent back last, until a revision is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_back: Option<SentBack>,
    /// The submissions that officers recorded, oldest first. They stay for ever.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub submissions: Vec<RecordedSubmission>,
    /// The correction that stands beside the revision in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<Correction>,
}

/// A submission that an officer recorded on behalf of the enterprise, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedSubmission {
    /// The revision that was submitted.
    pub revision: RevisionId,
    /// The scan that shows the signature.
    pub evidence: Evidence,
    /// Who signed for the enterprise.
    pub signed_by: String,
    /// The date of the signature.
    pub signed_on: NaiveDate,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// The scan of a signed cover, or of a signed list that covers several returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// SHA-256 of the scan, hex.
    pub sha256: String,
    /// Name of the file, shown, never trusted.
    pub filename: String,
    /// Media type by its content.
    pub media_type: String,
    /// Bytes.
    pub size_bytes: u64,
}

/// State of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionState {
    /// Asked for or announced; nothing is uploaded yet.
    Open,
    /// Uploaded, not submitted.
    Draft,
    /// Submitted, waiting for review.
    Submitted,
    /// Sent back.
    Returned,
}

impl CorrectionState {
    /// All states in the order of the work.
    pub const ALL: [Self; 4] = [Self::Open, Self::Draft, Self::Submitted, Self::Returned];

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
        }
    }

    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::Open => Text::new("更正尚未上传", "correction not uploaded yet"),
            Self::Draft => Text::new("更正暂存", "correction: draft"),
            Self::Submitted => Text::new("更正已提交", "correction submitted"),
            Self::Returned => Text::new("更正已退回", "correction sent back"),
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Whose wish a correction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionOrigin {
    /// The bureau has asked for it.
    Bureau,
    /// The enterprise has announced it, or uploaded without announcing.
    Enterprise,
}

/// A correction of an accepted return. It stands beside the revision in force until it is accepted, withdrawn or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// How far it is.
    pub state: CorrectionState,
    /// Whose wish it is.
    pub origin: CorrectionOrigin,
    /// Why; absent where the enterprise uploaded without announcing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it is to be submitted, also after the round has closed; where the bureau has asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: DateTime<Utc>,
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
    /// The submission that an officer recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submission: Option<RecordedSubmission>,
    /// The state of the correction after the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<CorrectionState>,
    /// Until when a correction that the bureau asks for is to be submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
}
