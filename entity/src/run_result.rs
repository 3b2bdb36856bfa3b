//! The result of one enterprise in a run.
//!
//! `totals` and `detail` are text, not JSON: PostgreSQL reorders the members of a `jsonb` object, and a frozen result comes
//! back byte for byte on both databases.

use sea_orm::entity::prelude::*;

/// A row of `run_result`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_result")]
pub struct Model {
    /// Run.
    #[sea_orm(primary_key, auto_increment = false)]
    pub run_id: Uuid,
    /// Enterprise.
    #[sea_orm(primary_key, auto_increment = false)]
    pub enterprise_id: Uuid,
    /// The revision it was computed from.
    pub revision_id: Uuid,
    /// The revision of the round before that went in with it.
    pub previous_revision_id: Option<Uuid>,
    /// Area code when the run was made.
    pub area_code: String,
    /// Industry code when the run was made.
    pub industry_code: String,
    /// Size class when the run was made.
    pub size_class: Option<String>,
    /// Name when the run was made.
    pub enterprise_name: String,
    /// Credit code.
    pub uscc: String,
    /// Main score.
    #[sea_orm(column_type = "Double")]
    pub score: Option<f64>,
    /// Rank by main score.
    pub rank: Option<i32>,
    /// Level or stage.
    pub band: Option<i32>,
    /// All totals by code: a JSON object as text.
    #[sea_orm(column_type = "Text")]
    pub totals: String,
    /// The scored nodes: JSON as text.
    #[sea_orm(column_type = "Text")]
    pub detail: String,
    /// The run.
    #[sea_orm(belongs_to, from = "run_id", to = "id")]
    pub run: BelongsTo<super::run::Entity>,
    /// The revision.
    #[sea_orm(belongs_to, from = "revision_id", to = "id")]
    pub revision: BelongsTo<super::revision::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
