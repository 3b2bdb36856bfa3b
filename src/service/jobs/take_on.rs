//! Taking on a job: its row is written, then a worker is woken.

use crate::{
    domain::{
        access::Principal,
        job::{Job, JobId, JobState, Task},
    },
    service::{Service, error::ServiceError},
    store,
};

/// A job that is not yet written.
pub(crate) fn new_job(service: &Service, caller: &Principal, task: Task) -> Job {
    let now = service.now();
    Job {
        id: JobId(service.next_id()),
        task,
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
    }
}

/// Writes the row of a job and wakes a worker for it.
pub(crate) async fn take_on(service: &Service, caller: &Principal, task: Task) -> Result<Job, ServiceError> {
    let job = new_job(service, caller, task);
    let txn = service.db.begin_write().await?;
    store::job::insert_job(&txn, &job).await?;
    txn.commit().await?;
    // The row is there: should this fail, the job is taken up at the next start.
    service.queue.wake(job.id).await?;
    Ok(job)
}
