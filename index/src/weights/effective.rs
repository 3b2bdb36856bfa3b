//! What a node weighs in the whole, and trees with other weights.

use std::collections::{BTreeMap, BTreeSet};

use crate::composite::{
    CompositeError, Tree,
    tree::{Child, check_weight_sum},
};

/// The share of a node in its root.
#[derive(Clone, Debug, PartialEq)]
pub struct EffectiveWeight {
    /// Code of the node.
    pub code: String,
    /// Code of its parent; none for a root.
    pub parent: Option<String>,
    /// Weight among its siblings, which sum to 1.
    pub share: f64,
    /// Product of the shares from the root down; those of the indicators of one root sum to 1.
    pub weight: f64,
}

/// Effective weights of all nodes: the aggregates from the roots down, then the indicators in the tree's order.
///
/// `effective = share * effective(parent)`, 1 for a root; the same as COINr's `get_eff_weights`. They are the real
/// influence only where every mean is arithmetic and nothing is missing.
pub fn effective_weights(tree: &Tree) -> Vec<EffectiveWeight> {
    let mut of_aggregates: Vec<Option<EffectiveWeight>> = vec![None; tree.aggregates.len()];
    let mut of_indicators: Vec<Option<EffectiveWeight>> = vec![None; tree.indicators.len()];
    // Parents stand after their children.
    for at in (0..tree.aggregates.len()).rev() {
        let node = &tree.aggregates[at];
        let own = of_aggregates[at].get_or_insert_with(|| EffectiveWeight {
            code: node.code.clone(),
            parent: None,
            share: 1.0,
            weight: 1.0,
        });
        let weight = own.weight;
        let total: f64 = node.children.iter().map(|(_, w)| w).sum();
        for (child, given) in &node.children {
            let share = given / total;
            let effective = |code: &str| EffectiveWeight {
                code: code.to_owned(),
                parent: Some(node.code.clone()),
                share,
                weight: weight * share,
            };
            match child {
                Child::Aggregate(below) => of_aggregates[*below] = Some(effective(&tree.aggregates[*below].code)),
                Child::Indicator(below) => of_indicators[*below] = Some(effective(&tree.indicators[*below].code)),
            }
        }
    }
    of_aggregates.into_iter().rev().chain(of_indicators).flatten().collect()
}

impl Tree {
    /// The tree with other weights; a node that is not named keeps its own. The weight of a root is of no consequence.
    /// Refuses a code that is not in the tree, a weight below zero, and children whose weights sum to zero.
    pub fn reweighted(&self, weights: &BTreeMap<String, f64>) -> Result<Self, CompositeError> {
        let known: BTreeSet<&str> = self.indicators().chain(self.aggregates()).collect();
        for (code, weight) in weights {
            if !known.contains(code.as_str()) {
                return Err(CompositeError::ColumnNotInTree { code: code.clone() });
            }
            if !weight.is_finite() || *weight < 0.0 {
                return Err(CompositeError::BadWeight {
                    code: code.clone(),
                    weight: *weight,
                });
            }
        }
        let mut tree = self.clone();
        for node in &mut tree.nodes {
            node.weight = weights.get(&node.code).copied().unwrap_or(node.weight);
        }
        for (node, own) in tree.aggregates.iter_mut().zip(&self.aggregates) {
            for (child, weight) in &mut node.children {
                *weight = weights.get(self.code_of(*child)).copied().unwrap_or(*weight);
            }
            check_weight_sum(&own.code, node.children.iter().map(|(_, weight)| weight).sum())?;
        }
        Ok(tree)
    }

    /// The code of a child.
    pub(crate) fn code_of(&self, child: Child) -> &str {
        match child {
            Child::Indicator(at) => &self.indicators[at].code,
            Child::Aggregate(at) => &self.aggregates[at].code,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Direction, NodeSpec};

    fn tree() -> Tree {
        let leaf = |code: &str, parent: &str, weight| NodeSpec::indicator(code, parent, weight, Direction::Positive);
        Tree::new(&[
            leaf("a", "left", 1.0),
            leaf("b", "left", 3.0),
            leaf("c", "right", 5.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            NodeSpec::aggregate("right", Some("top"), 1.5),
            NodeSpec::aggregate("top", None, 7.0),
        ])
        .unwrap()
    }

    fn weights(tree: &Tree) -> Vec<(String, f64)> {
        effective_weights(tree)
            .into_iter()
            .map(|e| (e.code, e.weight))
            .collect()
    }

    #[test]
    fn shares_multiply_down_the_tree() {
        let expected = [
            ("top", 1.0),
            ("right", 0.6),
            ("left", 0.4),
            ("a", 0.1),
            ("b", 0.3),
            ("c", 0.6),
        ];
        let have = weights(&tree());
        assert_eq!(have.len(), expected.len());
        for ((code, weight), (want_code, want)) in have.iter().zip(expected) {
            assert_eq!(code, want_code);
            assert!((weight - want).abs() < 1e-15, "{code}: {weight}");
        }
    }

    #[test]
    fn other_weights_are_checked() {
        let new = |pairs: &[(&str, f64)]| {
            let weights = pairs.iter().map(|(code, w)| ((*code).to_owned(), *w)).collect();
            tree().reweighted(&weights)
        };
        let turned = new(&[("a", 3.0), ("left", 3.0), ("right", 1.0), ("top", 9.0)]).unwrap();
        assert!((weights(&turned)[3].1 - 0.375).abs() < 1e-15);
        assert_eq!(new(&[]).unwrap(), tree());
        let code = |pairs: &[(&str, f64)]| new(pairs).unwrap_err().code();
        assert_eq!(code(&[("x", 1.0)]), "composite.column_not_in_tree");
        assert_eq!(code(&[("a", -1.0)]), "composite.bad_weight");
        assert_eq!(code(&[("c", 0.0)]), "composite.zero_weight_sum");
    }
}
