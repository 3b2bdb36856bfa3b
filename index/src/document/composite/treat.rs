//! How outliers are treated.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How outliers are treated.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreatmentRule {
    /// When an indicator is tame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitRule>,
    /// The first step. Absent: winsorise at most five points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<StepRule>,
    /// The second step, where the first was not enough. Absent: `log_ct`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<StepRule>,
    /// Whether the second step takes the result of the first instead of the untreated values.
    #[serde(default)]
    pub combine: bool,
    /// Whether the first step is taken even where an indicator is tame or has too few values to tell.
    #[serde(default)]
    pub force: bool,
    /// Indicators by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, IndicatorTreatment>,
}

/// How one indicator is treated; what is left out is as for all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorTreatment {
    /// Whether it is treated at all.
    #[serde(default = "yes")]
    pub treat: bool,
    /// When it is tame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<LimitRule>,
    /// The first step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<StepRule>,
    /// The second step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<StepRule>,
    /// Whether the second step takes the result of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub combine: Option<bool>,
    /// Whether the first step is taken in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<bool>,
}

fn yes() -> bool {
    true
}

/// When an indicator is tame: below one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitRule {
    /// Absolute skewness.
    #[serde(default = "two")]
    pub skew: f64,
    /// Excess kurtosis.
    #[serde(default = "three_and_a_half")]
    pub kurtosis: f64,
}

fn two() -> f64 {
    2.0
}

fn three_and_a_half() -> f64 {
    3.5
}

/// One step of treatment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
pub enum StepRule {
    /// This step is left out.
    None {},
    /// Points are pulled in.
    Winsorise {
        /// At most so many points. Absent: five.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_points: Option<usize>,
        /// Whether there is no such limit.
        #[serde(default)]
        unlimited: bool,
        /// The skewness at which it stops. Absent: as `limits` says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skew: Option<f64>,
        /// The kurtosis at which it stops. Absent: as `limits` says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kurtosis: Option<f64>,
        /// Whether points are pulled in up to the limit in any case.
        #[serde(default)]
        force: bool,
    },
    /// `ln(x - min + (max - min) / 100)`.
    LogCt {},
    /// `log_ct` for a positive skewness, its mirror image for a negative one.
    LogCtPlus {},
    /// `ln(x - min + 1)`.
    LogCtOrig {},
    /// The logarithm of the Global Innovation Index.
    LogGii {},
    /// `ln(x)`.
    Log {},
    /// `ln(x + 1)`.
    Log1p {},
    /// Box-Cox.
    BoxCox {
        /// Lambda. Absent: the likeliest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lambda: Option<f64>,
        /// Whether the values are moved to begin at 1.
        #[serde(default = "yes")]
        shift: bool,
    },
}
