//! What is given by hand for the index of the region.

use std::collections::BTreeMap;

use index::region::{BaseOrigin, RegionFigures, RegionValue};
use poem_openapi::{Enum, Object};

/// Origin of the base values of the indicators, published with the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "BaseOrigin")]
pub(super) enum BaseOriginName {
    /// The mean of all regions in the base year.
    MeanOfRegions,
    /// The first year of this region on its own.
    OwnFirstYear,
}

/// Known figures of one indicator, in its unit.
#[derive(Object)]
#[oai(rename = "RegionValue", deny_unknown_fields, skip_serializing_if_is_none)]
struct RegionValueIo {
    /// Mean of all regions in the base year, above zero; for a county on its own, the value of its first year.
    base: f64,
    /// Value of the year; absent for an indicator taken from the returns.
    value: Option<f64>,
    /// Value of the previous year, which substitutes for a missing value; absent for an indicator taken from the
    /// returns.
    last_year: Option<f64>,
}

/// Figures for a regional index that are not taken from returns: official statistics and the base value of every
/// indicator.
#[derive(Object)]
#[oai(rename = "RegionFigures", deny_unknown_fields)]
pub(crate) struct RegionFiguresIo {
    /// Origin of the base values.
    base_from: BaseOriginName,
    /// Figures by indicator code. For an indicator taken from the survey, the base value is given here and the value
    /// comes from the returns.
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
