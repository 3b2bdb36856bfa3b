//! Jobs.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::{
    Tag,
    http::{
        auth::Auth,
        failures::{CreateFailure, ReadFailure},
        instant::Instant,
        page::{self, paged},
        typed::Typed,
    },
};
use crate::{
    api::http::word::CursorText,
    domain::job::{Job, JobId, JobState, TaskKind},
    service::{
        Service, jobs,
        jobs::cancel::cancel_job,
        outcome::{JobError, JobResult},
    },
};

/// Job operations.
#[derive(Default)]
pub struct JobsApi;

/// State of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "JobState")]
pub enum JobStateName {
    /// Waiting for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// Done; the result says how.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Stopped because somebody asked for it; what was done before stands.
    Cancelled,
}

impl From<JobState> for JobStateName {
    fn from(state: JobState) -> Self {
        match state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Running,
            JobState::Succeeded => Self::Succeeded,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

/// Kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "JobKind")]
pub enum JobKindName {
    /// Import a list of enterprises.
    ImportEnterprises,
    /// Import many returns.
    ImportReturns,
    /// Compute a run.
    ComputeRun,
    /// Back-test a draft methodology.
    BackTest,
    /// Test the robustness of a run.
    TestRobustness,
    /// Decompose the change between two runs.
    DecomposeChange,
    /// Compute a run again and compare.
    VerifyRun,
}

impl From<TaskKind> for JobKindName {
    fn from(kind: TaskKind) -> Self {
        match kind {
            TaskKind::ImportEnterprises => Self::ImportEnterprises,
            TaskKind::ImportReturns => Self::ImportReturns,
            TaskKind::ComputeRun => Self::ComputeRun,
            TaskKind::BackTest => Self::BackTest,
            TaskKind::TestRobustness => Self::TestRobustness,
            TaskKind::DecomposeChange => Self::DecomposeChange,
            TaskKind::VerifyRun => Self::VerifyRun,
        }
    }
}

/// A long-running operation.
#[derive(Object)]
#[oai(rename = "Job", skip_serializing_if_is_none)]
pub struct JobOut {
    /// Identifier.
    id: Uuid,
    /// Kind of job.
    kind: JobKindName,
    /// State.
    state: JobStateName,
    /// Number of steps done.
    done: i64,
    /// Total number of steps; 0 while unknown.
    total: i64,
    /// Result of a successful job: a report, the identifier and counts of an import, or the identifier of a run. Absent
    /// until the job has succeeded.
    result: Option<Typed<JobResult>>,
    /// Error of a failed job. Absent unless the job has failed.
    error: Option<Typed<JobError>>,
    /// Name of the user who started the job.
    created_by: String,
    /// Time of creation.
    created_at: Instant,
    /// Time of the last change.
    updated_at: Instant,
}

impl From<Job> for JobOut {
    fn from(job: Job) -> Self {
        Self {
            id: job.id.0,
            kind: job.task.kind().into(),
            state: job.state.into(),
            done: job.done,
            total: job.total,
            result: job.result.map(Typed::stored),
            error: job.error.map(Typed::stored),
            created_by: job.created_by,
            created_at: job.created_at.into(),
            updated_at: job.updated_at.into(),
        }
    }
}

paged! {
    /// A page of jobs.
    JobPage as JobsFound {
        /// The jobs, from newest to oldest.
        items: JobOut,
    }
}

/// Long work was taken on.
#[derive(ApiResponse)]
pub enum JobAccepted {
    /// Accepted; the job reports progress and result.
    #[oai(status = 202)]
    Accepted(
        Json<JobOut>,
        /// URL of the job.
        #[oai(header = "Location")]
        String,
    ),
}

/// The answer that a job was taken on.
pub(crate) fn accepted(job: Job) -> JobAccepted {
    let location = format!("/api/v1/jobs/{}", job.id);
    JobAccepted::Accepted(Json(job.into()), location)
}

/// One job.
#[derive(ApiResponse)]
enum JobFound {
    /// The job.
    #[oai(status = 200)]
    Found(Json<JobOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Jobs")]
impl JobsApi {
    /// List jobs
    ///
    /// Sorted from newest to oldest: the caller's own jobs, or all jobs for an administrator.
    #[oai(path = "/jobs", method = "get", operation_id = "list_jobs")]
    async fn list_jobs(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<JobsFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"jobs")?;
        let found = jobs::read::list_jobs(&service, auth.principal(), &asked.request).await?;
        Ok(JobsFound::of(found, &asked)?)
    }

    /// Get a job
    ///
    /// Returns the state and the progress and, at the end, the result or the error.
    #[oai(path = "/jobs/:job_id", method = "get", operation_id = "get_job")]
    async fn get_job(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        job_id: Path<Uuid>,
    ) -> Result<JobFound, ReadFailure> {
        let job = jobs::read::get_job(&service, auth.principal(), JobId(job_id.0)).await?;
        Ok(JobFound::Found(Json(job.into())))
    }

    /// Cancel a job
    ///
    /// Cancels one of the caller's own jobs, or any job for an administrator. A waiting job does not start; an import
    /// or a computation over returns stops between two steps. Completed steps are kept; the remaining steps are not
    /// carried out.
    #[oai(path = "/jobs/:job_id/cancel", method = "post", operation_id = "cancel_job")]
    async fn cancel_job(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        job_id: Path<Uuid>,
    ) -> Result<JobFound, CreateFailure> {
        let job = cancel_job(&service, auth.principal(), JobId(job_id.0)).await?;
        Ok(JobFound::Found(Json(job.into())))
    }
}
