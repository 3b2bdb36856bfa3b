//! API keys: made and revoked by the administrator.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};

use super::{permission::Action, users::scope_faults};
use crate::{
    blobs::sha256_hex,
    domain::{
        access::{ApiKey, ApiKeyId, Principal, Role, Scope},
        page::{Page, PageRequest},
    },
    service::{
        Service,
        error::{Fault, ServiceError, codes},
    },
    store,
};

/// What a new API key is made from.
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// Role it acts in.
    pub role: Role,
    /// What it sees.
    pub scope: Scope,
    /// When it ends, if it does.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Makes an API key. The key itself is given once and never stored.
pub async fn create_api_key(
    service: &Service,
    caller: &Principal,
    new: NewApiKey,
) -> Result<(ApiKey, String), ServiceError> {
    caller.may(Action::ManageAccess)?;
    let mut faults = scope_faults(service, new.role, &new.scope).await?;
    let name = new.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 100 {
        faults.push(Fault::at("/name", codes::access::KEY_NAME));
    }
    if !faults.is_empty() {
        return Err(ServiceError::new(codes::access::INVALID_USER).with_faults(faults));
    }
    let secret = format!("rh_{}", URL_SAFE_NO_PAD.encode(service.ids.random_bytes()));
    let key = ApiKey {
        id: ApiKeyId(service.next_id()),
        name,
        role: new.role,
        scope: new.scope,
        key_sha256: sha256_hex(secret.as_bytes()),
        created_at: service.now(),
        expires_at: new.expires_at,
        revoked_at: None,
    };
    let txn = service.db.begin_write().await?;
    store::access::insert_api_key(&txn, &key).await?;
    txn.commit().await?;
    Ok((key, secret))
}

/// All API keys, without the keys themselves.
pub async fn list_api_keys(
    service: &Service,
    caller: &Principal,
    page: &PageRequest,
) -> Result<Page<ApiKey>, ServiceError> {
    caller.may(Action::ManageAccess)?;
    Ok(store::access::list_api_keys(service.db.read(), page).await?)
}

/// Revokes an API key for ever.
pub async fn revoke_api_key(service: &Service, caller: &Principal, id: ApiKeyId) -> Result<(), ServiceError> {
    caller.may(Action::ManageAccess)?;
    let txn = service.db.begin_write().await?;
    store::access::revoke_api_key(&txn, id, service.now()).await?;
    Ok(txn.commit().await?)
}
