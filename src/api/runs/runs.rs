//! Runs, rankings and explanations.

use std::{collections::BTreeMap, sync::Arc};

use index::explain::ExplainNode;
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::Any,
};
use serde_json::Value;
use uuid::Uuid;

use super::region::RegionFiguresIo;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            etag,
            instant::Instant,
            page,
            problem::{Bilingual, CreateFailure, ReadFailure},
        },
        jobs::{JobAccepted, accepted},
        returns::returns::ProvenanceOut,
    },
    domain::{
        document::DocumentId,
        enterprise::EnterpriseId,
        round::RoundId,
        run::{RankingFilter, RankingRow, Run, RunFilter, RunId, RunState},
    },
    service::{
        Service, runs,
        runs::{
            compute::queue_run,
            explain::{Evidence, Explanation, explain_result},
        },
    },
};

/// Result operations.
#[derive(Default)]
pub struct ResultsApi;

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
    /// The run it took the place of when it was published.
    supersedes_run_id: Option<Uuid>,
    /// Returns that went in.
    returns: i64,
    /// Returns with a score.
    scored: i64,
    /// Who asked for it.
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

/// A page of runs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RunPage {
    /// The runs, newest first.
    items: Vec<RunOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// What to compute.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewRun {
    /// Round.
    round_id: Uuid,
    /// Methodology, a published document.
    methodology_id: Uuid,
    /// Statistics and bases, for a methodology that gives the region an index; absent for one over enterprises.
    region: Option<RegionFiguresIo>,
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
    /// Size class when the run was made: large, medium, small or micro.
    size_class: Option<String>,
    /// The revision it was computed from.
    revision_id: Uuid,
    /// Main score; absent when not ranked.
    score: Option<f64>,
    /// Rank over the whole run; ties share a rank (1, 2, 2, 4).
    rank: Option<i32>,
    /// Level or stage.
    band: Option<i32>,
    /// All totals by code.
    totals: Any<Value>,
}

impl From<RankingRow> for RunResultRow {
    fn from(row: RankingRow) -> Self {
        Self {
            enterprise_id: row.enterprise.0,
            uscc: row.uscc,
            enterprise_name: row.enterprise_name,
            area_code: row.area_code,
            industry_code: row.industry_code,
            size_class: row.size_class,
            revision_id: row.revision.0,
            score: row.score,
            rank: row.rank,
            band: row.band,
            totals: Any(row.totals),
        }
    }
}

/// A page of the ranking list.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RunResultPage {
    /// The results, by rank; those without a rank last.
    items: Vec<RunResultRow>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// How many enterprises stand at a level or stage.
#[derive(Object)]
#[oai(rename = "BandCount", skip_serializing_if_is_none)]
struct BandCountOut {
    /// Level or stage; absent for those without.
    band: Option<i32>,
    /// Enterprises; absent when there are fewer than three, or when fewer than three elsewhere could be told from it.
    enterprises: Option<u64>,
}

/// The distribution of a run.
#[derive(Object)]
struct Distribution {
    /// By level or stage, rising.
    items: Vec<BandCountOut>,
}

/// An answer as evidence.
#[derive(Object)]
#[oai(rename = "Evidence", skip_serializing_if_is_none)]
struct EvidenceOut {
    /// Question label.
    label: Bilingual,
    /// Unit code, empty for none.
    unit: String,
    /// The answer with its kind; absent for a blank.
    answer: Option<Any<Value>>,
    /// Where it stood in the workbook; absent for a blank.
    provenance: Option<ProvenanceOut>,
}

impl From<Evidence> for EvidenceOut {
    fn from(evidence: Evidence) -> Self {
        Self {
            label: evidence.label.into(),
            unit: evidence.unit,
            answer: evidence
                .answer
                .map(|answer| Any(serde_json::to_value(answer).unwrap_or_default())),
            provenance: evidence.provenance.map(Into::into),
        }
    }
}

/// Why an enterprise has its score.
#[derive(Object)]
#[oai(rename = "Explanation", skip_serializing_if_is_none)]
struct ExplanationOut {
    /// The run.
    run: RunOut,
    /// Enterprise.
    enterprise_id: Uuid,
    /// Name when the run was made.
    enterprise_name: String,
    /// Main score; absent when not ranked.
    score: Option<f64>,
    /// Rank over the whole run.
    rank: Option<i32>,
    /// Level or stage.
    band: Option<i32>,
    /// How level or stage came about: the rule that held and, for those above it, the condition that failed.
    attained: Option<Any<Value>>,
    /// Why there is no score; absent when there is one.
    not_scored: Option<Any<Value>>,
    /// Where all returns are scored together: what every node brought to its parent at full precision and on which scale
    /// (the score, its logarithm, reciprocal or power), which figures were put in, percentile, ranks within groups.
    composite: Option<Any<Value>>,
    /// The tree of nodes, one root for each top score. Contributions of the indicators below a node and its
    /// `rounding_residual` sum to its score.
    nodes: Vec<Any<Value>>,
    /// The next level or stage and how far each of its conditions is; absent at the top and without result.
    next: Option<Any<Value>>,
    /// What missing answers did: `moved` says whose weight went where, `zeroed` what counts as nothing.
    missing: Any<Value>,
    /// The answers behind the nodes by question code, with their cells.
    evidence: BTreeMap<String, EvidenceOut>,
    /// SHA-256 of the workbook that the answers stand in, hex.
    blob_sha256: String,
    /// Number of the revision.
    revision_number: i32,
}

impl From<Explanation> for ExplanationOut {
    fn from(explanation: Explanation) -> Self {
        let node = |node: &ExplainNode| Any(serde_json::to_value(node).unwrap_or_default());
        Self {
            run: explanation.run.into(),
            enterprise_id: explanation.result.enterprise.0,
            enterprise_name: explanation.result.enterprise_name,
            score: explanation.result.score,
            rank: explanation.result.rank,
            band: explanation.result.band,
            attained: explanation
                .scored
                .attained
                .as_ref()
                .map(|attained| Any(serde_json::to_value(attained).unwrap_or_default())),
            not_scored: explanation
                .scored
                .not_scored
                .as_ref()
                .map(|reason| Any(serde_json::to_value(reason).unwrap_or_default())),
            composite: explanation
                .scored
                .composite
                .as_ref()
                .map(|composite| Any(serde_json::to_value(composite).unwrap_or_default())),
            nodes: explanation.roots.iter().map(node).collect(),
            next: explanation
                .next
                .map(|next| Any(serde_json::to_value(next).unwrap_or_default())),
            missing: Any(serde_json::to_value(explanation.missing).unwrap_or_default()),
            evidence: explanation
                .evidence
                .into_iter()
                .map(|(code, evidence)| (code, evidence.into()))
                .collect(),
            blob_sha256: explanation.blob_sha256,
            revision_number: explanation.revision_number,
        }
    }
}

/// A page of runs.
#[derive(ApiResponse)]
enum RunsFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<RunPage>),
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

/// A page of the ranking list.
#[derive(ApiResponse)]
enum ResultsFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<RunResultPage>),
}

/// The distribution of a run.
#[derive(ApiResponse)]
enum DistributionFound {
    /// The counts.
    #[oai(status = 200)]
    Found(Json<Distribution>),
}

/// The explanation of a result.
#[derive(ApiResponse)]
enum ExplanationFound {
    /// The explanation.
    #[oai(status = 200)]
    Found(Json<ExplanationOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl ResultsApi {
    /// List runs
    ///
    /// Newest first. An enterprise sees those that are or were published.
    #[oai(path = "/runs", method = "get", operation_id = "list_runs")]
    async fn list_runs(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Only this round.
        round_id: Query<Option<Uuid>>,
        /// Only this methodology, whatever its version.
        methodology_code: Query<Option<String>>,
        /// Only this state.
        state: Query<Option<RunStateName>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<RunsFound, ReadFailure> {
        let filter = RunFilter {
            round: round_id.0.map(RoundId),
            methodology_code: methodology_code.0,
            state: state.0.map(RunState::from),
            public: false,
        };
        let list = ("runs", &filter);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = runs::read::list_runs(&service, auth.principal(), &filter, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(RunsFound::Found(Json(RunPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Compute a run
    ///
    /// Over all accepted returns of a round with one methodology version. A job: its result names the run, which is a draft.
    /// A methodology that gives the region an index is computed from `region` and from what the returns say.
    #[oai(path = "/runs", method = "post", operation_id = "create_run")]
    async fn create_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: Json<NewRun>,
    ) -> Result<JobAccepted, CreateFailure> {
        let NewRun {
            round_id,
            methodology_id,
            region,
        } = body.0;
        let (round, methodology) = (RoundId(round_id), DocumentId(methodology_id));
        let job = queue_run(&service, auth.principal(), round, methodology, region.map(Into::into)).await?;
        Ok(accepted(job))
    }

    /// Read a run
    ///
    /// With the hashes of its inputs and results. An enterprise sees it, and whatever belongs to it, once it is published.
    #[oai(path = "/runs/:run_id", method = "get", operation_id = "get_run")]
    async fn get_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<RunFound, ReadFailure> {
        let run = runs::read::get_run(&service, auth.principal(), RunId(run_id.0)).await?;
        Ok(run.into())
    }

    /// List the results of a run
    ///
    /// By rank, within what the caller sees; the rank is always that over the whole run.
    #[oai(path = "/runs/:run_id/results", method = "get", operation_id = "list_run_results")]
    async fn list_run_results(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// Area code, of the town or of an area above it.
        area: Query<Option<String>>,
        /// Beginning of the industry code.
        industry: Query<Option<String>>,
        /// Level or stage.
        band: Query<Option<i32>>,
        /// Size class: large, medium, small or micro.
        size_class: Query<Option<String>>,
        /// Part of the name or credit code.
        search: Query<Option<String>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<ResultsFound, ReadFailure> {
        let filter = RankingFilter {
            area: area.0,
            industry: industry.0,
            band: band.0,
            size_class: size_class.0,
            search: search.0.filter(|term| !term.trim().is_empty()),
        };
        let list = ("run_results", run_id.0, &filter);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = runs::read::ranking(&service, auth.principal(), RunId(run_id.0), &filter, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(ResultsFound::Found(Json(RunResultPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Tell the distribution of a run
    ///
    /// Enterprises by level or stage; counts below three are not told, nor any from which they would follow.
    #[oai(
        path = "/runs/:run_id/distribution",
        method = "get",
        operation_id = "get_run_distribution"
    )]
    async fn get_run_distribution(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<DistributionFound, ReadFailure> {
        let counts = runs::statistics::distribution(&service, auth.principal(), RunId(run_id.0)).await?;
        let items = counts
            .into_iter()
            .map(|count| BandCountOut {
                band: count.band,
                enterprises: count.enterprises,
            })
            .collect();
        Ok(DistributionFound::Found(Json(Distribution { items })))
    }

    /// Explain a result
    ///
    /// The tree of nodes with value, score, weight and contribution, what was missing, and the answers and cells it came from.
    #[oai(
        path = "/runs/:run_id/results/:enterprise_id",
        method = "get",
        operation_id = "get_run_result"
    )]
    async fn get_run_result(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        enterprise_id: Path<Uuid>,
    ) -> Result<ExplanationFound, ReadFailure> {
        let explanation = explain_result(
            &service,
            auth.principal(),
            RunId(run_id.0),
            EnterpriseId(enterprise_id.0),
        )
        .await?;
        Ok(ExplanationFound::Found(Json(explanation.into())))
    }
}
