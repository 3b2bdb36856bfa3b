//! A run in groups, an enterprise among its peers and over the years.

use std::{collections::BTreeMap, sync::Arc};

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use super::model::{RunOut, RunResultRow, RunStateName};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CompareFailure, ReadFailure},
            page::{self, paged},
            word::{Code, CursorText},
        },
        registry::size_class::SizeClassName,
    },
    domain::{
        enterprise::EnterpriseId,
        run::{GroupBy, PastResult, RunFilter, RunId, RunState},
    },
    service::{
        Service,
        error::{ServiceError, codes},
        runs,
        runs::statistics::{Benchmark, Group, Groups, PeerFigures, Quartiles},
    },
};

/// Operations over many results.
#[derive(Default)]
pub struct RunStatisticsApi;

/// Grouping criterion of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case")]
enum GroupKind {
    /// Area code of the town.
    Area,
    /// Division of the industry (letter and two digits), or as many characters as `industry_length` says.
    Industry,
    /// Size class.
    SizeClass,
    /// Groups of enterprises of the kind that `group_kind` names: clusters, key enterprises, parks.
    Group,
}

/// A group of enterprises.
#[derive(Object)]
#[oai(rename = "ResultGroup", skip_serializing_if_is_none)]
struct GroupOut {
    /// Area code, beginning of the industry code, size class or name of the group; absent if unknown, and for the
    /// total.
    key: Option<String>,
    /// Number of enterprises; absent together with the other figures if there are fewer than three, or if a figure over
    /// fewer than three elsewhere could be deduced from it.
    enterprises: Option<u64>,
    /// Number of enterprises with a score.
    scored: Option<u64>,
    /// Mean of the main scores; absent if there are fewer than three scores.
    mean: Option<f64>,
}

impl From<Group> for GroupOut {
    fn from(group: Group) -> Self {
        let figures = group.figures.as_ref();
        Self {
            enterprises: figures.map(|figures| figures.enterprises),
            scored: figures.map(|figures| figures.scored),
            mean: figures.and_then(|figures| figures.mean),
            key: group.key,
        }
    }
}

/// The groups of a run.
#[derive(Object)]
struct ResultGroups {
    /// Groups sorted by key; the group without a key last.
    items: Vec<GroupOut>,
    /// Total over all groups.
    all: GroupOut,
}

impl From<Groups> for ResultGroups {
    fn from(groups: Groups) -> Self {
        Self {
            items: groups.groups.into_iter().map(Into::into).collect(),
            all: groups.all.into(),
        }
    }
}

/// Quartiles of at least three figures, with linear interpolation.
#[derive(Object)]
#[oai(rename = "Quartiles")]
struct QuartilesOut {
    /// Lower quartile.
    lower: f64,
    /// Median.
    median: f64,
    /// Upper quartile.
    upper: f64,
}

impl From<Quartiles> for QuartilesOut {
    fn from(quartiles: Quartiles) -> Self {
        let Quartiles { lower, median, upper } = quartiles;
        Self { lower, median, upper }
    }
}

/// Comparison of an enterprise with the other enterprises of its industry and size.
#[derive(Object)]
#[oai(rename = "Benchmark", skip_serializing_if_is_none)]
struct BenchmarkOut {
    /// Industry division.
    industry: String,
    /// Size class.
    size_class: SizeClassName,
    /// Score of the enterprise.
    score: f64,
    /// Figures of the peers; absent if there are fewer than three.
    peers: Option<PeersOut>,
}

/// Figures of other enterprises of the same industry and size.
#[derive(Object)]
#[oai(rename = "Peers")]
struct PeersOut {
    /// Number of peers, without the enterprise itself.
    count: u64,
    /// Number of peers whose score is lower.
    below: u64,
    /// Main scores of the peers.
    score: PeerFiguresOut,
    /// Scores of the peers in each block and aggregate, by code; those with fewer than three scores are left out.
    totals: BTreeMap<String, PeerFiguresOut>,
}

/// Aggregate figures of at least three peers.
#[derive(Object)]
#[oai(rename = "PeerFigures", skip_serializing_if_is_none)]
struct PeerFiguresOut {
    /// Mean of the scores.
    mean: f64,
    /// Quartiles of the scores; absent below eight peers, because they would disclose single scores.
    quartiles: Option<QuartilesOut>,
}

impl From<PeerFigures> for PeerFiguresOut {
    fn from(figures: PeerFigures) -> Self {
        Self {
            mean: figures.mean,
            quartiles: figures.quartiles.map(Into::into),
        }
    }
}

impl TryFrom<Benchmark> for BenchmarkOut {
    type Error = ServiceError;

    fn try_from(benchmark: Benchmark) -> Result<Self, ServiceError> {
        let size_class = SizeClassName::named(&benchmark.size_class);
        let peers = benchmark.peers.map(|peers| PeersOut {
            count: peers.count,
            below: peers.below,
            score: peers.score.into(),
            totals: peers
                .totals
                .into_iter()
                .map(|(code, found)| (code, found.into()))
                .collect(),
        });
        Ok(Self {
            industry: benchmark.industry,
            size_class: size_class.ok_or_else(|| ServiceError::internal("a size class without a name"))?,
            score: benchmark.score,
            peers,
        })
    }
}

/// The result of an enterprise in one run.
#[derive(Object)]
#[oai(rename = "PastResult")]
struct PastResultOut {
    /// The run.
    run: RunOut,
    /// The result.
    result: RunResultRow,
}

impl From<PastResult> for PastResultOut {
    fn from(past: PastResult) -> Self {
        Self {
            run: past.run.into(),
            result: past.result.into(),
        }
    }
}

paged! {
    /// A page of an enterprise's results.
    PastResultPage as PastResultsFound {
        /// The results, from the newest run to the oldest.
        items: PastResultOut,
    }
}

/// The groups of a run.
#[derive(ApiResponse)]
enum GroupsFound {
    /// The groups.
    #[oai(status = 200)]
    Found(Json<ResultGroups>),
}

/// An enterprise among its peers.
#[derive(ApiResponse)]
enum BenchmarkFound {
    /// The benchmark.
    #[oai(status = 200)]
    Found(Json<BenchmarkOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RunStatisticsApi {
    /// Get the groups of a run
    ///
    /// Returns the number of enterprises and their mean score by area, industry, size class or group of enterprises, limited
    /// to the caller's scope. Groups of fewer than three enterprises, and groups from which these could be deduced, are
    /// suppressed. An enterprise counts in every group to which it belonged on the last day of the round.
    #[oai(path = "/runs/:run_id/groups", method = "get", operation_id = "get_run_groups")]
    async fn get_run_groups(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// Grouping criterion.
        by: Query<GroupKind>,
        /// Number of characters of the industry code to group by; 3 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "5")))]
        industry_length: Query<Option<u32>>,
        /// Kind of the groups, such as 重点企业; required for `by=group`.
        group_kind: Query<Option<Code>>,
    ) -> Result<GroupsFound, ReadFailure> {
        let by = match by.0 {
            GroupKind::Group => {
                let kind = group_kind.0.map(|word| word.0);
                let kind = kind.ok_or_else(|| ServiceError::new(codes::runs::GROUP_KIND_MISSING))?;
                let (caller, run) = (auth.principal(), RunId(run_id.0));
                let groups = runs::group_table::registered_groups(&service, caller, run, &kind).await?;
                return Ok(GroupsFound::Found(Json(groups.into())));
            }
            GroupKind::Area => GroupBy::Area,
            GroupKind::SizeClass => GroupBy::SizeClass,
            GroupKind::Industry => GroupBy::Industry {
                length: industry_length.0.unwrap_or(3),
            },
        };
        let groups = runs::statistics::groups(&service, auth.principal(), RunId(run_id.0), by).await?;
        Ok(GroupsFound::Found(Json(groups.into())))
    }

    /// Compare an enterprise with its peers
    ///
    /// Compares the enterprise with the other enterprises of the same industry division and size class: quartiles of
    /// the score and of every block. Requires at least three other enterprises.
    #[oai(
        path = "/runs/:run_id/results/:enterprise_id/benchmark",
        method = "get",
        operation_id = "get_result_benchmark"
    )]
    async fn get_result_benchmark(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        enterprise_id: Path<Uuid>,
    ) -> Result<BenchmarkFound, CompareFailure> {
        let (run, enterprise) = (RunId(run_id.0), EnterpriseId(enterprise_id.0));
        let benchmark = runs::statistics::benchmark(&service, auth.principal(), run, enterprise).await?;
        Ok(BenchmarkFound::Found(Json(benchmark.try_into()?)))
    }

    /// List the results of an enterprise
    ///
    /// Returns the results of all runs, from newest to oldest.
    #[oai(
        path = "/enterprises/:enterprise_id/results",
        method = "get",
        operation_id = "list_enterprise_results"
    )]
    async fn list_enterprise_results(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        enterprise_id: Path<Uuid>,
        /// Filter by code of the methodology, whatever its version.
        methodology_code: Query<Option<Code>>,
        /// Filter by state of the run.
        state: Query<Option<RunStateName>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<PastResultsFound, ReadFailure> {
        let filter = RunFilter {
            round: None,
            methodology_code: methodology_code.0.map(|word| word.0),
            state: state.0.map(RunState::from),
            public: false,
        };
        let list = ("enterprise_results", enterprise_id.0, &filter);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let enterprise = EnterpriseId(enterprise_id.0);
        let found = runs::statistics::history(&service, auth.principal(), enterprise, &filter, &asked.request).await?;
        Ok(PastResultsFound::of(found, &asked)?)
    }
}
