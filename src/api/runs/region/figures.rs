//! What is given by hand for the index of the region.

use std::collections::BTreeMap;

use index::region::{BaseOrigin, RegionFigures, RegionValue};
use poem_openapi::{Enum, Object};

/// What the bases of the indicators are. It is published with the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "BaseOrigin")]
pub(super) enum BaseOriginName {
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
