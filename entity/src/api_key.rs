//! A key of another system. The key itself is only known to its owner.

use sea_orm::entity::prelude::*;

/// A row of `api_key`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is for.
    pub name: String,
    /// Role by name.
    pub role: String,
    /// Kind of scope: `county`, `town` or `enterprise`.
    pub scope_kind: String,
    /// Area code or enterprise identifier of the scope; absent for the county.
    pub scope_value: Option<String>,
    /// SHA-256 of the key, hex.
    #[sea_orm(unique)]
    pub key_sha256: String,
    /// When made.
    pub created_at: DateTimeUtc,
    /// When it ends, if it does.
    pub expires_at: Option<DateTimeUtc>,
    /// When revoked.
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
