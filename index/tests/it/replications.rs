//! Replications under the weights as they are give the run itself: its ranks, its levels, its stages, published or not.

use std::{borrow::Cow, collections::BTreeMap, num::NonZeroUsize};

use index::{
    composite::{Column, Matrix, Method, YearInput, YearResult},
    exchange::ParameterTable,
    robustness::{Design, Prepared, Replicated, Request, draw, remove_each, replicate},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::composite_documents::document;

/// Three pillars under a total. What is published has so few decimals that many scores are equal only there.
fn fields(mean: &str, decimals: u32) -> Value {
    let leaf = |code: &str, parent: &str, weight: f64| json!({ "code": code, "parent": parent, "weight": weight });
    json!({
        "tree": [
            { "code": "T" },
            leaf("A", "T", 3.0), leaf("B", "T", 1.5), leaf("C", "T", 1.0),
            leaf("a1", "A", 1.0), leaf("a2", "A", 2.5), leaf("b1", "B", 1.0), leaf("b2", "B", 0.7), leaf("c1", "C", 1.0),
        ],
        "normalisation": { "all": { "method": "min_max", "low": 1 } },
        "aggregation": { "all": { "mean": mean, "availability": 0.6 } },
        "publication": { "decimals": decimals },
        "ranks": { "on": "published" },
    })
}

fn with(mut fields: Value, name: &str, value: Value) -> Value {
    fields[name] = value;
    fields
}

fn levels(on: &str) -> Value {
    let cuts = [("high", 60.0), ("middle", 50.0), ("fair", 40.0)]
        .map(|(code, at_least)| json!({ "code": code, "at_least": at_least }));
    json!({ "on": on, "cuts": cuts })
}

fn stages(on: &str) -> Value {
    let rule = |stage: u32, expression: &str| json!({ "stage": stage, "label": { "zh": "段", "en": "stage" }, "expression": expression });
    json!({ "on": on, "rules": [
        rule(4, "T >= 55.0 && A > 50.0 && B >= 45.0"),
        rule(3, "A == 50.0"),
        rule(2, "C < 50.0 && T != 50.0"),
        rule(1, "true"),
    ] })
}

/// Numbers from 0 to 1 that look random.
fn mixed(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// Figures of so many units, one in `gap` missing.
fn year(units: u64, gap: u64, seed: u64) -> YearInput {
    let codes: Vec<String> = (0..units).map(|unit| format!("u{unit}")).collect();
    let columns = (0..).zip(["a1", "a2", "b1", "b2", "c1"]).map(|(at, code): (u64, _)| {
        let cell = |unit: u64| {
            let at = seed + unit * 5 + at;
            (gap == 0 || !at.is_multiple_of(gap)).then(|| mixed(at))
        };
        Column::new(code, (0..units).map(cell)).unwrap()
    });
    YearInput {
        year: None,
        data: Matrix::new(codes.clone(), columns.collect()).unwrap(),
        denominators: Matrix::new(codes, Vec::new()).unwrap(),
        groups: BTreeMap::new(),
    }
}

fn method(fields: Value) -> Method {
    let method = document(fields).method(None, &ParameterTable::default());
    method.unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// Two replications in which noise moves nothing.
fn neutral(method: &Method, result: &YearResult) -> Replicated {
    let prepared = Prepared {
        data: result.composite.normalised.clone(),
        tree: method.tree.clone(),
        aggregation: method.plan.aggregation,
    };
    let design: Design = serde_json::from_value(json!({ "weights": { "noise": [{ "factor": 0.0 }] } })).unwrap();
    let draws = draw(&design, &prepared.tree, 2, &mut || 0.3).unwrap();
    let stages = method.score_stages();
    let cuts = method.cuts.iter().flat_map(|cuts| cuts.levels.iter().rev());
    let cuts: Vec<f64> = cuts.filter_map(|(_, least)| *least).collect();
    let request = Request {
        first: &[],
        node: "T",
        cuts: &cuts,
        stages: stages.as_ref(),
        rank_precision: method.rank_precision(),
        level_precision: method.level_precision(),
        threads: NonZeroUsize::MIN,
        keep: true,
        watch: None,
    };
    let removals = remove_each(&prepared, "T", &[], request.rank_precision, request.threads).unwrap();
    let found = replicate(&prepared, &draws, &request, |_, _| Ok(Cow::Borrowed(&prepared))).unwrap();
    assert_eq!(removals.ranks, found.kept.as_ref().unwrap().ranks[0]);
    found
}

/// What stands in the run: ranks, and of each unit the place of its level or stage from the lowest up, 0 below all.
fn in_run(method: &Method, result: &YearResult) -> (Vec<Option<u32>>, Vec<usize>) {
    let scores = result.composite.scores.columns();
    let total = scores.iter().position(|column| column.code() == "T").unwrap();
    let places = match (&method.cuts, &result.levels, &result.development_stages) {
        (Some(cuts), Some(levels), _) => {
            let place = |code: &String| cuts.levels.iter().rev().position(|(level, _)| level == code).unwrap() + 1;
            levels.iter().map(|level| level.as_ref().map_or(0, place)).collect()
        }
        (_, _, Some(stages)) => stages.iter().map(|stage| stage.unwrap_or_default() as usize).collect(),
        _ => vec![0; result.figures.units().len()],
    };
    (result.composite.ranks[total].clone(), places)
}

/// Checks that nothing has moved; the number of units that share a rank, and of those that have one.
fn check(fields: Value, year: YearInput) -> (usize, usize) {
    let method = method(fields);
    let result = method.run(vec![year]).unwrap().remove(0);
    let (ranks, places) = in_run(&method, &result);
    let found = neutral(&method, &result);
    let kept = found.kept.as_ref().unwrap();
    assert_eq!(kept.ranks, [ranks.clone(), ranks.clone()]);
    for (row, unit) in found.units.iter().enumerate() {
        assert_eq!(unit.rank, ranks[row]);
        let told = unit.levels.iter().position(|share| (share - 1.0).abs() <= 0.0);
        assert_eq!(told, ranks[row].map(|_| places[row]), "{}", unit.unit);
    }
    assert!(found.mean_shifts.iter().all(|shift| shift.abs() <= 0.0));
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for rank in ranks.iter().flatten() {
        *counts.entry(*rank).or_default() += 1;
    }
    let shared = counts.values().filter(|count| **count > 1).sum();
    (shared, ranks.iter().flatten().count())
}

#[test]
fn ties_that_are_only_published_are_ties_in_replications() {
    let published = with(fields("arithmetic", 0), "levels", levels("published"));
    let (shared, ranked) = check(published.clone(), year(400, 0, 7));
    assert!(shared > 300 && ranked == 400, "{shared} of {ranked}");
    let computed = with(published, "ranks", json!({}));
    assert_eq!(check(computed, year(400, 0, 7)), (0, 400));
}

#[test]
fn a_cut_that_only_the_published_score_reaches_is_reached_in_replications() {
    // 59.96 of 100 under equal weights: 60.0 as published.
    let tree = json!([{ "code": "T" }, { "code": "a", "parent": "T" }, { "code": "b", "parent": "T" }]);
    let columns = ["a", "b"].map(|code| Column::complete(code, vec![59.96, 59.94]).unwrap());
    let units = ["u", "v"].map(str::to_owned).to_vec();
    let year = YearInput {
        year: None,
        data: Matrix::new(units.clone(), columns.to_vec()).unwrap(),
        denominators: Matrix::new(units, Vec::new()).unwrap(),
        groups: BTreeMap::new(),
    };
    let fields = with(fields("arithmetic", 1), "tree", tree);
    let fields = with(fields, "normalisation", json!({ "all": { "method": "none" } }));
    let stages = json!({ "on": "published", "rules": [
        { "stage": 2, "label": { "zh": "二", "en": "two" }, "expression": "T >= 60.0" },
        { "stage": 1, "label": { "zh": "一", "en": "one" }, "expression": "true" },
    ] });
    for (name, value, reached) in [
        ("levels", levels("published"), [3, 2]),
        ("levels", levels("score"), [2, 2]),
        ("stages", stages, [2, 1]),
    ] {
        let fields = with(fields.clone(), name, value);
        let method = method(fields.clone());
        let result = method.run(vec![year.clone()]).unwrap().remove(0);
        assert_eq!(in_run(&method, &result).1, reached, "{fields}");
        check(fields, year.clone());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn neutral_draws_give_the_run_itself(
        mean in prop::sample::select(vec!["arithmetic", "geometric", "harmonic", "median", "copeland"]),
        decimals in 0..4_u32,
        units in 1..80_u64,
        gap in 0..9_u64,
        seed in any::<u32>(),
        on in prop::sample::select(vec!["published", "score"]),
        ranked_on in prop::sample::select(vec!["published", "score"]),
        staged in any::<bool>(),
    ) {
        let fields = with(fields(mean, decimals), "ranks", json!({ "on": ranked_on }));
        let fields = with(fields, "normalisation", json!({ "all": { "method": "scaled", "lower": -0.01, "upper": 1 } }));
        let fields = if staged { with(fields, "stages", stages(on)) } else { with(fields, "levels", levels(on)) };
        check(fields, year(units, gap, u64::from(seed)));
    }
}
