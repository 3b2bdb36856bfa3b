//! A user that can log in.

use sea_orm::entity::prelude::*;

/// A row of `user_account`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "user_account")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Login name, lower case.
    #[sea_orm(unique)]
    pub login: String,
    /// Hash of the password in PHC form.
    #[sea_orm(column_type = "Text")]
    pub password_hash: String,
    /// Name shown.
    pub display_name: String,
    /// Role by name.
    pub role: String,
    /// Kind of scope: `county`, `town` or `enterprise`.
    pub scope_kind: String,
    /// Area code or enterprise identifier of the scope; absent for the county.
    pub scope_value: Option<String>,
    /// Whether logging in is refused.
    pub disabled: bool,
    /// Version for optimistic locking.
    pub version: i64,
    /// When made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
