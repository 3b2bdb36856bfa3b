//! Users, their tokens, and API keys.

use chrono::{DateTime, Utc};
use entity::{
    access_token, api_key,
    prelude::{AccessToken as TokenEntity, ApiKey as KeyEntity, UserAccount as UserEntity},
    user_account,
};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, QuerySelect as _, Set, sea_query::Expr,
};

use super::{Connection, StoreError, grant, keyset, version};
use crate::domain::{
    access::{AccessToken, ApiKey, ApiKeyId, PasswordHash, TokenId, User, UserId},
    page::{Cursor, Page, PageRequest},
};

/// Adds a user. Duplicate `login`.
pub async fn insert_user(conn: &impl Connection, user: &User, password: &PasswordHash) -> Result<(), StoreError> {
    UserEntity::insert(user_row(user, password))
        .exec_without_returning(conn)
        .await?;
    Ok(())
}

/// The row of a user.
pub(super) fn user_row(user: &User, password: &PasswordHash) -> user_account::ActiveModel {
    let (scope_kind, scope_value) = grant::scope_columns(&user.scope);
    user_account::ActiveModel {
        id: Set(user.id.0),
        login: Set(user.login.clone()),
        password_hash: Set(password.0.clone()),
        display_name: Set(user.display_name.clone()),
        role: Set(grant::role_name(user.role)),
        scope_kind: Set(scope_kind),
        scope_value: Set(scope_value),
        disabled: Set(user.disabled),
        version: Set(user.version),
        created_at: Set(user.created_at),
    }
}

/// The user with this identifier.
pub async fn find_user(conn: &impl Connection, id: UserId) -> Result<User, StoreError> {
    UserEntity::find_by_id(id.0)
        .one(conn)
        .await?
        .ok_or(StoreError::NotFound)
        .and_then(user)
}

/// The user with this login name, and the hash that its password must match.
pub async fn find_login(conn: &impl Connection, login: &str) -> Result<Option<(User, PasswordHash)>, StoreError> {
    let found = UserEntity::find()
        .filter(user_account::Column::Login.eq(login))
        .one(conn)
        .await?;
    found
        .map(|row| {
            let password = PasswordHash(row.password_hash.clone());
            Ok((user(row)?, password))
        })
        .transpose()
}

/// Users by login name.
pub async fn list_users(conn: &impl Connection, page: &PageRequest) -> Result<Page<User>, StoreError> {
    let select = keyset::ascending(
        UserEntity::find(),
        user_account::Column::Login,
        user_account::Column::Id,
        page,
    );
    let users = select
        .all(conn)
        .await?
        .into_iter()
        .map(user)
        .collect::<Result<_, _>>()?;
    Ok(keyset::page(users, page, |user| Cursor {
        key: user.login.clone(),
        id: user.id.0,
    }))
}

/// Changes everything of a user but the password and when it was made; gives the new version.
pub async fn update_user(conn: &impl Connection, user: &User, expected_version: i64) -> Result<i64, StoreError> {
    let version = version::next(expected_version);
    let (scope_kind, scope_value) = grant::scope_columns(&user.scope);
    let change = user_account::ActiveModel {
        login: Set(user.login.clone()),
        display_name: Set(user.display_name.clone()),
        role: Set(grant::role_name(user.role)),
        scope_kind: Set(scope_kind),
        scope_value: Set(scope_value),
        disabled: Set(user.disabled),
        version: Set(version),
        ..Default::default()
    };
    let updated = UserEntity::update_many()
        .set(change)
        .filter(user_account::Column::Id.eq(user.id.0))
        .filter(user_account::Column::Version.eq(expected_version))
        .exec(conn)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(version);
    }
    let current = UserEntity::find_by_id(user.id.0)
        .select_only()
        .column(user_account::Column::Version)
        .into_tuple()
        .one(conn)
        .await?;
    Err(version::refused(current))
}

/// Gives a user another password.
pub async fn set_password(conn: &impl Connection, id: UserId, password: &PasswordHash) -> Result<(), StoreError> {
    let updated = UserEntity::update_many()
        .col_expr(user_account::Column::PasswordHash, Expr::value(password.0.as_str()))
        .filter(user_account::Column::Id.eq(id.0))
        .exec(conn)
        .await?;
    one_row(updated.rows_affected)
}

/// Records a login. Duplicate `token`.
pub async fn insert_token(conn: &impl Connection, token: &AccessToken) -> Result<(), StoreError> {
    let row = access_token::ActiveModel {
        id: Set(token.id.0),
        user_id: Set(token.user.0),
        token_sha256: Set(token.token_sha256.clone()),
        created_at: Set(token.created_at),
        expires_at: Set(token.expires_at),
    };
    TokenEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The token with this hash and its user. Whether it has ended is for the caller to say, who knows the time.
pub async fn find_token(conn: &impl Connection, token_sha256: &str) -> Result<Option<(AccessToken, User)>, StoreError> {
    let found = TokenEntity::find()
        .filter(access_token::Column::TokenSha256.eq(token_sha256))
        .find_also_related(UserEntity)
        .one(conn)
        .await?;
    match found {
        Some((token, Some(owner))) => Ok(Some((access_token(token), user(owner)?))),
        _ => Ok(None),
    }
}

/// Ends a login. It may have ended already.
pub async fn delete_token(conn: &impl Connection, id: TokenId) -> Result<(), StoreError> {
    TokenEntity::delete_by_id(id.0).exec(conn).await?;
    Ok(())
}

/// Ends all logins of a user; says how many.
pub async fn delete_tokens_of(conn: &impl Connection, user: UserId) -> Result<u64, StoreError> {
    let deleted = TokenEntity::delete_many()
        .filter(access_token::Column::UserId.eq(user.0))
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected)
}

/// Forgets the tokens that have ended by `now`; says how many.
pub async fn delete_expired_tokens(conn: &impl Connection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let deleted = TokenEntity::delete_many()
        .filter(access_token::Column::ExpiresAt.lte(now))
        .exec(conn)
        .await?;
    Ok(deleted.rows_affected)
}

/// Adds a key. Duplicate `api_key`.
pub async fn insert_api_key(conn: &impl Connection, key: &ApiKey) -> Result<(), StoreError> {
    let (scope_kind, scope_value) = grant::scope_columns(&key.scope);
    let row = api_key::ActiveModel {
        id: Set(key.id.0),
        name: Set(key.name.clone()),
        role: Set(grant::role_name(key.role)),
        scope_kind: Set(scope_kind),
        scope_value: Set(scope_value),
        key_sha256: Set(key.key_sha256.clone()),
        created_at: Set(key.created_at),
        expires_at: Set(key.expires_at),
        revoked_at: Set(key.revoked_at),
    };
    KeyEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The key with this hash, also when ended or revoked.
pub async fn find_api_key(conn: &impl Connection, key_sha256: &str) -> Result<Option<ApiKey>, StoreError> {
    let found = KeyEntity::find()
        .filter(api_key::Column::KeySha256.eq(key_sha256))
        .one(conn)
        .await?;
    found.map(api_key).transpose()
}

/// Keys by name, revoked ones too.
pub async fn list_api_keys(conn: &impl Connection, page: &PageRequest) -> Result<Page<ApiKey>, StoreError> {
    let select = keyset::ascending(KeyEntity::find(), api_key::Column::Name, api_key::Column::Id, page);
    let keys = select
        .all(conn)
        .await?
        .into_iter()
        .map(api_key)
        .collect::<Result<_, _>>()?;
    Ok(keyset::page(keys, page, |key| Cursor {
        key: key.name.clone(),
        id: key.id.0,
    }))
}

/// Revokes a key. One that is revoked keeps its first time.
pub async fn revoke_api_key(conn: &impl Connection, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let first = Expr::col(api_key::Column::RevokedAt).if_null(at);
    let updated = KeyEntity::update_many()
        .col_expr(api_key::Column::RevokedAt, first)
        .filter(api_key::Column::Id.eq(id.0))
        .exec(conn)
        .await?;
    one_row(updated.rows_affected)
}

fn one_row(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::NotFound) }
}

/// The user in a row.
pub(super) fn user(row: user_account::Model) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(row.id),
        login: row.login,
        display_name: row.display_name,
        role: grant::role(&row.role)?,
        scope: grant::scope(&row.scope_kind, row.scope_value)?,
        disabled: row.disabled,
        version: row.version,
        created_at: row.created_at,
    })
}

fn access_token(row: access_token::Model) -> AccessToken {
    AccessToken {
        id: TokenId(row.id),
        user: UserId(row.user_id),
        token_sha256: row.token_sha256,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}

fn api_key(row: api_key::Model) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: ApiKeyId(row.id),
        name: row.name,
        role: grant::role(&row.role)?,
        scope: grant::scope(&row.scope_kind, row.scope_value)?,
        key_sha256: row.key_sha256,
        created_at: row.created_at,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
    })
}
