//! One-time codes and the accounts they are made for.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    login_code,
    prelude::{LoginCode as CodeEntity, UserAccount as UserEntity},
    user_account,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, Set, sea_query::Expr};

use super::{
    Connection, StoreError,
    access::{user, user_row},
    insert::insert_all,
    keyset,
};
use crate::domain::{
    access::{PasswordHash, User, UserId},
    enterprise::EnterpriseId,
    login_code::{Account, LoginCode, LoginCodeId},
    page::{Cursor, Page, PageRequest},
};

/// Values of one IN list, far below what a statement may bind.
const AT_ONCE: usize = 1000;

/// Adds users that have no password yet. Duplicate `login`.
pub async fn insert_users(conn: &impl Connection, users: &[User]) -> Result<(), StoreError> {
    let rows = users.iter().map(|user| user_row(user, &PasswordHash::none()));
    insert_all(conn, rows.collect()).await
}

/// Adds codes.
pub async fn insert_codes(conn: &impl Connection, codes: &[LoginCode]) -> Result<(), StoreError> {
    let rows = codes.iter().map(|code| login_code::ActiveModel {
        id: Set(code.id.0),
        user_id: Set(code.user.0),
        code_sha256: Set(code.code_sha256.clone()),
        created_by: Set(code.created_by.clone()),
        created_at: Set(code.created_at),
        expires_at: Set(code.expires_at),
        used_at: Set(code.used_at),
        replaced_at: Set(code.replaced_at),
    });
    insert_all(conn, rows.collect()).await
}

/// Ends the codes of these users that were not used: others take their place.
pub async fn replace_codes(conn: &impl Connection, users: &[UserId], at: DateTime<Utc>) -> Result<(), StoreError> {
    for chunk in users.chunks(AT_ONCE) {
        CodeEntity::update_many()
            .col_expr(login_code::Column::ReplacedAt, Expr::value(at))
            .filter(login_code::Column::UserId.is_in(chunk.iter().map(|id| id.0)))
            .filter(login_code::Column::UsedAt.is_null())
            .filter(login_code::Column::ReplacedAt.is_null())
            .exec(conn)
            .await?;
    }
    Ok(())
}

/// The code with this hash. How it stands is for the caller to say, who knows the time.
pub async fn find_code(conn: &impl Connection, code_sha256: &str) -> Result<Option<LoginCode>, StoreError> {
    let found = CodeEntity::find()
        .filter(login_code::Column::CodeSha256.eq(code_sha256))
        .one(conn)
        .await?;
    Ok(found.map(code))
}

/// Uses a code up; says whether nobody has before.
pub async fn use_code(conn: &impl Connection, id: LoginCodeId, at: DateTime<Utc>) -> Result<bool, StoreError> {
    let updated = CodeEntity::update_many()
        .col_expr(login_code::Column::UsedAt, Expr::value(at))
        .filter(login_code::Column::Id.eq(id.0))
        .filter(login_code::Column::UsedAt.is_null())
        .filter(login_code::Column::ReplacedAt.is_null())
        .exec(conn)
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The newest code of each of these users.
pub async fn newest_codes(conn: &impl Connection, users: &[UserId]) -> Result<BTreeMap<UserId, LoginCode>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in users.chunks(AT_ONCE) {
        let rows = CodeEntity::find()
            .filter(login_code::Column::UserId.is_in(chunk.iter().map(|id| id.0)))
            .order_by_asc(login_code::Column::Id)
            .all(conn)
            .await?;
        found.extend(rows.into_iter().map(|row| (UserId(row.user_id), code(row))));
    }
    Ok(found)
}

/// Codes with their users, the newest first.
pub async fn list_codes(conn: &impl Connection, page: &PageRequest) -> Result<Page<(LoginCode, User)>, StoreError> {
    let select = keyset::newest_first(CodeEntity::find(), login_code::Column::Id, page);
    let rows = select.find_also_related(UserEntity).all(conn).await?;
    let pair = |(row, owner): (login_code::Model, Option<user_account::Model>)| {
        let owner = owner.ok_or_else(|| StoreError::Corrupt(format!("code {} without user", row.id)))?;
        Ok((code(row), user(owner)?))
    };
    let codes = rows.into_iter().map(pair).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(keyset::page(codes, page, |(code, _)| Cursor {
        key: String::new(),
        id: code.id.0,
    }))
}

/// The accounts of these enterprises, by login.
pub async fn accounts_of(
    conn: &impl Connection,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, Vec<Account>>, StoreError> {
    let mut found: BTreeMap<EnterpriseId, Vec<Account>> = BTreeMap::new();
    for chunk in enterprises.chunks(AT_ONCE) {
        let values: BTreeMap<String, EnterpriseId> = chunk.iter().map(|id| (id.to_string(), *id)).collect();
        let rows = UserEntity::find()
            .filter(user_account::Column::ScopeKind.eq("enterprise"))
            .filter(user_account::Column::ScopeValue.is_in(values.keys().map(String::as_str)))
            .order_by_asc(user_account::Column::Login)
            .all(conn)
            .await?;
        for row in rows {
            let owner = row.scope_value.as_ref().and_then(|value| values.get(value)).copied();
            let account = account(row)?;
            if let Some(owner) = owner {
                found.entry(owner).or_default().push(account);
            }
        }
    }
    Ok(found)
}

/// The accounts with these logins, by login.
pub async fn accounts_named(
    conn: &impl Connection,
    logins: &[String],
) -> Result<BTreeMap<String, Account>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in logins.chunks(AT_ONCE) {
        let these = user_account::Column::Login.is_in(chunk.iter().map(String::as_str));
        for row in UserEntity::find().filter(these).all(conn).await? {
            let account = account(row)?;
            found.insert(account.user.login.clone(), account);
        }
    }
    Ok(found)
}

fn account(row: user_account::Model) -> Result<Account, StoreError> {
    Ok(Account {
        has_password: !PasswordHash(row.password_hash.clone()).is_none(),
        user: user(row)?,
    })
}

fn code(row: login_code::Model) -> LoginCode {
    LoginCode {
        id: LoginCodeId(row.id),
        user: UserId(row.user_id),
        code_sha256: row.code_sha256,
        created_by: row.created_by,
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_at: row.used_at,
        replaced_at: row.replaced_at,
    }
}
