//! A frozen run of a methodology over a round.

use sea_orm::entity::prelude::*;

/// A row of `run`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "run")]
pub struct Model {
    /// Identifier.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Round.
    pub round_id: Uuid,
    /// Methodology, a document.
    pub methodology_id: Uuid,
    /// Code of the methodology.
    pub methodology_code: String,
    /// Version of the methodology.
    pub methodology_version: String,
    /// SHA-256 over everything that went in, hex.
    pub inputs_sha256: String,
    /// SHA-256 over all results in order, hex.
    pub results_sha256: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Seed of everything random that is asked of the run later.
    pub seed: i64,
    /// State by name.
    pub state: String,
    /// Version for optimistic locking.
    pub version: i64,
    /// The run it took the place of when it was published.
    pub supersedes_run_id: Option<Uuid>,
    /// Returns that went in.
    pub returns: i64,
    /// Returns with a score.
    pub scored: i64,
    /// Who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
