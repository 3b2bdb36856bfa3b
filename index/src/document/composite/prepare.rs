//! What is done with figures before they are treated: division, filling, screening, and the order of it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step before normalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompositeStep {
    /// Denomination.
    Denominate,
    /// Imputation.
    Impute,
    /// Screening.
    Screen,
    /// Treatment.
    Treat,
}

/// Which indicators are divided by what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Denomination {
    /// By indicator. Absent: as the column Denominator of the iMeta table says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicators: Option<BTreeMap<String, DenominatorRule>>,
}

/// By what an indicator is divided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DenominatorRule {
    /// Column of the denominator.
    pub by: String,
    /// What the quotient is multiplied by.
    #[serde(default = "super::one")]
    pub factor: f64,
}

/// How missing values are filled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImputationRule {
    /// The method of every indicator that does not say itself.
    #[serde(default)]
    pub method: FillMethod,
    /// The value of `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// The column of groups of `group_mean` and `group_median`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// For `unit_mean` and `unit_median`: only values under the same ancestor of this level count (2: under the same parent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_level: Option<usize>,
    /// For `latest`: how many years back at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_years: Option<usize>,
    /// Indicators by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, IndicatorFill>,
    /// What becomes of a value for which there is nothing to put in.
    #[serde(default)]
    pub empty: EmptyFill,
}

/// How the missing values of one indicator are filled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorFill {
    /// One of `none`, `mean`, `median`, `group_mean`, `group_median`, `value`.
    pub method: FillMethod,
    /// The value of `value`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// What a missing value becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FillMethod {
    /// It stays missing.
    None,
    /// The mean of its column.
    #[default]
    Mean,
    /// The median of its column.
    Median,
    /// The mean of its column in the unit's group.
    GroupMean,
    /// The median of its column in the unit's group.
    GroupMedian,
    /// A given value, zero unless `value` says another.
    Value,
    /// The mean of the unit's other values, brought to one scale.
    UnitMean,
    /// The median of the unit's other values, brought to one scale.
    UnitMedian,
    /// The unit's value of the latest earlier year that has one.
    Latest,
    /// Linear between the unit's years, the nearest value outside them.
    Linear,
    /// The unit's value of the year before, the earliest one before it.
    Constant,
}

/// What becomes of a value for which there is nothing to put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmptyFill {
    /// It stays missing.
    #[default]
    Leave,
    /// It is refused, naming indicator and unit.
    Refuse,
}

/// Which units are left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScreeningRule {
    /// By what.
    #[serde(default)]
    pub by: ScreenBy,
    /// The least share of indicators that must have a value. Absent: two thirds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
    /// The least share of values that must not be zero. Absent: 0.05.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonzero: Option<f64>,
    /// Units kept in any case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub keep: BTreeSet<String>,
    /// Units left out in any case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub drop: BTreeSet<String>,
}

/// By what units are screened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScreenBy {
    /// By the share of values that are there.
    #[default]
    Availability,
    /// By the share of values that are not zero.
    Nonzero,
    /// By both.
    Both,
}
