//! Weights with noise.

use std::collections::BTreeMap;

use super::{
    design::{NoiseOn, WeightSet},
    error::RobustnessError,
};
use crate::composite::Tree;

/// The nominal weights of the nodes that noise is laid on, with their factors, in the order of
/// [`effective_weights`](crate::weights::effective_weights): aggregates from the roots down, then indicators. Weights are
/// those of the tree as they stand there; a later entry of `noise` replaces an earlier one on the same node.
pub(super) fn noisy_nodes(tree: &Tree, noise: &[NoiseOn]) -> Result<Vec<(String, f64, f64)>, RobustnessError> {
    let given: BTreeMap<&str, f64> = tree
        .aggregates
        .iter()
        .flat_map(|node| {
            node.children
                .iter()
                .map(|(child, weight)| (tree.code_of(*child), *weight))
        })
        .collect();
    let mut named = noise.iter().filter_map(|n| n.codes.as_ref()).flatten();
    if let Some(code) = named.find(|code| !given.contains_key(code.as_str())) {
        return Err(no_weight(tree, code));
    }
    let factor_of = |code: &str| {
        let named = |n: &&NoiseOn| n.codes.as_ref().is_none_or(|codes| codes.iter().any(|c| c == code));
        noise.iter().rev().find(named).map(|n| n.factor)
    };
    let order = tree
        .aggregates
        .iter()
        .rev()
        .map(|node| node.code.as_str())
        .chain(tree.indicators());
    Ok(order
        .filter_map(|code| {
            let weight = given.get(code)?;
            factor_of(code).map(|factor| (code.to_owned(), *weight, factor))
        })
        .collect())
}

/// Why a code has no weight among the siblings of the tree: it is a root, or no node at all.
pub(super) fn no_weight(tree: &Tree, code: &str) -> RobustnessError {
    let code = code.to_owned();
    if tree.node(&code).is_some() {
        RobustnessError::RootWeight { code }
    } else {
        RobustnessError::UnknownNode { code }
    }
}

/// One set of weights `w (1 + factor (2 u - 1))`, one uniform number u (0 to 1) per node in order, as COINr's
/// `get_noisy_weights`.
pub(super) fn with_noise(nodes: &[(String, f64, f64)], uniform: &mut impl FnMut() -> f64) -> Vec<f64> {
    nodes
        .iter()
        .map(|(_, weight, factor)| weight * (1.0 + factor * (2.0 * uniform() - 1.0)))
        .collect()
}

/// Several sets of weights with noise, by code.
pub fn noisy_weights(
    tree: &Tree,
    noise: &[NoiseOn],
    sets: usize,
    uniform: &mut impl FnMut() -> f64,
) -> Result<Vec<WeightSet>, RobustnessError> {
    let nodes = noisy_nodes(tree, noise)?;
    Ok((0..sets)
        .map(|_| {
            let weights = with_noise(&nodes, uniform);
            nodes.iter().map(|(code, _, _)| code.clone()).zip(weights).collect()
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Direction, NodeSpec};

    fn tree() -> Tree {
        let leaf = |code: &str, weight| NodeSpec::indicator(code, "left", weight, Direction::Positive);
        Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            leaf("a", 1.0),
            leaf("b", 3.0),
        ])
        .unwrap()
    }

    #[test]
    fn a_uniform_of_one_half_moves_nothing_and_the_ends_move_by_the_factor() {
        let noise = [
            NoiseOn {
                codes: None,
                factor: 0.2,
            },
            NoiseOn {
                codes: Some(vec!["b".into()]),
                factor: 0.4,
            },
        ];
        let mut uniforms = [0.5, 0.5, 0.5, 0.0, 0.0, 1.0].into_iter();
        let sets = noisy_weights(&tree(), &noise, 2, &mut || uniforms.next().unwrap()).unwrap();
        assert_eq!(
            sets[0],
            WeightSet::from([("left".into(), 1.0), ("a".into(), 1.0), ("b".into(), 3.0)])
        );
        for (code, want) in [("left", 0.8), ("a", 0.8), ("b", 4.2)] {
            assert!((sets[1][code] - want).abs() < 1e-14, "{code}: {}", sets[1][code]);
        }
        let unknown = [NoiseOn {
            codes: Some(vec!["x".into()]),
            factor: 0.1,
        }];
        assert_eq!(
            noisy_weights(&tree(), &unknown, 1, &mut || 0.5).unwrap_err().code(),
            "robustness.unknown_node"
        );
    }
}
