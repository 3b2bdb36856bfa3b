//! A named, dated group of enterprises: a cluster, the key enterprises of a year, a park.

use sea_orm::entity::prelude::*;

/// A row of `enterprise_group`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enterprise_group")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Kind, in the words of the bureau.
    pub kind: String,
    /// Name, unique within its kind.
    pub name: String,
    /// First day.
    pub starts_on: Date,
    /// Last day; absent while it has no end.
    pub ends_on: Option<Date>,
    /// Who made it.
    pub created_by: String,
    /// Version for optimistic locking.
    pub version: i64,
    /// When made.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
