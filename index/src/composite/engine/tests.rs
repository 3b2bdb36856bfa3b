use proptest::prelude::*;

use super::*;
use crate::composite::{
    aggregate::aggregate,
    mean::{Mean, Missing},
    normalisation::{Bounds, On},
    normalise::normalise,
    tree::{Direction, NodeSpec},
};

fn tree() -> Tree {
    let leaf = |code: &str, parent: &str, weight, direction| NodeSpec::indicator(code, parent, weight, direction);
    Tree::new(&[
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::aggregate("left", Some("top"), 2.0),
        leaf("a", "left", 1.0, Direction::Positive),
        leaf("b", "left", 3.0, Direction::Negative),
        leaf("c", "top", 1.5, Direction::Positive),
    ])
    .unwrap()
}

fn more_is_better() -> Tree {
    let mut nodes = tree().nodes().to_vec();
    for node in &mut nodes {
        node.direction = Direction::Positive;
    }
    Tree::new(&nodes).unwrap()
}

fn matrix(rows: &[[Option<f64>; 3]]) -> Matrix {
    let units = (0..rows.len()).map(|i| format!("u{i}")).collect();
    let column = |at: usize, code: &str| Column::new(code, rows.iter().map(|row| row[at])).unwrap();
    Matrix::new(units, vec![column(2, "c"), column(0, "a"), column(1, "b")]).unwrap()
}

fn plan(threads: usize, low: f64, mean: Mean) -> Plan {
    Plan {
        normalisation: Normalisation::MinMax { low, high: 100.0 },
        aggregation: Aggregation {
            mean,
            missing: Missing::SKIP,
        },
        threads: NonZeroUsize::new(threads).unwrap(),
        ..Plan::default()
    }
}

/// Deterministic rows that cross several blocks, some cells missing.
fn many_rows(count: u32) -> Vec<[Option<f64>; 3]> {
    let cell = |row: u32, salt: u32| {
        let mixed = (row * 3 + salt).wrapping_mul(2_654_435_761) >> 8;
        (!mixed.is_multiple_of(17)).then(|| f64::from(mixed % 10_007))
    };
    (0..count)
        .map(|row| [cell(row, 0), cell(row, 1), cell(row, 2)])
        .collect()
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let rows = many_rows(9_000);
    for mean in [Mean::Arithmetic, Mean::Geometric] {
        let one = compute(matrix(&rows), &tree(), &plan(1, 1.0, mean)).unwrap();
        for threads in [2, 3, 7] {
            assert_eq!(compute(matrix(&rows), &tree(), &plan(threads, 1.0, mean)).unwrap(), one);
        }
    }
    let refusal = |threads| compute(matrix(&rows), &tree(), &plan(threads, 0.0, Mean::Geometric)).unwrap_err();
    assert_eq!(refusal(1), refusal(3));
}

#[test]
fn no_rows_give_no_scores() {
    let refused = compute(matrix(&[]), &tree(), &plan(2, 0.0, Mean::Arithmetic)).unwrap_err();
    assert_eq!(refused.code(), "composite.too_few_values");
    let empty = aggregate(&matrix(&[]), &tree(), Aggregation::default()).unwrap();
    assert_eq!(empty.columns().len(), 2);
    assert!(empty.columns().iter().all(Column::is_empty));
}

#[test]
fn what_is_beyond_a_double_is_refused_and_never_ranked() {
    let rows = |cells: [f64; 3]| cells.map(|cell| [Some(cell), Some(cell.min(9.0)), Some(cell.min(7.0))]);
    let check = |cells: [f64; 3], plan: &Plan, code: &str| {
        let refused = compute(matrix(&rows(cells)), &more_is_better(), plan).unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    };
    let with = |normalisation: Normalisation, mean: Mean| Plan {
        normalisation,
        ..plan(2, 0.0, mean)
    };
    // The range, the mean or the deviation is none.
    check(
        [1e308, -1e308, 0.0],
        &plan(1, 0.0, Mean::Arithmetic),
        "composite.undefined_column",
    );
    check(
        [1.7e308, -1.7e308, 1.7e308],
        &with(Normalisation::STANDARD, Mean::Arithmetic),
        "composite.undefined_column",
    );
    let wide = Normalisation::MinMax {
        low: -1.7e308,
        high: 1.7e308,
    };
    check(
        [1.0, 2.0, 3.0],
        &with(wide, Mean::Arithmetic),
        "composite.bad_parameter",
    );
    // A sum is none, or a score that a mean would hide.
    let as_measured = |mean| with(Normalisation::None, mean);
    let huge = matrix(&[[Some(1.7e308), Some(1.7e308), Some(1.0)], [Some(1.0); 3]]);
    let refused = compute(huge, &more_is_better(), &as_measured(Mean::Arithmetic)).unwrap_err();
    assert!(matches!(refused, CompositeError::Overflow { code, unit } if code == "left" && unit == "u0"));
    let steep = Normalisation::Scaled {
        bounds: Bounds {
            lower: 0.0,
            upper: 1e-300,
            on: On::Value,
        },
        low: 0.0,
        high: 100.0,
    };
    for mean in [Mean::Harmonic, Mean::Median, Mean::Copeland] {
        check([1e10, 1.0, 2.0], &with(steep.clone(), mean), "composite.overflow");
    }
    // A power is none where its mean is a number all the same.
    let squares = as_measured(Mean::Generalised { power: 2.0 });
    let found = compute(matrix(&rows([1.0, 1e200, 2.0])), &more_is_better(), &squares).unwrap();
    assert!(found.ranks.iter().all(|ranks| ranks[1] == Some(1)), "{found:?}");
}

#[test]
fn a_value_is_not_refused_where_it_does_not_count() {
    let missing = Missing::Skip { availability: 0.6 };
    let plan = |missing| Plan {
        normalisation: Normalisation::None,
        aggregation: Aggregation {
            mean: Mean::Geometric,
            missing,
        },
        ..Plan::default()
    };
    let one_zero = [[Some(0.0), None, None], [Some(4.0), Some(9.0), Some(7.0)]];
    let tree = more_is_better();
    let found = compute(matrix(&one_zero), &tree, &plan(missing)).unwrap();
    let left = found.scores.column("left").unwrap();
    assert!(left.get(0).is_none() && left.get(1).is_some());
    let refused = compute(matrix(&one_zero), &tree, &plan(Missing::SKIP)).unwrap_err();
    assert_eq!(refused.code(), "composite.not_positive");
}

fn rows() -> impl Strategy<Value = Vec<[Option<f64>; 3]>> {
    let cell = || prop::option::weighted(0.9, -1e6..1e6_f64);
    prop::collection::vec([cell(), cell(), cell()], 3..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_pass_equals_step_by_step_and_stays_on_the_scale(rows in rows()) {
        let (data, tree, plan) = (matrix(&rows), tree(), plan(2, 0.0, Mean::Arithmetic));
        if let Ok(fast) = compute(data.clone(), &tree, &plan) {
            let slow = normalise(&data, &tree, &plan.normalisation).unwrap();
            let slow = aggregate(&slow, &tree, plan.aggregation).unwrap();
            prop_assert_eq!(&fast.scores, &slow);
            for column in fast.scores.columns() {
                for score in column.present_values() {
                    prop_assert!((-1e-9..=100.0 + 1e-9).contains(&score));
                }
            }
        }
    }

    #[test]
    fn order_of_units_does_not_matter(rows in rows()) {
        let backwards: Vec<_> = rows.iter().rev().copied().collect();
        let plan = plan(1, 0.0, Mean::Arithmetic);
        if let Ok(forth) = compute(matrix(&rows), &tree(), &plan) {
            let back = compute(matrix(&backwards), &tree(), &plan).unwrap();
            for (a, b) in forth.scores.columns().iter().zip(back.scores.columns()) {
                let turned: Vec<_> = b.cells().collect::<Vec<_>>().into_iter().rev().collect();
                prop_assert_eq!(a.cells().collect::<Vec<_>>(), turned);
            }
            for (a, b) in forth.ranks.iter().zip(back.ranks) {
                prop_assert_eq!(a, &b.into_iter().rev().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn a_mean_lies_between_its_children_and_rises_with_them(
        cells in prop::collection::vec(prop::option::weighted(0.9, 0.1..100.0_f64), 3),
        raised in 0..3_usize,
        more in 0.0..50.0_f64,
    ) {
        let flat = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::indicator("a", "top", 1.0, Direction::Positive),
            NodeSpec::indicator("b", "top", 3.0, Direction::Positive),
            NodeSpec::indicator("c", "top", 0.5, Direction::Positive),
        ])
        .unwrap();
        let means = [
            Mean::Arithmetic,
            Mean::Geometric,
            Mean::Harmonic,
            Mean::Generalised { power: 2.5 },
            Mean::Generalised { power: -0.5 },
            Mean::Median,
        ];
        for mean in means {
            let aggregation = Aggregation { mean, missing: Missing::SKIP };
            let top = |cells: &[Option<f64>]| {
                let data = matrix(&[[cells[0], cells[1], cells[2]]]);
                aggregate(&data, &flat, aggregation).unwrap().columns()[0].get(0)
            };
            let mut higher = cells.clone();
            higher[raised] = cells[raised].map(|cell| cell + more);
            if let (Some(before), Some(after)) = (top(&cells), top(&higher)) {
                let present = || cells.iter().flatten().copied();
                let (low, high) = (present().fold(f64::MAX, f64::min), present().fold(f64::MIN, f64::max));
                prop_assert!((low - 1e-9..=high + 1e-9).contains(&before), "{mean:?}: {before}");
                prop_assert!(after >= before - 1e-9, "{mean:?}: {before} to {after}");
            } else {
                prop_assert!(cells.iter().all(Option::is_none));
            }
        }
    }

    #[test]
    fn the_unit_of_measurement_does_not_matter(rows in rows(), power in -3..4_i32) {
        // A power of two changes no digit, so that scores are the same to the last bit.
        let factor = 2.0_f64.powi(power);
        let scaled: Vec<_> = rows.iter().map(|[a, b, c]| [a.map(|v| v * factor), *b, *c]).collect();
        let methods = [
            Normalisation::PERCENT,
            Normalisation::STANDARD,
            Normalisation::DistanceToMax,
            Normalisation::FractionOfMax,
            Normalisation::PercentileRank(crate::composite::Ties::Average),
        ];
        for normalisation in methods {
            let plan = Plan { normalisation, ..Plan::default() };
            let (one, other) = (compute(matrix(&rows), &tree(), &plan), compute(matrix(&scaled), &tree(), &plan));
            prop_assert_eq!(one.map(|c| c.scores), other.map(|c| c.scores));
        }
    }

    #[test]
    fn more_of_a_positive_indicator_is_never_worse(rows in rows(), at in 0usize..40, more in 0.0..1e6_f64) {
        let plan = plan(1, 0.0, Mean::Arithmetic);
        let at = at % rows.len();
        // Within the range of the column, so that the others keep their normalised values.
        let max = rows.iter().filter_map(|row| row[0]).fold(f64::NEG_INFINITY, f64::max);
        let mut raised = rows.clone();
        raised[at][0] = rows[at][0].map(|v| (v + more).min(max));
        let top = |rows: &[[Option<f64>; 3]]| compute(matrix(rows), &tree(), &plan).map(|c| c.scores.columns()[1].get(at));
        if let (Ok(before), Ok(after)) = (top(&rows), top(&raised)) {
            let smallest = |rows: &[[Option<f64>; 3]]| rows.iter().filter_map(|row| row[0]).reduce(f64::min);
            let min_moved = smallest(&rows) != smallest(&raised);
            prop_assert!(min_moved || before.is_none() || after >= before.map(|b| b - 1e-9));
        }
    }
}
