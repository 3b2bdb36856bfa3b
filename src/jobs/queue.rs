//! The queue: apalis on the same database, so that no extra server is needed.

use std::{sync::Arc, time::Duration};

use apalis::prelude::{BackendExt, BoxDynError, Data, TaskSink, WorkerBuilder};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use futures::{FutureExt as _, TryFutureExt as _, future::BoxFuture};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};
use uuid::Uuid;

use super::{
    pace::Pace,
    worker::{wake_waiting, work},
};
use crate::{
    domain::job::JobId,
    service::{Service, error::ServiceError, jobs::queue::Queue},
    store::db::Database,
};

/// Name of the queue in the database.
const QUEUE: &str = "ronghe";

/// How often an idle worker looks for jobs that other processes pushed.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// How long workers that ended are left alone before they are started again.
const START_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Carries identifiers of jobs to workers.
#[derive(Clone)]
pub struct ApalisQueue {
    storage: Storage,
    /// Told of every push of this process.
    pushes: Arc<Notify>,
}

#[derive(Clone)]
enum Storage {
    Sqlite(SqliteStorage<Uuid>),
    Postgres(PostgresStorage<Uuid>),
}

/// Why the queue did not take a job.
#[derive(Debug, thiserror::Error)]
#[error("queue: {0}")]
pub struct QueueError(String);

impl ApalisQueue {
    /// The queue of a database.
    pub fn of(db: &Database) -> Result<Self, QueueError> {
        if let Some(pool) = db.sqlite_pool() {
            let config = apalis_sqlite::Config::default().queue(QUEUE);
            return Ok(Self::over(Storage::Sqlite(
                SqliteStorage::new(&pool).with_config(config),
            )));
        }
        let pool = db.postgres_pool().ok_or_else(|| QueueError("no pool".to_owned()))?;
        let config = apalis_postgres::Config::default().queue(QUEUE);
        Ok(Self::over(Storage::Postgres(
            PostgresStorage::new(&pool).with_config(config),
        )))
    }

    fn over(storage: Storage) -> Self {
        Self {
            storage,
            pushes: Arc::default(),
        }
    }

    /// Makes or updates the queue's own tables. `SqliteStorage::setup` is not used: it would switch off `synchronous` on our
    /// writing connection.
    pub async fn migrate(db: &Database) -> Result<(), QueueError> {
        let failed = |error: &dyn std::fmt::Display| QueueError(error.to_string());
        if let Some(pool) = db.sqlite_pool() {
            SqliteStorage::migrations()
                .run(&pool)
                .await
                .map_err(|error| failed(&error))?;
        } else if let Some(pool) = db.postgres_pool() {
            PostgresStorage::migrations()
                .run(&pool)
                .await
                .map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    async fn push(&self, id: JobId) -> Result<(), QueueError> {
        let failed = |error: &dyn std::fmt::Debug| QueueError(format!("{error:?}"));
        match &self.storage {
            Storage::Sqlite(storage) => storage.clone().push(id.0).await.map_err(|error| failed(&error))?,
            Storage::Postgres(storage) => storage.clone().push(id.0).await.map_err(|error| failed(&error))?,
        }
        self.pushes.notify_one();
        Ok(())
    }

    fn pace(&self) -> Pace {
        Pace::every(LOOK_EVERY, Arc::clone(&self.pushes))
    }

    /// Works until told to stop; an error where that was not why it ended.
    async fn run(&self, service: &Arc<Service>, stop: watch::Receiver<bool>) -> Result<(), QueueError> {
        let name = format!("ronghe-{}", service.next_id());
        let failed = |error: &dyn std::fmt::Display| QueueError(error.to_string());
        let until = stopped(stop.clone());
        match self.storage.clone() {
            Storage::Sqlite(storage) => {
                let builder = WorkerBuilder::new(name).backend(storage.poll_with_stream(self.pace()));
                let worker = builder.data(Arc::clone(service)).build(handle);
                worker.run_until(until).await.map_err(|error| failed(&error))?;
            }
            Storage::Postgres(storage) => {
                let builder = WorkerBuilder::new(name).backend(storage.poll_with_stream(self.pace()));
                let worker = builder.data(Arc::clone(service)).build(handle);
                worker.run_until(until).await.map_err(|error| failed(&error))?;
            }
        }
        if *stop.borrow() {
            Ok(())
        } else {
            Err(QueueError("ended without being told to".to_owned()))
        }
    }
}

impl Queue for ApalisQueue {
    fn wake(&self, id: JobId) -> BoxFuture<'_, Result<(), ServiceError>> {
        self.push(id).map_err(ServiceError::internal).boxed()
    }

    /// Where the workers end before they are told to, as when the database does not answer for long, they are started
    /// again.
    fn start(&self, service: Arc<Service>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let queue = self.clone();
        tokio::spawn(async move {
            while !*stop.borrow() {
                match queue.run(&service, stop.clone()).await {
                    Ok(()) => return,
                    Err(error) => tracing::error!(%error, "the job workers ended; they are started again"),
                }
                while !*stop.borrow() {
                    tokio::time::sleep(START_AGAIN_AFTER).await;
                    // What the old ones had fetched and not begun would wait for them for ever.
                    match wake_waiting(&service).await {
                        Ok(waiting) => {
                            tracing::info!(waiting, "the job workers are started again");
                            break;
                        }
                        Err(error) => tracing::warn!(%error, "the job workers cannot be started yet"),
                    }
                }
            }
        })
    }
}

async fn handle(id: Uuid, service: Data<Arc<Service>>) -> Result<(), BoxDynError> {
    // On a task of its own, so that a job that was begun is ended whatever becomes of the worker.
    let service = Arc::clone(&service);
    Ok(tokio::spawn(async move { work(&service, JobId(id)).await }).await??)
}

async fn stopped(mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
    while !*stop.borrow_and_update() {
        // An error means that the sender is gone, which is a stop too.
        if stop.changed().await.is_err() {
            break;
        }
    }
    Ok(())
}
