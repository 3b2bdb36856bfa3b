//! A step in the life of a return.

use sea_orm::entity::prelude::*;

/// A row of `return_event`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "return_event")]
pub struct Model {
    /// Return.
    #[sea_orm(primary_key, auto_increment = false)]
    pub return_id: Uuid,
    /// Step number within the return, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// State before.
    pub from_state: String,
    /// State after.
    pub to_state: String,
    /// Revision it was about.
    pub revision_id: Option<Uuid>,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTimeUtc,
    /// Why.
    #[sea_orm(column_type = "Text")]
    pub reason: Option<String>,
    /// What else is recorded of it.
    #[sea_orm(column_type = "JsonBinary")]
    pub detail: Option<Json>,
}

impl ActiveModelBehavior for ActiveModel {}
