//! The ranking list of a run and its distribution.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::model::RunResultRow;
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::ReadFailure,
            page::{self, paged},
            word::{Code, CursorText, Search},
        },
        registry::size_class::SizeClassName,
    },
    domain::run::{RankingFilter, RunId},
    service::{Service, runs},
};

paged! {
    /// A page of the ranking list.
    RunResultPage as ResultsFound {
        /// The results, sorted by rank; those without a rank last.
        items: RunResultRow,
    }
}

/// Number of enterprises at a level or stage.
#[derive(Object)]
#[oai(rename = "BandCount", skip_serializing_if_is_none)]
struct BandCountOut {
    /// Level or stage; absent for enterprises without one.
    band: Option<i32>,
    /// Number of enterprises; absent if there are fewer than three, or if a count below three elsewhere could be
    /// deduced from it.
    enterprises: Option<u64>,
}

/// The distribution of a run.
#[derive(Object)]
struct Distribution {
    /// Number of enterprises by level or stage, in ascending order.
    items: Vec<BandCountOut>,
}

/// The distribution of a run.
#[derive(ApiResponse)]
enum DistributionFound {
    /// The number of enterprises at each level or stage.
    #[oai(status = 200)]
    Found(Json<Distribution>),
}

/// Operations on the ranking of a run.
#[derive(Default)]
pub struct RankingApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RankingApi {
    /// List the results of a run
    ///
    /// Sorted by rank and limited to the caller's scope; ranks always refer to the whole run.
    #[oai(path = "/runs/:run_id/results", method = "get", operation_id = "list_run_results")]
    async fn list_run_results(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// Filter by area: code of a town or of a higher area.
        area: Query<Option<Code>>,
        /// Beginning of the industry code, such as `C`, `C38` or `C3831`.
        industry: Query<Option<Code>>,
        /// Level or stage.
        band: Query<Option<i32>>,
        /// Size class: large, medium, small or micro.
        size_class: Query<Option<SizeClassName>>,
        /// Filter by part of the name or credit code.
        search: Query<Option<Search>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ResultsFound, ReadFailure> {
        let filter = RankingFilter {
            area: area.0.map(|word| word.0),
            industry: industry.0.map(|word| word.0),
            band: band.0,
            size_class: size_class.0.map(|class| class.name().to_owned()),
            search: search.0.map(|word| word.0).filter(|term| !term.trim().is_empty()),
        };
        let list = ("run_results", run_id.0, &filter);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = runs::read::ranking(&service, auth.principal(), RunId(run_id.0), &filter, &asked.request).await?;
        Ok(ResultsFound::of(found, &asked)?)
    }

    /// Get the distribution of a run
    ///
    /// Returns the number of enterprises at each level or stage. Counts below three, and counts from which these could
    /// be deduced, are suppressed.
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
}
