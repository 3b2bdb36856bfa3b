//! What stands before every operation: the routes of the document, unknown query parameters refused, and whatever the framework
//! answers turned into a problem.

use std::{collections::BTreeMap, sync::Arc};

use poem::{
    Endpoint, IntoResponse, Middleware, Request, Response, Result,
    http::{HeaderValue, StatusCode, header},
};
use serde_json::Value;

use super::{
    incident::{Incident, Numbers},
    problem::{Failure, from_framework},
};
use crate::service::error::codes;

/// A path of the document.
#[derive(Debug, PartialEq, Eq)]
struct Route {
    /// The path with its parameters in braces.
    template: String,
    /// Names of the query parameters, by method in capitals.
    methods: BTreeMap<String, Vec<String>>,
}

/// The paths of the document, those without parameters first.
#[derive(Debug)]
pub(crate) struct Routes(Vec<Route>);

impl Routes {
    /// The paths that a document states.
    pub(crate) fn of(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let mut routes: Vec<Route> = paths
            .map(|(template, item)| Route {
                template: template.clone(),
                methods: methods_of(item),
            })
            .collect();
        routes.sort_by_key(|route| route.template.contains('{'));
        Self(routes)
    }

    /// The methods that a path takes, as the header `Allow` lists them.
    fn allowed(&self, path: &str) -> Option<String> {
        let route = self.0.iter().find(|route| matches(&route.template, path))?;
        let methods: Vec<&str> = route.methods.keys().map(String::as_str).collect();
        Some(methods.join(", "))
    }

    /// What is wrong with the names of query parameters: which is not known, and which are.
    fn unknown_parameter(&self, request: &Request) -> Option<String> {
        // A query that cannot be read is left to whoever reads its parameters.
        let given: Vec<(String, String)> = request.uri().query().and(request.params().ok())?;
        let (method, path) = (request.method().as_str(), request.uri().path());
        let mut routes = self.0.iter().filter(|route| matches(&route.template, path));
        let known = routes.find_map(|route| route.methods.get(method))?;
        let (unknown, _) = given.iter().find(|(name, _)| !known.contains(name))?;
        let known = if known.is_empty() {
            "none".to_owned()
        } else {
            known.join(", ")
        };
        Some(format!("{unknown}: no such parameter; known here: {known}"))
    }
}

/// Whether the body is a form with files in it, as web pages send them.
fn is_form(request: &Request) -> bool {
    let kind = request.content_type().unwrap_or_default();
    kind.trim_start().to_ascii_lowercase().starts_with("multipart/")
}

fn methods_of(item: &Value) -> BTreeMap<String, Vec<String>> {
    let names = |operation: &Value| {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let of_query = parameters.filter(|parameter| parameter["in"] == "query");
        of_query
            .filter_map(|parameter| parameter["name"].as_str())
            .map(str::to_owned)
            .collect()
    };
    let operations = item.as_object().into_iter().flatten();
    operations
        .map(|(method, operation)| (method.to_uppercase(), names(operation)))
        .collect()
}

/// Whether a path fits a template such as `/api/v1/runs/{run_id}`.
fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.trim_end_matches('/').split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted.starts_with('{') || wanted == given => {}
            _ => return false,
        }
    }
}

/// Refuses unknown query parameters and turns what poem itself answers into problems of the same shape.
pub struct ProblemsOnly {
    /// The routes of the document.
    pub(crate) routes: Arc<Routes>,
    /// Numbers for what goes wrong within.
    pub(crate) numbers: Numbers,
}

impl<E: Endpoint> Middleware<E> for ProblemsOnly {
    type Output = ProblemsOnlyEndpoint<E>;

    fn transform(&self, inner: E) -> Self::Output {
        ProblemsOnlyEndpoint {
            inner,
            routes: self.routes.clone(),
            numbers: self.numbers.clone(),
        }
    }
}

/// See [`ProblemsOnly`].
pub struct ProblemsOnlyEndpoint<E> {
    inner: E,
    routes: Arc<Routes>,
    numbers: Numbers,
}

impl<E: Endpoint> Endpoint for ProblemsOnlyEndpoint<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> Result<Self::Output> {
        if let Some(detail) = self.routes.unknown_parameter(&request) {
            return Ok(Failure::detailed(codes::http::INVALID_PARAMETER, detail).into_response());
        }
        if is_form(&request) {
            let detail = "no operation takes a form: send the file itself as the body (curl --data-binary @file)";
            return Ok(Failure::detailed(codes::http::UNSUPPORTED_MEDIA_TYPE, detail.to_owned()).into_response());
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let mut response = match self.inner.call(request).await {
            Ok(output) => output.into_response(),
            Err(error) => {
                let mut response = from_framework(error);
                if response.status() == StatusCode::METHOD_NOT_ALLOWED {
                    self.say_what_is_allowed(&path, &mut response);
                }
                response
            }
        };
        Ok(match response.extensions_mut().remove::<Incident>() {
            Some(incident) => incident.told((self.numbers)(), method.as_str(), &path),
            None => response,
        })
    }
}

impl<E> ProblemsOnlyEndpoint<E> {
    /// RFC 9110 asks for `Allow` beside 405.
    fn say_what_is_allowed(&self, path: &str, response: &mut Response) {
        let allow = self.routes.allowed(path);
        if let Some(Ok(allow)) = allow.map(|allow| HeaderValue::from_str(&allow)) {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_is_known_by_path_and_method() {
        let routes = Routes::of(&json!({ "paths": {
            "/runs/{run_id}": { "get": { "parameters": [{ "in": "path", "name": "run_id" }] } },
            "/runs/newest": { "post": {} },
            "/runs": { "get": { "parameters": [{ "in": "query", "name": "limit" }, { "in": "query", "name": "state" }] } },
        } }));
        let check = |method: poem::http::Method, uri: &'static str, unknown: Option<&str>| {
            let request = Request::builder().method(method).uri_str(uri).finish();
            let found = routes.unknown_parameter(&request);
            assert_eq!(found.as_deref(), unknown, "{uri}");
        };
        let get = || poem::http::Method::GET;
        check(get(), "/runs", None);
        check(get(), "/runs?limit=5&state=a&state=b", None);
        check(
            get(),
            "/runs?limit=5&sort=a",
            Some("sort: no such parameter; known here: limit, state"),
        );
        check(
            get(),
            "/runs/newest?x=1",
            Some("x: no such parameter; known here: none"),
        );
        check(poem::http::Method::PUT, "/runs?x=1", None);
        check(get(), "/docs?x=1", None);
        assert_eq!(routes.allowed("/runs/newest").as_deref(), Some("POST"));
    }
}
