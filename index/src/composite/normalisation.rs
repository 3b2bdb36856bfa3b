//! How an indicator is brought to one scale with the others, before anything is fitted to data.

use serde::{Deserialize, Serialize};

use super::{error::CompositeError, scaler::Ties};

/// How a column is brought to scale. `x` is the value times its direction (1 or -1).
#[derive(Clone, Debug, PartialEq)]
pub enum Normalisation {
    /// `x`: the directed value itself.
    None,
    /// The smallest present value becomes `low`, the largest `high`; a negative direction turns the scale over.
    MinMax {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// `(x - mean) / s * sd + m` with the mean and the standard deviation `s` of the present values.
    ZScore {
        /// The mean aimed at.
        mean: f64,
        /// The standard deviation aimed at, above zero.
        sd: f64,
        /// Which deviation `s` is.
        variance: Variance,
        /// How many deviations from the mean a score lies at most, above zero; none: any number.
        cap: Option<f64>,
    },
    /// `(x - lower) / (upper - lower) * (high - low) + low`: a given line.
    Scaled {
        /// The bounds.
        bounds: Bounds,
        /// What the lower bound becomes.
        low: f64,
        /// What the upper bound becomes.
        high: f64,
    },
    /// `(x - (r - d)) / (2 d) * 60 + 70` with a reference value `r`, which becomes 100, and `d` half of the way from the
    /// least to the greatest present value. Source: Mazziotta and Pareto (2016), the adjusted index.
    Ampi {
        /// The reference value, as measured.
        reference: Base,
    },
    /// `(x - lower) / (upper - lower)`, cut to 0 and 1 where `clip` says so, times `scale`.
    Goalposts {
        /// The goalposts.
        bounds: Bounds,
        /// What the upper goalpost becomes.
        scale: f64,
        /// Whether values beyond a goalpost count as that goalpost.
        clip: bool,
        /// Whether the logarithms of value and goalposts are taken first, as the Human Development Index does with income.
        log: bool,
    },
    /// The rank from the lowest up: 1 is the worst.
    Rank(Ties),
    /// `(rank - 1) / (n - 1)` over the `n` present values.
    PercentileRank(Ties),
    /// `rank - 1`.
    Borda(Ties),
    /// `1 - (max - x) / (max - min)`.
    DistanceToMax,
    /// `(x - min) / (target - min)`.
    DistanceToTarget {
        /// The target.
        target: f64,
        /// Whether a value beyond the target counts as 1.
        cap: bool,
        /// What the target is a value of.
        on: On,
    },
    /// `1 - (x_ref - x) / (x_ref - min)` with the value of a reference unit.
    DistanceToReference {
        /// The reference unit.
        unit: String,
        /// Whether a value beyond the reference counts as 1.
        cap: bool,
    },
    /// `x / max`.
    FractionOfMax,
    /// `factor * log2(1 + v / base)` of the value `v` as measured, `factor * log2(1 + base / v)` for a negative direction.
    LogRatio {
        /// What a value equal to its base becomes.
        factor: f64,
        /// The base.
        base: Base,
    },
    /// Linear between given points (value as measured, score), the end points' scores beyond them. The points say which
    /// direction is good.
    Bands(Vec<(f64, f64)>),
    /// The score of the last step that the value as measured reaches: (from, score), and the score below the first.
    Steps {
        /// The score below the first step.
        below: f64,
        /// Steps in rising order.
        steps: Vec<(f64, f64)>,
    },
    /// The score of exactly this value, such as the number of a level; any other value is refused.
    Points(Vec<(f64, f64)>),
}

impl Normalisation {
    /// Mean 0, standard deviation 1.
    pub const STANDARD: Self = Self::ZScore {
        mean: 0.0,
        sd: 1.0,
        variance: Variance::Sample,
        cap: None,
    };
    /// 0 to 100.
    pub const PERCENT: Self = Self::MinMax { low: 0.0, high: 100.0 };

    /// Whether the values of other units decide the score of a unit.
    pub fn relative(&self) -> bool {
        !matches!(
            self,
            Self::None
                | Self::Scaled { .. }
                | Self::Goalposts { .. }
                | Self::LogRatio {
                    base: Base::Given(_),
                    ..
                }
                | Self::Bands(_)
                | Self::Steps { .. }
                | Self::Points(_)
        )
    }
}

/// Two bounds of a scale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
    /// What they are values of.
    pub on: On,
}

impl Bounds {
    /// The logarithms of two bounds above zero.
    pub(super) fn logarithms(self) -> Result<Self, CompositeError> {
        if self.lower <= 0.0 || self.upper <= 0.0 || self.on == On::Directed {
            return Err(bad("bounds", self.lower));
        }
        Ok(Self {
            lower: self.lower.ln(),
            upper: self.upper.ln(),
            ..self
        })
    }
}

/// What a bound or target is a value of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Of the value as measured; a negative direction turns the scale over.
    #[default]
    Value,
    /// Of the value times its direction, as the functions of COINr take their parameters.
    Directed,
}

/// What a sum of squared deviations of `n` values is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Variance {
    /// `n - 1`: the values are a sample.
    #[default]
    Sample,
    /// `n`: they are all there are.
    Population,
}

impl Variance {
    /// What the population variance of `n` values is multiplied by; one value has none of either kind.
    pub(super) fn of_population_variance(self, n: usize) -> f64 {
        match self {
            Self::Sample if n > 1 => n as f64 / (n as f64 - 1.0),
            Self::Sample | Self::Population => 1.0,
        }
    }

    /// What the deviation of a sample of `n` values, above one, is multiplied by.
    pub(super) fn of_sample_deviation(self, n: usize) -> f64 {
        match self {
            Self::Sample => 1.0,
            Self::Population => ((n as f64 - 1.0) / n as f64).sqrt(),
        }
    }
}

/// The base of a log ratio, or the reference value of the adjusted index of Mazziotta and Pareto.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    /// A given value; above zero for a ratio.
    Given(f64),
    /// The mean of the sample.
    Mean,
}

/// The refusal of a setting that no scale can have.
pub(super) fn bad(setting: &'static str, value: f64) -> CompositeError {
    CompositeError::BadSetting { setting, value }
}
