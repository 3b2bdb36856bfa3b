//! Weights with their origin: the record that is stored with a methodology.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    ahp::Prioritisation, balance::Influence, disperse::Dispersion, entropy::EntropyScale, error::WeightError,
    principal::Components,
};
use crate::composite::moments::sum;

/// Weights of siblings, none negative, sum 1, in the order of their codes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Weighting {
    /// Codes of the siblings.
    pub codes: Vec<String>,
    /// Their weights.
    pub weights: Vec<f64>,
    /// How they came about, with all that is needed to compute them again.
    pub origin: Origin,
}

/// Origin of weights. Lists are in the order of the codes unless stated otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Origin {
    /// Given weights, rescaled to sum 1.
    Given {
        /// Weights as given.
        given: Vec<f64>,
    },
    /// Equal weights.
    Equal,
    /// Pairwise comparisons (analytic hierarchy process).
    Ahp {
        /// Method of deriving priorities from the matrix.
        prioritisation: Prioritisation,
        /// Comparison matrix, row by row.
        matrix: Vec<Vec<f64>>,
        /// Principal eigenvalue; for the geometric mean, its estimate.
        lambda_max: f64,
        /// Consistency index.
        ci: f64,
        /// Saaty's random index for this number of rows.
        ri: f64,
        /// Consistency ratio CI / RI, acceptable up to 0.1. Zero for one or two rows.
        cr: f64,
    },
    /// Weights by Shannon entropy.
    Entropy {
        /// Basis of the shares.
        scale: EntropyScale,
        /// Entropy of each column, 0 to 1.
        entropies: Vec<f64>,
    },
    /// Contrast and conflict of the columns (CRITIC).
    Critic {
        /// Standard deviations of the directed min-max columns.
        deviations: Vec<f64>,
        /// Sums of one minus the correlation with every column.
        conflicts: Vec<f64>,
    },
    /// Weights in proportion to a measure of dispersion.
    Dispersion {
        /// Measure of dispersion.
        measure: Dispersion,
        /// Values of the measure.
        values: Vec<f64>,
    },
    /// Squared loadings of principal components.
    PrincipalComponents {
        /// Principal components used.
        components: Components,
        /// All eigenvalues of the correlation matrix, largest first.
        eigenvalues: Vec<f64>,
        /// Unit-length loadings, one list per component used.
        loadings: Vec<Vec<f64>>,
        /// Number of units without a missing value; only these are used.
        units: usize,
    },
    /// Weights whose correlations with the parent approach a target.
    Balance {
        /// Objective.
        influence: Influence,
        /// Target correlations as shares; empty for the greatest influence.
        target: Vec<f64>,
        /// Correlations obtained; as shares if balanced, unscaled for the greatest influence.
        obtained: Vec<f64>,
        /// Final value of the objective: mean squared distance of shares, or minus the sum of correlations.
        objective: f64,
        /// Number of evaluations of the objective.
        evaluations: usize,
        /// Whether the search converged within its tolerance.
        converged: bool,
    },
}

impl Weighting {
    /// Weights in proportion to shares; refuses negative ones and those that sum to nothing.
    pub(super) fn of_shares(codes: Vec<String>, shares: &[f64], origin: Origin) -> Result<Self, WeightError> {
        if codes.is_empty() {
            return Err(WeightError::Nothing);
        }
        for (code, share) in codes.iter().zip(shares) {
            if !share.is_finite() || *share < 0.0 {
                return Err(WeightError::BadWeight {
                    code: code.clone(),
                    weight: *share,
                });
            }
        }
        let total = sum(shares.iter().copied());
        if total <= 0.0 {
            return Err(WeightError::ZeroSum);
        }
        Ok(Self {
            codes,
            weights: shares.iter().map(|share| share / total).collect(),
            origin,
        })
    }
}
