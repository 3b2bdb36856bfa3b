//! Logging in and out.

use std::sync::Arc;

use poem::{Request, web::Data};
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use super::{model::Done, users::UserOut};
use crate::{
    api::{
        Tag,
        http::{
            auth::BearerAuth,
            failures::{LoginFailure, ReadFailure},
            instant::Instant,
            json_body::JsonBody,
        },
    },
    service::{
        Service,
        access::log_in::{Login, log_in, log_out},
    },
};

/// Operations on sessions.
#[derive(Default)]
pub struct SessionsApi;

/// A login name and a password.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewSession {
    /// Login name.
    #[oai(validator(min_length = 1, max_length = 200))]
    login: String,
    /// Password.
    #[oai(validator(max_length = 1000))]
    password: String,
}

/// A login session.
#[derive(Object)]
pub(super) struct Session {
    /// Bearer token for the header `Authorization`. It is returned only once.
    token: String,
    /// Time of expiry.
    expires_at: Instant,
    /// The current user.
    user: UserOut,
}

impl From<Login> for Session {
    fn from(login: Login) -> Self {
        Self {
            token: login.token,
            expires_at: login.expires_at.into(),
            user: login.user.into(),
        }
    }
}

/// A login was made.
#[derive(ApiResponse)]
pub(super) enum SessionCreated {
    /// Logged in.
    #[oai(status = 201)]
    Created(Json<Session>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Access")]
impl SessionsApi {
    /// Log in
    ///
    /// Returns a bearer token for a login name and a password. After ten failed attempts within 15 minutes, the login
    /// name is blocked temporarily.
    #[oai(path = "/sessions", method = "post", operation_id = "create_session")]
    async fn create_session(
        &self,
        service: Data<&Arc<Service>>,
        body: JsonBody<NewSession>,
    ) -> Result<SessionCreated, LoginFailure> {
        let login = log_in(&service, &body.0.login, &body.0.password).await?;
        Ok(SessionCreated::Created(Json(login.into())))
    }

    /// Log out
    ///
    /// Ends the session of the bearer token in the request.
    #[oai(path = "/sessions/current", method = "delete", operation_id = "delete_session")]
    async fn delete_session(
        &self,
        service: Data<&Arc<Service>>,
        request: &Request,
        _auth: BearerAuth,
    ) -> Result<Done, ReadFailure> {
        let header = request.header("authorization").unwrap_or_default();
        log_out(&service, header.split_once(' ').map_or("", |(_, token)| token.trim())).await?;
        Ok(Done::Done)
    }
}
