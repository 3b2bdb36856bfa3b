//! The life of a run: freezing, publishing, verifying, and who did what.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path},
    payload::Json,
};
use uuid::Uuid;

use super::model::{RunFound, RunStateName};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            failures::{ChangeFailure, ReadFailure},
            instant::Instant,
        },
        jobs::{JobAccepted, accepted},
    },
    domain::run::{RunEvent, RunId},
    service::{
        Service,
        runs::{
            life::{freeze_run, list_run_events, publish_run},
            verify::queue_verification,
        },
    },
};

/// Operations on the life of a run.
#[derive(Default)]
pub struct RunLifeApi;

/// A step in the processing of a run.
#[derive(Object)]
#[oai(rename = "RunEvent", skip_serializing_if_is_none)]
struct RunEventOut {
    /// Step number within the run, from 1.
    number: i32,
    /// Previous state; absent for the first step.
    from: Option<RunStateName>,
    /// New state.
    to: RunStateName,
    /// Name of the user who took the step.
    actor: String,
    /// Time of the step.
    at: Instant,
}

impl From<RunEvent> for RunEventOut {
    fn from(event: RunEvent) -> Self {
        Self {
            number: event.number,
            from: event.from.map(Into::into),
            to: event.to.into(),
            actor: event.actor,
            at: event.at.into(),
        }
    }
}

/// The steps of a run.
#[derive(Object)]
struct RunEventList {
    /// The steps, from oldest to newest.
    items: Vec<RunEventOut>,
}

/// The steps of a run.
#[derive(ApiResponse)]
enum RunEventsFound {
    /// The steps.
    #[oai(status = 200)]
    Found(Json<RunEventList>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RunLifeApi {
    /// Freeze a run
    ///
    /// Confirms a draft for publication. Results cannot be overridden: a correction requires a new revision and a new
    /// run.
    #[oai(path = "/runs/:run_id/freeze", method = "post", operation_id = "freeze_run")]
    async fn freeze_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<RunFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let run = freeze_run(&service, auth.principal(), RunId(run_id.0), expected).await?;
        Ok(run.into())
    }

    /// Publish a run
    ///
    /// Puts a frozen run in force. The run of the same round and methodology that was in force is superseded at the
    /// same time.
    #[oai(path = "/runs/:run_id/publish", method = "post", operation_id = "publish_run")]
    async fn publish_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
    ) -> Result<RunFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let run = publish_run(&service, auth.principal(), RunId(run_id.0), expected).await?;
        Ok(run.into())
    }

    /// Verify a run
    ///
    /// Computes the run again from the revisions it was made from. Starts a job; its result states whether the bytes
    /// are identical and lists the differences, for example under a newer engine. Nothing is stored.
    #[oai(path = "/runs/:run_id/verify", method = "post", operation_id = "verify_run")]
    async fn verify_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<JobAccepted, ReadFailure> {
        let job = queue_verification(&service, auth.principal(), RunId(run_id.0)).await?;
        Ok(accepted(job))
    }

    /// List the steps of a run
    ///
    /// Returns every step with user and time, from oldest to newest.
    #[oai(path = "/runs/:run_id/events", method = "get", operation_id = "list_run_events")]
    async fn list_run_events(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<RunEventsFound, ReadFailure> {
        let events = list_run_events(&service, auth.principal(), RunId(run_id.0)).await?;
        Ok(RunEventsFound::Found(Json(RunEventList {
            items: events.into_iter().map(Into::into).collect(),
        })))
    }
}
