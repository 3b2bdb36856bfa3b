//! How spreadsheets of other systems are read.
//!
//! `mapping` is JSON as text: shown as it was written, members in the same order.

use sea_orm::entity::prelude::*;

/// A row of `mapping_profile`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mapping_profile")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name, unique for the questionnaire.
    pub name: String,
    /// Code of the questionnaire.
    pub questionnaire: String,
    /// The mapping.
    #[sea_orm(column_type = "Text")]
    pub mapping: String,
    /// Version for optimistic locking.
    pub version: i64,
    /// Who confirmed it first.
    pub created_by: String,
    /// Kind of scope of who confirmed it: `county` or `town`.
    pub scope_kind: String,
    /// Area code of the scope; absent for the county.
    pub scope_value: Option<String>,
    /// When made.
    pub created_at: DateTimeUtc,
    /// When last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
