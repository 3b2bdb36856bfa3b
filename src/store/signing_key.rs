//! Keys that seal templates. Secrets are handed to the service and to nobody else.

use chrono::{DateTime, Utc};
use entity::{prelude::SigningKey as KeyEntity, signing_key};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set, sea_query::Expr,
};

use super::{Connection, StoreError, keyset};
use crate::domain::{
    page::{Cursor, Page, PageRequest},
    signing_key::{Secret, SigningKey, SigningKeyId},
};

/// Adds a key.
pub async fn insert_key(conn: &impl Connection, key: &SigningKey, secret: &Secret) -> Result<(), StoreError> {
    let row = signing_key::ActiveModel {
        id: Set(key.id.0),
        secret: Set(hex::encode(secret.0)),
        created_at: Set(key.created_at),
        retired_at: Set(key.retired_at),
    };
    KeyEntity::insert(row).exec_without_returning(conn).await?;
    Ok(())
}

/// The newest key that is not retired, with its secret.
pub async fn current_key(conn: &impl Connection) -> Result<Option<(SigningKey, Secret)>, StoreError> {
    let found = KeyEntity::find()
        .filter(signing_key::Column::RetiredAt.is_null())
        .order_by_desc(signing_key::Column::Id)
        .limit(1)
        .one(conn)
        .await?;
    found.as_ref().map(with_secret).transpose()
}

/// The secret of a key, retired or not.
pub async fn find_secret(conn: &impl Connection, id: SigningKeyId) -> Result<Option<Secret>, StoreError> {
    let found = KeyEntity::find_by_id(id.0).one(conn).await?;
    Ok(found.as_ref().map(with_secret).transpose()?.map(|(_, secret)| secret))
}

/// Retires every key that is in use; what they have sealed is verified as before.
pub async fn retire_keys(conn: &impl Connection, at: DateTime<Utc>) -> Result<u64, StoreError> {
    let retired = KeyEntity::update_many()
        .col_expr(signing_key::Column::RetiredAt, Expr::value(at))
        .filter(signing_key::Column::RetiredAt.is_null())
        .exec(conn)
        .await?;
    Ok(retired.rows_affected)
}

/// Keys without their secrets, the newest first.
pub async fn list_keys(conn: &impl Connection, page: &PageRequest) -> Result<Page<SigningKey>, StoreError> {
    let select = keyset::newest_first(KeyEntity::find(), signing_key::Column::Id, page);
    let keys = select.all(conn).await?.iter().map(key).collect();
    Ok(keyset::page(keys, page, |key: &SigningKey| Cursor {
        key: key.id.to_string(),
        id: key.id.0,
    }))
}

fn key(row: &signing_key::Model) -> SigningKey {
    SigningKey {
        id: SigningKeyId(row.id),
        created_at: row.created_at,
        retired_at: row.retired_at,
    }
}

fn with_secret(row: &signing_key::Model) -> Result<(SigningKey, Secret), StoreError> {
    let mut secret = [0; 32];
    hex::decode_to_slice(&row.secret, &mut secret).map_err(|_| StoreError::Corrupt("a signing key".to_owned()))?;
    Ok((key(row), Secret(secret)))
}
