//! How indicators are brought to one scale.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::composite::{On, Ties, Variance};

/// How indicators are brought to one scale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NormalisationRule {
    /// The method of every indicator that does not say itself. Absent: `min_max` from 0 to 100.
    #[serde(default)]
    pub all: ScaleRule,
    /// Indicators by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub indicators: BTreeMap<String, ScaleRule>,
    /// The column of groups within which every unit is compared. Absent: with all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What becomes of an indicator without spread under a relative method.
    #[serde(default)]
    pub constant: ConstantRule,
}

/// What becomes of an indicator without spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConstantRule {
    /// It is refused by name.
    #[default]
    Refuse,
    /// It is missing for every unit.
    Missing,
}

/// A method of normalisation. A bound or target that is left out is looked up in the parameter table, under the name of
/// COINr's column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScaleRule {
    /// The value times its direction.
    None {},
    /// Minimum to maximum.
    MinMax {
        /// What the worst value becomes.
        #[serde(default)]
        low: f64,
        /// What the best value becomes.
        #[serde(default = "hundred")]
        high: f64,
        /// Whether both are looked up (`minmax_lower`, `minmax_upper`).
        #[serde(default)]
        from_table: bool,
    },
    /// Standard score.
    ZScore {
        /// The mean aimed at.
        #[serde(default)]
        mean: f64,
        /// The standard deviation aimed at.
        #[serde(default = "super::one")]
        sd: f64,
        /// Whether both are looked up (`zscore_mean`, `zscore_sd`).
        #[serde(default)]
        from_table: bool,
        /// Which standard deviation the values are divided by.
        #[serde(default)]
        variance: Variance,
        /// How many standard deviations from the mean a score lies at most. Absent: any number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<f64>,
    },
    /// A line through two given bounds, 0 and 100 unless `low` and `high` say others.
    Scaled {
        /// Lower bound (`scaled_lower`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lower: Option<f64>,
        /// Upper bound (`scaled_upper`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upper: Option<f64>,
        /// What the bounds are values of.
        #[serde(default)]
        on: On,
        /// What the worse bound becomes.
        #[serde(default)]
        low: f64,
        /// What the better bound becomes.
        #[serde(default = "hundred")]
        high: f64,
    },
    /// The scale of the adjusted Mazziotta-Pareto index: the reference value becomes 100, values lie within 60 of each other.
    Ampi {
        /// The reference value (`reference`). Where there is none, the mean of the sample.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<f64>,
    },
    /// A line between two goalposts.
    Goalposts {
        /// Lower goalpost (`goalpost_lower`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lower: Option<f64>,
        /// Upper goalpost (`goalpost_upper`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upper: Option<f64>,
        /// What the upper goalpost becomes (`goalpost_scale`; 1 where there is none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<f64>,
        /// Whether values beyond a goalpost count as that goalpost (`goalpost_trunc2posts`; true where there is none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        clip: Option<bool>,
        /// What the goalposts are values of.
        #[serde(default)]
        on: On,
        /// Whether the logarithms of value and goalposts are taken first.
        #[serde(default)]
        log: bool,
        /// Other names of the columns of the parameter table: lower, upper.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        columns: Option<(String, String)>,
    },
    /// The rank, 1 the worst.
    Rank {
        /// How equal values are ranked.
        #[serde(default)]
        ties: Ties,
    },
    /// The rank as a share of all others.
    PercentileRank {
        /// How equal values are ranked.
        #[serde(default)]
        ties: Ties,
    },
    /// The rank, 0 the worst.
    Borda {
        /// How equal values are ranked.
        #[serde(default)]
        ties: Ties,
    },
    /// Distance to the best value.
    DistanceToMax {},
    /// Distance to a target.
    DistanceToTarget {
        /// The target (`Target`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        target: Option<f64>,
        /// Whether a value beyond the target counts as 1 (`dist2targ_cap_max`; false where there is none).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<bool>,
        /// What the target is a value of.
        #[serde(default)]
        on: On,
    },
    /// Distance to the value of a unit.
    DistanceToReference {
        /// The unit.
        unit: String,
        /// Whether a value beyond it counts as 1.
        #[serde(default)]
        cap: bool,
    },
    /// The share of the best value.
    FractionOfMax {},
    /// `factor * log2(1 + x / base)`.
    LogRatio {
        /// What a value equal to its base becomes.
        #[serde(default = "fifty")]
        factor: f64,
        /// The base (`base`). Where there is none, the mean of the sample.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<f64>,
    },
    /// Linear between given points.
    Bands {
        /// (value, score) in rising order of values.
        points: Vec<(f64, f64)>,
    },
    /// Steps.
    Steps {
        /// The score below the first step.
        #[serde(default)]
        below: f64,
        /// (from, score) in rising order.
        steps: Vec<(f64, f64)>,
    },
    /// Points for exact values.
    Points {
        /// (value, score).
        points: Vec<(f64, f64)>,
    },
}

impl Default for ScaleRule {
    fn default() -> Self {
        Self::MinMax {
            low: 0.0,
            high: 100.0,
            from_table: false,
        }
    }
}

fn hundred() -> f64 {
    100.0
}

fn fifty() -> f64 {
    50.0
}
