//! What was accepted together with a revision: the justifications that counted then. Never changed.

use sea_orm::entity::prelude::*;

/// A row of `acceptance`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "acceptance")]
pub struct Model {
    /// The revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub revision_id: Uuid,
    /// The justifications, a JSON array.
    #[sea_orm(column_type = "JsonBinary")]
    pub justifications: Json,
    /// Who accepted it.
    pub actor: String,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
