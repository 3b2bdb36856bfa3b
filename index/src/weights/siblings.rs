//! Columns to be weighed, and a whole tree weighed group by group.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    critic::critic,
    disperse::{Dispersion, disperse},
    entropy::{EntropyScale, entropy},
    error::WeightError,
    given::{equal, given},
    principal::{Components, principal_components},
    record::Weighting,
};
use crate::composite::{
    Column, CompositeError, Direction, Matrix, Tree,
    moments::{in_unit, sum, unit_of},
    tree::Child,
};

/// A column to be weighed, and whether more of it is better.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// The column.
    pub column: &'a Column,
    /// Its direction; only methods on the min-max scale look at it.
    pub direction: Direction,
}

/// A method that weighs columns by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Method {
    /// The weights of the tree.
    Given,
    /// Equal weights.
    Equal,
    /// Entropy weights.
    Entropy {
        /// What shares are taken of.
        scale: EntropyScale,
    },
    /// CRITIC.
    Critic,
    /// In proportion to a measure of dispersion.
    Dispersion {
        /// The measure.
        measure: Dispersion,
    },
    /// Squared loadings of principal components.
    PrincipalComponents {
        /// Which components.
        components: Components,
    },
}

/// Which columns are weighed together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// The indicators below each aggregate by themselves.
    #[default]
    Siblings,
    /// All indicators of the tree at once.
    All,
}

/// Weighs the indicators of a tree: one weighting per group, each with the code of its aggregate (none for all at once),
/// in the tree's order. Aggregates among the children of a node keep the weights of the tree and are not weighed.
pub fn weigh_tree(
    data: &Matrix,
    tree: &Tree,
    method: Method,
    over: Over,
) -> Result<Vec<(Option<String>, Weighting)>, WeightError> {
    match over {
        Over::All => {
            let all: Vec<usize> = (0..tree.indicators.len()).collect();
            let weights = vec![1.0; all.len()];
            Ok(vec![(None, weigh(data, tree, &all, &weights, method)?)])
        }
        Over::Siblings => tree
            .aggregates
            .iter()
            .filter_map(|node| {
                let (at, weights): (Vec<usize>, Vec<f64>) = node
                    .children
                    .iter()
                    .filter_map(|(child, weight)| match child {
                        Child::Indicator(at) => Some((*at, *weight)),
                        Child::Aggregate(_) => None,
                    })
                    .unzip();
                (!at.is_empty())
                    .then(|| weigh(data, tree, &at, &weights, method).map(|found| (Some(node.code.clone()), found)))
            })
            .collect(),
    }
}

fn weigh(
    data: &Matrix,
    tree: &Tree,
    indicators: &[usize],
    weights: &[f64],
    method: Method,
) -> Result<Weighting, WeightError> {
    let items = indicators
        .iter()
        .map(|at| {
            let indicator = &tree.indicators[*at];
            let column = data
                .column(&indicator.code)
                .ok_or_else(|| CompositeError::MissingColumn {
                    code: indicator.code.clone(),
                })?;
            Ok(Item {
                column,
                direction: indicator.direction,
            })
        })
        .collect::<Result<Vec<_>, CompositeError>>()?;
    match method {
        Method::Given => given(&codes(&items), weights),
        Method::Equal => equal(&codes(&items)),
        // An only child has the whole weight whatever its figures are.
        _ if items.len() == 1 => equal(&codes(&items)),
        Method::Entropy { scale } => entropy(&items, scale),
        Method::Critic => critic(&items),
        Method::Dispersion { measure } => disperse(&items, measure),
        Method::PrincipalComponents { components } => principal_components(&items, components),
    }
}

/// The codes of columns, in order.
pub(super) fn codes(items: &[Item<'_>]) -> Vec<String> {
    items.iter().map(|item| item.column.code().to_owned()).collect()
}

/// The column on the scale 0 to 1, directed: the worst present value is 0, the best 1. Refuses a constant one.
pub(super) fn directed(item: Item<'_>) -> Result<Vec<Option<f64>>, WeightError> {
    let values: Vec<f64> = item.column.present_values().collect();
    let (low, high) = crate::rank::extremes(&values);
    if values.is_empty() || low >= high {
        return Err(WeightError::Constant {
            code: item.column.code().to_owned(),
        });
    }
    let scale = |value: f64| share_of_way(value, low, high, item.direction);
    Ok(item.column.cells().map(|cell| cell.map(scale)).collect())
}

/// How far a value is on the way from the worst to the best, 0 to 1. The halves are subtracted, since the whole way may be
/// beyond a double.
pub(crate) fn share_of_way(value: f64, low: f64, high: f64, direction: Direction) -> f64 {
    let (value, low, high) = (value / 2.0, low / 2.0, high / 2.0);
    match direction {
        Direction::Positive => (value - low) / (high - low),
        Direction::Negative => (high - value) / (high - low),
    }
}

/// The values in a unit in which their sum can be taken; as they are where it can be as it is. Shares do not hang on it.
pub(crate) fn summable(values: Vec<f64>) -> Vec<f64> {
    if sum(values.iter().copied()).is_normal() {
        return values;
    }
    match unit_of(&values) {
        Some(unit) => in_unit(&values, unit),
        None => values,
    }
}

/// The present values; refuses fewer than `needed`.
pub(super) fn at_least(column: &Column, needed: usize) -> Result<Vec<f64>, WeightError> {
    let values: Vec<f64> = column.present_values().collect();
    if values.len() < needed {
        return Err(WeightError::TooFewValues {
            code: column.code().to_owned(),
            needed,
            found: values.len(),
        });
    }
    Ok(values)
}
