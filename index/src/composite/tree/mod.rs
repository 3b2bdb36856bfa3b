//! The indicator tree: which indicator counts under which node, how much, and in which direction. Any depth.

use std::collections::BTreeMap;

use super::{
    error::CompositeError,
    matrix::{Column, Matrix, refuse_duplicates},
    mean::{Mean, Missing},
    normalisation::Normalisation,
};

/// Whether more is better.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    #[default]
    Positive,
    /// Less is better.
    Negative,
}

/// What a row of the tree's description stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A column of the data.
    Indicator,
    /// A mean over its children.
    Aggregate,
}

/// One node as described: indicators and aggregates alike.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSpec {
    /// Code, unique in the tree; an indicator's is its column's.
    pub code: String,
    /// Code of the aggregate it counts under; none for a root.
    pub parent: Option<String>,
    /// Indicator or aggregate.
    pub kind: NodeKind,
    /// Weight among its siblings, zero or more; rescaled over the siblings that are present.
    pub weight: f64,
    /// Direction, applied when an indicator is normalised.
    pub direction: Direction,
    /// The unit of measurement of an indicator, for people.
    pub unit: Option<String>,
    /// The mean of this aggregate where it differs from the plan's.
    pub mean: Option<Mean>,
    /// The order weights of an ordered weighted mean, one per child, from the best to the worst; else empty.
    pub order_weights: Vec<f64>,
    /// What becomes of missing children of this aggregate where it differs from the plan's.
    pub missing: Option<Missing>,
    /// The normalisation of this indicator where it differs from the plan's; of an aggregate the scale that its score is
    /// brought to before it goes up, none: as computed.
    pub normalisation: Option<Normalisation>,
    /// Decimals to which the score of this aggregate is rounded, half away from zero, before it goes up; none: as computed.
    pub decimals: Option<u32>,
}

impl NodeSpec {
    /// An indicator.
    pub fn indicator(code: impl Into<String>, parent: impl Into<String>, weight: f64, direction: Direction) -> Self {
        let (code, parent) = (code.into(), Some(parent.into()));
        Self {
            code,
            parent,
            kind: NodeKind::Indicator,
            weight,
            direction,
            unit: None,
            mean: None,
            order_weights: Vec::new(),
            missing: None,
            normalisation: None,
            decimals: None,
        }
    }

    /// An aggregate; a root has no parent.
    pub fn aggregate(code: impl Into<String>, parent: Option<&str>, weight: f64) -> Self {
        let (code, parent) = (code.into(), parent.map(str::to_owned));
        Self {
            code,
            parent,
            kind: NodeKind::Aggregate,
            weight,
            direction: Direction::Positive,
            unit: None,
            mean: None,
            order_weights: Vec::new(),
            missing: None,
            normalisation: None,
            decimals: None,
        }
    }
}

/// A checked tree (or several: every root is one).
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// Indicators in the order described.
    pub(crate) indicators: Vec<Indicator>,
    /// Aggregates, children before parents; among equals the order described.
    pub(crate) aggregates: Vec<Aggregate>,
    /// The description it was made from.
    pub(crate) nodes: Vec<NodeSpec>,
}

/// An indicator of a checked tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Indicator {
    pub(crate) code: String,
    pub(crate) direction: Direction,
    pub(crate) normalisation: Option<Normalisation>,
}

/// An aggregate of a checked tree.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Aggregate {
    pub(crate) code: String,
    pub(crate) mean: Option<Mean>,
    pub(crate) order_weights: Vec<f64>,
    pub(crate) missing: Option<Missing>,
    /// The scale that its score is brought to before it is rounded and goes up.
    pub(crate) rescale: Option<Normalisation>,
    pub(crate) decimals: Option<u32>,
    /// Children with their weights, in the order described.
    pub(crate) children: Vec<(Child, f64)>,
}

/// A child: an index into the indicators or into the aggregates of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Child {
    Indicator(usize),
    Aggregate(usize),
}

impl Tree {
    /// Checks a description: codes unique, parents known, no cycle, no loose node, weights that can be scaled.
    pub fn new(nodes: &[NodeSpec]) -> Result<Self, CompositeError> {
        refuse_duplicates(nodes.iter().map(|n| n.code.as_str()))?;
        let by_code: BTreeMap<&str, usize> = nodes.iter().enumerate().map(|(i, n)| (n.code.as_str(), i)).collect();
        for node in nodes {
            check_node(node, nodes, &by_code)?;
        }
        let heights = heights(nodes, &by_code)?;
        let mut order: Vec<usize> = (0..nodes.len())
            .filter(|i| nodes[*i].kind == NodeKind::Aggregate)
            .collect();
        order.sort_by_key(|i| heights[*i]);

        let indicator_rows: Vec<usize> = (0..nodes.len())
            .filter(|i| nodes[*i].kind == NodeKind::Indicator)
            .collect();
        let indicators = indicator_rows
            .iter()
            .map(|i| Indicator {
                code: nodes[*i].code.clone(),
                direction: nodes[*i].direction,
                normalisation: nodes[*i].normalisation.clone(),
            })
            .collect();
        let child_of: BTreeMap<usize, Child> = indicator_rows
            .iter()
            .enumerate()
            .map(|(at, row)| (*row, Child::Indicator(at)))
            .chain(order.iter().enumerate().map(|(at, row)| (*row, Child::Aggregate(at))))
            .collect();
        let mut aggregates = Vec::with_capacity(order.len());
        for row in order {
            let node = &nodes[row];
            let children: Vec<(Child, f64)> = nodes
                .iter()
                .enumerate()
                .filter(|(_, n)| n.parent.as_deref() == Some(node.code.as_str()))
                .filter_map(|(i, n)| child_of.get(&i).map(|child| (*child, n.weight)))
                .collect();
            if children.is_empty() {
                return Err(CompositeError::LooseNode {
                    code: node.code.clone(),
                });
            }
            check_weight_sum(&node.code, children.iter().map(|(_, weight)| weight).sum())?;
            if node.mean == Some(Mean::Ordered) {
                check_order_weights(&node.order_weights, children.len())?;
            }
            aggregates.push(Aggregate {
                code: node.code.clone(),
                mean: node.mean.map(Mean::checked).transpose()?,
                order_weights: node.order_weights.clone(),
                missing: node.missing.map(Missing::checked).transpose()?,
                rescale: node.normalisation.clone(),
                decimals: node.decimals,
                children,
            });
        }
        Ok(Self {
            indicators,
            aggregates,
            nodes: nodes.to_vec(),
        })
    }

    /// The description it was made from, in its order.
    pub fn nodes(&self) -> &[NodeSpec] {
        &self.nodes
    }

    /// The root that the description begins with: units are ranked by its score.
    pub fn main_root(&self) -> Option<&NodeSpec> {
        self.nodes.iter().find(|node| node.parent.is_none())
    }

    /// The description of one node.
    pub fn node(&self, code: &str) -> Option<&NodeSpec> {
        self.nodes.iter().find(|node| node.code == code)
    }

    /// For each node, in the order described, its level: 1 for an indicator, for an aggregate one more than its highest
    /// child.
    pub fn levels(&self) -> Vec<usize> {
        const INDICATOR_LEVEL: usize = 1;
        let mut of_code: BTreeMap<&str, usize> = self.indicators().map(|code| (code, INDICATOR_LEVEL)).collect();
        let mut of_aggregate: Vec<usize> = Vec::with_capacity(self.aggregates.len());
        for aggregate in &self.aggregates {
            let highest = aggregate.children.iter().map(|(child, _)| match child {
                Child::Indicator(_) => INDICATOR_LEVEL,
                Child::Aggregate(at) => of_aggregate[*at],
            });
            let level = 1 + highest.fold(INDICATOR_LEVEL, usize::max);
            of_aggregate.push(level);
            of_code.insert(&aggregate.code, level);
        }
        self.nodes.iter().map(|node| of_code[node.code.as_str()]).collect()
    }

    /// Codes of the indicators in the order described.
    pub fn indicators(&self) -> impl Iterator<Item = &str> {
        self.indicators.iter().map(|i| i.code.as_str())
    }

    /// Codes of the aggregates, children before parents.
    pub fn aggregates(&self) -> impl Iterator<Item = &str> {
        self.aggregates.iter().map(|a| a.code.as_str())
    }
}

/// Refuses order weights that are not one per child, zero or more, with a sum.
pub(crate) fn check_order_weights(weights: &[f64], children: usize) -> Result<(), CompositeError> {
    let refused = |value| {
        Err(CompositeError::BadSetting {
            setting: "order_weights",
            value,
        })
    };
    if weights.len() != children {
        return refused(weights.len() as f64);
    }
    if let Some(weight) = weights.iter().find(|weight| !weight.is_finite() || **weight < 0.0) {
        return refused(*weight);
    }
    let whole: f64 = weights.iter().sum();
    if (1e-100..=1e100).contains(&whole) {
        Ok(())
    } else {
        refused(whole)
    }
}

/// Refuses weights below a node that sum to nothing, or to so little or so much that products with scores would be lost.
pub(crate) fn check_weight_sum(node: &str, whole: f64) -> Result<(), CompositeError> {
    let code = node.to_owned();
    match whole {
        whole if whole <= 0.0 => Err(CompositeError::ZeroWeightSum { code }),
        whole if !(1e-100..=1e100).contains(&whole) => Err(CompositeError::BadWeight { code, weight: whole }),
        _ => Ok(()),
    }
}

/// Checks what can be said of one node by itself.
fn check_node(node: &NodeSpec, nodes: &[NodeSpec], by_code: &BTreeMap<&str, usize>) -> Result<(), CompositeError> {
    if !node.weight.is_finite() || node.weight < 0.0 {
        return Err(CompositeError::BadWeight {
            code: node.code.clone(),
            weight: node.weight,
        });
    }
    match &node.parent {
        None if node.kind == NodeKind::Indicator => Err(CompositeError::LooseNode {
            code: node.code.clone(),
        }),
        None => Ok(()),
        Some(parent) => match by_code.get(parent.as_str()) {
            Some(row) if nodes[*row].kind == NodeKind::Aggregate => Ok(()),
            _ => Err(CompositeError::UnknownParent {
                code: node.code.clone(),
                parent: parent.clone(),
            }),
        },
    }
}

/// For each node the length of the longest way down to an indicator, so that children sort before parents.
fn heights(nodes: &[NodeSpec], by_code: &BTreeMap<&str, usize>) -> Result<Vec<usize>, CompositeError> {
    let mut heights = vec![0; nodes.len()];
    for start in 0..nodes.len() {
        let (mut at, mut height) = (start, 0);
        while let Some(parent) = nodes[at].parent.as_deref().and_then(|p| by_code.get(p)) {
            height += 1;
            if height > nodes.len() {
                return Err(CompositeError::Cycle {
                    code: nodes[start].code.clone(),
                });
            }
            at = *parent;
            heights[at] = heights[at].max(height);
        }
    }
    Ok(heights)
}

/// Brings the columns into the order of the tree's indicators; refuses missing and surplus ones.
pub(crate) fn in_tree_order(data: Matrix, tree: &Tree) -> Result<Matrix, CompositeError> {
    if data.columns().iter().map(Column::code).eq(tree.indicators()) {
        return Ok(data);
    }
    let units = data.shared_units();
    let mut by_code: BTreeMap<String, Column> = data
        .into_columns()
        .into_iter()
        .map(|c| (c.code().to_owned(), c))
        .collect();
    let ordered = tree
        .indicators()
        .map(|code| {
            by_code
                .remove(code)
                .ok_or_else(|| CompositeError::MissingColumn { code: code.to_owned() })
        })
        .collect::<Result<Vec<_>, _>>()?;
    match by_code.into_keys().next() {
        Some(code) => Err(CompositeError::ColumnNotInTree { code }),
        None => Ok(Matrix::from_checked(units, ordered)),
    }
}

#[cfg(test)]
mod tests;
