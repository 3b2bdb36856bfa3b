//! How the index of the region moved between two runs.

use index::{
    exact::Fixed,
    region::{Moved, RegionCause, RegionChange, RegionIndicatorChange},
};
use poem_openapi::{Enum, Object};

use super::index::RegionIndicatorOut;
use crate::api::http::problem::Bilingual;

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
