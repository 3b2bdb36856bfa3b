//! What carries jobs to workers, as the use cases see it.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::{sync::watch, task::JoinHandle};

use crate::{
    domain::job::JobId,
    service::{Service, error::ServiceError},
};

/// Carries jobs to workers. The row of a job is the truth; the queue only says that there is one.
pub trait Queue: Send + Sync {
    /// Wakes a worker for a job.
    fn wake(&self, id: JobId) -> BoxFuture<'_, Result<(), ServiceError>>;

    /// Starts the workers. They end when `stop` turns true.
    fn start(&self, service: Arc<Service>, stop: watch::Receiver<bool>) -> JoinHandle<()>;
}
