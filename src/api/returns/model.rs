//! A return and its state.

use poem_openapi::{ApiResponse, Enum, Object, payload::Json};
use survey::cell::Place;
use uuid::Uuid;

use super::{corrections::CorrectionOut, submissions::SubmissionOut};
use crate::{
    api::http::{etag, instant::Instant, problem::Bilingual},
    domain::survey_return::{ReturnState, SentBack, SurveyReturn},
    service::returns::submit::UNCHANGED,
};

/// State of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "ReturnState")]
pub(super) enum StateName {
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
    /// The enterprise was taken out of the round; what it handed in stays on record and does not count.
    Removed,
}

impl From<ReturnState> for StateName {
    fn from(state: ReturnState) -> Self {
        match state {
            ReturnState::NotStarted => Self::NotStarted,
            ReturnState::Draft => Self::Draft,
            ReturnState::Submitted => Self::Submitted,
            ReturnState::Returned => Self::Returned,
            ReturnState::Accepted => Self::Accepted,
            ReturnState::Removed => Self::Removed,
        }
    }
}

impl From<StateName> for ReturnState {
    fn from(state: StateName) -> Self {
        match state {
            StateName::NotStarted => Self::NotStarted,
            StateName::Draft => Self::Draft,
            StateName::Submitted => Self::Submitted,
            StateName::Returned => Self::Returned,
            StateName::Accepted => Self::Accepted,
            StateName::Removed => Self::Removed,
        }
    }
}

/// That a return was sent back, and how it came again.
#[derive(Object)]
#[oai(rename = "SentBack", skip_serializing_if_is_none)]
struct SentBackOut {
    /// The reason, for the enterprise to read.
    reason: String,
    /// Who.
    sent_back_by: String,
    /// When.
    sent_back_at: Instant,
    /// The revision that was sent back.
    revision_id: Uuid,
    /// Whether it was submitted again with the same answers, reasons of not applying and justifications.
    unchanged: bool,
    /// That it was, in a sentence.
    note: Option<Bilingual>,
}

impl From<SentBack> for SentBackOut {
    fn from(sent_back: SentBack) -> Self {
        Self {
            reason: sent_back.reason,
            sent_back_by: sent_back.actor,
            sent_back_at: sent_back.at.into(),
            revision_id: sent_back.revision.0,
            unchanged: sent_back.unchanged,
            note: sent_back.unchanged.then(|| Bilingual {
                zh: UNCHANGED.0.to_owned(),
                en: UNCHANGED.1.to_owned(),
            }),
        }
    }
}

/// The return of one enterprise in one round.
#[derive(Object)]
#[oai(rename = "SurveyReturn", skip_serializing_if_is_none)]
pub(super) struct ReturnOut {
    /// Identifier.
    id: Uuid,
    /// Round.
    round_id: Uuid,
    /// Enterprise.
    enterprise_id: Uuid,
    /// State. An accepted return stays `accepted` while a correction is under way.
    state: StateName,
    /// The correction under way beside the accepted revision.
    correction: Option<CorrectionOut>,
    /// The newest revision. After a correction was withdrawn or refused, the accepted one.
    latest_revision_id: Option<Uuid>,
    /// The revision in force; it stays until its replacement is accepted.
    accepted_revision_id: Option<Uuid>,
    /// Number of revisions so far: the number of the last one, 0 if there is none.
    revision_number: i32,
    /// Blocking findings of the newest revision.
    block: i32,
    /// Warnings of the newest revision.
    warn: i32,
    /// Why it was sent back last; absent once a revision is accepted.
    sent_back: Option<SentBackOut>,
    /// The submissions that the bureau recorded on behalf of the enterprise, oldest first.
    submissions: Vec<SubmissionOut>,
    /// Version.
    version: i64,
    /// When last changed.
    updated_at: Instant,
}

impl From<SurveyReturn> for ReturnOut {
    fn from(found: SurveyReturn) -> Self {
        Self {
            id: found.id.0,
            round_id: found.round.0,
            enterprise_id: found.enterprise.0,
            state: found.state.into(),
            correction: found.review.correction.map(Into::into),
            latest_revision_id: found.latest.map(|id| id.0),
            accepted_revision_id: found.accepted.map(|id| id.0),
            revision_number: found.revision_number,
            block: found.block,
            warn: found.warn,
            sent_back: found.review.sent_back.map(Into::into),
            submissions: found.review.submissions.into_iter().map(Into::into).collect(),
            version: found.version,
            updated_at: found.updated_at.into(),
        }
    }
}

/// A cell of a workbook.
#[derive(Object)]
#[oai(rename = "Place")]
pub(crate) struct PlaceOut {
    /// Sheet name as found in the file.
    sheet: String,
    /// A1 reference.
    cell: String,
}

impl From<Place> for PlaceOut {
    fn from(place: Place) -> Self {
        Self {
            sheet: place.sheet,
            cell: place.cell,
        }
    }
}

/// One return.
#[derive(ApiResponse)]
pub(super) enum ReturnFound {
    /// The return.
    #[oai(status = 200)]
    Found(
        Json<ReturnOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<SurveyReturn> for ReturnFound {
    fn from(found: SurveyReturn) -> Self {
        let etag = etag::of(found.version);
        Self::Found(Json(found.into()), etag)
    }
}
