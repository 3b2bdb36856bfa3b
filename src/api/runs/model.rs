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
    /// Identifier of the round.
    round_id: Uuid,
    /// Identifier of the methodology.
    methodology_id: Uuid,
    /// Code of the methodology.
    methodology_code: String,
    /// Version of the methodology.
    methodology_version: String,
    /// SHA-256 of all inputs, hex. The same inputs always have the same hash.
    inputs_sha256: String,
    /// SHA-256 of all results in order, hex.
    results_sha256: String,
    /// Version of the computation engine.
    engine_version: String,
    /// Seed of all random numbers used for the run.
    seed: i64,
    /// State.
    state: RunStateName,
    /// Version, to be sent in If-Match.
    version: i64,
    /// Identifier of the run superseded by the publication of this run.
    supersedes_run_id: Option<Uuid>,
    /// Number of returns included in the run.
    returns: i64,
    /// Number of returns with a score.
    scored: i64,
    /// Name of the user who started the run.
    created_by: String,
    /// Time of creation.
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
    /// Identifier of the enterprise.
    enterprise_id: Uuid,
    /// Unified social credit code.
    uscc: String,
    /// Name of the enterprise at the time of the run.
    enterprise_name: String,
    /// Area code at the time of the run.
    area_code: String,
    /// Industry code at the time of the run.
    industry_code: String,
    /// Size class at the time of the run.
    size_class: Option<SizeClassName>,
    /// Identifier of the revision the result was computed from.
    revision_id: Uuid,
    /// Main score; absent if the enterprise is not ranked.
    score: Option<f64>,
    /// Rank over the whole run; ties share a rank (1, 2, 2, 4).
    rank: Option<i32>,
    /// Level or stage.
    band: Option<i32>,
    /// Scores of blocks and aggregates by code.
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
        /// Version, to be sent in If-Match.
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
