//! What a job does: its parameters as they are stored, how it is taken on and how it is carried out.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    domain::{
        access::Principal,
        document::DocumentId,
        job::{Job, JobId, JobState},
        round::RoundId,
    },
    service::{
        Service,
        compile_run::{check_run, compile_run},
        error::ServiceError,
        import_enterprises::import_enterprises,
        permission::Action,
    },
    store,
};

/// The work of a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Import a list of enterprises that is kept as a blob.
    ImportEnterprises {
        /// SHA-256 of the list.
        blob_sha256: String,
        /// Report only, write nothing.
        dry_run: bool,
    },
    /// Compute a run.
    CompileRun {
        /// Round.
        round: RoundId,
        /// Methodology.
        methodology: DocumentId,
    },
}

/// Takes on the import of an enterprise list.
pub async fn queue_enterprise_import(
    service: &Service,
    caller: &Principal,
    bytes: Vec<u8>,
    dry_run: bool,
) -> Result<Job, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let blob_sha256 = service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
    take_on(service, caller, &Task::ImportEnterprises { blob_sha256, dry_run }).await
}

/// Takes on a run. What cannot be computed is refused at once, not in a job.
pub async fn queue_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
) -> Result<Job, ServiceError> {
    check_run(service, caller, round, methodology).await?;
    take_on(service, caller, &Task::CompileRun { round, methodology }).await
}

async fn take_on(service: &Service, caller: &Principal, task: &Task) -> Result<Job, ServiceError> {
    let now = service.now();
    let job = Job {
        id: JobId(service.next_id()),
        task: serde_json::to_value(task).map_err(ServiceError::internal)?,
        state: JobState::Queued,
        done: 0,
        total: 0,
        result: None,
        error: None,
        created_by: caller.name.clone(),
        role: caller.role,
        scope: caller.scope.clone(),
        created_at: now,
        updated_at: now,
    };
    let txn = service.db.begin_write().await?;
    store::job::insert_job(&txn, &job).await?;
    txn.commit().await?;
    // The row is there: should this fail, the job is taken up at the next start.
    service.queue.push(job.id).await.map_err(ServiceError::internal)?;
    Ok(job)
}

/// Carries out the work with no more than the rights of who asked for it. Gives the result as JSON.
pub(super) async fn carry_out(service: &Service, job: &Job) -> Result<Value, ServiceError> {
    let caller = Principal {
        name: job.created_by.clone(),
        user: None,
        role: job.role,
        scope: job.scope.clone(),
    };
    let task: Task = serde_json::from_value(job.task.clone()).map_err(ServiceError::internal)?;
    match task {
        Task::ImportEnterprises { blob_sha256, dry_run } => {
            let bytes = service.blobs.get(&blob_sha256).await.map_err(ServiceError::internal)?;
            let report = import_enterprises(service, &caller, &bytes, dry_run).await?;
            serde_json::to_value(report).map_err(ServiceError::internal)
        }
        Task::CompileRun { round, methodology } => {
            let run = compile_run(service, &caller, round, methodology).await?;
            Ok(json!({ "run_id": run.id, "returns": run.returns, "scored": run.scored }))
        }
    }
}
