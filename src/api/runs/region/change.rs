//! How the index of the region moved between two runs.

use index::{
    exact::Fixed,
    region::{Moved, RegionCause, RegionChange, RegionIndicatorChange},
};
use poem_openapi::{Enum, Object};

use super::index::RegionIndicatorOut;
use crate::api::http::problem::Bilingual;

/// Reason why an indicator changed the total index of a region.
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

/// Change of an index.
#[derive(Object)]
#[oai(rename = "MovedIndex", skip_serializing_if_is_none)]
struct MovedOut {
    /// The index in the run; absent if there is none.
    now: Option<f64>,
    /// The index in the run compared with; absent if there is none.
    before: Option<f64>,
    /// Change of the index, positive for an increase; absent if either value is missing.
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

/// Change of a class.
#[derive(Object)]
#[oai(rename = "RegionClassChange")]
struct ClassChangeOut {
    /// Code.
    code: String,
    /// Label.
    label: Bilingual,
    /// Index of the class.
    index: MovedOut,
}

/// Change of an indicator.
#[derive(Object)]
#[oai(rename = "RegionIndicatorChange", skip_serializing_if_is_none)]
struct IndicatorChangeOut {
    /// The indicator in the run; absent if its methodology has no such indicator.
    now: Option<RegionIndicatorOut>,
    /// The indicator in the run compared with; absent if its methodology has no such indicator.
    before: Option<RegionIndicatorOut>,
    /// Contribution to the change of the total, in points; absent if either total is missing.
    contribution: Option<f64>,
    /// Reasons for the contribution; empty if there is none.
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

/// Change of a regional index with the contribution of each indicator. The contributions add up to the change of the
/// total, except for rounding.
#[derive(Object)]
#[oai(rename = "RegionChange", skip_serializing_if_is_none)]
pub(crate) struct RegionChangeOut {
    /// Total index.
    total: MovedOut,
    /// Classes in the order of the methodology, followed by those that exist only in the run compared with.
    classes: Vec<ClassChangeOut>,
    /// Indicators in the order of the methodology, followed by those that exist only in the run compared with. Empty
    /// for a caller who may not see the indicators of one of the runs.
    indicators: Vec<IndicatorChangeOut>,
    /// Rounding residual: change of the total less the contributions of the indicators; absent if either total is
    /// missing or without indicators.
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
