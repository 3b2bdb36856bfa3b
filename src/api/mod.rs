//! The OpenAPI: the only room that says `poem`. A folder per resource, a file per sub-resource; methods translate, services
//! decide.
#![expect(
    clippy::disallowed_types,
    clippy::unused_async,
    reason = "the OpenApi macro writes a HashMap of its own and wants async methods"
)]

use std::sync::Arc;

use poem::{
    Endpoint, EndpointExt, IntoEndpoint, Request, Route,
    endpoint::{make, make_sync},
    http::header::ACCEPT_LANGUAGE,
    middleware::{CatchPanic, NormalizePath, TrailingSlash},
    web::Html,
};
use poem_openapi::{LicenseObject, OpenApiService, Tags};

use self::http::{
    front::{ProblemsOnly, Routes},
    home, incident,
    incident::Numbers,
    language::PageLanguage,
    spec, translation,
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
    /// Login, users, one-time codes and keys.
    Access,
    /// Questionnaires, methodologies, factor tables and code lists: validated, versioned, and immutable once published.
    Documents,
    /// Areas, industries and enterprises.
    Registry,
    /// Rounds: one questionnaire, one year and one population each.
    Rounds,
    /// Returns: templates, uploaded workbooks, findings, submission and review.
    Returns,
    /// Bulk import of returns by an officer from a ZIP file or a spreadsheet of another system, with the outcome of
    /// every file or row.
    Imports,
    /// Runs, rankings, explanations and analyses.
    Results,
    /// Long-running operations: state, progress and result.
    Jobs,
    /// Liveness and readiness of the service.
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
            "Surveys of enterprises on the integration of informatization and industrialization (两化融合): questionnaires as workbooks, cell-by-cell checks, and indices with explanations of their results.",
        )
        .license(LicenseObject::new("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"))
        .server("/")
}

/// Everything the server answers.
pub fn routes(service: Arc<Service>) -> impl Endpoint {
    let openapi = Arc::new(openapi().into_endpoint());
    let english = spec::document();
    let chinese = translation::in_chinese(&english);
    let known = Routes::of(&english);
    let files = [&chinese, &english].map(|document| Arc::new(spec::text(document)));
    let pages = [
        Arc::new(spec::page(&chinese, PageLanguage::Zh)),
        Arc::new(spec::page(&english, PageLanguage::En)),
    ];
    let one = |both: &[Arc<String>; 2], language| match language {
        PageLanguage::Zh => Arc::clone(&both[0]),
        PageLanguage::En => Arc::clone(&both[1]),
    };
    let well = service.clone();
    let routes = Route::new()
        .at(
            "/",
            make(move |_| {
                let service = well.clone();
                async move { Html(home::page(&service).await) }
            }),
        )
        .at(
            "/openapi.json",
            make_sync(move |request| {
                // The committed file, unless the other is asked for.
                let language = asked_language(&request).unwrap_or(PageLanguage::En);
                poem::Response::builder()
                    .content_type("application/json")
                    .body(one(&files, language).as_bytes().to_vec())
            }),
        )
        .at(
            "/docs",
            make_sync(move |request| {
                let language = asked_language(&request).unwrap_or_else(|| preferred_language(&request));
                Html(one(&pages, language).as_ref().clone())
            }),
        )
        // Each by its own path: below "/" it would take the page at the door for one of its own that it does not have.
        .nest_no_strip("/api", Arc::clone(&openapi))
        .nest_no_strip("/healthz", Arc::clone(&openapi))
        .nest_no_strip("/readyz", openapi)
        .data(service.clone());
    guarded(routes, known, Arc::new(move || service.next_id()))
}

/// The language that a request asks for with `?language=zh` or `?language=en`.
fn asked_language(request: &Request) -> Option<PageLanguage> {
    let query = request.uri().query()?;
    query.split('&').find_map(|pair| match pair {
        "language=zh" => Some(PageLanguage::Zh),
        "language=en" => Some(PageLanguage::En),
        _ => None,
    })
}

/// The language that a browser names first.
fn preferred_language(request: &Request) -> PageLanguage {
    let accepted = request.header(ACCEPT_LANGUAGE).unwrap_or_default();
    if accepted.trim_start().to_lowercase().starts_with("zh") {
        PageLanguage::Zh
    } else {
        PageLanguage::En
    }
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
