//! Weighted means up the tree, skipping what is missing.

use super::{
    error::CompositeError,
    matrix::Matrix,
    mean::Aggregation,
    pass::{Pass, pass},
    tree::Tree,
};

/// The aggregates of the tree, one column each, children before parents, from normalised data.
///
/// The data need exactly the indicators of the tree, in any order.
pub fn aggregate(data: &Matrix, tree: &Tree, aggregation: Aggregation) -> Result<Matrix, CompositeError> {
    let lines = vec![None; tree.indicators.len()];
    let settings = Pass {
        tree,
        lines: &lines,
        aggregation: aggregation.checked()?,
        threads: 1,
        others: None,
    };
    pass(data.clone(), &settings).map(|(_, scores)| scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{
        matrix::Column,
        mean::{Mean, Missing},
        tree::{Direction, NodeSpec},
    };

    fn tree(mean: Option<Mean>) -> Tree {
        let mut top = NodeSpec::aggregate("top", None, 1.0);
        top.mean = mean;
        let leaf = |code: &str, weight| NodeSpec::indicator(code, "top", weight, Direction::Positive);
        Tree::new(&[top, leaf("a", 1.0), leaf("b", 2.0), leaf("c", 1.0)]).unwrap()
    }

    fn top(cells: [Option<f64>; 3], mean: Option<Mean>, missing: Missing) -> Result<Option<f64>, CompositeError> {
        let columns = ["a", "b", "c"]
            .iter()
            .zip(cells)
            .map(|(code, cell)| Column::new(*code, [cell]).unwrap())
            .collect();
        let data = Matrix::new(vec!["unit".to_owned()], columns).unwrap();
        let aggregation = Aggregation {
            mean: Mean::Arithmetic,
            missing,
        };
        aggregate(&data, &tree(mean), aggregation).map(|m| m.columns()[0].get(0))
    }

    const SKIP: Missing = Missing::SKIP;
    const HALF: Missing = Missing::Skip { availability: 0.5 };

    #[test]
    fn weights_of_missing_children_are_spread() {
        assert_eq!(top([Some(1.0), Some(2.0), Some(7.0)], None, SKIP).unwrap(), Some(3.0));
        assert_eq!(top([Some(1.0), Some(4.0), None], None, SKIP).unwrap(), Some(3.0));
        assert_eq!(top([None, None, None], None, SKIP).unwrap(), None);
        assert_eq!(top([Some(1.0), None, None], None, HALF).unwrap(), None);
        assert_eq!(top([Some(1.0), Some(4.0), None], None, HALF).unwrap(), Some(3.0));
        let refused = top([None; 3], None, Missing::Skip { availability: 2.0 }).unwrap_err();
        assert_eq!(refused.code(), "composite.bad_setting");
    }

    #[test]
    fn a_score_goes_up_as_it_is_rounded() {
        let mut block = NodeSpec::aggregate("block", Some("top"), 1.0);
        block.decimals = Some(1);
        let leaf = |code: &str, parent: &str| NodeSpec::indicator(code, parent, 1.0, Direction::Positive);
        let top = NodeSpec::aggregate("top", None, 1.0);
        let tree = Tree::new(&[top, block, leaf("a", "block"), leaf("b", "block"), leaf("c", "top")]).unwrap();
        let check = |cells: [Option<f64>; 3], expected: [Option<f64>; 2]| {
            let columns = ["a", "b", "c"].into_iter().zip(cells);
            let columns = columns.map(|(code, cell)| Column::new(code, [cell]).unwrap());
            let data = Matrix::new(vec!["unit".to_owned()], columns.collect()).unwrap();
            let scores = aggregate(&data, &tree, Aggregation::default()).unwrap();
            let found = ["block", "top"].map(|code| scores.column(code).unwrap().get(0));
            assert_eq!(found, expected);
        };
        // 0.15 is half of the way and goes away from zero, though its double lies below.
        check([Some(0.1), Some(0.2), Some(1.0)], [Some(0.2), Some(0.6)]);
        check([Some(0.1), None, Some(1.0)], [Some(0.1), Some(0.55)]);
        check([None, None, Some(1.0)], [None, Some(1.0)]);
    }

    #[test]
    fn the_needed_count_is_the_first_whose_share_reaches_the_threshold() {
        let needed = |availability, children| Missing::Skip { availability }.needed(children);
        assert_eq!(needed(0.0, 4), 1);
        assert_eq!((needed(0.5, 4), needed(0.5, 5), needed(1.0, 3)), (2, 3, 3));
        assert_eq!(needed(0.55, 100), 55);
    }

    #[test]
    fn every_missing_policy_does_what_it_says() {
        let cells = [Some(4.0), Some(4.0), None];
        assert_eq!(top(cells, None, Missing::Zero).unwrap(), Some(3.0));
        assert_eq!(top([None; 3], None, Missing::Zero).unwrap(), Some(0.0));
        assert_eq!(top(cells, None, Missing::NotRanked).unwrap(), None);
        let refused = top(cells, None, Missing::Refuse).unwrap_err();
        let expected = CompositeError::MissingChild {
            node: "top".into(),
            child: "c".into(),
            unit: "unit".into(),
        };
        assert_eq!(refused, expected);
        let zero = top(cells, Some(Mean::Geometric), Missing::Zero).unwrap_err();
        assert_eq!(zero.code(), "composite.not_positive");
    }

    #[test]
    fn a_geometric_mean_skips_missing_children_and_refuses_zero() {
        let geometric = Some(Mean::Geometric);
        let got = top([Some(16.0), Some(1.0), None], geometric, SKIP).unwrap().unwrap();
        assert!((got - 16.0_f64.powf(1.0 / 3.0)).abs() < 1e-14, "{got}");
        let refused = top([Some(1.0), Some(0.0), None], geometric, SKIP).unwrap_err();
        let expected = CompositeError::NotPositive {
            node: "top".into(),
            child: "b".into(),
            unit: "unit".into(),
        };
        assert_eq!(refused, expected);
    }

    #[test]
    fn the_other_means_by_hand() {
        let check = |mean, cells, expected: f64| {
            let got = top(cells, Some(mean), SKIP).unwrap().unwrap();
            assert!(
                (got - expected).abs() <= 1e-14 * expected.abs(),
                "{mean:?}: {got}, expected {expected}"
            );
        };
        let cells = [Some(2.0), Some(4.0), Some(8.0)];
        // Weights 1, 2, 1: 4 / (1/2 + 2/4 + 1/8).
        check(Mean::Harmonic, cells, 4.0 / 1.125);
        check(Mean::Harmonic, [Some(2.0), Some(4.0), None], 3.0);
        check(Mean::Generalised { power: 2.0 }, cells, 25.0_f64.sqrt());
        check(
            Mean::Generalised { power: 2.0 },
            [Some(2.0), Some(4.0), None],
            12.0_f64.sqrt(),
        );
        check(Mean::Generalised { power: -1.0 }, cells, 4.0 / 1.125);
        check(Mean::Generalised { power: 1.0 }, cells, 4.5);
        // m = 4.5, s^2 = (6.25 + 2 * 0.25 + 12.25) / 4 = 4.75.
        check(Mean::MazziottaPareto { added: false }, cells, 4.5 - 4.75 / 4.5);
        check(Mean::MazziottaPareto { added: true }, cells, 4.5 + 4.75 / 4.5);
        check(Mean::Median, cells, 4.0);
        // Half of the weight of 2 lies exactly between 2 and 8.
        check(Mean::Median, [Some(2.0), None, Some(8.0)], 5.0);
        for mean in [Mean::Harmonic, Mean::Generalised { power: -2.0 }] {
            let refused = top([Some(1.0), Some(0.0), None], Some(mean), SKIP).unwrap_err();
            assert_eq!(refused.code(), "composite.not_positive");
        }
        let balanced = [Some(1.0), Some(-1.0), Some(1.0)];
        let refused = top(balanced, Some(Mean::MazziottaPareto { added: false }), SKIP).unwrap_err();
        assert_eq!(refused.code(), "composite.no_mean");
        for power in [0.0, 1e-300, -1e-9, f64::NAN, f64::INFINITY] {
            assert_eq!(
                Mean::Generalised { power }.checked().unwrap_err().code(),
                "composite.bad_setting"
            );
        }
    }

    #[test]
    fn data_and_tree_must_name_the_same_indicators() {
        let data = |codes: &[&str]| {
            let columns = codes
                .iter()
                .map(|code| Column::complete(*code, vec![1.0]).unwrap())
                .collect();
            Matrix::new(vec!["unit".to_owned()], columns).unwrap()
        };
        let code = |codes: &[&str]| {
            aggregate(&data(codes), &tree(None), Aggregation::default())
                .unwrap_err()
                .code()
        };
        assert_eq!(code(&["a", "b"]), "composite.missing_column");
        assert_eq!(code(&["a", "b", "c", "d"]), "composite.column_not_in_tree");
    }
}
