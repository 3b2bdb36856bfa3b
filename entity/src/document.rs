//! A published document with its content, byte for byte.

use sea_orm::entity::prelude::*;

/// A row of `document`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Kind by name.
    pub kind: String,
    /// Code, unique with the version within the kind.
    pub code: String,
    /// Version or edition.
    pub version: String,
    /// Title, Chinese.
    pub title_zh: String,
    /// Title, English.
    pub title_en: String,
    /// SHA-256 of the content, hex.
    pub sha256: String,
    /// The content (JSON or CSV, UTF-8). Text, so that the very bytes come back.
    #[sea_orm(column_type = "Text")]
    pub content: String,
    /// When published.
    pub published_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
