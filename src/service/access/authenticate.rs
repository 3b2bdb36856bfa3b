//! From a bearer token or an API key to the caller.

use crate::{
    blobs::sha256_hex,
    domain::access::Principal,
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// The caller behind a bearer token.
pub async fn by_token(service: &Service, token: &str) -> Result<Principal, ServiceError> {
    let found = store::access::find_token(service.db.read(), &sha256_hex(token.as_bytes())).await?;
    let (token, user) = found.ok_or_else(|| ServiceError::new(codes::access::UNAUTHENTICATED))?;
    if user.disabled {
        return Err(ServiceError::new(codes::access::UNAUTHENTICATED));
    }
    if token.expires_at <= service.now() {
        return Err(ServiceError::new(codes::access::TOKEN_EXPIRED));
    }
    Ok(Principal {
        name: user.login,
        user: Some(user.id),
        role: user.role,
        scope: user.scope,
    })
}

/// The caller behind an API key.
pub async fn by_api_key(service: &Service, key: &str) -> Result<Principal, ServiceError> {
    let found = store::access::find_api_key(service.db.read(), &sha256_hex(key.as_bytes())).await?;
    let key = found.ok_or_else(|| ServiceError::new(codes::access::UNAUTHENTICATED))?;
    let ended = key.expires_at.is_some_and(|at| at <= service.now());
    if ended || key.revoked_at.is_some() {
        return Err(ServiceError::new(codes::access::UNAUTHENTICATED));
    }
    Ok(Principal {
        name: format!("key:{}", key.name),
        user: None,
        role: key.role,
        scope: key.scope,
    })
}
