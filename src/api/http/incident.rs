//! Internal errors and panics, each with a number that the answer and the log have in common.

use std::sync::Arc;

use poem::{IntoResponse as _, Response, http::StatusCode};
use uuid::Uuid;

use super::problem::{Failure, Problem};
use crate::service::error::ServiceError;

/// Makes the numbers of incidents.
pub(crate) type Numbers = Arc<dyn Fn() -> Uuid + Send + Sync>;

/// What an answer with status 500 was made of, until it is numbered and logged.
#[derive(Clone, Debug)]
pub(super) struct Incident {
    pub(super) problem: Box<Problem>,
    /// For the log alone.
    pub(super) internal: Box<str>,
}

impl Incident {
    /// The answer with the number of the incident, once the log has it.
    pub(super) fn told(self, number: Uuid, method: &str, path: &str) -> Response {
        let Self { mut problem, internal } = self;
        let code = &problem.code;
        tracing::error!(incident = %number, code, internal, method, path, "internal error");
        problem.instance = Some(format!("/incidents/{number}"));
        Failure::plain(StatusCode::INTERNAL_SERVER_ERROR, problem).into_response()
    }
}

/// The answer to a panic, which no request should be able to cause.
#[expect(clippy::needless_pass_by_value, reason = "the form of a handler of panics")]
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    let text = text.unwrap_or("without a text");
    Failure::from(ServiceError::internal(format!("a request panicked: {text}"))).into_response()
}

#[cfg(test)]
mod tests {
    use poem::{Endpoint as _, Request, Route, endpoint::make_sync};
    use serde_json::Value;

    use super::*;
    use crate::{
        api::{guarded, http::front::Routes},
        service::error::codes::general,
    };

    async fn asked(path: &str) -> (StatusCode, Value) {
        let number = || Uuid::from_u128(7);
        let routes = Route::new()
            .at("/panic", make_sync(|_| -> Response { panic!("a mistake of ours") }))
            .at("/error", make_sync(|_| Failure::from(ServiceError::internal("secret"))))
            .at(
                "/refused",
                make_sync(|_| Failure::from(ServiceError::new(general::NOT_FOUND))),
            );
        let request = Request::builder().uri(path.parse().unwrap()).finish();
        let response = guarded(routes, Routes::of(&Value::Null), Arc::new(number))
            .call(request)
            .await;
        let response = response.unwrap().into_response();
        let status = response.status();
        let body = response.into_body().into_bytes().await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret"));
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_panic_and_an_internal_error_are_numbered_and_a_refusal_is_not() {
        for path in ["/panic", "/error"] {
            let (status, problem) = asked(path).await;
            assert_eq!((status.as_u16(), &problem["code"]), (500, &Value::from("internal")));
            assert_eq!(problem["instance"], "/incidents/00000000-0000-0000-0000-000000000007");
        }
        let (status, problem) = asked("/refused").await;
        assert_eq!((status.as_u16(), problem.get("instance")), (404, None));
    }
}
