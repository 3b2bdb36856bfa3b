use serde_json::json;

use super::{source::MOST_DRAWN, *};
use crate::{
    composite::{Direction, NodeSpec},
    robustness::{Design, RobustnessError},
};

fn tree() -> Tree {
    let leaf = |code: &str, weight| NodeSpec::indicator(code, "top", weight, Direction::Positive);
    Tree::new(&[NodeSpec::aggregate("top", None, 1.0), leaf("a", 1.0), leaf("b", 3.0)]).unwrap()
}

fn design(weights: &serde_json::Value) -> Design {
    serde_json::from_value(json!({
        "uncertain": [
            { "name": "mean", "pointer": "/mean", "choices": { "a": 1, "g": 2 } },
            { "name": "limit", "pointer": "/limit", "range": [10.0, 20.0] },
        ],
        "weights": weights,
    }))
    .unwrap()
}

fn counter() -> impl FnMut() -> f64 {
    let mut next = 0;
    move || {
        next += 1;
        f64::from(next % 10) / 10.0
    }
}

#[test]
fn settings_and_weights_come_from_uniform_numbers() {
    let noise = design(&json!({ "noise": [{ "factor": 0.5 }] }));
    let drawn = draw(&noise, &tree(), 2, &mut counter()).unwrap();
    assert_eq!(drawn.header(), ["replication", "mean", "limit", "weight:a", "weight:b"]);
    assert_eq!(
        drawn.draws[0].settings,
        [Setting::Choice("a".into()), Setting::Number(12.0)]
    );
    // u = 0.3 and 0.4: 1 - 0.2, 3 (1 - 0.1).
    assert!((drawn.draws[0].weights[0] - 0.8).abs() < 1e-15 && (drawn.draws[0].weights[1] - 2.7).abs() < 1e-15);
    assert_eq!(drawn.draws[1].settings[0], Setting::Choice("g".into()));

    let sets = design(&json!({ "sets": { "one": { "a": 5.0 }, "two": { "b": 1.0 } } }));
    let drawn = draw(&sets, &tree(), 2, &mut counter()).unwrap();
    assert_eq!(drawn.draws[0].weights, [5.0, 3.0]);
    assert_eq!(drawn.draws[1].weights, [1.0, 1.0]);
    let unknown = design(&json!({ "sets": { "one": { "x": 5.0 } } }));
    assert_eq!(
        draw(&unknown, &tree(), 2, &mut counter()).unwrap_err().code(),
        "robustness.unknown_node"
    );
    assert_eq!(
        draw(&Design::default(), &tree(), 2, &mut counter()).unwrap_err().code(),
        "robustness.nothing"
    );
}

#[test]
fn blocks_take_one_parameter_from_b() {
    let design = design(&json!({ "noise": [{ "factor": 0.5 }] }));
    let drawn = draw_sobol(&design, &tree(), 3, &mut counter()).unwrap();
    assert_eq!(drawn.blocks, ["A", "B", "mean", "limit", "weights"]);
    assert_eq!((drawn.draws.len(), drawn.base(), drawn.random()), (15, Some(3), 6));
    for row in 0..3 {
        let (a, b) = (&drawn.draws[row], &drawn.draws[3 + row]);
        let mixed = |block: usize| &drawn.draws[3 * block + row];
        assert_eq!(mixed(2).settings, [b.settings[0].clone(), a.settings[1].clone()]);
        assert_eq!(mixed(3).settings, [a.settings[0].clone(), b.settings[1].clone()]);
        assert_eq!((&mixed(4).settings, &mixed(4).weights), (&a.settings, &b.weights));
        assert_eq!(mixed(3).weights, a.weights);
    }
}

#[test]
fn a_table_of_draws_reads_back_the_same() {
    let design = design(&json!({ "noise": [{ "factor": 0.5 }] }));
    for drawn in [
        draw(&design, &tree(), 7, &mut counter()).unwrap(),
        draw_sobol(&design, &tree(), 4, &mut counter()).unwrap(),
    ] {
        let cells = |row: DrawRow<'_>| -> Vec<String> {
            let settings = row.draw.settings.iter().map(ToString::to_string);
            let weights = row.draw.weights.iter().map(ToString::to_string);
            let block = row.block.map(str::to_owned);
            let replication = std::iter::once(row.replication.to_string());
            replication.chain(block).chain(settings).chain(weights).collect()
        };
        let rows: Vec<Vec<String>> = drawn.rows().map(cells).collect();
        assert_eq!(Draws::from_table(&design, &drawn.header(), &rows).unwrap(), drawn);
    }
}

#[test]
fn more_than_can_be_held_is_not_drawn() {
    let design = design(&json!(null));
    let code = |found: Result<Draws, RobustnessError>| found.unwrap_err().code();
    for replications in [usize::MAX, 999_999_999_999, MOST_DRAWN] {
        let expected = "robustness.too_many_draws";
        assert_eq!(code(draw(&design, &tree(), replications, &mut counter())), expected);
        assert_eq!(
            code(draw_sobol(&design, &tree(), replications, &mut counter())),
            expected
        );
    }
}

#[test]
fn a_table_that_does_not_fit_is_refused() {
    let design = design(&json!(null));
    let code = |header: &[&str], rows: &[&[&str]]| {
        let owned = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let rows: Vec<_> = rows.iter().map(|row| owned(row)).collect();
        Draws::from_table(&design, &owned(header), &rows).map_err(|e| e.code())
    };
    assert!(code(&["limit", "mean"], &[&["12.5", "g"]]).is_ok());
    assert_eq!(code(&["mean"], &[]), Err("robustness.other_parameters"));
    assert_eq!(code(&["mean", "limit", "x"], &[]), Err("robustness.other_parameters"));
    assert_eq!(
        code(&["mean", "limit"], &[&["z", "1"]]),
        Err("robustness.unknown_alternative")
    );
    assert_eq!(code(&["mean", "limit"], &[&["a", "many"]]), Err("robustness.bad_cell"));
    assert_eq!(
        code(&["mean", "limit", "weight:a"], &[&["a", "12.5"]]),
        Err("robustness.bad_cell")
    );
    assert_eq!(
        code(&["mean", "limit"], &[&["a", "1"]]),
        Err("robustness.unknown_alternative"),
        "outside the range"
    );
    let noise = self::design(&json!({ "noise": [{ "codes": ["a", "b"], "factor": 0.5 }] }));
    let header = ["mean", "limit", "weight:a"].map(str::to_owned);
    let refused = Draws::from_table(&noise, &header, &[]).unwrap_err();
    assert!(refused.to_string().contains("weight:b"), "{refused}");
    let blocks: Vec<[&str; 3]> = ["A", "B", "mean"].map(|block| ["a", "12.5", block]).to_vec();
    let rows: Vec<&[&str]> = blocks.iter().map(<[&str; 3]>::as_slice).collect();
    assert_eq!(code(&["mean", "limit", "block"], &rows), Err("robustness.length"));
}
