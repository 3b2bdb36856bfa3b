//! API keys of other systems.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::model::{Done, RoleName, scope_fields, scope_of};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CreateFailure, ReadFailure},
            instant::Instant,
            json_body::JsonBody,
            page::{self, paged},
            word::{Code, CursorText, Name},
        },
    },
    domain::access::{ApiKey, ApiKeyId},
    service::{Service, access, access::api_keys::NewApiKey},
};

/// An API key, without the key itself.
#[derive(Object)]
#[oai(rename = "ApiKey", skip_serializing_if_is_none)]
struct ApiKeyOut {
    /// Identifier.
    id: Uuid,
    /// Purpose of the key.
    name: String,
    /// Role of the key.
    role: RoleName,
    /// Area code of the town whose data the key can access; absent for other roles.
    area_code: Option<String>,
    /// Identifier of the enterprise whose data the key can access; absent for other roles.
    enterprise_id: Option<Uuid>,
    /// Time of creation.
    created_at: Instant,
    /// Time of expiry; absent if the key does not expire.
    expires_at: Option<Instant>,
    /// Time of revocation; absent if the key has not been revoked.
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

paged! {
    /// A page of API keys.
    ApiKeyPage as ApiKeysFound {
        /// The keys, from newest to oldest.
        items: ApiKeyOut,
    }
}

/// A new API key.
#[derive(Object)]
#[oai(rename = "NewApiKey", deny_unknown_fields)]
struct NewApiKeyIn {
    /// Purpose of the key.
    name: Name,
    /// Role of the key.
    role: RoleName,
    /// Area code of the town; only for the role `town`.
    area_code: Option<Code>,
    /// Identifier of the enterprise; only for the role `enterprise`.
    enterprise_id: Option<Uuid>,
    /// Time of expiry; absent if the key does not expire.
    expires_at: Option<DateTime<Utc>>,
}

/// A new API key, including the key itself.
#[derive(Object)]
struct CreatedApiKey {
    /// Key for the header `X-API-Key`. It is returned only once.
    key: String,
    /// Record of the key.
    api_key: ApiKeyOut,
}

/// An API key was made.
#[derive(ApiResponse)]
enum ApiKeyCreated {
    /// Created.
    #[oai(status = 201)]
    Created(Json<CreatedApiKey>),
}

/// Operations on API keys.
#[derive(Default)]
pub struct ApiKeysApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Access")]
impl ApiKeysApi {
    /// List API keys
    ///
    /// Sorted from newest to oldest. The keys themselves are not returned.
    #[oai(path = "/api-keys", method = "get", operation_id = "list_api_keys")]
    async fn list_api_keys(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ApiKeysFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"api_keys")?;
        let found = access::api_keys::list_api_keys(&service, auth.principal(), &asked.request).await?;
        Ok(ApiKeysFound::of(found, &asked)?)
    }

    /// Create an API key
    ///
    /// Creates a key for another system. The key is returned only once; the server stores only its hash.
    #[oai(path = "/api-keys", method = "post", operation_id = "create_api_key")]
    async fn create_api_key(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewApiKeyIn>,
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
    /// The key stops working permanently; its record is kept.
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
