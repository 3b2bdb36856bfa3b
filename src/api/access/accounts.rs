//! Logging in and out, users, API keys.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use poem::{Request, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::{Auth, BearerAuth},
            etag,
            instant::Instant,
            page,
            problem::{ChangeFailure, CreateFailure, LoginFailure, ReadFailure},
            word::Word,
        },
    },
    domain::{
        access::{ApiKey, ApiKeyId, Role, Scope, User, UserId},
        enterprise::EnterpriseId,
    },
    service::{
        Service, access,
        access::{
            api_keys::NewApiKey,
            log_in::{log_in, log_out},
            users::{NewUser, UserChange},
        },
        error::ServiceError,
    },
};

/// Access operations.
#[derive(Default)]
pub struct AccessApi;

/// What a user is to the bureau.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "Role")]
pub enum RoleName {
    /// Fills in and signs the returns of one enterprise.
    Enterprise,
    /// Looks after the enterprises of one town or street.
    Town,
    /// Reviews returns and computes indices.
    Bureau,
    /// Everything, and documents, rounds, users and keys.
    Admin,
    /// Reads results, changes nothing.
    Reader,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Enterprise => Self::Enterprise,
            Role::Town => Self::Town,
            Role::Bureau => Self::Bureau,
            Role::Admin => Self::Admin,
            Role::Reader => Self::Reader,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Enterprise => Self::Enterprise,
            RoleName::Town => Self::Town,
            RoleName::Bureau => Self::Bureau,
            RoleName::Admin => Self::Admin,
            RoleName::Reader => Self::Reader,
        }
    }
}

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

/// A login.
#[derive(Object)]
struct Session {
    /// Bearer token for the header `Authorization`. It is shown once.
    token: String,
    /// When it ends.
    expires_at: Instant,
    /// Who is logged in.
    user: UserOut,
}

/// A user.
#[derive(Object)]
#[oai(rename = "User", skip_serializing_if_is_none)]
struct UserOut {
    /// Identifier.
    id: Uuid,
    /// Login name.
    login: String,
    /// Name shown.
    display_name: String,
    /// Role.
    role: RoleName,
    /// Area code of the town that the user sees.
    area_code: Option<String>,
    /// The enterprise that the user sees.
    enterprise_id: Option<Uuid>,
    /// Whether logging in is refused.
    disabled: bool,
    /// Version.
    version: i64,
    /// When made.
    created_at: Instant,
}

impl From<User> for UserOut {
    fn from(user: User) -> Self {
        let (area_code, enterprise_id) = scope_fields(user.scope);
        Self {
            id: user.id.0,
            login: user.login,
            display_name: user.display_name,
            role: user.role.into(),
            area_code,
            enterprise_id,
            disabled: user.disabled,
            version: user.version,
            created_at: user.created_at.into(),
        }
    }
}

fn scope_fields(scope: Scope) -> (Option<String>, Option<Uuid>) {
    match scope {
        Scope::County => (None, None),
        Scope::Town(code) => (Some(code), None),
        Scope::Enterprise(id) => (None, Some(id.0)),
    }
}

fn scope_of(area_code: Option<Word>, enterprise_id: Option<Uuid>) -> Scope {
    match (area_code, enterprise_id) {
        (_, Some(id)) => Scope::Enterprise(EnterpriseId(id)),
        (Some(code), None) => Scope::Town(code.0),
        (None, None) => Scope::County,
    }
}

/// A page of users.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct UserPage {
    /// The users, by login.
    items: Vec<UserOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// A new user.
#[derive(Object)]
#[oai(rename = "NewUser", deny_unknown_fields)]
struct NewUserIn {
    /// Login name, 2 to 64 letters, digits or `. _ - @`; taken in lower case.
    login: Word,
    /// Name shown.
    display_name: Word,
    /// First password, 12 characters at least.
    password: Word,
    /// Role.
    role: RoleName,
    /// Area code of the town, for a town user.
    area_code: Option<Word>,
    /// The enterprise, for an enterprise user.
    enterprise_id: Option<Uuid>,
}

/// What is changed of a user; what is absent stays.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UserPatch {
    /// Name shown.
    display_name: Option<Word>,
    /// Whether logging in is refused.
    disabled: Option<bool>,
}

/// An API key, without the key itself.
#[derive(Object)]
#[oai(rename = "ApiKey", skip_serializing_if_is_none)]
struct ApiKeyOut {
    /// Identifier.
    id: Uuid,
    /// What it is for.
    name: String,
    /// Role it acts in.
    role: RoleName,
    /// Area code of the town that it sees.
    area_code: Option<String>,
    /// The enterprise that it sees.
    enterprise_id: Option<Uuid>,
    /// When made.
    created_at: Instant,
    /// When it ends.
    expires_at: Option<Instant>,
    /// When revoked.
    revoked_at: Option<Instant>,
}

impl From<ApiKey> for ApiKeyOut {
    fn from(key: ApiKey) -> Self {
        let (area_code, enterprise_id) = scope_fields(key.scope);
        Self {
            id: key.id.0,
            name: key.name,
            role: key.role.into(),
            area_code,
            enterprise_id,
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(Into::into),
            revoked_at: key.revoked_at.map(Into::into),
        }
    }
}

/// A page of API keys.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ApiKeyPage {
    /// The keys, newest first.
    items: Vec<ApiKeyOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// A new API key.
#[derive(Object)]
#[oai(rename = "NewApiKey", deny_unknown_fields)]
struct NewApiKeyIn {
    /// What it is for.
    name: Word,
    /// Role it acts in.
    role: RoleName,
    /// Area code of the town, for the role town.
    area_code: Option<Word>,
    /// The enterprise, for the role enterprise.
    enterprise_id: Option<Uuid>,
    /// When it ends; never when absent.
    expires_at: Option<DateTime<Utc>>,
}

/// A fresh API key with the key itself.
#[derive(Object)]
struct CreatedApiKey {
    /// The key for the header `X-API-Key`. It is shown once.
    key: String,
    /// The record of it.
    api_key: ApiKeyOut,
}

/// A login was made.
#[derive(ApiResponse)]
enum SessionCreated {
    /// Logged in.
    #[oai(status = 201)]
    Created(Json<Session>),
}

/// A user was made.
#[derive(ApiResponse)]
enum UserCreated {
    /// Made.
    #[oai(status = 201)]
    Created(
        Json<UserOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
        /// Address of the user.
        #[oai(header = "Location")]
        String,
    ),
}

/// One user.
#[derive(ApiResponse)]
enum UserFound {
    /// The user.
    #[oai(status = 200)]
    Found(
        Json<UserOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

/// A page of users.
#[derive(ApiResponse)]
enum UsersFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<UserPage>),
}

/// A page of API keys.
#[derive(ApiResponse)]
enum ApiKeysFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<ApiKeyPage>),
}

/// An API key was made.
#[derive(ApiResponse)]
enum ApiKeyCreated {
    /// Made.
    #[oai(status = 201)]
    Created(Json<CreatedApiKey>),
}

/// Done, nothing to say.
#[derive(ApiResponse)]
enum Done {
    /// Done.
    #[oai(status = 204)]
    Done,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Access")]
impl AccessApi {
    /// Log in
    ///
    /// Gives a bearer token for a login name and a password. After ten failures within a quarter of an hour a name has to wait.
    #[oai(path = "/sessions", method = "post", operation_id = "create_session")]
    async fn create_session(
        &self,
        service: Data<&Arc<Service>>,
        body: Json<NewSession>,
    ) -> Result<SessionCreated, LoginFailure> {
        let login = log_in(&service, &body.0.login, &body.0.password).await?;
        Ok(SessionCreated::Created(Json(Session {
            token: login.token,
            expires_at: login.expires_at.into(),
            user: login.user.into(),
        })))
    }

    /// Log out
    ///
    /// Ends the login whose bearer token is sent.
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

    /// Tell who is logged in
    ///
    /// The user behind the bearer token.
    #[oai(path = "/users/current", method = "get", operation_id = "get_current_user")]
    async fn get_current_user(&self, service: Data<&Arc<Service>>, auth: BearerAuth) -> Result<UserFound, ReadFailure> {
        let id = auth.0.user.ok_or_else(|| ServiceError::new("not_found"))?;
        let user = access::users::get_user(&service, &auth.0, id).await?;
        let etag = etag::of(user.version);
        Ok(UserFound::Found(Json(user.into()), etag))
    }

    /// List users
    ///
    /// By login name.
    #[oai(path = "/users", method = "get", operation_id = "list_users")]
    async fn list_users(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<UsersFound, ReadFailure> {
        let request = page::request(limit.0, cursor.0.as_deref(), &"users")?;
        let found = access::users::list_users(&service, auth.principal(), &request).await?;
        let next_cursor = page::next(found.next, &"users");
        Ok(UsersFound::Found(Json(UserPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Make a user
    ///
    /// An enterprise user names its enterprise, a town user its town; the others see the county.
    #[oai(path = "/users", method = "post", operation_id = "create_user")]
    async fn create_user(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: Json<NewUserIn>,
    ) -> Result<UserCreated, CreateFailure> {
        let body = body.0;
        let new = NewUser {
            login: body.login.0,
            display_name: body.display_name.0,
            password: body.password.0,
            role: body.role.into(),
            scope: scope_of(body.area_code, body.enterprise_id),
        };
        let user = access::users::create_user(&service, auth.principal(), new).await?;
        let (etag, location) = (etag::of(user.version), format!("/api/v1/users/{}", user.id));
        Ok(UserCreated::Created(Json(user.into()), etag, location))
    }

    /// Read a user
    ///
    /// The administrator reads anybody, others themselves.
    #[oai(path = "/users/:user_id", method = "get", operation_id = "get_user")]
    async fn get_user(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        user_id: Path<Uuid>,
    ) -> Result<UserFound, ReadFailure> {
        let user = access::users::get_user(&service, auth.principal(), UserId(user_id.0)).await?;
        let etag = etag::of(user.version);
        Ok(UserFound::Found(Json(user.into()), etag))
    }

    /// Change a user
    ///
    /// Changes the name shown, or refuses and allows logging in.
    #[oai(path = "/users/:user_id", method = "patch", operation_id = "update_user")]
    async fn update_user(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        user_id: Path<Uuid>,
        /// The ETag that was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: Json<UserPatch>,
    ) -> Result<UserFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let change = UserChange {
            display_name: body.0.display_name.map(|name| name.0),
            disabled: body.0.disabled,
        };
        let user = access::users::update_user(&service, auth.principal(), UserId(user_id.0), expected, change).await?;
        let etag = etag::of(user.version);
        Ok(UserFound::Found(Json(user.into()), etag))
    }

    /// List API keys
    ///
    /// Newest first, without the keys themselves.
    #[oai(path = "/api-keys", method = "get", operation_id = "list_api_keys")]
    async fn list_api_keys(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<ApiKeysFound, ReadFailure> {
        let request = page::request(limit.0, cursor.0.as_deref(), &"api_keys")?;
        let found = access::api_keys::list_api_keys(&service, auth.principal(), &request).await?;
        let next_cursor = page::next(found.next, &"api_keys");
        Ok(ApiKeysFound::Found(Json(ApiKeyPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Make an API key
    ///
    /// For another system. The key is shown once; only its hash is kept.
    #[oai(path = "/api-keys", method = "post", operation_id = "create_api_key")]
    async fn create_api_key(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: Json<NewApiKeyIn>,
    ) -> Result<ApiKeyCreated, CreateFailure> {
        let body = body.0;
        let scope = scope_of(body.area_code, body.enterprise_id);
        let new = NewApiKey {
            name: body.name.0,
            role: body.role.into(),
            scope,
            expires_at: body.expires_at,
        };
        let (api_key, key) = access::api_keys::create_api_key(&service, auth.principal(), new).await?;
        Ok(ApiKeyCreated::Created(Json(CreatedApiKey {
            key,
            api_key: api_key.into(),
        })))
    }

    /// Revoke an API key
    ///
    /// For ever; the record of it stays.
    #[oai(path = "/api-keys/:api_key_id", method = "delete", operation_id = "delete_api_key")]
    async fn delete_api_key(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        api_key_id: Path<Uuid>,
    ) -> Result<Done, ReadFailure> {
        access::api_keys::revoke_api_key(&service, auth.principal(), ApiKeyId(api_key_id.0)).await?;
        Ok(Done::Done)
    }
}
