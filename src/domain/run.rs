//! Runs: all accepted returns of a round computed with one methodology version, frozen.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{document::DocumentId, enterprise::EnterpriseId, identifier, round::RoundId, survey_return::RevisionId};

identifier!(
    /// Identifier of a run.
    RunId
);

/// A frozen run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Identifier.
    pub id: RunId,
    /// Round.
    pub round: RoundId,
    /// Methodology.
    pub methodology: DocumentId,
    /// Code of the methodology.
    pub methodology_code: String,
    /// Version of the methodology.
    pub methodology_version: String,
    /// SHA-256 over everything that went in: revisions, documents, engine version. Hex.
    pub inputs_sha256: String,
    /// SHA-256 over all results in order. Hex.
    pub results_sha256: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Returns that went in.
    pub returns: i64,
    /// Returns with a score (the methodology applied and nothing blocked).
    pub scored: i64,
    /// Who asked for it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// The result of one enterprise in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunResult {
    /// Run.
    pub run: RunId,
    /// Enterprise.
    pub enterprise: EnterpriseId,
    /// The revision it was computed from.
    pub revision: RevisionId,
    /// Area code of the enterprise when the run was made.
    pub area_code: String,
    /// Industry code of the enterprise when the run was made.
    pub industry_code: String,
    /// Name of the enterprise when the run was made.
    pub enterprise_name: String,
    /// Credit code.
    pub uscc: String,
    /// Main score, absent when not ranked.
    pub score: Option<f64>,
    /// Rank by main score over the whole run: ties share a rank, 1, 2, 2, 4.
    pub rank: Option<i32>,
    /// Level or stage, where the methodology has one.
    pub band: Option<i32>,
    /// All totals by code, as a JSON object.
    pub totals: serde_json::Value,
    /// Everything that explains the score: the scored nodes as JSON.
    pub detail: serde_json::Value,
}

/// A row of the ranking list: a result without its explanation.
#[derive(Clone, Debug, PartialEq)]
pub struct RankingRow {
    /// Enterprise.
    pub enterprise: EnterpriseId,
    /// Credit code.
    pub uscc: String,
    /// Name.
    pub enterprise_name: String,
    /// Area code.
    pub area_code: String,
    /// Industry code.
    pub industry_code: String,
    /// Main score.
    pub score: Option<f64>,
    /// Rank.
    pub rank: Option<i32>,
    /// Level or stage.
    pub band: Option<i32>,
    /// All totals by code, as a JSON object.
    pub totals: serde_json::Value,
}

/// Which results a ranking list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RankingFilter {
    /// Area code, its own or one above.
    pub area: Option<String>,
    /// Beginning of the industry code.
    pub industry: Option<String>,
    /// Level or stage.
    pub band: Option<i32>,
}
