//! Returns: the answers of one enterprise in one round, revision by revision.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use survey::{
    answer::{Answers, Claims},
    cell::Provenances,
    finding::Findings,
    text::Text,
};

pub use self::review::{
    Correction, CorrectionOrigin, CorrectionState, EventDetail, Evidence, RecordedSubmission, Review, SentBack,
};
use super::identifiers::{EnterpriseId, ImportId, RoundId};
pub use super::identifiers::{ReturnId, RevisionId};

mod review;

/// State of a return. How one follows from another: [`super::return_step`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnState {
    /// Nothing uploaded yet.
    NotStarted,
    /// Uploaded, not submitted.
    Draft,
    /// Submitted, waiting for review.
    Submitted,
    /// Sent back for correction.
    Returned,
    /// Accepted.
    Accepted,
    /// Its enterprise was taken out of the round. Nothing of it is lost, and nothing of it counts.
    Removed,
}

impl ReturnState {
    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Returned => "returned",
            Self::Accepted => "accepted",
            Self::Removed => "removed",
        }
    }

    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::NotStarted => Text::new("未填报", "Not started"),
            Self::Draft => Text::new("暂存", "Draft"),
            Self::Submitted => Text::new("已提交", "Submitted"),
            Self::Returned => Text::new("已退回", "Sent back"),
            Self::Accepted => Text::new("审核通过", "Accepted"),
            Self::Removed => Text::new("已移出本期", "Removed from the round"),
        }
    }

    /// All states in the order of the work.
    pub const ALL: [Self; 6] = [
        Self::NotStarted,
        Self::Draft,
        Self::Submitted,
        Self::Returned,
        Self::Accepted,
        Self::Removed,
    ];

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The return of one enterprise in one round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyReturn {
    /// Identifier.
    pub id: ReturnId,
    /// Round.
    pub round: RoundId,
    /// Enterprise.
    pub enterprise: EnterpriseId,
    /// State.
    pub state: ReturnState,
    /// The newest revision. After a correction that was withdrawn or refused it is the one in force again.
    pub latest: Option<RevisionId>,
    /// The revision in force. It stays until its replacement is accepted.
    pub accepted: Option<RevisionId>,
    /// Revisions made so far: the number of the last one, 0 when there is none.
    pub revision_number: i32,
    /// Blocking findings of the newest revision.
    pub block: i32,
    /// Warnings of the newest revision.
    pub warn: i32,
    /// What its review has left on it.
    pub review: Review,
    /// Version for optimistic locking, from 1.
    pub version: i64,
    /// When last changed.
    pub updated_at: DateTime<Utc>,
}

/// Where a return stands: the state of what is, or is to be, in force, and of a correction beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// State of the return. With a correction it is accepted.
    pub state: ReturnState,
    /// State of the correction of an accepted return.
    pub correction: Option<CorrectionState>,
}

impl Standing {
    /// All ways to stand, in the order of the work.
    pub fn all() -> impl Iterator<Item = Self> {
        let first = ReturnState::ALL.into_iter().map(Self::first);
        first.chain(CorrectionState::ALL.into_iter().map(Self::correcting))
    }

    /// Without a correction.
    pub fn first(state: ReturnState) -> Self {
        Self {
            state,
            correction: None,
        }
    }

    /// What people call it.
    pub fn title(self) -> Text {
        match self.correction {
            None => self.state.title(),
            Some(correction) => {
                let (state, correction) = (self.state.title(), correction.title());
                Text::new(
                    format!("{}（{}）", state.zh, correction.zh),
                    format!("{} ({})", state.en, correction.en),
                )
            }
        }
    }

    /// Accepted, with a correction beside the revision in force.
    pub fn correcting(correction: CorrectionState) -> Self {
        Self {
            state: ReturnState::Accepted,
            correction: Some(correction),
        }
    }
}

impl SurveyReturn {
    /// Where it stands.
    pub fn standing(&self) -> Standing {
        Standing {
            state: self.state,
            correction: self.review.correction.as_ref().map(|correction| correction.state),
        }
    }
}

/// A return in a list, with what a reader wants to see of its enterprise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnRow {
    /// The return.
    pub survey_return: SurveyReturn,
    /// Credit code of the enterprise.
    pub uscc: String,
    /// Name of the enterprise.
    pub enterprise_name: String,
    /// Area code of the enterprise.
    pub area_code: String,
    /// Industry code of the enterprise.
    pub industry_code: String,
}

/// Which returns a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReturnFilter {
    /// Only this round.
    pub round: Option<RoundId>,
    /// Only these states; all when empty.
    pub states: Vec<ReturnState>,
    /// Only with a correction in one of these states; all returns when empty.
    pub corrections: Vec<CorrectionState>,
    /// Area code, its own or one above.
    pub area: Option<String>,
    /// Only returns of this enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Part of the enterprise's name or code.
    pub search: Option<String>,
}

/// One revision of a return: an uploaded workbook and what was read from it. Never changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
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
    /// Answers.
    pub answers: Answers,
    /// Questions that the enterprise claims not to apply to it.
    pub claims: Claims,
    /// Where each answer stood.
    pub provenance: Provenances,
    /// Findings.
    pub findings: Findings,
    /// Who uploaded it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// The import through which an officer handed it in; absent for an upload of the enterprise's own.
    pub import: Option<ImportId>,
    /// Hash of the row it was read from, where it is only a part of the file.
    pub part_sha256: Option<String>,
}

/// A step in the life of a return: who did what, when and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnEvent {
    /// Return.
    pub survey_return: ReturnId,
    /// Step number within the return, from 1.
    pub number: i32,
    /// State before.
    pub from: ReturnState,
    /// State after.
    pub to: ReturnState,
    /// Revision it was about.
    pub revision: Option<RevisionId>,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why, where a reason is asked for.
    pub reason: Option<String>,
    /// What else is recorded of it.
    pub detail: EventDetail,
}
