//! A step in the life of a run.

use sea_orm::entity::prelude::*;

/// A row of `run_event`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run_event")]
pub struct Model {
    /// Run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    /// Step number within the run, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    /// State before; absent for the first step.
    pub from_state: Option<String>,
    /// State after.
    pub to_state: String,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
