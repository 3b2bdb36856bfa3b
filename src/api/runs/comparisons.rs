//! Two runs beside each other.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::{
    model::{RunOut, RunResultRow},
    region::change::RegionChangeOut,
};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CompareFailure, CreateFailure},
            json_body::JsonBody,
            page,
            word::CursorText,
        },
        jobs::{JobAccepted, accepted},
    },
    domain::run::RunId,
    service::{
        Service,
        runs::{
            compare::{Cause, Compared, Comparison, Summary, compare_runs},
            decompose::queue_decomposition,
        },
    },
};

/// Comparison operations.
#[derive(Default)]
pub struct ComparisonsApi;

/// Why a result differs between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "DifferenceCause")]
enum CauseName {
    /// It is computed from another revision: a correction, or another round's return.
    Revision,
    /// The return of the round before is another.
    PreviousRevision,
    /// The methodology is another, or another version of it.
    Method,
    /// The engine is another version.
    Engine,
    /// The enterprise was not in the other run.
    Joined,
    /// The enterprise is in the other run alone.
    Left,
    /// Nothing of its own changed: others moved past it.
    Others,
}

impl From<Cause> for CauseName {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::Revision => Self::Revision,
            Cause::PreviousRevision => Self::PreviousRevision,
            Cause::Method => Self::Method,
            Cause::Engine => Self::Engine,
            Cause::Joined => Self::Joined,
            Cause::Left => Self::Left,
            Cause::Others => Self::Others,
        }
    }
}

/// One enterprise in two runs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparedResult {
    /// In the run; absent when it is in the other alone.
    now: Option<RunResultRow>,
    /// In the run compared with; absent when it is not in it.
    before: Option<RunResultRow>,
    /// Places won, negative for lost; absent where one of the ranks is missing.
    places: Option<i32>,
    /// Why; empty when nothing moved.
    causes: Vec<CauseName>,
}

impl From<Compared> for ComparedResult {
    fn from(compared: Compared) -> Self {
        Self {
            now: compared.now.map(Into::into),
            before: compared.before.map(Into::into),
            places: compared.places,
            causes: compared.causes.into_iter().map(Into::into).collect(),
        }
    }
}

/// How many enterprises went from one level or stage to another.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BandChange {
    /// Level or stage in the other run; absent for none.
    from: Option<i32>,
    /// Level or stage in the run; absent for none.
    to: Option<i32>,
    /// Enterprises.
    enterprises: u64,
}

/// Two runs in figures, over what the caller sees.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparisonSummary {
    /// Enterprises in both.
    both: u64,
    /// Enterprises in the run alone.
    joined: u64,
    /// Enterprises in the run compared with alone.
    left: u64,
    /// Enterprises with a better rank.
    up: u64,
    /// Enterprises with a worse rank.
    down: u64,
    /// The most places that anybody moved.
    most_places: u32,
    /// Mean of the places moved.
    mean_places: Option<f64>,
    /// Mean change of the main score.
    mean_score_change: Option<f64>,
    /// Enterprises computed from another revision.
    revised: u64,
    /// From which level or stage to which.
    bands: Vec<BandChange>,
}

impl From<Summary> for ComparisonSummary {
    fn from(summary: Summary) -> Self {
        let band = |((from, to), enterprises)| BandChange { from, to, enterprises };
        Self {
            both: summary.both,
            joined: summary.joined,
            left: summary.left,
            up: summary.up,
            down: summary.down,
            most_places: summary.most_places,
            mean_places: summary.mean_places,
            mean_score_change: summary.mean_score_change,
            revised: summary.revised,
            bands: summary.bands.into_iter().map(band).collect(),
        }
    }
}

/// The two runs to compare.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewDecomposition {
    /// The run to compare with; when absent, the run that this run superseded.
    with: Option<Uuid>,
}

/// Two runs compared, page by page.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparisonPage {
    /// The run.
    run: RunOut,
    /// The run it is compared with.
    with: RunOut,
    /// In figures; on the first page alone.
    summary: Option<ComparisonSummary>,
    /// How the index of the region moved, where both runs have one that the caller may see; on the first page alone.
    region: Option<RegionChangeOut>,
    /// By rank in the run, then those that are in the other alone.
    items: Vec<ComparedResult>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// Two runs beside each other.
#[derive(ApiResponse)]
enum ComparisonFound {
    /// A page of the comparison.
    #[oai(status = 200)]
    Found(Json<ComparisonPage>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl ComparisonsApi {
    /// Compare two runs
    ///
    /// Returns score, rank and level in both runs, the change of rank and its reason: another revision, another
    /// methodology, another population, or a change of other enterprises. Limited to the caller's scope. For two
    /// regional indices, returns the contribution of each indicator to the change.
    #[oai(path = "/runs/:run_id/comparison", method = "get", operation_id = "compare_runs")]
    async fn compare_runs(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// The run to compare with; when absent, the run that this run superseded.
        with: Query<Option<Uuid>>,
        /// Maximum number of items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the previous page ended.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ComparisonFound, CompareFailure> {
        let list = ("comparison", run_id.0, with.0);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let (run, with) = (RunId(run_id.0), with.0.map(RunId));
        let Comparison {
            run,
            with,
            page: found,
            summary,
            region,
        } = compare_runs(&service, auth.principal(), run, with, &asked.request).await?;
        let next_cursor = asked.cursor(found.next)?;
        Ok(ComparisonFound::Found(Json(ComparisonPage {
            run: run.into(),
            with: with.into(),
            summary: summary.map(Into::into),
            region: region.map(Into::into),
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Decompose the change between two runs
    ///
    /// Decomposes the change of the mean score into the contributions of changed answers of the same enterprises (with
    /// the factor tables of their round), of the methodology (formulas, weights and, if it is relative, scales), and of
    /// enterprises that joined or left, for the main score and every node below it; and, for each enterprise, into the
    /// contributions of its return and of the methodology. The returns of the run are scored again with the methodology
    /// of the other run. Both runs must use versions of the same methodology. Starts a job; its result holds the
    /// contributions.
    #[oai(
        path = "/runs/:run_id/decompositions",
        method = "post",
        operation_id = "create_decomposition"
    )]
    async fn create_decomposition(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        body: JsonBody<NewDecomposition>,
    ) -> Result<JobAccepted, CreateFailure> {
        let (run, with) = (RunId(run_id.0), body.0.with.map(RunId));
        let job = queue_decomposition(&service, auth.principal(), run, with).await?;
        Ok(accepted(job))
    }
}
