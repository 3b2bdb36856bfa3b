//! A run and the result of one enterprise in it.

use std::collections::BTreeMap;

use poem_openapi::{ApiResponse, Enum, Object, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        http::{etag, instant::Instant, typed::Typed},
        registry::size_class::SizeClassName,
    },
    domain::run::{RankingRow, Run, RunState},
};

/// State of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "RunState")]
pub(crate) enum RunStateName {
    /// Computed, for looking at.
    Draft,
    /// Decided upon: this is what will be published.
    Frozen,
    /// In force for its round and methodology.
    Published,
    /// Was in force until a later run was published.
    Superseded,
}

impl From<RunState> for RunStateName {
    fn from(state: RunState) -> Self {
        match state {
            // A run that is computing is not shown.
            RunState::Computing | RunState::Draft => Self::Draft,
            RunState::Frozen => Self::Frozen,
            RunState::Published => Self::Published,
            RunState::Superseded => Self::Superseded,
        }
    }
}

impl From<RunStateName> for RunState {
    fn from(name: RunStateName) -> Self {
        match name {
            RunStateName::Draft => Self::Draft,
            RunStateName::Frozen => Self::Frozen,
            RunStateName::Published => Self::Published,
            RunStateName::Superseded => Self::Superseded,
        }
    }
}

/// A run. Its results never change; its state does.
#[derive(Object)]
#[oai(rename = "Run", skip_serializing_if_is_none)]
pub(crate) struct RunOut {
    /// Identifier.
    id: Uuid,
    /// Round.
    round_id: Uuid,
    /// Methodology.
    methodology_id: Uuid,
    /// Code of the methodology.
    methodology_code: String,
    /// Version of the methodology.
    methodology_version: String,
    /// SHA-256 over everything that went in, hex. The same inputs have the same hash anywhere.
    inputs_sha256: String,
    /// SHA-256 over all results in order, hex.
    results_sha256: String,
    /// Version of the engine.
    engine_version: String,
    /// Seed of everything random that is asked of the run.
    seed: i64,
    /// State.
    state: RunStateName,
    /// Version, for If-Match.
    version: i64,
    /// The run that it superseded when it was published.
    supersedes_run_id: Option<Uuid>,
    /// Returns that went in.
    returns: i64,
    /// Returns with a score.
    scored: i64,
    /// Who requested it.
    created_by: String,
    /// When.
    created_at: Instant,
}

impl From<Run> for RunOut {
    fn from(run: Run) -> Self {
        Self {
            id: run.id.0,
            round_id: run.round.0,
            methodology_id: run.methodology.0,
            methodology_code: run.methodology_code,
            methodology_version: run.methodology_version,
            inputs_sha256: run.inputs_sha256,
            results_sha256: run.results_sha256,
            engine_version: run.engine_version,
            seed: run.seed,
            state: run.state.into(),
            version: run.version,
            supersedes_run_id: run.supersedes.map(|id| id.0),
            returns: run.returns,
            scored: run.scored,
            created_by: run.created_by,
            created_at: run.created_at.into(),
        }
    }
}

/// The result of one enterprise.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct RunResultRow {
    /// Enterprise.
    enterprise_id: Uuid,
    /// Credit code.
    uscc: String,
    /// Name when the run was made.
    enterprise_name: String,
    /// Area code when the run was made.
    area_code: String,
    /// Industry code when the run was made.
    industry_code: String,
    /// Size class when the run was made.
    size_class: Option<SizeClassName>,
    /// The revision it was computed from.
    revision_id: Uuid,
    /// Main score; absent when not ranked.
    score: Option<f64>,
    /// Rank over the whole run; ties share a rank (1, 2, 2, 4).
    rank: Option<i32>,
    /// Level or stage.
    band: Option<i32>,
    /// All totals by code.
    totals: Typed<BTreeMap<String, f64>>,
}

impl From<RankingRow> for RunResultRow {
    fn from(row: RankingRow) -> Self {
        Self {
            enterprise_id: row.enterprise.0,
            uscc: row.uscc,
            enterprise_name: row.enterprise_name,
            area_code: row.area_code,
            industry_code: row.industry_code,
            size_class: row.size_class.as_deref().and_then(SizeClassName::named),
            revision_id: row.revision.0,
            score: row.score,
            rank: row.rank,
            band: row.band,
            totals: Typed::stored(row.totals),
        }
    }
}

/// One run.
#[derive(ApiResponse)]
pub(crate) enum RunFound {
    /// The run.
    #[oai(status = 200)]
    Found(
        Json<RunOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<Run> for RunFound {
    fn from(run: Run) -> Self {
        let etag = etag::of(run.version);
        Self::Found(Json(run.into()), etag)
    }
}
