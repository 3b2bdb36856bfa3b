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
    /// Weights in proportion to a measure of dispersion.
    Dispersion {
        /// Measure of dispersion.
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
/// in the tree's order. An aggregate among the children of a node is weighed with them where the data have a column of its
/// scores, of which more is better; else it keeps the weight of the tree and is left out.
pub fn weigh_tree(
    data: &Matrix,
    tree: &Tree,
    method: Method,
    over: Over,
) -> Result<Vec<(Option<String>, Weighting)>, WeightError> {
    let indicator = |at: usize, weight: f64| {
        let indicator = &tree.indicators[at];
        let missing = || CompositeError::MissingColumn {
            code: indicator.code.clone(),
        };
        let item = Item {
            column: data.column(&indicator.code).ok_or_else(missing)?,
            direction: indicator.direction,
        };
        Ok((item, weight))
    };
    match over {
        Over::All => {
            let all: Result<Vec<_>, CompositeError> = (0..tree.indicators.len()).map(|at| indicator(at, 1.0)).collect();
            Ok(vec![(None, weigh(all?, method)?)])
        }
        Over::Siblings => tree
            .aggregates
            .iter()
            .filter_map(|node| {
                let children = node.children.iter().filter_map(|(child, weight)| match child {
                    Child::Indicator(at) => Some(indicator(*at, *weight)),
                    Child::Aggregate(at) => {
                        let column = data.column(&tree.aggregates[*at].code)?;
                        let direction = Direction::Positive;
                        Some(Ok((Item { column, direction }, *weight)))
                    }
                });
                let children: Result<Vec<(Item<'_>, f64)>, CompositeError> = children.collect();
                let found = match children {
                    Ok(children) if children.is_empty() => return None,
                    Ok(children) => weigh(children, method),
                    Err(error) => Err(error.into()),
                };
                Some(found.map(|found| (Some(node.code.clone()), found)))
            })
            .collect(),
    }
}

fn weigh(items: Vec<(Item<'_>, f64)>, method: Method) -> Result<Weighting, WeightError> {
    let (items, weights): (Vec<Item<'_>>, Vec<f64>) = items.into_iter().unzip();
    match method {
        Method::Given => given(&codes(&items), &weights),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::NodeSpec;

    #[test]
    fn aggregates_are_weighed_where_the_data_have_their_scores() {
        let leaf = |code: &str, parent: &str| NodeSpec::indicator(code, parent, 1.0, Direction::Negative);
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 3.0),
            leaf("a", "left"),
            leaf("b", "top"),
        ])
        .unwrap();
        let column = |code: &str, values: [f64; 3]| Column::complete(code, values.to_vec()).unwrap();
        let (a, b) = (column("a", [1.0, 2.0, 3.0]), column("b", [2.0, 4.0, 6.0]));
        let left = column("left", [3.0, 0.0, 6.0]);
        let units = || ["u", "v", "w"].map(String::from).to_vec();
        let deviation = Method::Dispersion {
            measure: Dispersion::StandardDeviation,
        };
        let weigh = |columns: Vec<Column>, method| {
            let data = Matrix::new(units(), columns).unwrap();
            let found = weigh_tree(&data, &tree, method, Over::Siblings).unwrap();
            let groups = found
                .into_iter()
                .map(|(parent, found)| (parent.unwrap(), found.codes, found.weights));
            groups.collect::<Vec<_>>()
        };
        let group = |parent: &str, codes: &[&str], weights: &[f64]| {
            let codes = codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
            (parent.to_owned(), codes, weights.to_vec())
        };
        let alone = weigh(vec![a.clone(), b.clone()], deviation);
        assert_eq!(alone, [group("left", &["a"], &[1.0]), group("top", &["b"], &[1.0])]);
        // Deviations 3 and 2.
        let together = weigh(vec![a.clone(), b.clone(), left.clone()], deviation);
        assert_eq!(together[1], group("top", &["left", "b"], &[0.6, 0.4]));
        let given = weigh(vec![a, b, left], Method::Given);
        assert_eq!(given[1], group("top", &["left", "b"], &[0.75, 0.25]));
    }
}
