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

/// Information on a return that was sent back.
#[derive(Object)]
#[oai(rename = "SentBack", skip_serializing_if_is_none)]
struct SentBackOut {
    /// Reason for sending the return back, shown to the enterprise.
    reason: String,
    /// Name of the user who sent the return back.
    sent_back_by: String,
    /// Time at which the return was sent back.
    sent_back_at: Instant,
    /// Identifier of the revision that was sent back.
    revision_id: Uuid,
    /// Whether the return was submitted again with the same answers, reasons for not applying and justifications.
    unchanged: bool,
    /// Remark that the return was submitted again unchanged; absent if it was not.
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
    /// Identifier of the round.
    round_id: Uuid,
    /// Identifier of the enterprise.
    enterprise_id: Uuid,
    /// State. An accepted return stays `accepted` while a correction is in progress.
    state: StateName,
    /// Correction in progress beside the accepted revision; absent if there is none.
    correction: Option<CorrectionOut>,
    /// Identifier of the newest revision. After a correction was withdrawn or refused, that of the accepted one.
    latest_revision_id: Option<Uuid>,
    /// Identifier of the revision in force; it stays until its replacement is accepted.
    accepted_revision_id: Option<Uuid>,
    /// Number of revisions so far, which is the number of the last one; 0 if there is none.
    revision_number: i32,
    /// Number of errors in the newest revision.
    block: i32,
    /// Number of queries in the newest revision.
    warn: i32,
    /// Information on the last time the return was sent back; absent once a revision is accepted.
    sent_back: Option<SentBackOut>,
    /// Submissions recorded by the bureau on behalf of the enterprise, from oldest to newest.
    submissions: Vec<SubmissionOut>,
    /// Version.
    version: i64,
    /// Time of the last change.
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
    /// Cell reference in A1 notation.
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
        /// Version, to be sent in If-Match.
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
