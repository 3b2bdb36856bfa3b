//! The index of the region.

use std::sync::Arc;

use index::{
    document::MissingSubstitute,
    exact::Fixed,
    region::{RegionIndicatorScore, RegionScored},
};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use super::{super::model::RunOut, figures::BaseOriginName};
use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::ReadFailure, problem::Bilingual},
    },
    domain::run::{RegionResult, Run, RunId},
    service::{Service, runs::region::read_region},
};

/// Operations on the index of the region.
#[derive(Default)]
pub struct RegionIndexApi;

/// Substitute for a missing value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "MissingSubstitute")]
enum SubstituteName {
    /// The value of the year before.
    LastYearValue,
    /// The index of the class, from its other indicators.
    ClassMean,
}

impl From<MissingSubstitute> for SubstituteName {
    fn from(substitute: MissingSubstitute) -> Self {
        match substitute {
            MissingSubstitute::LastYearValue => Self::LastYearValue,
            MissingSubstitute::ClassMean => Self::ClassMean,
        }
    }
}

/// An indicator of a region.
#[derive(Object)]
#[oai(rename = "RegionIndicator", skip_serializing_if_is_none)]
pub(super) struct RegionIndicatorOut {
    /// Code.
    code: String,
    /// Label.
    label: Bilingual,
    /// Code of its class.
    class: String,
    /// Unit of the value.
    unit: String,
    /// Whether a lower value is better.
    inverse: bool,
    /// Weight as a percentage of the total.
    weight: f64,
    /// Value used: that of the year, or that of the previous year as a substitute.
    value: Option<f64>,
    /// Base value.
    base: Option<f64>,
    /// Number of enterprises that the value is computed over; absent for a statistic.
    enterprises: Option<usize>,
    /// Index of the indicator; absent if its value is missing and has no substitute.
    z: Option<f64>,
    /// Substitute used for a missing value; absent if the value is present.
    substitute: Option<SubstituteName>,
}

impl From<RegionIndicatorScore> for RegionIndicatorOut {
    fn from(score: RegionIndicatorScore) -> Self {
        Self {
            code: score.code,
            label: score.label.into(),
            class: score.class,
            unit: score.unit,
            inverse: score.inverse,
            weight: score.weight.to_f64(),
            value: score.value,
            base: score.base,
            enterprises: score.enterprises,
            z: score.z.map(Fixed::to_f64),
            substitute: score.substitute.map(Into::into),
        }
    }
}

/// A class of indicators.
#[derive(Object)]
#[oai(rename = "RegionClass", skip_serializing_if_is_none)]
struct RegionClassOut {
    /// Code.
    code: String,
    /// Label.
    label: Bilingual,
    /// Weighted mean of its indicators; absent if none has an index.
    index: Option<f64>,
}

/// A regional index.
#[derive(Object)]
#[oai(rename = "RegionIndex", skip_serializing_if_is_none)]
pub(super) struct RegionIndexOut {
    /// The run.
    run: RunOut,
    /// Origin of the base values of the indicators.
    base_from: BaseOriginName,
    /// Weighted mean of all indicators; absent if none has an index.
    total: Option<f64>,
    /// Classes in the order of the methodology.
    classes: Vec<RegionClassOut>,
    /// Indicators in the order of the methodology. Empty for a caller who does not see the whole county if one of them
    /// is computed over fewer than three enterprises.
    indicators: Vec<RegionIndicatorOut>,
}

impl From<(Run, RegionResult)> for RegionIndexOut {
    fn from((run, region): (Run, RegionResult)) -> Self {
        let RegionScored {
            total,
            classes,
            indicators,
            ..
        } = region.outcome;
        Self {
            run: run.into(),
            base_from: region.figures.base_from.into(),
            total: total.map(Fixed::to_f64),
            classes: classes
                .into_iter()
                .map(|class| RegionClassOut {
                    code: class.code,
                    label: class.label.into(),
                    index: class.index.map(Fixed::to_f64),
                })
                .collect(),
            indicators: indicators.into_iter().map(Into::into).collect(),
        }
    }
}

/// A regional index.
#[derive(ApiResponse)]
enum RegionIndexFound {
    /// The index.
    #[oai(status = 200)]
    Found(Json<RegionIndexOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RegionIndexApi {
    /// Get the regional index of a run
    ///
    /// Returns the total, the classes and every indicator with its base value, for a run whose methodology gives a
    /// regional index. The contributions of single returns are part of the results of the run. Callers who cannot see
    /// the whole county can read it only after publication.
    #[oai(path = "/runs/:run_id/region", method = "get", operation_id = "get_run_region")]
    async fn get_run_region(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
    ) -> Result<RegionIndexFound, ReadFailure> {
        let found = read_region(&service, auth.principal(), RunId(run_id.0)).await?;
        Ok(RegionIndexFound::Found(Json(found.into())))
    }
}
