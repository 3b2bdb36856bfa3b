//! Doing a job: claimed in its row, carried out, its end recorded.

use std::sync::Arc;

use serde_json::Value;

use super::carry_out::carry_out;
use crate::{
    domain::job::JobId,
    service::{
        Service,
        error::{Kind, ServiceError},
        outcome::JobError,
    },
    store::{self, db::StoreError},
};

/// Does the job unless somebody else has it.
pub async fn work(service: &Arc<Service>, id: JobId) -> Result<(), ServiceError> {
    let txn = service.db.begin_write().await?;
    let claimed = store::job::claim_job(&txn, id, service.now()).await?;
    txn.commit().await?;
    if claimed { carry_on(service, id).await } else { Ok(()) }
}

/// Does a job whether or not somebody else is at it: for the command line, which goes on where a killed one stopped.
/// Only for work whose single steps are safe to be done by two, as those of an import are.
pub async fn carry_on(service: &Arc<Service>, id: JobId) -> Result<(), ServiceError> {
    let job = store::job::find_job(service.db.read(), id).await?;
    // On a task of its own, so that a panic ends the job and not the worker.
    let doing = tokio::spawn({
        let (service, job) = (service.clone(), job.clone());
        async move { carry_out(&service, &job).await }
    });
    let outcome = doing.await.map_err(ServiceError::internal).and_then(|outcome| outcome);
    let outcome = outcome.and_then(|result| serde_json::to_value(result).map_err(ServiceError::internal));
    let outcome = match outcome {
        Ok(result) => Ok(result),
        Err(error) => Err(problem(error)?),
    };
    let txn = service.db.begin_write().await?;
    match store::job::finish_job(&txn, id, outcome.as_ref(), service.now()).await {
        // Cancelled meanwhile, or ended by another worker: that end stands.
        Err(StoreError::NotFound) => Ok(()),
        finished => {
            finished?;
            Ok(txn.commit().await?)
        }
    }
}

/// The error of a job as it is kept and shown.
fn problem(error: ServiceError) -> Result<Value, ServiceError> {
    if error.kind == Kind::Internal {
        tracing::error!(code = error.code, internal = error.internal, "a job failed");
    }
    serde_json::to_value(JobError::from(error)).map_err(ServiceError::internal)
}

/// Takes up what a process that ended left queued or running.
pub async fn recover(service: &Arc<Service>) -> Result<usize, ServiceError> {
    let txn = service.db.begin_write().await?;
    store::job::requeue_unfinished(&txn, service.now()).await?;
    txn.commit().await?;
    wake_waiting(service).await
}

/// Wakes workers for all jobs that wait; a job that two are woken for is done once.
pub async fn wake_waiting(service: &Arc<Service>) -> Result<usize, ServiceError> {
    let waiting = store::job::waiting_jobs(service.db.read()).await?;
    for id in &waiting {
        service.queue.wake(*id).await?;
    }
    Ok(waiting.len())
}
