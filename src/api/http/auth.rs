//! Who is calling: a bearer token of a login, or an API key.

use std::sync::Arc;

use poem::Request;
use poem_openapi::{
    SecurityScheme,
    auth::{ApiKey, Bearer},
};

use crate::{
    domain::access::Principal,
    service::{Service, access, error::ServiceError},
};

/// Bearer token of a session (`create_session`).
#[derive(SecurityScheme)]
#[oai(rename = "bearer", ty = "bearer", checker = "check_bearer")]
pub struct BearerAuth(pub Principal);

/// API key of another system, in the header `X-API-Key`.
#[derive(SecurityScheme)]
#[oai(
    rename = "api_key",
    ty = "api_key",
    key_in = "header",
    key_name = "X-API-Key",
    checker = "check_api_key"
)]
pub struct ApiKeyAuth(pub Principal);

/// Either of the two.
#[derive(SecurityScheme)]
pub enum Auth {
    /// A person.
    Bearer(BearerAuth),
    /// Another system.
    ApiKey(ApiKeyAuth),
}

impl Auth {
    /// The caller.
    pub(crate) fn principal(&self) -> &Principal {
        match self {
            Self::Bearer(BearerAuth(principal)) | Self::ApiKey(ApiKeyAuth(principal)) => principal,
        }
    }
}

async fn check_bearer(request: &Request, bearer: Bearer) -> poem::Result<Principal> {
    Ok(access::authenticate::by_token(service(request)?, &bearer.token).await?)
}

async fn check_api_key(request: &Request, key: ApiKey) -> poem::Result<Principal> {
    Ok(access::authenticate::by_api_key(service(request)?, &key.key).await?)
}

fn service(request: &Request) -> poem::Result<&Arc<Service>> {
    let found = request.data::<Arc<Service>>();
    Ok(found.ok_or_else(|| ServiceError::internal("the service is not attached to the request"))?)
}
