//! Runs.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use super::{
    model::{RunFound, RunOut, RunStateName},
    region::figures::RegionFiguresIo,
};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CreateFailure, ReadFailure},
            json_body::JsonBody,
            page::{self, paged},
            word::{Code, CursorText},
        },
        jobs::{JobAccepted, accepted},
    },
    domain::{
        document::DocumentId,
        round::RoundId,
        run::{RunFilter, RunId, RunState},
    },
    service::{Service, runs, runs::compute::queue_run},
};

/// Operations on runs.
#[derive(Default)]
pub struct RunsApi;

paged! {
    /// A page of runs.
    RunPage as RunsFound {
        /// The runs, from newest to oldest.
        items: RunOut,
    }
}

/// The round and the methodology of a run.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewRun {
    /// Identifier of the round.
    round_id: Uuid,
    /// Identifier of the methodology, a published document.
    methodology_id: Uuid,
    /// Statistics and base values for a regional index; absent for a methodology over enterprises.
    region: Option<RegionFiguresIo>,
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RunsApi {
    /// List runs
    ///
    /// Sorted from newest to oldest. Enterprises see only runs that are or were published.
    #[oai(path = "/runs", method = "get", operation_id = "list_runs")]
    async fn list_runs(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by round.
        round_id: Query<Option<Uuid>>,
        /// Filter by code of the methodology, whatever its version.
        methodology_code: Query<Option<Code>>,
        /// Filter by state of the run.
        state: Query<Option<RunStateName>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<RunsFound, ReadFailure> {
        let filter = RunFilter {
            round: round_id.0.map(RoundId),
            methodology_code: methodology_code.0.map(|word| word.0),
            state: state.0.map(RunState::from),
            public: false,
        };
        let list = ("runs", &filter);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = runs::read::list_runs(&service, auth.principal(), &filter, &asked.request).await?;
        Ok(RunsFound::of(found, &asked)?)
    }

    /// Compute a run
    ///
    /// Scores all accepted returns of a round with one version of a methodology. Starts a job; its result contains the
    /// identifier of the run, which is a draft. A methodology for a regional index is computed from `region` and from
    /// the returns.
    #[oai(path = "/runs", method = "post", operation_id = "create_run")]
    async fn create_run(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewRun>,
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

    /// Get a run
    ///
    /// Returns the run with the hashes of its inputs and results. Enterprises see a run, and everything that belongs to
    /// it, only after it is published.
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
}
