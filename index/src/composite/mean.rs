//! The means by which children become their parent, and what missing children do to it.

use super::{error::CompositeError, normalisation::Variance};

/// The rule by which children become their parent. `w` are the weights of the present children, `x` their values.
///
/// Formulas: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7; Mazziotta and Pareto (2016).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Mean {
    /// `sum(w x) / sum(w)`: a weak child is made up for by a strong one.
    #[default]
    Arithmetic,
    /// `exp(sum(w ln x) / sum(w))`: a weak child is made up for only in part. Every present child must be above zero.
    Geometric,
    /// `sum(w) / sum(w / x)`: harder on weak children than the geometric mean. Every present child must be above zero.
    Harmonic,
    /// `(sum(w x^p) / sum(w))^(1/p)`. Children must be above zero for a negative `p`, else not below zero; `p` is not zero.
    Generalised {
        /// The exponent `p`.
        power: f64,
    },
    /// `m - s^2 / m` or `m + s^2 / m` of the weighted mean `m` and standard deviation `s` of the children: an unbalanced
    /// unit is penalised.
    MazziottaPareto {
        /// Whether the penalty is added (the composite is of something bad) instead of subtracted.
        added: bool,
        /// Which deviation `s` is.
        variance: Variance,
    },
    /// `m - alpha (sqrt((m - least)^2 + beta^2) - beta)` of the weighted mean `m` and the least child: between the mean
    /// (alpha 0) and the least (alpha 1, beta 0). Source: Casadio Tarabusi and Guarini, "An unbalance adjustment method for
    /// development indicators", Social Indicators Research 112 (2013).
    MeanMin {
        /// How much an unbalance counts, 0 to 1.
        alpha: f64,
        /// How far weak unbalances are passed over, zero or more.
        beta: f64,
    },
    /// The ordered weighted mean: the children from the best to the worst times the order weights of the node, which has
    /// them. Source: Yager, "On ordered weighted averaging aggregation operators in multicriteria decisionmaking", IEEE
    /// Transactions on Systems, Man and Cybernetics 18 (1988). Where children differ in weight or some are missing, each
    /// takes its share of the order weights laid end to end: Torra, "The weighted OWA operator", International Journal of
    /// Intelligent Systems 12 (1997).
    Ordered,
    /// The weighted median: the value at which half of the weight is reached, midway where it is met exactly.
    Median,
    /// Wins less losses against every other unit, a unit winning when the weight of the children in which it is ahead is
    /// the greater; compared over the children that both have. A unit that has none is missing.
    Copeland,
}

/// Powers nearer to zero lose the digits of what they are taken of; the geometric mean is their limit.
const LEAST_POWER: f64 = 1e-3;

impl Mean {
    /// The name that documents and outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Arithmetic => "arithmetic",
            Self::Geometric => "geometric",
            Self::Harmonic => "harmonic",
            Self::Generalised { .. } => "generalised",
            Self::MazziottaPareto { .. } => "mazziotta_pareto",
            Self::MeanMin { .. } => "mean_min",
            Self::Ordered => "owa",
            Self::Median => "median",
            Self::Copeland => "copeland",
        }
    }

    pub(super) fn checked(self) -> Result<Self, CompositeError> {
        let refused = |setting, value| Err(CompositeError::BadSetting { setting, value });
        match self {
            Self::MeanMin { alpha, .. } if !(0.0..=1.0).contains(&alpha) => refused("alpha", alpha),
            Self::MeanMin { beta, .. } if !(0.0..=f64::MAX).contains(&beta) => refused("beta", beta),
            Self::Generalised { power } if power.abs() < LEAST_POWER || !power.is_finite() => {
                Err(CompositeError::BadSetting {
                    setting: "power",
                    value: power,
                })
            }
            _ => Ok(self),
        }
    }
}

/// What becomes of a parent some of whose children are missing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Missing {
    /// The weights of the missing children are spread over the present ones in proportion; the parent is missing when the
    /// share of its children that are present (counted, not weighed) is below `availability`, and always when none is.
    Skip {
        /// The least share, 0 to 1.
        availability: f64,
    },
    /// A missing child counts as zero.
    Zero,
    /// The parent is missing as soon as one child is: the unit is not ranked.
    NotRanked,
    /// Refused, naming node, child and unit.
    Refuse,
}

impl Default for Missing {
    fn default() -> Self {
        Self::SKIP
    }
}

impl Missing {
    /// One present child will do.
    pub const SKIP: Self = Self::Skip { availability: 0.0 };

    pub(super) fn checked(self) -> Result<Self, CompositeError> {
        match self {
            Self::Skip { availability } if !(0.0..=1.0).contains(&availability) => Err(CompositeError::BadSetting {
                setting: "availability",
                value: availability,
            }),
            _ => Ok(self),
        }
    }

    /// How many of so many children must be present.
    pub(super) fn needed(self, children: usize) -> usize {
        match self {
            // The share is compared, not a product: 0.55 of 100 children are 55, though 0.55 * 100 is above 55.
            Self::Skip { availability } => (1..=children)
                .find(|count| *count as f64 / children as f64 >= availability)
                .unwrap_or(children),
            Self::Zero => 0,
            Self::NotRanked | Self::Refuse => children,
        }
    }
}

/// What the present children weigh together; none where they are fewer than needed or weigh nothing, so that there is no
/// score.
pub(super) fn weight_of_present(weights: impl Iterator<Item = f64>, needed: usize) -> Option<f64> {
    let (count, weight) = weights.fold((0, 0.0), |(count, sum), weight| (count + 1, sum + weight));
    (count >= needed && weight > 0.0).then_some(weight)
}

/// How values go up the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Aggregation {
    /// The mean of every aggregate that does not name its own.
    pub mean: Mean,
    /// What becomes of missing children under every aggregate that does not say itself.
    pub missing: Missing,
}

impl Aggregation {
    pub(super) fn checked(self) -> Result<Self, CompositeError> {
        Ok(Self {
            mean: match self.mean.checked()? {
                // Order weights belong to a node.
                Mean::Ordered => {
                    return Err(CompositeError::BadSetting {
                        setting: "order_weights",
                        value: 0.0,
                    });
                }
                mean => mean,
            },
            missing: self.missing.checked()?,
        })
    }
}
