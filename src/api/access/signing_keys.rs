//! Keys that seal templates.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Query, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::ReadFailure,
            instant::Instant,
            page::{self, paged},
            word::CursorText,
        },
    },
    domain::signing_key::SigningKey,
    service::{Service, templates},
};

/// Signing key operations.
#[derive(Default)]
pub struct SigningKeysApi;

/// A key for signing templates, without its secret.
#[derive(Object)]
#[oai(rename = "SigningKey", skip_serializing_if_is_none)]
struct SigningKeyOut {
    /// Identifier.
    id: Uuid,
    /// Time of creation.
    created_at: Instant,
    /// Time of replacement by another key; absent for the key in use.
    retired_at: Option<Instant>,
}

impl From<SigningKey> for SigningKeyOut {
    fn from(key: SigningKey) -> Self {
        Self {
            id: key.id.0,
            created_at: key.created_at.into(),
            retired_at: key.retired_at.map(Into::into),
        }
    }
}

paged! {
    /// A page of signing keys.
    SigningKeyPage as SigningKeysFound {
        /// The keys, from newest to oldest.
        items: SigningKeyOut,
    }
}

/// A key was made.
#[derive(ApiResponse)]
enum SigningKeyCreated {
    /// Created; new templates are signed with this key.
    #[oai(status = 201)]
    Created(Json<SigningKeyOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Access")]
impl SigningKeysApi {
    /// List signing keys
    ///
    /// Sorted from newest to oldest. The secrets are not returned.
    #[oai(path = "/signing-keys", method = "get", operation_id = "list_signing_keys")]
    async fn list_signing_keys(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<SigningKeysFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"signing_keys")?;
        let found = templates::seal::list_signing_keys(&service, auth.principal(), &asked.request).await?;
        Ok(SigningKeysFound::of(found, &asked)?)
    }

    /// Rotate the signing key
    ///
    /// Creates a new key and retires the others. New templates are signed with the new key; templates already issued
    /// are still accepted.
    #[oai(path = "/signing-keys", method = "post", operation_id = "create_signing_key")]
    async fn create_signing_key(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
    ) -> Result<SigningKeyCreated, ReadFailure> {
        let key = templates::seal::rotate_signing_key(&service, auth.principal()).await?;
        Ok(SigningKeyCreated::Created(Json(key.into())))
    }
}
