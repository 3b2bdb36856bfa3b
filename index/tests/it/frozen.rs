//! One unit with other figures, everything that was fitted to all units held as it was.

use std::collections::BTreeMap;

use index::composite::{
    Alone, Column, Direction, Fill, Imputation, Matrix, Mean, Method, NodeSpec, Normalisation, Plan, Screening, Step,
    Ties, Treatment, TreatmentStep, Treatments, Tree, YearInput, YearResult,
};
use proptest::prelude::*;

const CODES: [&str; 3] = ["a", "b", "c"];

fn method(steps: Vec<Step>, normalisation: Normalisation) -> Method {
    let nodes = [
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::aggregate("left", Some("top"), 2.0),
        NodeSpec::aggregate("right", Some("top"), 1.0),
        NodeSpec::indicator("a", "left", 1.0, Direction::Positive),
        NodeSpec::indicator("b", "left", 3.0, Direction::Negative),
        NodeSpec::indicator("c", "right", 1.0, Direction::Positive),
    ];
    Method {
        tree: Tree::new(&nodes).unwrap(),
        plan: Plan {
            normalisation,
            constant_is_missing: true,
            ..Plan::default()
        },
        steps,
        peers: None,
        bounds: index::composite::Bounding::AllYears,
        decimals: Some(2),
        rank_published: true,
        rank_within: Vec::new(),
        cuts: None,
        stages: None,
    }
}

fn year(rows: &[[Option<f64>; 3]]) -> YearInput {
    let units: Vec<String> = (0..rows.len()).map(|row| format!("u{row:02}")).collect();
    let columns = (0..).zip(CODES).map(|(at, code): (usize, _)| {
        let cells = rows.iter().map(|row| row[at]);
        Column::new(code, cells).unwrap()
    });
    YearInput {
        year: None,
        data: Matrix::new(units.clone(), columns.collect()).unwrap(),
        denominators: Matrix::new(units, Vec::new()).unwrap(),
        groups: BTreeMap::new(),
    }
}

fn run(method: &Method, rows: &[[Option<f64>; 3]]) -> YearResult {
    method.run(vec![year(rows)]).unwrap().remove(0)
}

fn filled_and_treated() -> Vec<Step> {
    vec![
        Step::Impute(
            Imputation {
                fill: Fill::Median,
                of: BTreeMap::new(),
                refuse_empty: false,
            },
            None,
        ),
        Step::Treat(Treatments {
            all: Treatment {
                second: Some(TreatmentStep::LogCtOrig),
                ..Treatment::default()
            },
            of: BTreeMap::new(),
        }),
    ]
}

fn score(result: &YearResult, node: &str, row: usize) -> Option<f64> {
    result.composite.scores.column(node).unwrap().get(row)
}

#[test]
fn bounds_stay_where_they_were() {
    let rows = [
        [Some(0.0), Some(10.0), Some(1.0)],
        [Some(50.0), Some(20.0), Some(2.0)],
        [Some(100.0), Some(30.0), Some(3.0)],
    ];
    let method = method(Vec::new(), Normalisation::PERCENT);
    let before = run(&method, &rows);
    let mut now = rows;
    now[1] = [Some(150.0), Some(20.0), Some(2.0)];
    let frozen = method.run_frozen(&before, vec![year(&now)], "u01").unwrap();
    // 150 of 0 to 100, and (150 + 3 * 50) / 4 on the left.
    assert_eq!(score(&frozen, "left", 1), Some(75.0));
    assert_eq!(score(&frozen, "left", 2), score(&before, "left", 2));
    let again = run(&method, &now);
    // The bounds have moved to 150: 100 for the unit, two thirds instead of all for the one that held the maximum.
    assert_eq!(score(&again, "left", 1), Some(62.5));
    assert!(score(&again, "left", 2) < score(&before, "left", 2));
}

#[test]
fn a_unit_is_screened_in_and_out_without_moving_the_others() {
    let method = method(vec![Step::Screen(Screening::default())], Normalisation::PERCENT);
    let rows = [
        [Some(0.0), Some(10.0), Some(1.0)],
        [Some(50.0), None, None],
        [Some(100.0), Some(30.0), Some(3.0)],
    ];
    let before = run(&method, &rows);
    assert_eq!(before.figures.units(), ["u00", "u02"]);
    let mut now = rows;
    now[1] = [Some(50.0), Some(20.0), Some(2.0)];
    let frozen = method.run_frozen(&before, vec![year(&now)], "u01").unwrap();
    assert_eq!(frozen.figures.units(), ["u00", "u01", "u02"]);
    assert_eq!(score(&frozen, "top", 1), Some(50.0));
    let back = method.run_frozen(&frozen, vec![year(&rows)], "u01").unwrap();
    assert_eq!(back.composite, before.composite);
}

fn rows() -> impl Strategy<Value = Vec<[Option<f64>; 3]>> {
    // Now and then far out, so that columns are treated.
    let figure = prop_oneof![
        6 => (0..1000_i32).prop_map(|figure| Some(f64::from(figure) / 8.0)),
        1 => (0..100_i32).prop_map(|figure| Some(f64::from(figure) * 1e4)),
        1 => Just(None),
    ];
    prop::collection::vec([figure.clone(), figure.clone(), figure], 6..30)
}

proptest! {
    #[test]
    fn with_the_same_figures_nothing_moves(rows in rows(), unit in 0..6_usize, z in any::<bool>()) {
        let normalisation = if z { Normalisation::STANDARD } else { Normalisation::PERCENT };
        let method = method(filled_and_treated(), normalisation);
        let Ok(mut before) = method.run(vec![year(&rows)]) else { return Ok(()) };
        let before = before.remove(0);
        let frozen = method.run_frozen(&before, vec![year(&rows)], &format!("u{unit:02}")).unwrap();
        prop_assert_eq!(frozen.composite, before.composite);
        prop_assert_eq!(frozen.published, before.published);
    }

    #[test]
    fn nobody_else_moves(rows in rows(), other in rows(), unit in 0..6_usize) {
        let method = method(filled_and_treated(), Normalisation::PERCENT);
        let Ok(mut before) = method.run(vec![year(&rows)]) else { return Ok(()) };
        let before = before.remove(0);
        let mut now = rows;
        now[unit] = other[0];
        let frozen = method.run_frozen(&before, vec![year(&now)], &format!("u{unit:02}")).unwrap();
        for node in ["top", "left", "right"] {
            for row in (0..now.len()).filter(|row| *row != unit) {
                prop_assert_eq!(score(&frozen, node, row), score(&before, node, row));
            }
        }
    }

    #[test]
    fn more_of_a_good_thing_is_never_less(rows in rows(), unit in 0..6_usize, more in 1.0..1e6_f64) {
        let method = method(filled_and_treated(), Normalisation::PERCENT);
        let Ok(mut before) = method.run(vec![year(&rows)]) else { return Ok(()) };
        let before = before.remove(0);
        let mut now = rows;
        let Some(figure) = now[unit][0] else { return Ok(()) };
        now[unit][0] = Some(figure + more);
        let frozen = method.run_frozen(&before, vec![year(&now)], &format!("u{unit:02}")).unwrap();
        prop_assert!(score(&frozen, "left", unit) >= score(&before, "left", unit));
    }
}

#[test]
fn means_of_pairs_see_the_changed_unit() {
    let mut method = method(Vec::new(), Normalisation::PERCENT);
    method.plan.aggregation.mean = Mean::Copeland;
    let rows: Vec<_> = (0..5)
        .map(|row| [Some(f64::from(row)), Some(f64::from(-row)), Some(f64::from(row))])
        .collect();
    let before = run(&method, &rows);
    let mut now = rows;
    now[0] = [Some(9.0), Some(-9.0), Some(9.0)];
    let frozen = method.run_frozen(&before, vec![year(&now)], "u00").unwrap();
    assert!(frozen.composite.ranks.iter().all(|ranks| ranks[0] == Some(1)));
}

fn row(scores: &Matrix, at: usize) -> Vec<Option<f64>> {
    scores.columns().iter().map(|column| column.get(at)).collect()
}

/// One unit alone gives what all of them give when only its figures have changed.
#[test]
fn a_unit_alone_scores_as_among_all() {
    let rows: Vec<[Option<f64>; 3]> = (0..12)
        .map(|row| {
            let row = f64::from(row);
            [
                Some(row * row * row + 1.0),
                (row > 2.0).then_some(40.0 - row),
                Some(row),
            ]
        })
        .collect();
    for normalisation in [Normalisation::PERCENT, Normalisation::PercentileRank(Ties::Average)] {
        let method = method(filled_and_treated(), normalisation);
        let before = run(&method, &rows);
        for (unit, figure) in [(0, 7.0), (5, 2000.0), (11, 0.5)] {
            let alone = Alone::of(&method, &before, unit).unwrap();
            let same = alone.score(&[]).unwrap();
            assert_eq!(row(&same.scores, 0), row(&before.composite.scores, unit));
            let mut now = rows.clone();
            now[unit][0] = Some(figure);
            let frozen = method
                .run_frozen(&before, vec![year(&now)], &format!("u{unit:02}"))
                .unwrap();
            let changed = alone.score(&[(0, figure)]).unwrap();
            assert_eq!(row(&changed.scores, 0), row(&frozen.composite.scores, unit));
        }
    }
}

/// The method with pairwise comparisons at some nodes.
fn comparing(nodes: &[&str]) -> Method {
    let mut method = method(Vec::new(), Normalisation::PERCENT);
    let mut described = method.tree.nodes().to_vec();
    for node in described.iter_mut().filter(|node| nodes.contains(&node.code.as_str())) {
        node.mean = Some(Mean::Copeland);
    }
    method.tree = Tree::new(&described).unwrap();
    method
}

#[test]
fn where_the_others_move_with_one_nothing_is_told_of_it() {
    let rows = [[Some(1.0), Some(2.0), Some(3.0)], [Some(2.0), Some(1.0), Some(4.0)]];
    let is_told = |nodes: &[&str]| {
        let method = comparing(nodes);
        let before = run(&method, &rows);
        Alone::of(&method, &before, 0).is_some()
    };
    assert!(is_told(&["top"]) && is_told(&["left", "right"]));
    assert!(!is_told(&["top", "left"]));
}

proptest! {
    #[test]
    fn a_unit_alone_stands_among_the_others_as_they_are(
        rows in rows(),
        unit in 0..6_usize,
        at in 0..3_usize,
        figure in 0..1000_i32,
        at_the_top in any::<bool>(),
    ) {
        let method = comparing(if at_the_top { &["top"] } else { &["left", "right"] });
        let before = run(&method, &rows);
        let alone = Alone::of(&method, &before, unit).unwrap();
        prop_assert_eq!(row(&alone.score(&[]).unwrap().scores, 0), row(&before.composite.scores, unit));
        let figure = f64::from(figure) / 8.0;
        let mut now = rows;
        now[unit][at] = Some(figure);
        let frozen = method.run_frozen(&before, vec![year(&now)], &format!("u{unit:02}")).unwrap();
        let changed = alone.score(&[(at, figure)]).unwrap();
        prop_assert_eq!(row(&changed.scores, 0), row(&frozen.composite.scores, unit));
        // Changed step by step, in any order.
        let next = (at + 1) % 3;
        let both = alone.score(&[(next, 7.0), (at, figure)]).unwrap();
        let stepwise = alone.with(&[(at, figure)]).unwrap();
        prop_assert_eq!(row(&stepwise.score(&[]).unwrap().scores, 0), row(&changed.scores, 0));
        prop_assert_eq!(row(&stepwise.score(&[(next, 7.0)]).unwrap().scores, 0), row(&both.scores, 0));
    }
}
