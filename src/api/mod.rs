//! The OpenAPI: the only room that says `poem`. A folder per resource, a file per sub-resource; methods translate, services
//! decide.
#![expect(
    clippy::disallowed_types,
    clippy::unused_async,
    reason = "the OpenApi macro writes a HashMap of its own and wants async methods"
)]

use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Route,
    endpoint::make_sync,
    middleware::{CatchPanic, NormalizePath, TrailingSlash},
    web::Html,
};
use poem_openapi::{LicenseObject, OpenApiService, Tags};

use self::http::{
    front::{ProblemsOnly, Routes},
    incident,
    incident::Numbers,
    spec,
};
use crate::service::Service;

pub mod access;
pub mod documents;
pub mod http;
pub mod imports;
pub mod jobs;
pub mod registry;
pub mod returns;
pub mod rounds;
pub mod runs;

/// Groups of operations.
#[derive(Tags)]
pub enum Tag {
    /// Logging in and out, users, API keys.
    Access,
    /// Questionnaires, methodologies, factor tables and code lists: validated, versioned, immutable once published.
    Documents,
    /// Areas, industries and enterprises.
    Registry,
    /// Rounds: one questionnaire, one year, one population.
    Rounds,
    /// Returns: templates out, workbooks in, findings, submission and review.
    Returns,
    /// Returns of many enterprises handed in at once by an officer: a ZIP or a spreadsheet of another system, with the outcome
    /// of every file or row.
    Imports,
    /// Runs, rankings and explanations.
    Results,
    /// Long work.
    Jobs,
    /// Whether the service lives and is ready.
    Health,
}

type Apis = (
    access::Apis,
    documents::DocumentsApi,
    registry::Apis,
    rounds::Apis,
    returns::Apis,
    imports::Apis,
    runs::Apis,
    jobs::JobsApi,
    http::health::HealthApi,
);

/// The OpenAPI service; without a service behind it, it can only describe itself.
pub(crate) fn openapi() -> OpenApiService<Apis, ()> {
    let apis = Apis::default();
    OpenApiService::new(apis, "Ronghe 融合", env!("CARGO_PKG_VERSION"))
        .description(
            "Questionnaires by workbook, explained integration indices, designation on evidence. \
             企业两化融合调查：模板下发、工作簿回收、逐格校验、指数测算与解释。",
        )
        .license(LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"))
        .server("/")
}

/// Everything the server answers.
pub fn routes(service: Arc<Service>) -> impl Endpoint {
    let openapi = openapi();
    let document = spec::document();
    let known = Routes::of(&document);
    let served = Arc::new(spec::text(&document));
    let docs = Arc::new(spec::page(&document));
    let routes = Route::new()
        .at(
            "/openapi.json",
            make_sync(move |_| {
                poem::Response::builder()
                    .content_type("application/json")
                    .body(served.as_bytes().to_vec())
            }),
        )
        .at("/docs", make_sync(move |_| Html(docs.as_ref().clone())))
        .nest("/", openapi)
        .data(service.clone());
    guarded(routes, known, Arc::new(move || service.next_id()))
}

/// The endpoint with every failure as a problem, panics among them; internal ones are numbered.
fn guarded<E: Endpoint + 'static>(endpoint: E, routes: Routes, numbers: Numbers) -> impl Endpoint {
    endpoint
        .with(CatchPanic::new().with_handler(incident::panicked))
        .with(ProblemsOnly {
            routes: Arc::new(routes),
            numbers,
        })
        .with(NormalizePath::new(TrailingSlash::Trim))
        .into_endpoint()
}
