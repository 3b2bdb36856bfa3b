//! Long work that is looked at later.
//!
//! `task`, `result` and `error` are JSON as text: they are shown as they were written, members in the same order.

use sea_orm::entity::prelude::*;

/// A row of `job`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What is to be done.
    #[sea_orm(column_type = "Text")]
    pub task: String,
    /// State by name.
    pub state: String,
    /// Steps done.
    pub done: i64,
    /// Steps in all, 0 while unknown.
    pub total: i64,
    /// The result when succeeded.
    #[sea_orm(column_type = "Text")]
    pub result: Option<String>,
    /// The error when failed.
    #[sea_orm(column_type = "Text")]
    pub error: Option<String>,
    /// Who asked.
    pub created_by: String,
    /// Role by name.
    pub role: String,
    /// Kind of scope: `county`, `town` or `enterprise`.
    pub scope_kind: String,
    /// Area code or enterprise identifier of the scope; absent for the county.
    pub scope_value: Option<String>,
    /// When asked.
    pub created_at: DateTimeUtc,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
