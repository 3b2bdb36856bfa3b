//! An area and one below it (or itself).

use sea_orm::entity::prelude::*;

/// A row of `area_closure`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "area_closure")]
pub struct Model {
    /// Code of the area.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ancestor: String,
    /// Code of an area below it, or its own.
    #[sea_orm(primary_key, auto_increment = false)]
    pub descendant: String,
}

impl ActiveModelBehavior for ActiveModel {}
