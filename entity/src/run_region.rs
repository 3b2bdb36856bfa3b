//! The index of a region that a run computed: what was given for it and what came out.
//!
//! Both are JSON as text: a frozen result comes out byte for byte as it was computed.

use sea_orm::entity::prelude::*;

/// A row of `run_region`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run_region")]
pub struct Model {
    /// Run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    /// Statistics and bases.
    #[sea_orm(column_type = "Text")]
    pub figures: String,
    /// The index.
    #[sea_orm(column_type = "Text")]
    pub outcome: String,
}

impl ActiveModelBehavior for ActiveModel {}
