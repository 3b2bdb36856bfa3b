//! The queue: apalis on the same database, so that no extra server is needed.

use std::{sync::Arc, time::Duration};

use apalis::prelude::{BackendExt, BoxDynError, Data, TaskSink, WorkerBuilder};
use apalis_postgres::PostgresStorage;
use apalis_sqlite::SqliteStorage;
use tokio::{sync::watch, task::JoinHandle};
use uuid::Uuid;

use super::worker::work;
use crate::{domain::job::JobId, service::Service, store::db::Database};

/// Name of the queue in the database.
const QUEUE: &str = "ronghe";

/// How often an idle worker looks for jobs. Left to itself, apalis looks with its heartbeat: every half minute.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Carries identifiers of jobs to workers.
#[derive(Clone)]
pub struct Queue(Storage);

#[derive(Clone)]
enum Storage {
    Sqlite(SqliteStorage<Uuid>),
    Postgres(PostgresStorage<Uuid>),
}

/// Why the queue did not take a job.
#[derive(Debug, thiserror::Error)]
#[error("queue: {0}")]
pub struct QueueError(String);

impl Queue {
    /// The queue of a database.
    pub fn of(db: &Database) -> Result<Self, QueueError> {
        if let Some(pool) = db.sqlite_pool() {
            let config = apalis_sqlite::Config::default().queue(QUEUE);
            return Ok(Self(Storage::Sqlite(SqliteStorage::new(&pool).with_config(config))));
        }
        let pool = db.postgres_pool().ok_or_else(|| QueueError("no pool".to_owned()))?;
        let config = apalis_postgres::Config::default().queue(QUEUE);
        Ok(Self(Storage::Postgres(PostgresStorage::new(&pool).with_config(config))))
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

    /// Wakes a worker for a job.
    pub async fn push(&self, id: JobId) -> Result<(), QueueError> {
        let failed = |error: &dyn std::fmt::Debug| QueueError(format!("{error:?}"));
        match &self.0 {
            Storage::Sqlite(storage) => storage.clone().push(id.0).await.map_err(|error| failed(&error)),
            Storage::Postgres(storage) => storage.clone().push(id.0).await.map_err(|error| failed(&error)),
        }
    }

    /// Starts the workers; they end when `stop` turns true.
    pub fn start(&self, service: Arc<Service>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let name = format!("ronghe-{}", service.next_id());
        match self.0.clone() {
            Storage::Sqlite(storage) => tokio::spawn(async move {
                let worker = WorkerBuilder::new(name)
                    .backend(storage.poll_with_interval(LOOK_EVERY))
                    .data(service)
                    .build(handle);
                report(worker.run_until(stopped(stop)).await);
            }),
            Storage::Postgres(storage) => tokio::spawn(async move {
                let worker = WorkerBuilder::new(name)
                    .backend(storage.poll_with_interval(LOOK_EVERY))
                    .data(service)
                    .build(handle);
                report(worker.run_until(stopped(stop)).await);
            }),
        }
    }
}

async fn handle(id: Uuid, service: Data<Arc<Service>>) -> Result<(), BoxDynError> {
    Ok(work(&service, JobId(id)).await?)
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

fn report<T>(ended: Result<T, impl std::fmt::Display>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the job workers ended");
    }
}
