//! Runs, rankings and explanations.

use std::{collections::BTreeMap, sync::Arc};

use index::explain::ExplainNode;
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::Any,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Tag,
    auth::Auth,
    instant::Instant,
    jobs::{JobAccepted, accepted},
    page,
    problem::{Bilingual, CreateFailure, ReadFailure},
    returns::ProvenanceOut,
};
use crate::{
    domain::{
        document::DocumentId,
        enterprise::EnterpriseId,
        round::RoundId,
        run::{RankingFilter, RankingRow, Run, RunId},
    },
    jobs::task,
    service::{
        Service, browse,
        explain_result::{Evidence, Explanation, explain_result},
    },
};

/// Result operations.
pub struct ResultsApi;

/// A frozen run.
#[derive(Object)]
#[oai(rename = "Run")]
struct RunOut {
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
}

/// The result of one enterprise.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RunResultRow {
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
#[oai(skip_serializing_if_is_none)]
struct BandCount {
    /// Level or stage; absent for those without.
    band: Option<i32>,
    /// Enterprises; absent when there are fewer than three, which are not told.
    enterprises: Option<u64>,
}

/// The distribution of a run.
#[derive(Object)]
struct Distribution {
    /// By level or stage, rising.
    items: Vec<BandCount>,
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
    /// The tree of nodes, one root for each top score. Contributions of the children, rounding included, sum to the score.
    nodes: Vec<Any<Value>>,
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
            nodes: explanation.roots.iter().map(node).collect(),
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
enum RunFound {
    /// The run.
    #[oai(status = 200)]
    Found(Json<RunOut>),
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
    /// Newest first.
    #[oai(path = "/runs", method = "get", operation_id = "list_runs")]
    async fn list_runs(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Only this round.
        round_id: Query<Option<Uuid>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<RunsFound, ReadFailure> {
        let list = ("runs", round_id.0);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = browse::list_runs(&service, auth.principal(), round_id.0.map(RoundId), &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(RunsFound::Found(Json(RunPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Compute a run
    ///
    /// Over all accepted returns of a round with one methodology version. A job: its result names the run.
    #[oai(path = "/runs", method = "post", operation_id = "create_run")]
    async fn create_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: Json<NewRun>,
    ) -> Result<JobAccepted, CreateFailure> {
        let (round, methodology) = (RoundId(body.0.round_id), DocumentId(body.0.methodology_id));
        let job = task::queue_run(&service, auth.principal(), round, methodology).await?;
        Ok(accepted(job))
    }

    /// Read a run
    ///
    /// With the hashes of its inputs and results.
    #[oai(path = "/runs/:run_id", method = "get", operation_id = "get_run")]
    async fn get_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<RunFound, ReadFailure> {
        let run = browse::get_run(&service, auth.principal(), RunId(run_id.0)).await?;
        Ok(RunFound::Found(Json(run.into())))
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
        };
        let list = ("run_results", run_id.0, &filter);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = browse::ranking(&service, auth.principal(), RunId(run_id.0), &filter, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(ResultsFound::Found(Json(RunResultPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Tell the distribution of a run
    ///
    /// Enterprises by level or stage; counts below three are not told.
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
        let counts = browse::distribution(&service, auth.principal(), RunId(run_id.0)).await?;
        let suppressed = |count: u64| (count >= 3).then_some(count);
        let items = counts
            .into_iter()
            .map(|(band, count)| BandCount {
                band,
                enterprises: suppressed(count),
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
