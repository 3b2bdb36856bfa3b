//! What becomes of the ranks when one indicator or node is left out.

use std::{collections::BTreeMap, num::NonZeroUsize};

use super::{error::RobustnessError, prepared::Prepared};
use crate::{
    composite::{Tree, aggregate},
    parallel::in_parallel,
    rank::{Precision, Ranker},
};

/// The ranking without one node.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// Code of the node left out.
    pub code: String,
    /// Scores without it, in the order of the units.
    pub scores: Vec<Option<f64>>,
    /// Ranks without it.
    pub ranks: Vec<Option<u32>>,
    /// Nominal rank less rank without it: positive when the unit rises.
    pub rise: Vec<Option<i64>>,
    /// Mean over the units of how many places a rank moves; none when no unit is ranked both times.
    pub mean_shift: Option<f64>,
}

/// All removals beside the nominal ranking.
#[derive(Clone, Debug, PartialEq)]
pub struct Removals {
    /// Codes of the units.
    pub units: Vec<String>,
    /// Nominal scores.
    pub scores: Vec<Option<f64>>,
    /// Nominal ranks.
    pub ranks: Vec<Option<u32>>,
    /// One entry per node left out, in the order asked for.
    pub removals: Vec<Removal>,
}

/// Leaves out one node after the other by giving it a weight of zero, as COINr's `remove_elements`, and ranks `node`.
///
/// Where a node is the only one of its parent that has a weight, the parent goes with it. A node without which nothing is
/// left is passed over.
pub fn remove_each(
    prepared: &Prepared,
    node: &str,
    codes: &[String],
    precision: Precision,
    threads: NonZeroUsize,
) -> Result<Removals, RobustnessError> {
    let tree = &prepared.tree;
    let own = tree.given_weights();
    let unknown = |code: &str| RobustnessError::UnknownNode { code: code.to_owned() };
    if !tree.aggregates().any(|code| code == node) {
        return Err(unknown(node));
    }
    if let Some(code) = codes.iter().find(|code| !own.contains_key(*code)) {
        return Err(unknown(code));
    }
    let (scores, ranks) = ranked(prepared, tree, node, precision)?;
    let removals = in_parallel(codes, threads.get(), |(), code| {
        without(tree, code, node)
            .map(|tree| {
                let (without, ranks_without) = ranked(prepared, &tree, node, precision)?;
                Ok(removal(code, without, ranks_without, &ranks))
            })
            .transpose()
    });
    let removals = removals
        .into_iter()
        .filter_map(Result::transpose)
        .collect::<Result<Vec<_>, RobustnessError>>()?;
    Ok(Removals {
        units: prepared.data.units().to_vec(),
        scores,
        ranks,
        removals,
    })
}

/// The tree in which a node weighs nothing; none when nothing of `root` is left.
fn without(tree: &Tree, code: &str, root: &str) -> Option<Tree> {
    let mut weights = BTreeMap::from([(code.to_owned(), 0.0)]);
    // Children before parents: what is left without a child goes at its parent's turn.
    for node in &tree.aggregates {
        let gone = node
            .children
            .iter()
            .all(|(child, weight)| weights.contains_key(tree.code_of(*child)) || *weight <= 0.0);
        if gone && node.code == root {
            return None;
        }
        if gone {
            weights.insert(node.code.clone(), 0.0);
        }
    }
    let mut left = tree.clone();
    for node in &mut left.aggregates {
        // A node that is gone keeps its own weights: nobody looks at its score, and it must have one.
        let gone = weights.contains_key(&node.code) && node.code != code;
        if !gone {
            for (child, weight) in &mut node.children {
                if weights.contains_key(tree.code_of(*child)) {
                    *weight = 0.0;
                }
            }
        }
    }
    Some(left)
}

type Ranking = (Vec<Option<f64>>, Vec<Option<u32>>);

fn ranked(prepared: &Prepared, tree: &Tree, node: &str, precision: Precision) -> Result<Ranking, RobustnessError> {
    let scores = aggregate(&prepared.data, tree, prepared.aggregation)
        .map_err(|error| RobustnessError::Refused { replication: 0, error })?;
    let column = scores
        .column(node)
        .ok_or_else(|| RobustnessError::UnknownNode { code: node.to_owned() })?;
    let ranks = Ranker::default().rank(column.values(), column.presence(), precision);
    Ok((column.cells().collect(), ranks))
}

fn removal(code: &str, scores: Vec<Option<f64>>, ranks: Vec<Option<u32>>, nominal: &[Option<u32>]) -> Removal {
    let rise: Vec<Option<i64>> = nominal
        .iter()
        .zip(&ranks)
        .map(|(before, after)| {
            before
                .zip(*after)
                .map(|(before, after)| i64::from(before) - i64::from(after))
        })
        .collect();
    let moved: Vec<u64> = rise.iter().flatten().map(|rise| rise.unsigned_abs()).collect();
    Removal {
        code: code.to_owned(),
        scores,
        ranks,
        mean_shift: (!moved.is_empty()).then(|| moved.iter().sum::<u64>() as f64 / moved.len() as f64),
        rise,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Aggregation, Column, Direction, Matrix, NodeSpec};

    fn prepared() -> Prepared {
        let leaf = |code: &str, parent: &str| NodeSpec::indicator(code, parent, 1.0, Direction::Positive);
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            leaf("a", "left"),
            leaf("b", "top"),
            leaf("c", "top"),
        ])
        .unwrap();
        let column = |code: &str, values: [f64; 3]| Column::complete(code, values.to_vec()).unwrap();
        let data = Matrix::new(
            ["u", "v", "w"].map(String::from).to_vec(),
            vec![
                column("a", [90.0, 0.0, 0.0]),
                column("b", [10.0, 60.0, 20.0]),
                column("c", [0.0, 20.0, 50.0]),
            ],
        )
        .unwrap();
        Prepared {
            data,
            tree,
            aggregation: Aggregation::default(),
        }
    }

    fn remove(codes: &[&str], node: &str) -> Result<Removals, RobustnessError> {
        remove_from(&prepared(), codes, node, Precision::Within(1e-9))
    }

    fn remove_from(
        prepared: &Prepared,
        codes: &[&str],
        node: &str,
        precision: Precision,
    ) -> Result<Removals, RobustnessError> {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        remove_each(prepared, node, &codes, precision, NonZeroUsize::new(2).unwrap())
    }

    #[test]
    fn ranks_move_when_an_indicator_goes() {
        let found = remove(&["a", "b", "left"], "top").unwrap();
        // Thirds of 100, 80, 70.
        assert_eq!(found.ranks, [Some(1), Some(2), Some(3)]);
        // Without a: 5, 40, 35, and the pillar that only it filled goes too.
        assert_eq!(found.removals[0].scores, [Some(5.0), Some(40.0), Some(35.0)]);
        assert_eq!(found.removals[0].rise, [Some(-2), Some(1), Some(1)]);
        assert!((found.removals[0].mean_shift.unwrap() - 4.0 / 3.0).abs() < 1e-15);
        assert_eq!(found.removals[2].scores, found.removals[0].scores);
        // Without b: 45, 10, 25.
        assert_eq!(found.removals[1].ranks, [Some(1), Some(3), Some(2)]);
    }

    #[test]
    fn published_scores_share_ranks() {
        // Thirds of 100, 80, 79.8; without a halves of 10, 80, 79.8.
        let mut close = prepared();
        close.data = close.data.with_row(2, &[Some(0.0), Some(20.0), Some(59.8)]).unwrap();
        let ranks = |precision| {
            let found = remove_from(&close, &["a"], "top", precision).unwrap();
            [found.ranks, found.removals[0].ranks.clone()]
        };
        let computed = [[1, 2, 3], [3, 1, 2]].map(|ranks| ranks.map(Some).to_vec());
        assert_eq!(ranks(Precision::Within(1e-9)), computed);
        let published = [[1, 2, 2], [3, 1, 1]].map(|ranks| ranks.map(Some).to_vec());
        assert_eq!(ranks(Precision::Rounded(0)), published);
    }

    #[test]
    fn what_is_not_there_is_refused_and_the_last_one_stays() {
        assert_eq!(remove(&["x"], "top").unwrap_err().code(), "robustness.unknown_node");
        assert_eq!(remove(&["a"], "x").unwrap_err().code(), "robustness.unknown_node");
        assert!(remove(&["a"], "left").unwrap().removals.is_empty());
    }
}
