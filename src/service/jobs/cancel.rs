//! Stopping a job that nobody wants any more.

use super::read::get_job;
use crate::{
    domain::{
        access::Principal,
        job::{Job, JobId},
    },
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
    store::db::StoreError,
};

/// Cancels one's own job, or any as the administrator. What was done before stands; what still waits is left alone.
pub async fn cancel_job(service: &Service, caller: &Principal, id: JobId) -> Result<Job, ServiceError> {
    let job = get_job(service, caller, id).await?;
    let txn = service.db.begin_write().await?;
    match store::job::cancel_job(&txn, id, job.task.kind().is_stoppable(), service.now()).await {
        Err(StoreError::NotFound) => return Err(ServiceError::new(codes::jobs::CANNOT_BE_CANCELLED)),
        cancelled => cancelled?,
    }
    store::import::cancel_items(&txn, id).await?;
    let job = store::job::find_job(&txn, id).await?;
    txn.commit().await?;
    Ok(job)
}
