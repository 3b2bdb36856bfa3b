//! Logging in: password against argon2id hash, a bearer token out.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash as ParsedHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};

use crate::{
    blobs::sha256_hex,
    domain::access::{AccessToken, PasswordHash, TokenId, User},
    service::{
        Service,
        blocking::blocking,
        error::{ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// A login that succeeded. The token is shown once and never stored.
pub struct Login {
    /// The bearer token.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Who logged in.
    pub user: User,
}

/// Checks login name and password; gives a token.
pub async fn log_in(service: &Service, login: &str, password: &str) -> Result<Login, ServiceError> {
    let now = service.now();
    let login = login.trim().to_lowercase();
    service.failed_logins.check(&login, now)?;
    let found = store::access::find_login(service.db.read(), &login).await?;
    // A login that is unknown, or has no password yet, costs as much time as a wrong password, so that names cannot be found
    // out by timing.
    let (user, hash) = match found {
        Some((user, hash)) if !hash.is_none() => (Some(user), hash),
        _ => (None, hash_password(service, "no such user").await?),
    };
    let password = password.to_owned();
    let good = blocking(move || Ok(verify(&password, &hash))).await?;
    let Some(user) = user.filter(|user| good && !user.disabled) else {
        service.failed_logins.record(&login, now);
        return Err(ServiceError::new(codes::access::BAD_CREDENTIALS));
    };
    service.failed_logins.forget(&login);
    let txn = service.db.begin_write().await?;
    let opened = open_session(service, &txn, user).await?;
    txn.commit().await?;
    Ok(opened)
}

/// Gives a user a new token.
pub(crate) async fn open_session(service: &Service, txn: &WriteTxn, user: User) -> Result<Login, ServiceError> {
    let now = service.now();
    let token = URL_SAFE_NO_PAD.encode(service.ids.random_bytes());
    let expires_at = now + service.settings.token_lifetime;
    let record = AccessToken {
        id: TokenId(service.next_id()),
        user: user.id,
        token_sha256: sha256_hex(token.as_bytes()),
        created_at: now,
        expires_at,
    };
    store::access::delete_expired_tokens(txn, now).await?;
    store::access::insert_token(txn, &record).await?;
    Ok(Login {
        token,
        expires_at,
        user,
    })
}

/// Ends a login.
pub async fn log_out(service: &Service, token: &str) -> Result<(), ServiceError> {
    let Some((token, _)) = store::access::find_token(service.db.read(), &sha256_hex(token.as_bytes())).await? else {
        return Ok(());
    };
    let txn = service.db.begin_write().await?;
    store::access::delete_token(&txn, token.id).await?;
    Ok(txn.commit().await?)
}

/// The argon2id hash of a password.
pub async fn hash_password(service: &Service, password: &str) -> Result<PasswordHash, ServiceError> {
    let password = password.to_owned();
    let salt = service.ids.random_bytes();
    let memory = service.settings.password_memory_kib;
    blocking(move || {
        let params = Params::new(memory, 2, 1, None).map_err(ServiceError::internal)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2
            .hash_password_with_salt(password.as_bytes(), &salt[..16])
            .map_err(ServiceError::internal)?;
        Ok(PasswordHash(hash.to_string()))
    })
    .await
}

fn verify(password: &str, hash: &PasswordHash) -> bool {
    ParsedHash::new(&hash.0).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}

/// Failed logins of late, per login name: after [`FailedLogins::LIMIT`] within [`FailedLogins::window`] no more are tried.
#[derive(Default)]
pub struct FailedLogins(Mutex<BTreeMap<String, Vec<DateTime<Utc>>>>);

impl FailedLogins {
    /// Failures after which a name has to wait.
    pub const LIMIT: usize = 10;

    /// How long a failure counts.
    pub fn window() -> Duration {
        Duration::minutes(15)
    }

    /// Goes on unless a name has to wait.
    pub(crate) fn check(&self, login: &str, now: DateTime<Utc>) -> Result<(), ServiceError> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, times| {
            times.retain(|at| now - *at < Self::window());
            !times.is_empty()
        });
        match all.get(login) {
            Some(times) if times.len() >= Self::LIMIT => Err(ServiceError::new(codes::access::TOO_MANY_LOGINS)),
            _ => Ok(()),
        }
    }

    /// A login failed.
    pub(crate) fn record(&self, login: &str, now: DateTime<Utc>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(login.to_owned()).or_default().push(now);
    }

    /// A login succeeded.
    pub(crate) fn forget(&self, login: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(login);
    }
}
