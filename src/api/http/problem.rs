//! Every failure as one shape: RFC 9457 problem+json with a stable code and the places that are wrong.
//!
//! This is the one table from kinds of errors to HTTP statuses.

use poem::{
    IntoResponse, Response,
    error::{MethodNotAllowedError, NotFoundError},
    http::{HeaderValue, StatusCode, header},
};
use poem_openapi::{
    Object,
    error::{AuthorizationError, ContentTypeError, ParseParamError, ParsePathError},
    types::ToJSON,
};
use survey::text::Text;

use super::incident::Incident;
use crate::service::error::{
    Fault, Kind, ServiceError,
    codes::{self, Code},
};

/// Media type of a problem.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// An error as specified by RFC 9457.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Problem {
    /// URI reference of the kind of error: `/problems/` and the code.
    #[oai(rename = "type")]
    pub kind: String,
    /// Description in English.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Details of this error.
    pub detail: Option<String>,
    /// Number of an internal error in the log of the service: `/incidents/` and the number. Absent for other errors.
    pub instance: Option<String>,
    /// Stable error code for programs.
    pub code: String,
    /// Description in Chinese and English.
    pub message: Bilingual,
    /// All errors with their locations.
    pub errors: Option<Vec<FieldError>>,
}

/// A text in Chinese and English.
#[derive(Clone, Debug, Object)]
pub struct Bilingual {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<Text> for Bilingual {
    fn from(text: Text) -> Self {
        Self {
            zh: text.zh,
            en: text.en,
        }
    }
}

/// An error and its location.
#[derive(Clone, Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct FieldError {
    /// Stable code.
    pub code: String,
    /// JSON pointer into the request or document, or a question code.
    pub pointer: Option<String>,
    /// Sheet of the workbook.
    pub sheet: Option<String>,
    /// Cell of the workbook, such as `C7`.
    pub cell: Option<String>,
    /// Description of the error and how to correct it.
    pub message: Bilingual,
}

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        let (sheet, cell) = fault.place.map(|place| (place.sheet, place.cell)).unzip();
        Self {
            code: fault.code,
            pointer: fault.pointer,
            sheet,
            cell,
            message: fault.message.into(),
        }
    }
}

/// The status of each kind of error.
pub(crate) fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Malformed => StatusCode::BAD_REQUEST,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::VersionMismatch => StatusCode::PRECONDITION_FAILED,
        Kind::VersionRequired => StatusCode::PRECONDITION_REQUIRED,
        Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Kind::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The number of that status, for the handbook's table.
pub fn status_code(kind: Kind) -> u16 {
    status_of(kind).as_u16()
}

/// A problem with its status, ready to be sent.
#[derive(Clone, Debug)]
pub struct Failure {
    status: StatusCode,
    problem: Box<Problem>,
    /// With internal errors alone: what the log is to hold, once the answer has its number.
    internal: Option<Box<str>>,
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let internal = if error.kind == Kind::Internal {
            Some(error.internal.unwrap_or_else(|| error.code.as_str().into()))
        } else {
            tracing::debug!(code = error.code, internal = error.internal, "refused");
            None
        };
        let status = status_of(error.kind);
        let (total, most) = (error.faults.len(), ServiceError::MOST_FAULTS);
        let errors = error
            .faults
            .into_iter()
            .take(most)
            .map(FieldError::from)
            .collect::<Vec<_>>();
        let detail = (total > most).then(|| format!("{total} errors, the first {most} are listed"));
        let problem = Box::new(Problem {
            kind: format!("/problems/{}", error.code),
            title: error.message.en.clone(),
            status: status.as_u16(),
            detail,
            instance: None,
            code: error.code,
            message: error.message.into(),
            errors: (!errors.is_empty()).then_some(errors),
        });
        Self {
            status,
            problem,
            internal,
        }
    }
}

impl Failure {
    /// A problem as it is.
    pub(super) fn plain(status: StatusCode, problem: Box<Problem>) -> Self {
        Self {
            status,
            problem,
            internal: None,
        }
    }

    /// A failure of the table with a detail of its own.
    pub(crate) fn detailed(code: Code, detail: impl Into<String>) -> Self {
        let mut failure = Self::from(ServiceError::new(code));
        failure.problem.detail = Some(detail.into());
        failure
    }

    /// The same failure under a status of the framework's own.
    fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self.problem.status = status.as_u16();
        self
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = self.problem.to_json_string();
        let mut response = Response::builder()
            .status(self.status)
            .content_type(MEDIA_TYPE)
            .body(body);
        if let Some(internal) = self.internal {
            let problem = self.problem;
            response.extensions_mut().insert(Incident { problem, internal });
        }
        match self.status {
            StatusCode::UNAUTHORIZED => {
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"ronghe\""),
                );
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

impl From<Failure> for poem::Error {
    fn from(failure: Failure) -> Self {
        Self::from_response(failure.into_response())
    }
}

impl From<ServiceError> for poem::Error {
    fn from(error: ServiceError) -> Self {
        Failure::from(error).into()
    }
}

pub(super) fn from_framework(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let detail = error.to_string();
    let failure = if let Some(found) = error.downcast_ref::<ParseParamError>() {
        Failure::detailed(
            codes::http::INVALID_PARAMETER,
            format!("{}: {}", found.name, trimmed(&without_types(&found.reason))),
        )
    } else if error.is::<ParsePathError>() {
        // A path that cannot name anything names nothing.
        Failure::from(ServiceError::new(codes::general::NOT_FOUND))
    } else if error.is::<ContentTypeError>() {
        Failure::detailed(codes::http::UNSUPPORTED_MEDIA_TYPE, trimmed(&detail))
    } else if error.is::<AuthorizationError>() {
        Failure::from(ServiceError::new(codes::access::UNAUTHENTICATED))
    } else if error.is::<NotFoundError>() {
        Failure::from(ServiceError::new(codes::general::NOT_FOUND))
    } else if error.is::<MethodNotAllowedError>() {
        Failure::from(ServiceError::new(codes::http::METHOD_NOT_ALLOWED))
    } else if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Failure::from(ServiceError::new(codes::http::BODY_TOO_LARGE))
    } else if error.status().is_client_error() {
        Failure::detailed(codes::http::BAD_REQUEST, trimmed(&detail)).with_status(error.status())
    } else {
        Failure::from(ServiceError::internal(detail))
    };
    failure.into_response()
}

/// A sentence of the framework without the names of its types.
fn without_types(reason: &str) -> String {
    let mut rest = reason;
    while let Some((_, after)) = rest
        .strip_prefix("failed to parse \"")
        .and_then(|rest| rest.split_once("\": "))
    {
        rest = after;
    }
    if let Some((before, _)) = rest.split_once(" (occurred while parsing") {
        rest = before;
    }
    if rest.starts_with("Type \"") {
        return "a value is needed".to_owned();
    }
    match rest
        .strip_prefix("Expected input type \"")
        .and_then(|rest| rest.split_once("\", found "))
    {
        Some((_, found)) => format!("not {}", found.trim_end_matches('.')),
        None => rest.to_owned(),
    }
}

/// Framework messages may echo what was sent: no more than a line of it goes back.
fn trimmed(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::without_types;

    #[test]
    fn a_sentence_of_the_framework_names_no_type() {
        let check = |reason: &str, expected: &str| assert_eq!(without_types(reason), expected);
        check(
            "failed to parse \"integer_uint32\": invalid digit found in string",
            "invalid digit found in string",
        );
        check(
            "failed to parse \"string(100)\": the text is longer than 100 characters (occurred while parsing \"optional_string\")",
            "the text is longer than 100 characters",
        );
        check("Expected input type \"size\", found \"x\".", "not \"x\"");
        check("Type \"string\" expects an input value.", "a value is needed");
    }
}
