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

/// How the weights were derived. Lists are in the order of the codes unless stated otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Origin {
    /// Given weights, rescaled to sum 1.
    Given {
        /// The weights as given.
        given: Vec<f64>,
    },
    /// All equal.
    Equal,
    /// Pairwise comparisons (analytic hierarchy process).
    Ahp {
        /// How priorities were taken from the matrix.
        prioritisation: Prioritisation,
        /// The comparisons, row by row.
        matrix: Vec<Vec<f64>>,
        /// The principal eigenvalue, for the geometric mean its estimate.
        lambda_max: f64,
        /// Consistency index.
        ci: f64,
        /// Saaty's random index for this number of rows.
        ri: f64,
        /// Consistency ratio CI / RI; up to 0.1 is held to be acceptable. Zero for one or two rows.
        cr: f64,
    },
    /// Shannon entropy.
    Entropy {
        /// What the shares were taken of.
        scale: EntropyScale,
        /// Entropy of each column, 0 to 1.
        entropies: Vec<f64>,
    },
    /// Contrast and conflict.
    Critic {
        /// Standard deviations of the directed min-max columns.
        deviations: Vec<f64>,
        /// Sums of one minus the correlation with every column.
        conflicts: Vec<f64>,
    },
    /// In proportion to a measure of dispersion.
    Dispersion {
        /// The measure.
        measure: Dispersion,
        /// Its values.
        values: Vec<f64>,
    },
    /// Squared loadings of principal components.
    PrincipalComponents {
        /// Which components were used.
        components: Components,
        /// All eigenvalues of the correlation matrix, largest first.
        eigenvalues: Vec<f64>,
        /// Unit-length loadings, one list per component used.
        loadings: Vec<Vec<f64>>,
        /// Units without a missing value, which alone were used.
        units: usize,
    },
    /// Correlations with the parent brought near a target.
    Balance {
        /// What was sought.
        influence: Influence,
        /// Correlations wished for, as shares; empty for the greatest influence.
        target: Vec<f64>,
        /// Correlations obtained, as shares when balanced, as they are for the greatest influence.
        obtained: Vec<f64>,
        /// The objective at the end: mean squared distance of shares, or minus the sum of correlations.
        objective: f64,
        /// Evaluations of the objective.
        evaluations: usize,
        /// Whether the search ended by its tolerance.
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
