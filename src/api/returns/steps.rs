//! The steps of a return: submission, acceptance, sending back.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Header, Path},
    payload::Json,
};
use uuid::Uuid;

use super::{
    corrections::CorrectionStateName,
    model::{ReturnFound, StateName},
    submissions::SubmissionOut,
};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            failures::{ChangeFailure, ReadFailure},
            instant::Instant,
            json_body::JsonBody,
            word::Prose,
        },
    },
    domain::{
        return_step::ReturnStep,
        survey_return::{ReturnEvent, ReturnId},
    },
    service::{
        Service, returns,
        returns::{accept::accept_return, send_back::send_back_return, submit::submit_return},
    },
};

/// Step in the processing of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "ReturnStep")]
enum StepName {
    /// The enterprise uploads a workbook.
    Upload,
    /// An officer hands in a file that the enterprise filled in.
    HandIn,
    /// The enterprise has numbers converted that were entered in another unit.
    Convert,
    /// The enterprise justifies a warning.
    Justify,
    /// The enterprise submits its newest revision.
    Submit,
    /// An officer sends a submitted return back.
    SendBack,
    /// The bureau accepts a submitted return.
    Accept,
    /// The enterprise is removed from the round.
    Remove,
    /// The enterprise is added to the round again.
    Restore,
    /// The bureau records the submission of the newest revision, with the signature as evidence.
    RecordSubmission,
    /// The bureau requests a correction of an accepted return.
    RequestCorrection,
    /// The enterprise announces a correction of an accepted return.
    AnnounceCorrection,
    /// The enterprise withdraws its correction.
    WithdrawCorrection,
    /// The bureau refuses a correction, or no longer asks for it.
    RefuseCorrection,
}

impl From<ReturnStep> for StepName {
    fn from(step: ReturnStep) -> Self {
        match step {
            ReturnStep::Upload => Self::Upload,
            ReturnStep::HandIn => Self::HandIn,
            ReturnStep::Convert => Self::Convert,
            ReturnStep::Justify => Self::Justify,
            ReturnStep::Submit => Self::Submit,
            ReturnStep::SendBack => Self::SendBack,
            ReturnStep::Accept => Self::Accept,
            ReturnStep::Remove => Self::Remove,
            ReturnStep::Restore(_) => Self::Restore,
            ReturnStep::RecordSubmission => Self::RecordSubmission,
            ReturnStep::RequestCorrection => Self::RequestCorrection,
            ReturnStep::AnnounceCorrection => Self::AnnounceCorrection,
            ReturnStep::WithdrawCorrection => Self::WithdrawCorrection,
            ReturnStep::RefuseCorrection => Self::RefuseCorrection,
        }
    }
}

/// A step in the processing of a return.
#[derive(Object)]
#[oai(rename = "ReturnEvent", skip_serializing_if_is_none)]
struct EventOut {
    /// Number of the step, from 1.
    number: i32,
    /// Previous state.
    from: StateName,
    /// New state.
    to: StateName,
    /// Identifier of the revision concerned.
    revision_id: Option<Uuid>,
    /// Name of the user who took the step.
    actor: String,
    /// Time of the step.
    at: Instant,
    /// Kind of step; absent for steps that predate these names.
    step: Option<StepName>,
    /// Reason; absent if the step requires none.
    reason: Option<String>,
    /// Whether a return that was sent back was submitted again without a change; absent if not.
    unchanged: Option<bool>,
    /// Submission recorded by this step; absent for other steps.
    submission: Option<SubmissionOut>,
    /// State of the correction after the step; absent if there is none.
    correction: Option<CorrectionStateName>,
    /// Deadline of a requested correction; absent for other steps.
    due_on: Option<NaiveDate>,
}

impl From<ReturnEvent> for EventOut {
    fn from(event: ReturnEvent) -> Self {
        Self {
            number: event.number,
            from: event.from.into(),
            to: event.to.into(),
            revision_id: event.revision.map(|id| id.0),
            actor: event.actor,
            at: event.at.into(),
            step: ReturnStep::from_name(&event.detail.step).map(Into::into),
            reason: event.reason,
            unchanged: event.detail.unchanged.then_some(true),
            submission: event.detail.submission.map(Into::into),
            correction: event.detail.correction.map(Into::into),
            due_on: event.detail.due_on,
        }
    }
}

/// The steps of a return.
#[derive(Object)]
struct EventList {
    /// The steps, from oldest to newest.
    items: Vec<EventOut>,
}

/// Reason for sending a return back.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SendBack {
    /// Reason for sending the return back, shown to the enterprise.
    reason: Prose,
}

/// The steps of a return.
#[derive(ApiResponse)]
enum EventsFound {
    /// The steps.
    #[oai(status = 200)]
    Found(Json<EventList>),
}

/// Operations that carry a return from one state to the next.
#[derive(Default)]
pub struct StepsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl StepsApi {
    /// Submit a return
    ///
    /// The enterprise confirms its newest revision. There must be no errors and, if the round requires it, every query
    /// must be justified. If a return that was sent back is submitted again without a change, `sent_back` reports it in
    /// the response and to the reviewer.
    #[oai(path = "/returns/:return_id/submit", method = "post", operation_id = "submit_return")]
    async fn submit_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        Ok(
            submit_return(&service, auth.principal(), ReturnId(return_id.0), expected)
                .await?
                .into(),
        )
    }

    /// Accept a return
    ///
    /// Puts the newest revision of the return, or of a correction of it, in force. An accepted revision never changes.
    #[oai(path = "/returns/:return_id/accept", method = "post", operation_id = "accept_return")]
    async fn accept_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        Ok(
            accept_return(&service, auth.principal(), ReturnId(return_id.0), expected)
                .await?
                .into(),
        )
    }

    /// Send a return back
    ///
    /// Sends the return back to its enterprise with a reason. The reason is shown in the return and in lists, at the top of
    /// the report and of the findings sheet of the annotated workbook. A revision accepted earlier stays in force.
    #[oai(
        path = "/returns/:return_id/send-back",
        method = "post",
        operation_id = "send_back_return"
    )]
    async fn send_back_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<SendBack>,
    ) -> Result<ReturnFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let id = ReturnId(return_id.0);
        Ok(
            send_back_return(&service, auth.principal(), id, expected, &body.0.reason.0)
                .await?
                .into(),
        )
    }

    /// List the steps of a return
    ///
    /// Returns every step with user, time and reason, from oldest to newest.
    #[oai(
        path = "/returns/:return_id/events",
        method = "get",
        operation_id = "list_return_events"
    )]
    async fn list_return_events(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
    ) -> Result<EventsFound, ReadFailure> {
        let events = returns::read::list_return_events(&service, auth.principal(), ReturnId(return_id.0)).await?;
        Ok(EventsFound::Found(Json(EventList {
            items: events.into_iter().map(Into::into).collect(),
        })))
    }
}
