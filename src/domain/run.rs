//! Runs: all accepted returns of a round computed with one methodology version, frozen.

use chrono::{DateTime, Utc};
use index::region::{RegionFigures, RegionScored};
use serde::Serialize;

pub use super::identifiers::RunId;
use super::identifiers::{DocumentId, EnterpriseId, RevisionId, RoundId};

/// State of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Results are still being stored; nobody sees it.
    Computing,
    /// Computed, for looking at.
    Draft,
    /// Decided upon: this is what will be published.
    Frozen,
    /// In force for its round and methodology.
    Published,
    /// Was in force until a later run of the same round and methodology was published.
    Superseded,
}

impl RunState {
    /// All states in the order of a run's life.
    pub const ALL: [Self; 5] = [
        Self::Computing,
        Self::Draft,
        Self::Frozen,
        Self::Published,
        Self::Superseded,
    ];

    /// Whether it is, or was, in force: what those may see whom it is about.
    pub fn is_public(self) -> bool {
        matches!(self, Self::Published | Self::Superseded)
    }

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Computing => "computing",
            Self::Draft => "draft",
            Self::Frozen => "frozen",
            Self::Published => "published",
            Self::Superseded => "superseded",
        }
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A run. Its results never change; its state does.
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
    /// Seed of everything random that is asked of the run later, below 2^53.
    pub seed: i64,
    /// State.
    pub state: RunState,
    /// Version for optimistic locking, from 1.
    pub version: i64,
    /// The run that it superseded when it was published.
    pub supersedes: Option<RunId>,
    /// Returns that went in.
    pub returns: i64,
    /// Returns with a score (the methodology applied and nothing blocked).
    pub scored: i64,
    /// Who requested it.
    pub created_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// A step in the life of a run: who did what and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEvent {
    /// Run.
    pub run: RunId,
    /// Step number within the run, from 1.
    pub number: i32,
    /// Previous state; absent for the first step.
    pub from: Option<RunState>,
    /// New state.
    pub to: RunState,
    /// Who.
    pub actor: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Score of an enterprise with its rank and its level or stage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Standing {
    /// Main score; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Rank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<i32>,
    /// Level or stage.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<i32>,
}

/// The index of a region in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RegionResult {
    /// What was given for it.
    pub figures: RegionFigures,
    /// What came out.
    pub outcome: RegionScored,
}

/// Which runs a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RunFilter {
    /// Only this round.
    pub round: Option<RoundId>,
    /// Only this methodology, whatever its version.
    pub methodology_code: Option<String>,
    /// Only this state.
    pub state: Option<RunState>,
    /// Only runs that are or were in force.
    pub public: bool,
}

/// One return as it goes into a run: the enterprise as it is known, and the revisions whose answers are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInput {
    /// Enterprise.
    pub enterprise: EnterpriseId,
    /// Credit code.
    pub uscc: String,
    /// Name.
    pub name: String,
    /// Area code.
    pub area_code: String,
    /// Industry code.
    pub industry_code: String,
    /// Size class.
    pub size_class: Option<String>,
    /// The revision in force.
    pub revision: RevisionId,
    /// SHA-256 of its workbook, hex.
    pub blob_sha256: String,
    /// The revision in force of the round before.
    pub previous: Option<RevisionId>,
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
    /// The revision of the round before that went in with it.
    pub previous: Option<RevisionId>,
    /// Area code of the enterprise when the run was made.
    pub area_code: String,
    /// Industry code of the enterprise when the run was made.
    pub industry_code: String,
    /// Size class of the enterprise when the run was made.
    pub size_class: Option<String>,
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
    /// Everything that explains the score: the scored nodes as JSON text, kept byte for byte.
    pub detail: String,
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
    /// Size class.
    pub size_class: Option<String>,
    /// The revision it was computed from.
    pub revision: RevisionId,
    /// The revision of the round before that went in with it.
    pub previous: Option<RevisionId>,
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
    /// Size class.
    pub size_class: Option<String>,
    /// Part of the name or credit code.
    pub search: Option<String>,
}

/// What the results of a run are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// Area code.
    Area,
    /// The first characters of the industry code: 1 a section, 3 a division.
    Industry {
        /// How many characters.
        length: u32,
    },
    /// Size class.
    SizeClass,
}

/// A group of results. How many and what they average; nothing of a single enterprise.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupFigures {
    /// Area code, beginning of the industry code or size class; absent where it is not known.
    pub key: Option<String>,
    /// Results.
    pub results: u64,
    /// Results with a score.
    pub scored: u64,
    /// Mean of their main scores.
    pub mean: Option<f64>,
}

/// How many of a group of the population of a round have handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupResponse {
    /// Area code or beginning of the industry code.
    pub key: String,
    /// Enterprises that are asked.
    pub asked: u64,
    /// Those of them whose return has been submitted or accepted.
    pub handed_in: u64,
}

/// The result of an enterprise in one of many runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PastResult {
    /// Run.
    pub run: Run,
    /// Result.
    pub result: RankingRow,
}
