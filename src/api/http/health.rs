//! Whether the service lives and is ready.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{api::Tag, service::Service};

/// Health operations.
#[derive(Default)]
pub struct HealthApi;

/// Status of the service.
#[derive(Object)]
pub struct Health {
    /// `ok`, or a description of the problem.
    pub status: String,
    /// Version of the program.
    pub version: String,
}

impl Health {
    fn new(status: impl Into<String>) -> Json<Self> {
        Json(Self {
            status: status.into(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}

/// The service lives.
#[derive(ApiResponse)]
enum Alive {
    /// The service is alive.
    #[oai(status = 200)]
    Yes(Json<Health>),
}

/// Whether work can be taken.
#[derive(ApiResponse)]
enum Readiness {
    /// Ready.
    #[oai(status = 200)]
    Ready(Json<Health>),
    /// Not ready: the database does not respond or its schema is not current.
    #[oai(status = 503)]
    NotReady(Json<Health>),
}

#[OpenApi(tag = "Tag::Health")]
impl HealthApi {
    /// Liveness probe
    ///
    /// Responds without using the database.
    #[oai(path = "/healthz", method = "get", operation_id = "get_health")]
    async fn get_health(&self) -> Alive {
        Alive::Yes(Health::new("ok"))
    }

    /// Readiness probe
    ///
    /// Checks that the database responds and that its schema is current.
    #[oai(path = "/readyz", method = "get", operation_id = "get_readiness")]
    async fn get_readiness(&self, service: Data<&Arc<Service>>) -> Readiness {
        match service.db.schema_is_current().await {
            Ok(true) => Readiness::Ready(Health::new("ok")),
            Ok(false) => Readiness::NotReady(Health::new("the schema is not current: run `ronghe migrate`")),
            Err(_) => Readiness::NotReady(Health::new("the database does not answer")),
        }
    }
}
