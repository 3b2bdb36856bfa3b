use std::num::NonZeroUsize;

use proptest::prelude::*;
use serde_json::json;

use super::{job::level, *};
use crate::{
    composite::{Aggregation, Column, Direction, Matrix, Mean, NodeSpec, Tree},
    ladder::ScoreStages,
    robustness::{Design, draw},
};

fn tree() -> Tree {
    let leaf = |code: &str, parent: &str, weight| NodeSpec::indicator(code, parent, weight, Direction::Positive);
    Tree::new(&[
        NodeSpec::aggregate("top", None, 1.0),
        NodeSpec::aggregate("left", Some("top"), 2.0),
        leaf("a", "left", 1.0),
        leaf("b", "left", 3.0),
        leaf("c", "top", 1.5),
    ])
    .unwrap()
}

/// Numbers from 0 to 1 that look random.
fn mixed(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

fn uniform(mut seed: u64) -> impl FnMut() -> f64 {
    move || {
        seed += 1;
        mixed(seed)
    }
}

fn data(rows: u64, gap: u64) -> Matrix {
    let column = |at: u64, code: &str| {
        let cell =
            |row: u64| (gap == 0 || !(row * 3 + at).is_multiple_of(gap)).then(|| 1.0 + 99.0 * mixed(row * 3 + at));
        Column::new(code, (0..rows).map(cell)).unwrap()
    };
    let columns = vec![column(0, "a"), column(1, "b"), column(2, "c")];
    Matrix::new((0..rows).map(|i| format!("u{i}")).collect(), columns).unwrap()
}

fn prepared(rows: u64, gap: u64, mean: Mean) -> Prepared {
    Prepared {
        data: data(rows, gap),
        tree: tree(),
        aggregation: Aggregation {
            mean,
            ..Aggregation::default()
        },
    }
}

fn request(threads: usize) -> Request<'static> {
    Request {
        node: "top",
        cuts: &[40.0, 60.0],
        stages: None,
        first: &[1, 10],
        rank_precision: Precision::Within(1e-9),
        level_precision: Precision::Within(1e-9),
        threads: NonZeroUsize::new(threads).unwrap(),
        keep: true,
        watch: None,
    }
}

fn noise(factor: f64) -> Design {
    serde_json::from_value(json!({ "weights": { "noise": [{ "factor": factor }] } })).unwrap()
}

fn means(factor: f64) -> Design {
    serde_json::from_value(json!({
        "uncertain": [{ "name": "mean", "pointer": "/mean", "choices": { "a": 0, "g": 1 } }],
        "weights": { "noise": [{ "factor": factor }] },
    }))
    .unwrap()
}

#[test]
fn every_replication_is_what_the_engine_computes() {
    for (gap, mean) in [(0, Mean::Arithmetic), (0, Mean::Geometric), (7, Mean::Arithmetic)] {
        let nominal = prepared(103, gap, mean);
        let draws = draw(&noise(0.5), &nominal.tree, 37, &mut uniform(9)).unwrap();
        let found = replicate(&nominal, &draws, &request(2), |_, _| Ok(Cow::Borrowed(&nominal))).unwrap();
        let kept = found.kept.unwrap();
        for (drawn, scores) in draws.draws.iter().zip(&kept.scores) {
            let weights = draws.codes.iter().cloned().zip(drawn.weights.iter().copied()).collect();
            let tree = nominal.tree.reweighted(&weights).unwrap();
            let want = crate::composite::aggregate(&nominal.data, &tree, nominal.aggregation).unwrap();
            for (have, want) in scores.iter().zip(want.column("top").unwrap().cells()) {
                match (have, want) {
                    (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-13 * b, "{a} {b}"),
                    (have, want) => assert_eq!(*have, want),
                }
            }
        }
    }
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let choose = |_: usize, draw: &Draw| {
        let geometric = draw.settings[0] == Setting::Choice("g".into());
        let mean = if geometric { Mean::Geometric } else { Mean::Arithmetic };
        Ok(Cow::Owned(prepared(200, 0, mean)))
    };
    let nominal = prepared(200, 0, Mean::Arithmetic);
    let draws = draw(&means(0.3), &nominal.tree, 75, &mut uniform(1)).unwrap();
    let one = replicate(&nominal, &draws, &request(1), choose).unwrap();
    for threads in [2, 3, 9] {
        assert_eq!(replicate(&nominal, &draws, &request(threads), choose).unwrap(), one);
    }
    assert!(one.mean_shifts.iter().any(|shift| *shift > 0.0));
    for line in &one.units {
        assert!((line.levels.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let interval = line.interval.unwrap();
        assert_eq!(interval.ranked, 75);
    }
    // The rows of kept results stand in the order of the draws, not of the settings.
    let kept = one.kept.unwrap();
    for (at, drawn) in draws.draws.iter().enumerate().take(20) {
        let alone = crate::robustness::Draws {
            draws: vec![drawn.clone()],
            ..draws.clone()
        };
        let single = replicate(&nominal, &alone, &request(1), choose).unwrap();
        assert_eq!(single.kept.unwrap().scores[0], kept.scores[at]);
    }
}

#[test]
fn stages_look_at_the_nodes_they_name() {
    let stages = ScoreStages::reaching(&[("left", 40.0), ("top", 60.0)]);
    for gap in [0, 7] {
        let nominal = prepared(103, gap, Mean::Arithmetic);
        let draws = draw(&noise(0.5), &nominal.tree, 37, &mut uniform(9)).unwrap();
        let request = Request {
            stages: Some(&stages),
            ..request(2)
        };
        let found = replicate(&nominal, &draws, &request, |_, _| Ok(Cow::Borrowed(&nominal))).unwrap();
        for (row, unit) in found.units.iter().enumerate() {
            let mut counts = [0_u32; 3];
            for drawn in &draws.draws {
                let weights = draws.codes.iter().cloned().zip(drawn.weights.iter().copied()).collect();
                let tree = nominal.tree.reweighted(&weights).unwrap();
                let all = crate::composite::aggregate(&nominal.data, &tree, nominal.aggregation).unwrap();
                let score = |node: &str| all.column(node).unwrap().get(row);
                if score("top").is_some() {
                    let reaches = |node, limit| score(node).is_some_and(|score| score >= limit);
                    let stage = if reaches("top", 60.0) {
                        2
                    } else {
                        usize::from(reaches("left", 40.0))
                    };
                    counts[stage] += 1;
                }
            }
            let total = f64::from(counts.iter().sum::<u32>());
            let expected: Vec<f64> = counts.iter().map(|count| f64::from(*count) / total).collect();
            assert_eq!(
                unit.levels,
                if total > 0.0 { expected } else { Vec::new() },
                "{}",
                unit.unit
            );
        }
    }
}

#[test]
fn units_that_are_screened_away_are_not_ranked() {
    let nominal = prepared(5, 0, Mean::Arithmetic);
    let mut fewer = nominal.clone();
    let columns = nominal
        .data
        .columns()
        .iter()
        .map(|c| Column::new(c.code(), c.cells().skip(1)).unwrap());
    fewer.data = Matrix::new(nominal.data.units()[1..].to_vec(), columns.collect()).unwrap();
    let draws = draw(&noise(0.1), &nominal.tree, 3, &mut uniform(1)).unwrap();
    let found = replicate(&nominal, &draws, &request(1), |_, _| Ok(Cow::Borrowed(&fewer))).unwrap();
    assert_eq!(found.units[0].interval, None);
    assert!(found.units[0].rank.is_some() && found.units[0].levels.is_empty());
    assert_eq!(found.units[1].interval.unwrap().ranked, 3);
}

#[test]
fn a_cut_is_reached_within_rounding() {
    let check = |score: f64, precision: Precision, expected: usize| {
        assert_eq!(level(&[40.0, 60.0], score, precision), expected, "{score}");
    };
    check(0.1 + 0.2 + 59.7, Precision::Within(1e-9), 2);
    check(59.999_999_999_9, Precision::Within(1e-9), 2);
    check(59.9, Precision::Within(1e-9), 1);
    check(-1.0, Precision::Rounded(2), 0);
}

#[test]
fn refusals_name_the_replication() {
    let nominal = prepared(5, 0, Mean::Arithmetic);
    let mut draws = draw(&noise(0.1), &nominal.tree, 3, &mut uniform(1)).unwrap();
    let run = |draws: &Draws, request: Request<'_>| {
        replicate(&nominal, draws, &request, |_, _| Ok(Cow::Borrowed(&nominal))).map_err(|e| (e.code(), e))
    };
    draws.draws[2].weights[0] = -1.0;
    let (code, error) = run(&draws, request(1)).unwrap_err();
    assert!(
        code == "robustness.refused" && error.message().zh.contains("第 3 次"),
        "{error}"
    );
    draws.draws[2].weights = vec![0.0; draws.codes.len()];
    assert!(matches!(
        run(&draws, request(1)).unwrap_err().1,
        RobustnessError::Refused { replication: 3, .. }
    ));
    draws.codes[0] = "x".to_owned();
    assert_eq!(run(&draws, request(1)).unwrap_err().0, "robustness.refused");
    draws.draws.clear();
    assert_eq!(run(&draws, request(1)).unwrap_err().0, "robustness.nothing");
    let draws = draw(&noise(0.1), &nominal.tree, 3, &mut uniform(1)).unwrap();
    let other = Request {
        node: "x",
        ..request(1)
    };
    assert_eq!(run(&draws, other).unwrap_err().0, "robustness.unknown_node");
    let stages = ScoreStages::reaching(&[("x", 1.0)]);
    let other = Request {
        stages: Some(&stages),
        ..request(1)
    };
    assert_eq!(run(&draws, other).unwrap_err().0, "robustness.unknown_node");
    let wide = Request {
        rank_precision: Precision::Within(1.5),
        ..request(1)
    };
    assert_eq!(run(&draws, wide).unwrap_err().0, "robustness.bad_setting");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn without_uncertainty_every_interval_is_the_nominal_rank(rows in 1_u64..60, gap in 0_u64..6) {
        let nominal = prepared(rows, gap, Mean::Arithmetic);
        let draws = draw(&noise(0.0), &nominal.tree, 5, &mut uniform(rows)).unwrap();
        let found = replicate(&nominal, &draws, &request(2), |_, _| Ok(Cow::Borrowed(&nominal))).unwrap();
        for line in found.units {
            match (line.rank, line.interval) {
                (Some(rank), Some(interval)) => prop_assert_eq!((rank, rank), (interval.best, interval.worst)),
                (rank, interval) => prop_assert!(rank.is_none() && interval.is_none()),
            }
        }
        prop_assert!(found.mean_shifts.iter().all(|shift| *shift <= 0.0));
    }
}
