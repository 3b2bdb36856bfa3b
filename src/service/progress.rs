//! How far long work is: told to the job that does it, and to who watches a command.

use super::{Service, error::ServiceError};
use crate::{domain::job::JobId, store};

/// Where long work tells how far it is.
#[derive(Clone, Copy)]
pub struct Progress<'a> {
    job: Option<(&'a Service, JobId)>,
    shown: Option<&'a (dyn Fn(usize, usize) + Sync)>,
}

impl<'a> Progress<'a> {
    /// Nobody is told.
    pub fn untold() -> Self {
        Self { job: None, shown: None }
    }

    /// The job's row is told.
    pub fn of_job(service: &'a Service, job: JobId) -> Self {
        Self {
            job: Some((service, job)),
            shown: None,
        }
    }

    /// A function is told: steps done, steps in all.
    pub fn shown_by(show: &'a (dyn Fn(usize, usize) + Sync)) -> Self {
        Self {
            job: None,
            shown: Some(show),
        }
    }

    /// So many steps of so many are done.
    pub async fn report(&self, done: usize, total: usize) -> Result<(), ServiceError> {
        if let Some(show) = self.shown {
            show(done, total);
        }
        if let Some((service, job)) = self.job {
            let count = |steps: usize| i64::try_from(steps).unwrap_or(i64::MAX);
            let txn = service.db.begin_write().await?;
            store::job::set_job_progress(&txn, job, count(done), count(total), service.now()).await?;
            txn.commit().await?;
        }
        Ok(())
    }
}
