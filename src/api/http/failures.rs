//! The failures that operations declare: statuses and what each means, as they stand in the OpenAPI file.

use poem::{IntoResponse, Response};
use poem_openapi::{
    ApiResponse,
    payload::Payload,
    registry::{MetaMediaType, MetaResponse, MetaResponses, MetaSchemaRef, Registry},
    types::Type,
};

use super::problem::{Failure, MEDIA_TYPE, Problem};
use crate::service::error::ServiceError;

/// Schema of the problem body; the values themselves are written by [`Failure`].
struct ProblemJson;

impl Payload for ProblemJson {
    const CONTENT_TYPE: &'static str = MEDIA_TYPE;

    fn schema_ref() -> MetaSchemaRef {
        Problem::schema_ref()
    }

    fn register(registry: &mut Registry) {
        Problem::register(registry);
    }
}

/// Declares an error response: a failure that may have the statuses listed, each documented.
macro_rules! failures {
    ($(#[$doc:meta])* $name:ident: $($status:literal $says:literal),+ $(,)?) => {
        $(#[$doc])*
        pub struct $name(Failure);

        impl From<ServiceError> for $name {
            fn from(error: ServiceError) -> Self {
                Self(error.into())
            }
        }

        impl From<Failure> for $name {
            fn from(failure: Failure) -> Self {
                Self(failure)
            }
        }

        impl From<$name> for poem::Error {
            fn from(error: $name) -> Self {
                error.0.into()
            }
        }

        impl IntoResponse for $name {
            fn into_response(self) -> Response {
                self.0.into_response()
            }
        }

        impl ApiResponse for $name {
            fn meta() -> MetaResponses {
                MetaResponses { responses: vec![$(described($status, $says)),+, otherwise()] }
            }

            fn register(registry: &mut Registry) {
                ProblemJson::register(registry);
            }
        }
    };
}

fn described(status: u16, description: &'static str) -> MetaResponse {
    MetaResponse {
        description,
        status: Some(status),
        status_range: None,
        content: vec![problem_media()],
        headers: vec![],
    }
}

/// Statuses that any operation may answer with: 429, 500, 503.
fn otherwise() -> MetaResponse {
    let description = "Any other error: too many requests (429), internal error (500), service busy (503).";
    MetaResponse {
        description,
        status: None,
        status_range: None,
        content: vec![problem_media()],
        headers: vec![],
    }
}

fn problem_media() -> MetaMediaType {
    MetaMediaType {
        content_type: ProblemJson::CONTENT_TYPE,
        schema: ProblemJson::schema_ref(),
    }
}

failures!(
    /// Failures of a request that reads.
    ReadFailure:
    400 "A parameter is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "Not found, or the caller does not have access.",
);

failures!(
    /// Failures of a download of the template of a return.
    TemplateFailure:
    400 "A parameter is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "Not found, or the caller does not have access.",
    409 "The enterprise was removed from the round.",
);

failures!(
    /// Failures of a request that compares.
    CompareFailure:
    400 "A parameter is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "Not found, or the caller does not have access.",
    409 "The request conflicts with the current state.",
    422 "The request cannot be processed, for example because the two runs or documents cannot be compared.",
);

failures!(
    /// Failures of a login.
    LoginFailure:
    400 "The request body is malformed.",
    401 "The login name or the password is wrong.",
    415 "The Content-Type is not JSON.",
);

failures!(
    /// Failures of a first login.
    FirstLoginFailure:
    400 "The request body is malformed.",
    401 "The login name or the one-time code is wrong, or the code has expired.",
    415 "The Content-Type is not JSON.",
    422 "The password does not meet the requirements.",
);

failures!(
    /// Failures of a request that creates.
    CreateFailure:
    400 "The request body is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "The request refers to an object that does not exist.",
    409 "The request conflicts with the current state.",
    415 "The Content-Type is not supported.",
    422 "The content is invalid; `errors` lists every error.",
);

failures!(
    /// Failures of a request that changes.
    ChangeFailure:
    400 "The request body or If-Match is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "Not found, or the caller does not have access.",
    409 "The request conflicts with the current state.",
    412 "The resource has been changed since it was read.",
    415 "The Content-Type is not supported.",
    422 "The content is invalid; `errors` lists every error.",
    428 "The header If-Match is missing.",
);

failures!(
    /// Failures of an upload.
    UploadFailure:
    400 "A parameter is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "Not found, or the caller does not have access.",
    409 "The request conflicts with the current state.",
    413 "The file is larger than allowed.",
    415 "The Content-Type is not supported.",
    422 "The file is refused; `code` and `message` state the reason and the remedy.",
);

failures!(
    /// Failures of a request that records a step with a file as evidence.
    RecordFailure:
    400 "A parameter or If-Match is malformed.",
    401 "Not logged in, or the credentials are invalid.",
    403 "The caller's role does not allow this.",
    404 "Not found, or the caller does not have access.",
    409 "The request conflicts with the current state.",
    412 "The resource has been changed since it was read.",
    413 "The file is larger than allowed.",
    415 "The Content-Type is not supported.",
    422 "The content is invalid; `errors` lists every error.",
    428 "The header If-Match is missing.",
);
