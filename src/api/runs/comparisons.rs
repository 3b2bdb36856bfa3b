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

/// Reason why a result differs between two runs.
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

/// An enterprise in two runs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparedResult {
    /// Result in the run; absent if the enterprise is only in the run compared with.
    now: Option<RunResultRow>,
    /// Result in the run compared with; absent if the enterprise is not in it.
    before: Option<RunResultRow>,
    /// Change of rank in places, positive for a better rank; absent if either rank is missing.
    places: Option<i32>,
    /// Reasons for the difference; empty if there is none.
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

/// Number of enterprises that moved from one level or stage to another.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(crate) struct BandChange {
    /// Level or stage in the run compared with; absent if there is none.
    from: Option<i32>,
    /// Level or stage in the run; absent if there is none.
    to: Option<i32>,
    /// Number of enterprises.
    enterprises: u64,
}

/// Summary of the comparison of two runs, limited to the caller's scope.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparisonSummary {
    /// Number of enterprises in both runs.
    both: u64,
    /// Number of enterprises only in the run.
    joined: u64,
    /// Number of enterprises only in the run compared with.
    left: u64,
    /// Number of enterprises with a better rank.
    up: u64,
    /// Number of enterprises with a worse rank.
    down: u64,
    /// Largest change of rank, in places.
    most_places: u32,
    /// Mean absolute change of rank, in places.
    mean_places: Option<f64>,
    /// Mean change of the main score.
    mean_score_change: Option<f64>,
    /// Number of enterprises computed from different revisions.
    revised: u64,
    /// Changes of level or stage, with the number of enterprises.
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

/// The run to compare with.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewDecomposition {
    /// Identifier of the run to compare with; by default the run that this run superseded.
    with: Option<Uuid>,
}

/// A page of the comparison of two runs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ComparisonPage {
    /// The run.
    run: RunOut,
    /// The run compared with.
    with: RunOut,
    /// Summary of the comparison; only on the first page.
    summary: Option<ComparisonSummary>,
    /// Change of the regional index; only on the first page, and only if both runs have a regional index that the
    /// caller may see.
    region: Option<RegionChangeOut>,
    /// Enterprises sorted by rank in the run, followed by those that are only in the run compared with.
    items: Vec<ComparedResult>,
    /// Cursor of the next page; absent on the last page.
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
        /// Identifier of the run to compare with; by default the run that this run superseded.
        with: Query<Option<Uuid>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
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
