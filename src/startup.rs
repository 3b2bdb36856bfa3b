//! Putting the service together, and serving it until it is told to stop.

use std::{path::PathBuf, sync::Arc};

use poem::{Server, listener::TcpAcceptor};
use tokio::sync::watch;

use crate::{
    api,
    blobs::Blobs,
    clock::Clock,
    config::DataPlace,
    ids::IdSource,
    jobs::{queue::ApalisQueue, worker},
    reader::WorkbookReader,
    service::{
        Service, Settings, access::log_in::FailedLogins, documents::catalogue::Catalogue,
        rounds::figures::RoundFigures, runs::scored::ScoredRuns,
    },
    store::db::Database,
};

/// Why the service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A folder or file cannot be used.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The database cannot be used.
    #[error("database: {0}")]
    Database(#[from] crate::store::db::StoreError),
    /// The originals' folder cannot be used.
    #[error("{0}")]
    Blobs(#[from] crate::blobs::BlobError),
    /// The queue cannot be used.
    #[error("{0}")]
    Queue(#[from] crate::jobs::queue::QueueError),
    /// The schema is old.
    #[error("the database schema is not current: run `ronghe migrate` first")]
    OldSchema,
}

/// Time, identifiers and figures that a program or a test hands in.
pub struct Parts {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and randomness.
    pub ids: Arc<dyn IdSource>,
    /// Figures.
    pub settings: Settings,
    /// The program that reads workbooks as a child.
    pub program: PathBuf,
}

/// Opens database and originals, and makes the service. With `migrate` the schema is brought up to date first.
pub async fn open(place: &DataPlace, parts: Parts, migrate: bool) -> Result<Arc<Service>, StartError> {
    std::fs::create_dir_all(place.folder())?;
    let db = Database::open(&place.database_url()).await?;
    if migrate {
        db.migrate().await?;
        ApalisQueue::migrate(&db).await?;
    } else if !db.schema_is_current().await? {
        return Err(StartError::OldSchema);
    }
    let blobs = Blobs::in_folder(&place.blob_folder())?;
    assemble(db, blobs, parts)
}

/// Makes the service from an open database.
pub fn assemble(db: Database, blobs: Blobs, parts: Parts) -> Result<Arc<Service>, StartError> {
    Ok(Arc::new(Service {
        queue: Arc::new(ApalisQueue::of(&db)?),
        db,
        blobs,
        clock: parts.clock,
        ids: parts.ids,
        reader: WorkbookReader::within(parts.program, parts.settings.reading.clone()),
        catalogue: Catalogue::default(),
        round_figures: RoundFigures::default(),
        scored_runs: ScoredRuns::default(),
        settings: parts.settings,
        failed_logins: FailedLogins::default(),
    }))
}

/// Closes the database of a service that nothing uses any more, so that another one may open it.
pub async fn close(service: Arc<Service>) -> Result<(), StartError> {
    service.db.close().await?;
    drop(service);
    Ok(())
}

/// Serves until `stop` turns true, then lets running requests and jobs end.
pub async fn serve(
    service: Arc<Service>,
    listener: std::net::TcpListener,
    stop: watch::Receiver<bool>,
) -> Result<(), StartError> {
    let taken_up = worker::recover(&service)
        .await
        .map_err(|error| std::io::Error::other(error.to_string()))?;
    if taken_up > 0 {
        tracing::info!(taken_up, "took up jobs that were left behind");
    }
    let workers = service.queue.start(service.clone(), stop.clone());
    let acceptor = TcpAcceptor::from_std(listener)?;
    let mut stopped = stop;
    let until = async move {
        stopped.wait_for(|stop| *stop).await.ok();
    };
    let patience = std::time::Duration::from_secs(10);
    Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(api::routes(service), until, Some(patience))
        .await?;
    workers.await.ok();
    Ok(())
}
