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
    /// `(x - mean) / s * sd + m` with the mean and the sample standard deviation `s` (divisor n - 1) of the present values.
    ZScore {
        /// The mean aimed at.
        mean: f64,
        /// The standard deviation aimed at, above zero.
        sd: f64,
    },
    /// `(x - lower) / (upper - lower) * 100`: a given line.
    Scaled(Bounds),
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
    pub const STANDARD: Self = Self::ZScore { mean: 0.0, sd: 1.0 };
    /// 0 to 100.
    pub const PERCENT: Self = Self::MinMax { low: 0.0, high: 100.0 };

    /// Whether the values of other units decide the score of a unit.
    pub fn relative(&self) -> bool {
        !matches!(
            self,
            Self::None
                | Self::Scaled(_)
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

/// The base of a log ratio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    /// A given value, above zero.
    Given(f64),
    /// The mean of the sample.
    Mean,
}

/// The refusal of a setting that no scale can have.
pub(super) fn bad(setting: &'static str, value: f64) -> CompositeError {
    CompositeError::BadSetting { setting, value }
}
