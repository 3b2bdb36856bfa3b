//! A key that seals templates. Its secret stays in the database.

use sea_orm::entity::prelude::*;

/// A row of `signing_key`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signing_key")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 32 bytes as 64 hexadecimal digits.
    pub secret: String,
    /// When made.
    pub created_at: DateTimeUtc,
    /// When another took its place.
    pub retired_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
