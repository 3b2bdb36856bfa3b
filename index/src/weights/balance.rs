//! Weights by which each child has the correlation with its parent that is wished for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    error::WeightError,
    minimise::{Minimum, SearchLimits, minimise},
    record::{Origin, Weighting},
};
use crate::{
    composite::{Column, CompositeError, Matrix, Tree, moments::sum},
    statistics::{Correlation, correlate},
};

/// Objective of the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Influence {
    /// Correlations in given proportions, equal by default.
    #[default]
    Balanced,
    /// Greatest sum of correlations.
    Greatest,
}

/// What is sought and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Balance {
    /// What weights should bring about.
    pub influence: Influence,
    /// Proportions of the correlations, one per child; empty for equal ones. Not looked at for the greatest influence.
    pub target: Vec<f64>,
    /// Which correlation.
    pub correlation: Correlation,
    /// When the search ends.
    pub limits: SearchLimits,
}

impl Default for Balance {
    fn default() -> Self {
        Self {
            influence: Influence::Balanced,
            target: Vec::new(),
            correlation: Correlation::Pearson,
            limits: SearchLimits::default(),
        }
    }
}

/// Weights for columns on one scale whose parent is their weighted arithmetic mean, missing values skipped.
///
/// Balanced: the mean squared distance between the shares of the correlations `r_i / sum(r)` and the target's is least.
/// Greatest: the sum of the correlations is greatest. Both as COINr's `get_opt_weights`, from Becker et al. (2017), Weights
/// and importance in composite indicators, Ecological Indicators 80, 12-22. Weights stay positive, since the search is for
/// their logarithms. Where the target cannot be reached, which happens with opposed columns, `obtained` says what was.
pub fn balance(children: &Matrix, wish: &Balance) -> Result<Weighting, WeightError> {
    let columns: Vec<&Column> = children.columns().iter().collect();
    let codes: Vec<String> = columns.iter().map(|column| column.code().to_owned()).collect();
    let start = vec![1.0; codes.len()];
    search(&codes, &start, wish, |weights| {
        let parent = weighted_mean(&columns, weights);
        columns
            .iter()
            .map(|column| correlation_of(wish.correlation, column, &parent))
            .collect()
    })
}

/// Weights for some nodes of a tree, such as those of one level, by their correlations with the node `against`, such as
/// the root. `aggregates` computes the aggregates of a tree with other weights; `data` are the normalised indicators.
pub fn balance_level(
    tree: &Tree,
    data: &Matrix,
    nodes: &[String],
    against: &str,
    wish: &Balance,
    aggregates: impl Fn(&Tree) -> Result<Matrix, CompositeError>,
) -> Result<Weighting, WeightError> {
    let start: Vec<f64> = {
        let shares: BTreeMap<String, f64> = super::effective_weights(tree)
            .into_iter()
            .map(|e| (e.code, e.share))
            .collect();
        let share = |code: &String| {
            let missing = || CompositeError::MissingColumn { code: code.clone() };
            shares.get(code).copied().ok_or_else(missing)
        };
        nodes.iter().map(share).collect::<Result<_, _>>()?
    };
    search(nodes, &start, wish, |weights| {
        let new = nodes.iter().cloned().zip(weights.iter().copied()).collect();
        let scores = aggregates(&tree.reweighted(&new)?)?;
        let column = |code: &str| {
            let missing = || CompositeError::MissingColumn { code: code.to_owned() };
            scores.column(code).or_else(|| data.column(code)).ok_or_else(missing)
        };
        let parent = column(against)?;
        nodes
            .iter()
            .map(|node| correlation_of(wish.correlation, column(node)?, parent))
            .collect()
    })
}

fn correlation_of(kind: Correlation, child: &Column, parent: &Column) -> Result<f64, WeightError> {
    correlate(kind, child, parent).ok_or_else(|| WeightError::NoCorrelation {
        first: child.code().to_owned(),
        second: parent.code().to_owned(),
    })
}

fn weighted_mean(columns: &[&Column], weights: &[f64]) -> Column {
    let rows = columns.first().map_or(0, |column| column.len());
    let (mut means, mut present) = (vec![0.0; rows], vec![false; rows]);
    for row in 0..rows {
        let (mut total, mut weight) = (0.0, 0.0);
        for (column, own) in columns.iter().zip(weights) {
            if let Some(value) = column.get(row) {
                total += own * value;
                weight += own;
            }
        }
        if weight > 0.0 {
            (means[row], present[row]) = (total / weight, true);
        }
    }
    Column::from_parts("parent".to_owned(), means, Some(present))
}

fn search(
    codes: &[String],
    start: &[f64],
    wish: &Balance,
    correlations: impl Fn(&[f64]) -> Result<Vec<f64>, WeightError>,
) -> Result<Weighting, WeightError> {
    if codes.is_empty() {
        return Err(WeightError::Nothing);
    }
    let target = match wish.influence {
        Influence::Balanced => target(codes, &wish.target)?,
        Influence::Greatest => Vec::new(),
    };
    let objective = |correlations: &[f64]| match wish.influence {
        Influence::Balanced => distance(&shares(correlations), &target),
        Influence::Greatest => -sum(correlations.iter().copied()),
    };
    let weights_at =
        |logs: &[f64]| -> Vec<f64> { std::iter::once(0.0).chain(logs.iter().copied()).map(f64::exp).collect() };
    let mut first = if target.is_empty() {
        start.to_vec()
    } else {
        target.clone()
    };
    let mut evaluations = 0;
    if wish.influence == Influence::Balanced {
        evaluations += approach(&mut first, &target, &correlations)?;
    }
    // Only proportions matter: the first weight stands still. A weight of zero has no logarithm.
    let log = |weight: f64| weight.max(1e-6).ln();
    let logs: Vec<f64> = first.iter().skip(1).map(|w| log(*w) - log(first[0])).collect();
    let found: Minimum = minimise(&logs, 0.1, wish.limits, |logs| {
        correlations(&weights_at(logs)).map(|found| objective(&found))
    })?;
    let weights = weights_at(&found.place);
    let at_the_end = correlations(&weights)?;
    let origin = Origin::Balance {
        influence: wish.influence,
        obtained: match wish.influence {
            Influence::Balanced => shares(&at_the_end),
            Influence::Greatest => at_the_end,
        },
        target,
        objective: found.value,
        evaluations: evaluations + found.evaluations,
        converged: found.converged,
    };
    Weighting::of_shares(codes.to_vec(), &weights, origin)
}

/// Comes near a balance by leaps: a child with too little correlation gets more weight in proportion. Counts evaluations.
fn approach(
    weights: &mut Vec<f64>,
    target: &[f64],
    correlations: &impl Fn(&[f64]) -> Result<Vec<f64>, WeightError>,
) -> Result<usize, WeightError> {
    const MOST_LEAPS: usize = 500;
    let mut power = 1.0;
    let mut have = shares(&correlations(weights)?);
    for leap in 1..MOST_LEAPS {
        let off = distance(&have, target);
        if off < 1e-28 || power < 1e-3 || have.iter().any(|share| *share <= 0.0) {
            return Ok(leap);
        }
        let tried: Vec<f64> = weights
            .iter()
            .zip(target.iter().zip(&have))
            .map(|(weight, (wanted, share))| weight * (wanted / share).powf(power))
            .collect();
        let total = sum(tried.iter().copied());
        let tried: Vec<f64> = tried.iter().map(|w| w / total).collect();
        let found = shares(&correlations(&tried)?);
        if distance(&found, target) < off {
            (*weights, have) = (tried, found);
        } else {
            power /= 2.0;
        }
    }
    Ok(MOST_LEAPS)
}

fn target(codes: &[String], wished: &[f64]) -> Result<Vec<f64>, WeightError> {
    if wished.is_empty() {
        return Ok(vec![1.0 / codes.len() as f64; codes.len()]);
    }
    // A share of nothing would need a weight of nothing: leave the column out instead.
    if let Some((code, weight)) = codes.iter().zip(wished).find(|(_, share)| **share <= 0.0) {
        return Err(WeightError::BadWeight {
            code: code.clone(),
            weight: *weight,
        });
    }
    super::given(codes, wished).map(|weighting| weighting.weights)
}

fn shares(correlations: &[f64]) -> Vec<f64> {
    let total = sum(correlations.iter().copied());
    correlations.iter().map(|r| r / total).collect()
}

fn distance(have: &[f64], want: &[f64]) -> f64 {
    sum(have.iter().zip(want).map(|(a, b)| (a - b) * (a - b))) / want.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Aggregation, Direction, NodeSpec, aggregate};

    /// Three uncorrelated columns with deviations in the proportion 1 : 2 : 4.
    fn orthogonal() -> Matrix {
        let signs = [[1.0, 1.0, 1.0], [1.0, -1.0, -1.0], [-1.0, 1.0, -1.0], [-1.0, -1.0, 1.0]];
        let columns = (0..3)
            .map(|at| {
                let values = signs.iter().map(|s| s[at] * f64::from(1 << at)).collect();
                Column::complete(format!("c{at}"), values).unwrap()
            })
            .collect();
        Matrix::new((0..4).map(|i| format!("u{i}")).collect(), columns).unwrap()
    }

    fn close(have: &[f64], want: &[f64], tolerance: f64) {
        for (a, b) in have.iter().zip(want) {
            assert!((a - b).abs() < tolerance, "{have:?}, expected {want:?}");
        }
    }

    #[test]
    fn uncorrelated_columns_weigh_by_target_over_deviation() {
        // The correlation of c_i with the mean is w_i sd_i / norm.
        let equal = balance(&orthogonal(), &Balance::default()).unwrap();
        close(&equal.weights, &[4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0], 1e-7);
        let wish = Balance {
            target: vec![1.0, 2.0, 1.0],
            ..Balance::default()
        };
        let unequal = balance(&orthogonal(), &wish).unwrap();
        close(&unequal.weights, &[4.0 / 9.0, 4.0 / 9.0, 1.0 / 9.0], 1e-7);
        let Origin::Balance { obtained, target, .. } = unequal.origin else {
            panic!()
        };
        close(&obtained, &target, 1e-8);
    }

    #[test]
    fn the_greatest_influence_weighs_by_the_inverse_of_deviation() {
        // By Cauchy and Schwarz the sum of correlations is greatest at w_i = 1 / sd_i, whatever the correlations are.
        let values = [
            [1.0, 4.0, 2.0],
            [2.0, 1.0, 9.0],
            [4.0, 6.0, 1.0],
            [3.0, 9.0, 5.0],
            [7.0, 8.0, 5.0],
        ];
        let columns: Vec<Column> = (0..3)
            .map(|at| Column::complete(format!("c{at}"), values.iter().map(|row| row[at]).collect()).unwrap())
            .collect();
        let inverse: Vec<f64> = columns
            .iter()
            .map(|c| {
                let values: Vec<f64> = c.present_values().collect();
                1.0 / crate::composite::moments::mean_and_sd(&values).unwrap().1
            })
            .collect();
        let total: f64 = inverse.iter().sum();
        let expected: Vec<f64> = inverse.iter().map(|w| w / total).collect();
        let children = Matrix::new((0..5).map(|i| format!("u{i}")).collect(), columns).unwrap();
        let wish = Balance {
            influence: Influence::Greatest,
            ..Balance::default()
        };
        close(&balance(&children, &wish).unwrap().weights, &expected, 1e-6);
    }

    #[test]
    fn a_level_is_balanced_against_the_root() {
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            NodeSpec::indicator("c0", "left", 1.0, Direction::Positive),
            NodeSpec::indicator("c1", "left", 1.0, Direction::Positive),
            NodeSpec::aggregate("right", Some("top"), 1.0),
            NodeSpec::indicator("c2", "right", 1.0, Direction::Positive),
        ])
        .unwrap();
        let data = orthogonal();
        let nodes = ["left".to_owned(), "right".to_owned()];
        let weigh = |nodes: &[String]| {
            balance_level(&tree, &data, nodes, "top", &Balance::default(), |tree| {
                aggregate(&data, tree, Aggregation::default())
            })
        };
        // The deviation of left is sqrt(1 + 4) / 2, that of right 4.
        let (left, right) = (1.0 / (5.0_f64.sqrt() / 2.0), 1.0 / 4.0);
        close(
            &weigh(&nodes).unwrap().weights,
            &[left / (left + right), right / (left + right)],
            1e-7,
        );
        assert_eq!(weigh(&["x".to_owned()]).unwrap_err().code(), "composite.missing_column");
    }

    #[test]
    fn what_has_no_correlation_is_refused() {
        let constant = Column::complete("k", vec![1.0; 4]).unwrap();
        let mut columns = orthogonal().columns().to_vec();
        columns.push(constant);
        let data = Matrix::new((0..4).map(|i| format!("u{i}")).collect(), columns).unwrap();
        assert_eq!(
            balance(&data, &Balance::default()).unwrap_err().code(),
            "weights.no_correlation"
        );
        let wish = |target: Vec<f64>| Balance {
            target,
            ..Balance::default()
        };
        let code = |target| balance(&orthogonal(), &wish(target)).unwrap_err().code();
        assert_eq!(code(vec![1.0, 2.0]), "weights.length");
        assert_eq!(code(vec![1.0, 0.0, 1.0]), "weights.bad_weight");
    }
}
