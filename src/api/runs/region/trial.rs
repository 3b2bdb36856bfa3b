//! Other figures of the region, tried.

use std::{collections::BTreeMap, sync::Arc};

use index::region::TriedFigure;
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use super::{super::what_if::both_ways, change::RegionChangeOut, index::RegionIndexOut};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::CreateFailure,
            json_body::JsonBody,
            word::{Code, Word},
        },
    },
    domain::run::RunId,
    service::{
        Service,
        error::{ServiceError, codes},
        runs::try_region::{TriedRegion, try_region},
    },
};

/// Figures of one indicator for a simulation; absent figures do not change.
#[derive(Object)]
#[oai(rename = "TriedFigure", deny_unknown_fields)]
struct TriedFigureIn {
    /// Base value, above zero.
    base: Option<f64>,
    /// Value of the indicator, for official statistics as well as for indicators taken from the returns.
    value: Option<f64>,
}

/// Figures for a simulation of a regional index.
#[derive(Object)]
#[oai(rename = "NewRegionWhatIf", deny_unknown_fields)]
struct NewRegionWhatIf {
    /// Figures for the simulation, by indicator code.
    values: BTreeMap<String, TriedFigureIn>,
    /// Codes of indicators treated as missing; the substitute for a missing value applies.
    blank: Option<Vec<Code>>,
}

impl NewRegionWhatIf {
    fn tried(self) -> Result<BTreeMap<String, TriedFigure>, ServiceError> {
        let figure = |given: TriedFigureIn| TriedFigure {
            base: given.base,
            value: given.value.map(Some),
        };
        let values = self.values.into_iter();
        let mut tried: BTreeMap<String, TriedFigure> = values.map(|(code, given)| (code, figure(given))).collect();
        for Word(code) in self.blank.into_iter().flatten() {
            let figure = tried.entry(code.clone()).or_default();
            if figure.value.is_some() {
                return Err(
                    ServiceError::new(codes::general::INVALID).with_faults([both_ways(&format!("/values/{code}"))])
                );
            }
            figure.value = Some(None);
        }
        Ok(tried)
    }
}

/// Simulated regional index. It is not stored.
#[derive(Object)]
#[oai(rename = "RegionWhatIf")]
struct RegionWhatIfOut {
    /// Simulated regional index.
    index: RegionIndexOut,
    /// Difference from the index of the run.
    change: RegionChangeOut,
}

impl From<TriedRegion> for RegionWhatIfOut {
    fn from(found: TriedRegion) -> Self {
        Self {
            index: (found.run, found.region).into(),
            change: found.change.into(),
        }
    }
}

/// The index of a region as it would be.
#[derive(ApiResponse)]
enum RegionWhatIfComputed {
    /// Computed; nothing is stored.
    #[oai(status = 200)]
    Computed(Json<RegionWhatIfOut>),
}

/// Operations on what would be of a region.
#[derive(Default)]
pub struct RegionTrialsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RegionTrialsApi {
    /// Simulate the regional index
    ///
    /// Computes the index for other values or base values, including those taken from returns, and the contribution of
    /// each indicator to the change. Nothing is stored. Not available to callers who may not see the indicators.
    #[oai(
        path = "/runs/:run_id/region/what-if",
        method = "post",
        operation_id = "compute_region_what_if"
    )]
    async fn compute_region_what_if(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        body: JsonBody<NewRegionWhatIf>,
    ) -> Result<RegionWhatIfComputed, CreateFailure> {
        let found = try_region(&service, auth.principal(), RunId(run_id.0), &body.0.tried()?).await?;
        Ok(RegionWhatIfComputed::Computed(Json(found.into())))
    }
}
