//! Users.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::model::{RoleName, scope_fields, scope_of};
use crate::{
    api::{
        Tag,
        http::{
            auth::{Auth, BearerAuth},
            etag,
            failures::{ChangeFailure, CreateFailure, ReadFailure},
            instant::Instant,
            json_body::JsonBody,
            page::{self, paged},
            word::{Code, CursorText, Name, Secret},
        },
    },
    domain::access::{User, UserId},
    service::{
        Service, access,
        access::users::{NewUser, UserChange},
        error::{ServiceError, codes},
    },
};

/// A user.
#[derive(Object)]
#[oai(rename = "User", skip_serializing_if_is_none)]
pub(super) struct UserOut {
    /// Identifier.
    id: Uuid,
    /// Login name.
    login: String,
    /// Display name.
    display_name: String,
    /// Role.
    role: RoleName,
    /// Area code of the town whose data the user can access; absent for other roles.
    area_code: Option<String>,
    /// Identifier of the enterprise whose data the user can access; absent for other roles.
    enterprise_id: Option<Uuid>,
    /// Whether login is blocked.
    disabled: bool,
    /// Version.
    version: i64,
    /// Time of creation.
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

paged! {
    /// A page of users.
    UserPage as UsersFound {
        /// The users, sorted by login name.
        items: UserOut,
    }
}

/// A new user.
#[derive(Object)]
#[oai(rename = "NewUser", deny_unknown_fields)]
struct NewUserIn {
    /// Login name, 2 to 64 letters, digits or `. _ - @`; stored in lower case.
    login: Code,
    /// Display name.
    display_name: Name,
    /// Initial password, at least 12 characters.
    password: Secret,
    /// Role.
    role: RoleName,
    /// Area code of the town; only for a town user.
    area_code: Option<Code>,
    /// Identifier of the enterprise; only for an enterprise user.
    enterprise_id: Option<Uuid>,
}

/// Changes of a user; absent fields do not change.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UserPatch {
    /// Display name.
    display_name: Option<Name>,
    /// Whether login is blocked.
    disabled: Option<bool>,
}

/// A user was made.
#[derive(ApiResponse)]
enum UserCreated {
    /// Created.
    #[oai(status = 201)]
    Created(
        Json<UserOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
        /// URL of the user.
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
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

/// Operations on users.
#[derive(Default)]
pub struct UsersApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Access")]
impl UsersApi {
    /// Get the current user
    ///
    /// Returns the user of the bearer token.
    #[oai(path = "/users/current", method = "get", operation_id = "get_current_user")]
    async fn get_current_user(&self, service: Data<&Arc<Service>>, auth: BearerAuth) -> Result<UserFound, ReadFailure> {
        let id = auth
            .0
            .user
            .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
        let user = access::users::get_user(&service, &auth.0, id).await?;
        let etag = etag::of(user.version);
        Ok(UserFound::Found(Json(user.into()), etag))
    }

    /// List users
    ///
    /// Sorted by login name.
    #[oai(path = "/users", method = "get", operation_id = "list_users")]
    async fn list_users(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<UsersFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"users")?;
        let found = access::users::list_users(&service, auth.principal(), &asked.request).await?;
        Ok(UsersFound::of(found, &asked)?)
    }

    /// Create a user
    ///
    /// Users with the role `enterprise` require `enterprise_id` and users with the role `town` require `area_code`; all
    /// other users can see the whole county.
    #[oai(path = "/users", method = "post", operation_id = "create_user")]
    async fn create_user(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewUserIn>,
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

    /// Get a user
    ///
    /// Administrators can read every user; other users can read only themselves.
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

    /// Update a user
    ///
    /// Changes the display name, or blocks or unblocks login.
    #[oai(path = "/users/:user_id", method = "patch", operation_id = "update_user")]
    async fn update_user(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        user_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<UserPatch>,
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
}
