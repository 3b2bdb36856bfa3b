//! The index of a region: what is given for it and what came out.

use std::{collections::BTreeMap, sync::Arc};

use index::{
    exact::Fixed,
    methodology::MissingSubstitute,
    region::{
        BaseOrigin, Moved, RegionCause, RegionChange, RegionFigures, RegionIndicatorChange, RegionIndicatorScore,
        RegionScored, RegionValue, TriedFigure,
    },
};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use super::{results::RunOut, what_if::both_ways};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            problem::{Bilingual, CreateFailure, ReadFailure},
        },
    },
    domain::run::{RegionResult, Run, RunId},
    service::{
        Service,
        error::ServiceError,
        runs::{
            region::read_region,
            try_region::{TriedRegion, try_region},
        },
    },
};

/// Operations on the indices of regions.
#[derive(Default)]
pub struct RegionsApi;

/// What the bases of the indicators are. It is published with the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "BaseOrigin")]
enum BaseOriginName {
    /// The mean of all regions in the base year.
    MeanOfRegions,
    /// The first year of this region on its own.
    OwnFirstYear,
}

/// What is known of one indicator, in its unit.
#[derive(Object)]
#[oai(rename = "RegionValue", deny_unknown_fields, skip_serializing_if_is_none)]
struct RegionValueIo {
    /// Mean of all regions in the base year, above zero; or the first year of a county on its own.
    base: f64,
    /// Value of the year; not for an indicator that is taken from the returns.
    value: Option<f64>,
    /// Value of the year before, which stands in for a missing one; not for an indicator that is taken from the returns.
    last_year: Option<f64>,
}

/// What is given by hand for the index of a region: official statistics, and what every indicator is compared with.
#[derive(Object)]
#[oai(rename = "RegionFigures", deny_unknown_fields)]
pub(crate) struct RegionFiguresIo {
    /// What the bases are.
    base_from: BaseOriginName,
    /// By the code of the indicator. One taken from the survey has its base here, its values come from the returns.
    values: BTreeMap<String, RegionValueIo>,
}

impl From<RegionFiguresIo> for RegionFigures {
    fn from(given: RegionFiguresIo) -> Self {
        let value = |given: RegionValueIo| RegionValue {
            base: given.base,
            value: given.value,
            last_year: given.last_year,
            enterprises: None,
        };
        Self {
            base_from: match given.base_from {
                BaseOriginName::MeanOfRegions => BaseOrigin::MeanOfRegions,
                BaseOriginName::OwnFirstYear => BaseOrigin::OwnFirstYear,
            },
            values: given
                .values
                .into_iter()
                .map(|(code, given)| (code, value(given)))
                .collect(),
        }
    }
}

impl From<BaseOrigin> for BaseOriginName {
    fn from(origin: BaseOrigin) -> Self {
        match origin {
            BaseOrigin::MeanOfRegions => Self::MeanOfRegions,
            BaseOrigin::OwnFirstYear => Self::OwnFirstYear,
        }
    }
}

/// What stood in for a missing value.
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

/// One indicator of a region.
#[derive(Object)]
#[oai(rename = "RegionIndicator", skip_serializing_if_is_none)]
struct RegionIndicatorOut {
    /// Code.
    code: String,
    /// Label.
    label: Bilingual,
    /// Code of its class.
    class: String,
    /// Unit of the value.
    unit: String,
    /// Whether less is better.
    inverse: bool,
    /// Weight in percent of the total.
    weight: f64,
    /// The value that was compared: of the year, or of the year before where that stands in.
    value: Option<f64>,
    /// What it was compared with.
    base: Option<f64>,
    /// Enterprises that the value was taken over; absent for a statistic.
    enterprises: Option<usize>,
    /// The index of the indicator; absent when nothing could stand in for a missing value.
    z: Option<f64>,
    /// What stood in for a missing value; absent when the value was there.
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

/// One class of indicators.
#[derive(Object)]
#[oai(rename = "RegionClass", skip_serializing_if_is_none)]
struct RegionClassOut {
    /// Code.
    code: String,
    /// Label.
    label: Bilingual,
    /// Mean of its indicators by their weights; absent when none has an index.
    index: Option<f64>,
}

/// The index of a region.
#[derive(Object)]
#[oai(rename = "RegionIndex", skip_serializing_if_is_none)]
struct RegionIndexOut {
    /// The run.
    run: RunOut,
    /// What the bases of the indicators are.
    base_from: BaseOriginName,
    /// The mean of all indicators by their weights; absent when none has an index.
    total: Option<f64>,
    /// Classes in the order of the methodology.
    classes: Vec<RegionClassOut>,
    /// Indicators in the order of the methodology. None for a caller who does not see the whole county, where one of them is
    /// taken over fewer than three enterprises.
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

/// Why an indicator moved the total of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "RegionCause")]
enum CauseName {
    /// The methodology compared with has no such indicator.
    Joined,
    /// The methodology has no such indicator any more.
    Left,
    /// The value is another.
    Value,
    /// What it is compared with is another.
    Base,
    /// The weight is another.
    Weight,
    /// Less was better and is not any more, or the other way round.
    Direction,
    /// Something else stands in for a missing value, or what stands in has moved.
    Substitute,
    /// The same figures give another index: the formula is another.
    Formula,
    /// Nothing of its own changed: other indicators have got or lost an index, so that it weighs otherwise.
    Others,
}

impl From<RegionCause> for CauseName {
    fn from(cause: RegionCause) -> Self {
        match cause {
            RegionCause::Joined => Self::Joined,
            RegionCause::Left => Self::Left,
            RegionCause::Value => Self::Value,
            RegionCause::Base => Self::Base,
            RegionCause::Weight => Self::Weight,
            RegionCause::Direction => Self::Direction,
            RegionCause::Substitute => Self::Substitute,
            RegionCause::Formula => Self::Formula,
            RegionCause::Others => Self::Others,
        }
    }
}

/// An index in two runs.
#[derive(Object)]
#[oai(rename = "MovedIndex", skip_serializing_if_is_none)]
struct MovedOut {
    /// In the run that is looked at.
    now: Option<f64>,
    /// In the run it is compared with.
    before: Option<f64>,
    /// By how much it rose; absent where one of them is missing.
    change: Option<f64>,
}

impl From<Moved> for MovedOut {
    fn from(moved: Moved) -> Self {
        Self {
            now: moved.now.map(Fixed::to_f64),
            before: moved.before.map(Fixed::to_f64),
            change: moved.change.map(Fixed::to_f64),
        }
    }
}

/// A class in two runs.
#[derive(Object)]
#[oai(rename = "RegionClassChange")]
struct ClassChangeOut {
    /// Code.
    code: String,
    /// Label.
    label: Bilingual,
    /// Its index.
    index: MovedOut,
}

/// An indicator in two runs.
#[derive(Object)]
#[oai(rename = "RegionIndicatorChange", skip_serializing_if_is_none)]
struct IndicatorChangeOut {
    /// In the run that is looked at; absent where its methodology has no such indicator.
    now: Option<RegionIndicatorOut>,
    /// In the run it is compared with.
    before: Option<RegionIndicatorOut>,
    /// What it brought to the change of the total, in points; absent where one of the totals is.
    contribution: Option<f64>,
    /// Why; empty where it brought nothing.
    causes: Vec<CauseName>,
}

impl From<RegionIndicatorChange> for IndicatorChangeOut {
    fn from(change: RegionIndicatorChange) -> Self {
        Self {
            now: change.now.map(Into::into),
            before: change.before.map(Into::into),
            contribution: change.contribution,
            causes: change.causes.into_iter().map(Into::into).collect(),
        }
    }
}

/// How the index of a region moved, and what each indicator brought to that. The contributions add up to the change of the
/// total, but for rounding.
#[derive(Object)]
#[oai(rename = "RegionChange", skip_serializing_if_is_none)]
pub(crate) struct RegionChangeOut {
    /// The total.
    total: MovedOut,
    /// Classes in the order of the methodology, then those that the other run has alone.
    classes: Vec<ClassChangeOut>,
    /// Indicators in the order of the methodology, then those that the other run has alone. None for a caller from whom they
    /// are kept in one of the runs.
    indicators: Vec<IndicatorChangeOut>,
    /// What rounding leaves of the change beside the contributions; absent where one of the totals is, or without indicators.
    rounding_residual: Option<f64>,
}

impl From<RegionChange> for RegionChangeOut {
    fn from(change: RegionChange) -> Self {
        let classes = change.classes.into_iter();
        Self {
            total: change.total.into(),
            classes: classes
                .map(|class| ClassChangeOut {
                    code: class.code,
                    label: class.label.into(),
                    index: class.index.into(),
                })
                .collect(),
            indicators: change.indicators.into_iter().map(Into::into).collect(),
            rounding_residual: change.rounding_residual,
        }
    }
}

/// What is tried for one indicator; what is absent stays as it is.
#[derive(Object)]
#[oai(rename = "TriedFigure", deny_unknown_fields)]
struct TriedFigureIn {
    /// What it is compared with, above zero.
    base: Option<f64>,
    /// Its value, whether it is given or taken from the returns.
    value: Option<f64>,
}

/// Figures to try.
#[derive(Object)]
#[oai(rename = "NewRegionWhatIf", deny_unknown_fields)]
struct NewRegionWhatIf {
    /// By the code of the indicator.
    values: BTreeMap<String, TriedFigureIn>,
    /// Codes of indicators to leave without a value, so that whatever stands in for a missing one does.
    blank: Option<Vec<String>>,
}

impl NewRegionWhatIf {
    fn tried(self) -> Result<BTreeMap<String, TriedFigure>, ServiceError> {
        let figure = |given: TriedFigureIn| TriedFigure {
            base: given.base,
            value: given.value.map(Some),
        };
        let values = self.values.into_iter();
        let mut tried: BTreeMap<String, TriedFigure> = values.map(|(code, given)| (code, figure(given))).collect();
        for code in self.blank.into_iter().flatten() {
            let figure = tried.entry(code.clone()).or_default();
            if figure.value.is_some() {
                return Err(ServiceError::new("invalid").with_faults([both_ways(&format!("/values/{code}"))]));
            }
            figure.value = Some(None);
        }
        Ok(tried)
    }
}

/// The index of a region as it would be. It is not stored.
#[derive(Object)]
#[oai(rename = "RegionWhatIf")]
struct RegionWhatIfOut {
    /// As it would be.
    index: RegionIndexOut,
    /// How it differs from the index of the run.
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

/// The index of a region.
#[derive(ApiResponse)]
enum RegionIndexFound {
    /// The index.
    #[oai(status = 200)]
    Found(Json<RegionIndexOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RegionsApi {
    /// Read the index of the region
    ///
    /// Of a run whose methodology gives one: total, classes, and every indicator with what it was compared with. What a single
    /// return brought to it is among the results of the run. Whoever does not see the whole county sees it once it is
    /// published.
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

    /// Try other figures of the region
    ///
    /// The index that would follow from other values or bases, what the returns give among them, and what each indicator would
    /// bring to the change. Nothing is stored. Not for a caller from whom the indicators are kept.
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
        body: Json<NewRegionWhatIf>,
    ) -> Result<RegionWhatIfComputed, CreateFailure> {
        let found = try_region(&service, auth.principal(), RunId(run_id.0), &body.0.tried()?).await?;
        Ok(RegionWhatIfComputed::Computed(Json(found.into())))
    }
}
