//! Corrections of accepted returns.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi,
    param::{Header, Path},
};
use uuid::Uuid;

use super::model::ReturnFound;
use crate::{
    api::{
        Tag,
        http::{auth::Auth, etag, failures::ChangeFailure, instant::Instant, json_body::JsonBody, word::Prose},
    },
    domain::survey_return::{Correction, CorrectionOrigin, CorrectionState, ReturnId},
    service::{
        Service,
        returns::corrections::{announce_correction, refuse_correction, request_correction, withdraw_correction},
    },
};

/// State of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "CorrectionState")]
pub(super) enum CorrectionStateName {
    /// Requested or announced; nothing is uploaded yet.
    Open,
    /// Uploaded, not submitted.
    Draft,
    /// Submitted, waiting for review.
    Submitted,
    /// Sent back.
    Returned,
}

impl From<CorrectionState> for CorrectionStateName {
    fn from(state: CorrectionState) -> Self {
        match state {
            CorrectionState::Open => Self::Open,
            CorrectionState::Draft => Self::Draft,
            CorrectionState::Submitted => Self::Submitted,
            CorrectionState::Returned => Self::Returned,
        }
    }
}

impl From<CorrectionStateName> for CorrectionState {
    fn from(state: CorrectionStateName) -> Self {
        match state {
            CorrectionStateName::Open => Self::Open,
            CorrectionStateName::Draft => Self::Draft,
            CorrectionStateName::Submitted => Self::Submitted,
            CorrectionStateName::Returned => Self::Returned,
        }
    }
}

/// Party that began a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "CorrectionOrigin")]
enum OriginName {
    /// The bureau requested it.
    Bureau,
    /// The enterprise announced it, or uploaded without announcing it.
    Enterprise,
}

impl From<CorrectionOrigin> for OriginName {
    fn from(origin: CorrectionOrigin) -> Self {
        match origin {
            CorrectionOrigin::Bureau => Self::Bureau,
            CorrectionOrigin::Enterprise => Self::Enterprise,
        }
    }
}

/// A correction of an accepted return.
#[derive(Object)]
#[oai(rename = "Correction", skip_serializing_if_is_none)]
pub(super) struct CorrectionOut {
    /// State.
    state: CorrectionStateName,
    /// Origin of the correction.
    origin: OriginName,
    /// Reason; absent if the enterprise uploaded without announcing the correction.
    reason: Option<String>,
    /// Deadline for submission, which may be after the close of the round; only for a requested correction.
    due_on: Option<NaiveDate>,
    /// Name of the user who opened the correction.
    opened_by: String,
    /// Time at which the correction was opened.
    opened_at: Instant,
}

impl From<Correction> for CorrectionOut {
    fn from(correction: Correction) -> Self {
        Self {
            state: correction.state.into(),
            origin: correction.origin.into(),
            reason: correction.reason,
            due_on: correction.due_on,
            opened_by: correction.opened_by,
            opened_at: correction.opened_at.into(),
        }
    }
}

/// A request for a correction.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CorrectionRequest {
    /// Reason, shown to the enterprise.
    reason: Prose,
    /// Last day for submitting the correction.
    due_on: NaiveDate,
}

/// Reason for announcing or refusing a correction.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct CorrectionReason {
    /// Reason, shown to the other party.
    reason: Prose,
}

/// Operations on corrections.
#[derive(Default)]
pub struct CorrectionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl CorrectionsApi {
    /// Request a correction
    ///
    /// Requests a correction of an accepted return, with a reason and a deadline. Until the deadline the enterprise may
    /// upload and submit, even after the round has closed. The accepted revision stays in force and is used by runs
    /// until the correction is accepted.
    #[oai(
        path = "/returns/:return_id/request-correction",
        method = "post",
        operation_id = "request_correction"
    )]
    async fn request_correction(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<CorrectionRequest>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let (id, CorrectionRequest { reason, due_on }) = (ReturnId(return_id.0), body.0);
        Ok(
            request_correction(&service, auth.principal(), id, expected, &reason.0, due_on)
                .await?
                .into(),
        )
    }

    /// Announce a correction
    ///
    /// Announces, with a reason and while the round is open, that the enterprise will correct its accepted return. An
    /// upload to an accepted return also starts a correction, without a reason. The accepted revision stays in force
    /// until the correction is accepted.
    #[oai(
        path = "/returns/:return_id/announce-correction",
        method = "post",
        operation_id = "announce_correction"
    )]
    async fn announce_correction(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<CorrectionReason>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let (id, reason) = (ReturnId(return_id.0), body.0.reason.0);
        Ok(announce_correction(&service, auth.principal(), id, expected, &reason)
            .await?
            .into())
    }

    /// Withdraw a correction
    ///
    /// Ends a correction announced by the enterprise; a correction requested by the bureau cannot be withdrawn. The
    /// accepted revision becomes the newest one again; uploaded revisions stay in the list.
    #[oai(
        path = "/returns/:return_id/withdraw-correction",
        method = "post",
        operation_id = "withdraw_correction"
    )]
    async fn withdraw_correction(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let id = ReturnId(return_id.0);
        Ok(withdraw_correction(&service, auth.principal(), id, expected)
            .await?
            .into())
    }

    /// Refuse a correction
    ///
    /// Ends a correction and states the reason: refuses a correction of the enterprise or withdraws a request of the
    /// bureau. The accepted revision becomes the newest one again; uploaded revisions stay in the list.
    #[oai(
        path = "/returns/:return_id/refuse-correction",
        method = "post",
        operation_id = "refuse_correction"
    )]
    async fn refuse_correction(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<CorrectionReason>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let (id, reason) = (ReturnId(return_id.0), body.0.reason.0);
        Ok(refuse_correction(&service, auth.principal(), id, expected, &reason)
            .await?
            .into())
    }
}
