//! Weighted means up the tree, skipping what is missing.

use super::{
    error::CompositeError,
    matrix::Matrix,
    mean::Aggregation,
    pass::{Pass, fit_rescales, pass},
    scaler::Scaler,
    tree::Tree,
};

/// The aggregates of the tree, one column each, children before parents, from normalised data.
///
/// The data need exactly the indicators of the tree, in any order. Scales of aggregates are fitted to these data.
pub fn aggregate(data: &Matrix, tree: &Tree, aggregation: Aggregation) -> Result<Matrix, CompositeError> {
    let lines = vec![None; tree.indicators.len()];
    let aggregation = aggregation.checked()?;
    let scores = |until: usize, rescales: &[Option<Scaler>]| {
        let settings = Pass {
            tree,
            lines: &lines,
            aggregation,
            threads: 1,
            rescales,
            until,
            others: None,
        };
        pass(data.clone(), &settings).map(|(_, scores)| scores)
    };
    let rescales = fit_rescales(tree, |until, found| Ok(vec![scores(until, found)?]))?;
    scores(tree.aggregates.len(), &rescales)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{
        matrix::Column,
        mean::{Mean, Missing},
        normalisation::Variance,
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
        check(mpi(false), cells, 4.5 - 4.75 / 4.5);
        check(mpi(true), cells, 4.5 + 4.75 / 4.5);
        check(Mean::Median, cells, 4.0);
        // Half of the weight of 2 lies exactly between 2 and 8.
        check(Mean::Median, [Some(2.0), None, Some(8.0)], 5.0);
        for mean in [Mean::Harmonic, Mean::Generalised { power: -2.0 }] {
            let refused = top([Some(1.0), Some(0.0), None], Some(mean), SKIP).unwrap_err();
            assert_eq!(refused.code(), "composite.not_positive");
        }
        let balanced = [Some(1.0), Some(-1.0), Some(1.0)];
        let refused = top(balanced, Some(mpi(false)), SKIP).unwrap_err();
        assert_eq!(refused.code(), "composite.no_mean");
        for power in [0.0, 1e-300, -1e-9, f64::NAN, f64::INFINITY] {
            assert_eq!(
                Mean::Generalised { power }.checked().unwrap_err().code(),
                "composite.bad_setting"
            );
        }
    }

    fn mpi(added: bool) -> Mean {
        Mean::MazziottaPareto {
            added,
            variance: Variance::Population,
        }
    }

    /// The score of children with even weights under an ordered weighted mean.
    fn owa(cells: &[Option<f64>], order_weights: &[f64]) -> Result<f64, CompositeError> {
        let codes: Vec<String> = (0..cells.len()).map(|at| format!("c{at}")).collect();
        let mut nodes = vec![NodeSpec::aggregate("top", None, 1.0)];
        nodes[0].mean = Some(Mean::Ordered);
        nodes[0].order_weights = order_weights.to_vec();
        nodes.extend(
            codes
                .iter()
                .map(|code| NodeSpec::indicator(code, "top", 1.0, Direction::Positive)),
        );
        let columns = codes
            .iter()
            .zip(cells)
            .map(|(code, cell)| Column::new(code.as_str(), [*cell]).unwrap());
        let data = Matrix::new(vec!["unit".to_owned()], columns.collect()).unwrap();
        let scores = aggregate(&data, &Tree::new(&nodes)?, Aggregation::default())?;
        Ok(scores.columns()[0].get(0).unwrap())
    }

    #[test]
    fn an_ordered_weighted_mean_by_its_published_example() {
        let check = |cells: &[Option<f64>], weights: &[f64], expected: f64| {
            let got = owa(cells, weights).unwrap();
            assert!(
                (got - expected).abs() < 1e-15,
                "{cells:?} {weights:?}: {got}, expected {expected}"
            );
        };
        // Yager (1988): weights .4, .3, .2, .1 of .7, 1, .2, .6 give .4 + .21 + .12 + .02 = .75.
        let example = [Some(0.7), Some(1.0), Some(0.2), Some(0.6)];
        check(&example, &[0.4, 0.3, 0.2, 0.1], 0.75);
        check(&example, &[1.0, 0.0, 0.0, 0.0], 1.0);
        check(&example, &[0.0, 0.0, 0.0, 1.0], 0.2);
        check(&example, &[5.0; 4], 0.625);
        // Of two left of four each covers two of the order weights.
        check(
            &[Some(1.0), None, None, Some(0.2)],
            &[0.4, 0.3, 0.2, 0.1],
            0.7 + 0.3 * 0.2,
        );
        for weights in [&[1.0; 3][..], &[0.0; 4], &[1.0, -1.0, 1.0, 1.0]] {
            assert_eq!(owa(&example, weights).unwrap_err().code(), "composite.bad_setting");
        }
        let anywhere = Aggregation {
            mean: Mean::Ordered,
            ..Aggregation::default()
        };
        assert_eq!(anywhere.checked().unwrap_err().code(), "composite.bad_setting");
    }

    #[test]
    fn the_mean_min_function_lies_between_mean_and_least() {
        let check = |alpha, beta, expected: f64| {
            let cells = [Some(2.0), Some(4.0), Some(8.0)];
            let got = top(cells, Some(Mean::MeanMin { alpha, beta }), SKIP).unwrap().unwrap();
            assert!(
                (got - expected).abs() < 1e-15 * 4.5,
                "{alpha} {beta}: {got}, expected {expected}"
            );
        };
        // Mean 4.5, least 2: 4.5 - alpha (sqrt(2.5^2 + beta^2) - beta).
        check(0.0, 0.0, 4.5);
        check(1.0, 0.0, 2.0);
        check(0.5, 0.0, 3.25);
        // sqrt(6.25 + 36) = 6.5.
        check(1.0, 6.0, 4.0);
        check(0.5, 6.0, 4.25);
        for (alpha, beta) in [
            (1.5, 0.0),
            (-0.1, 0.0),
            (f64::NAN, 0.0),
            (1.0, -1.0),
            (1.0, f64::INFINITY),
        ] {
            let refused = Mean::MeanMin { alpha, beta }.checked().unwrap_err();
            assert_eq!(refused.code(), "composite.bad_setting");
        }
    }

    #[test]
    fn the_variance_of_mazziotta_and_pareto_is_of_a_sample_or_of_the_population() {
        let sample = Mean::MazziottaPareto {
            added: false,
            variance: Variance::Sample,
        };
        let check = |cells: [Option<f64>; 3], expected: f64| {
            let got = top(cells, Some(sample), SKIP).unwrap().unwrap();
            assert!((got - expected).abs() < 1e-14, "{got}, expected {expected}");
        };
        // Population variance 4.75 of weights 1, 2, 1; of a sample of three half as much again.
        check([Some(2.0), Some(4.0), Some(8.0)], 4.5 - 4.75 * 1.5 / 4.5);
        // Of two even ones, 1 and twice that.
        check([Some(2.0), None, Some(4.0)], 3.0 - 2.0 / 3.0);
        check([None, Some(4.0), None], 4.0);
    }

    #[test]
    fn no_mean_loses_what_its_powers_cannot_hold() {
        let check = |mean, cells: [f64; 3], expected: f64| {
            let got = top(cells.map(Some), Some(mean), SKIP).unwrap().unwrap();
            assert!(
                (got - expected).abs() <= 1e-13 * expected.abs(),
                "{mean:?} of {cells:?}: {got}, expected {expected}"
            );
        };
        let power = |power| Mean::Generalised { power };
        // Weights 1, 2, 1. Beside the decisive child the powers of the others are nothing: x (w / 4)^(1 / p).
        check(power(-100.0), [0.9, 0.0005, 0.9], 0.0005 * 0.5_f64.powf(-0.01));
        check(power(100.0), [1e5, 3e5, 1e5], 3e5 * 0.5_f64.powf(0.01));
        check(power(-2.0), [1e-200, 1e-200, 1e-200], 1e-200);
        check(power(2.0), [3e200, 3e200, 3e200], 3e200);
        check(power(2.0), [1e-170, 3e-170, 5e-170], (44.0_f64 / 4.0).sqrt() * 1e-170);
        check(power(1e300), [0.3, 0.5, 0.4], 0.5);
        check(power(-1e300), [0.3, 0.5, 0.4], 0.3);
        // 4 / (1 / 1 + 2 / 4 + 1 / 4) of the smallest unit, of which one over is too much.
        check(Mean::Harmonic, [1e-308, 4e-308, 4e-308], 4.0 / 1.75 * 1e-308);
        check(Mean::Geometric, [1e-300, 1e300, 1e-300], 1.0);
        for unit in [1e-200, 1e-100, 1e100, 1e200] {
            let cells = [2.0 * unit, 4.0 * unit, 8.0 * unit];
            check(mpi(false), cells, (4.5 - 4.75 / 4.5) * unit);
            check(mpi(true), cells, (4.5 + 4.75 / 4.5) * unit);
        }
        // Half each: (.0005^-100 / 2)^(-1/100) = .0005 * 2^.01.
        let even = top([Some(0.0005), None, Some(0.9)], Some(power(-100.0)), SKIP)
            .unwrap()
            .unwrap();
        assert!((even - 0.000_503_477_775_028_359_4).abs() < 1e-17, "{even}");
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
