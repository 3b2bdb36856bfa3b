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
    /// What it is for.
    name: String,
    /// Role of the key.
    role: RoleName,
    /// Area code of the town that the key can see.
    area_code: Option<String>,
    /// The enterprise that the key can see.
    enterprise_id: Option<Uuid>,
    /// When it was created.
    created_at: Instant,
    /// When it expires.
    expires_at: Option<Instant>,
    /// When it was revoked.
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
        /// The keys, newest first.
        items: ApiKeyOut,
    }
}

/// A new API key.
#[derive(Object)]
#[oai(rename = "NewApiKey", deny_unknown_fields)]
struct NewApiKeyIn {
    /// What it is for.
    name: Name,
    /// Role of the key.
    role: RoleName,
    /// Area code of the town, for the role town.
    area_code: Option<Code>,
    /// The enterprise, for the role enterprise.
    enterprise_id: Option<Uuid>,
    /// When it ends; never when absent.
    expires_at: Option<DateTime<Utc>>,
}

/// A fresh API key with the key itself.
#[derive(Object)]
struct CreatedApiKey {
    /// The key for the header `X-API-Key`. It is shown only once.
    key: String,
    /// The record of it.
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
    /// Newest first. The keys themselves are not returned.
    #[oai(path = "/api-keys", method = "get", operation_id = "list_api_keys")]
    async fn list_api_keys(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the previous page ended.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ApiKeysFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"api_keys")?;
        let found = access::api_keys::list_api_keys(&service, auth.principal(), &asked.request).await?;
        Ok(ApiKeysFound::of(found, &asked)?)
    }

    /// Create an API key
    ///
    /// For another system. The key is returned only once; the server keeps only its hash.
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
    /// The key stops working permanently. Its record is kept.
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
