//! Composite indices of the literature, each written as a document and computed by hand.

use std::num::NonZeroUsize;

use index::{
    composite::YearResult,
    exchange::{ParameterTable, UnitTable},
};
use serde_json::{Value, json};

use crate::composite_documents::{document, refused};

/// Runs a document with its own tree.
fn run(fields: &Value, data: &str) -> Vec<YearResult> {
    let method = document(fields.clone())
        .method(None, &ParameterTable::default())
        .unwrap_or_else(|faults| panic!("{faults:#?}"));
    let units = UnitTable::parse(data.to_owned(), NonZeroUsize::MIN).unwrap();
    let years = units.years(method.tree.indicators(), &method.denominators(), &method.groups());
    method.run(years.unwrap()).unwrap()
}

#[track_caller]
fn close(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!(
        (found - expected).abs() <= 1e-12 * expected.abs().max(1.0),
        "{found}, expected {expected}"
    );
}

/// The scores of a node, unit by unit.
fn scores(result: &YearResult, node: &str) -> Vec<Option<f64>> {
    result.composite.scores.column(node).unwrap().cells().collect()
}

#[track_caller]
fn check(fields: &Value, data: &str, expected: &[f64]) {
    let results = run(fields, data);
    let found = results.iter().flat_map(|year| scores(year, "top"));
    let found: Vec<Option<f64>> = found.collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.into_iter().zip(expected) {
        close(found, *expected);
    }
}

fn tree() -> Value {
    json!([
        { "code": "top" },
        { "code": "a", "parent": "top" },
        { "code": "b", "parent": "top", "direction": "lower_is_better" },
    ])
}

/// a is 2, 5, 8; of b, of which less is better, 1, 4, 1.
const DATA: &str = "uCode,a,b\nx,2,1\ny,5,4\nz,8,1\n";

#[test]
fn the_mazziotta_pareto_index_of_either_sign() {
    // Population deviations sqrt 6 and sqrt 2: z = 100 + 10 (x - m) / s, then M -/+ S^2 / M of the two.
    let z = |part: f64| 100.0 + 10.0 * part;
    let (a, b) = (3.0 / 6.0_f64.sqrt(), 1.0 / 2.0_f64.sqrt());
    let rows = [(z(-a), z(b)), (z(0.0), z(-2.0 * b)), (z(a), z(b))];
    for (penalty, sign) in [("subtracted", -1.0), ("added", 1.0)] {
        let fields = json!({
            "tree": tree(),
            "normalisation": { "all": { "method": "z_score", "mean": 100.0, "sd": 10.0, "variance": "population" } },
            "aggregation": { "all": { "mean": "mazziotta_pareto", "penalty": penalty } },
        });
        let expected = rows.map(|(a, b)| {
            let (mean, half) = (f64::midpoint(a, b), (a - b) / 2.0);
            mean + sign * half * half / mean
        });
        check(&fields, DATA, &expected);
    }
    // Sample deviations 3 and sqrt 3, and twice the variance of two children.
    let fields = json!({
        "tree": tree(),
        "normalisation": { "all": { "method": "z_score", "mean": 100.0, "sd": 10.0 } },
        "aggregation": { "all": { "mean": "mazziotta_pareto", "variance": "sample" } },
    });
    let (a, b) = (1.0, 1.0 / 3.0_f64.sqrt());
    let expected = [(z(-a), z(b)), (z(0.0), z(-2.0 * b)), (z(a), z(b))].map(|(a, b)| {
        let (mean, half) = (f64::midpoint(a, b), (a - b) / 2.0);
        mean - 2.0 * half * half / mean
    });
    check(&fields, DATA, &expected);
}

#[test]
fn the_adjusted_mazziotta_pareto_index_keeps_one_scale_over_the_years() {
    let fields = json!({
        "tree": tree(),
        "normalisation": { "all": { "method": "ampi" },
            "indicators": { "a": { "method": "ampi", "reference": 4.0 } } },
        "aggregation": { "all": { "mean": "mazziotta_pareto" } },
    });
    // Over both years a goes from 2 to 10 (half of the way 4, reference 4) and b from 1 to 5 (half 2, mean 2.5).
    let data = "uCode,Time,a,b\nx,2025,2,1\ny,2025,6,3\nx,2026,4,1\ny,2026,10,5\n";
    let a = |value: f64| 100.0 + (value - 4.0) / 4.0 * 30.0;
    let b = |value: f64| 100.0 - (value - 2.5) / 2.0 * 30.0;
    let rows = [(a(2.0), b(1.0)), (a(6.0), b(3.0)), (a(4.0), b(1.0)), (a(10.0), b(5.0))];
    let expected = rows.map(|(a, b)| {
        let (mean, half) = (f64::midpoint(a, b), (a - b) / 2.0);
        mean - half * half / mean
    });
    check(&fields, data, &expected);
}

#[test]
fn capped_and_rescaled_scores() {
    let of = |all: Value| json!({ "tree": tree(), "normalisation": { "all": all } });
    // z of a: -1, 0, 1; of b, turned over, 1/sqrt 3, -2/sqrt 3, 1/sqrt 3; cut at .5.
    check(
        &of(json!({ "method": "z_score", "cap": 0.5 })),
        DATA,
        &[0.0, -0.25, 0.5],
    );
    // 0 to 10 becomes 70 to 130: a 82, 100, 118; b 124, 106, 124.
    let scaled = json!({ "method": "scaled", "lower": 0.0, "upper": 10.0, "low": 70.0, "high": 130.0 });
    check(&of(scaled), DATA, &[103.0, 103.0, 121.0]);
}

#[test]
fn forced_treatment_and_the_logarithm_of_one_more() {
    let fields = json!({
        "tree": [{ "code": "top" }, { "code": "a", "parent": "top" }],
        "treatment": { "force": true, "first": { "step": "log1p" }, "second": { "step": "none" } },
        "normalisation": { "all": { "method": "none" } },
    });
    check(
        &fields,
        "uCode,a\nx,0\ny,1\nz,6.38905609893065\n",
        &[0.0, 2.0_f64.ln(), 2.0],
    );
    let mut tame = fields.clone();
    tame["treatment"]["force"] = json!(false);
    check(&tame, "uCode,a\nx,0\ny,1\nz,3\n", &[0.0, 1.0, 3.0]);
    let mut own = tame;
    own["treatment"]["indicators"] = json!({ "a": { "force": true } });
    check(&own, "uCode,a\nx,0\ny,1\nz,3\n", &[0.0, 2.0_f64.ln(), 4.0_f64.ln()]);
}

#[test]
fn the_mean_min_function_and_ordered_weights() {
    let of = |all: Value| {
        json!({
            "tree": tree(),
            "normalisation": { "all": { "method": "scaled", "lower": 0.0, "upper": 10.0 } },
            "aggregation": { "all": all },
        })
    };
    // a 20, 50, 80; b 90, 60, 90: means 55, 55, 85.
    check(&of(json!({ "mean": "mean_min" })), DATA, &[20.0, 50.0, 80.0]);
    check(
        &of(json!({ "mean": "mean_min", "alpha": 0.0 })),
        DATA,
        &[55.0, 55.0, 85.0],
    );
    // 55 - (sqrt(35^2 + 12^2) - 12) / 2 and sqrt(5^2 + 12^2) = 13.
    check(
        &of(json!({ "mean": "mean_min", "alpha": 0.5, "beta": 12.0 })),
        DATA,
        &[55.0 - (37.0 - 12.0) / 2.0, 54.5, 84.5],
    );
    check(
        &of(json!({ "mean": "owa", "order_weights": [1.0, 3.0] })),
        DATA,
        &[37.5, 52.5, 82.5],
    );
}

#[test]
fn settings_that_cannot_be_are_refused_at_their_place() {
    let of = |all: Value| json!({ "tree": tree(), "aggregation": { "all": all } });
    let settings = "composite.bad_setting";
    for weights in [json!([1.0]), json!([0.0, 0.0]), json!([1.0, -1.0])] {
        let all = json!({ "mean": "owa", "order_weights": weights });
        refused(of(all), settings, "/aggregation/all/order_weights");
    }
    refused(
        of(json!({ "mean": "owa" })),
        settings,
        "/aggregation/nodes/top/order_weights",
    );
    refused(
        of(json!({ "mean": "mean_min", "beta": -1.0 })),
        settings,
        "/aggregation/all/beta",
    );
    refused(
        of(json!({ "mean": "mean_min", "alpha": 2.0 })),
        "composite.bad_share",
        "/aggregation/all/alpha",
    );
    for field in [
        json!({ "alpha": 0.5 }),
        json!({ "beta": 1.0 }),
        json!({ "variance": "sample" }),
        json!({ "order_weights": [1.0, 1.0] }),
    ] {
        let name = field.as_object().unwrap().keys().next().unwrap().clone();
        refused(of(field), "composite.misplaced", &format!("/aggregation/all/{name}"));
    }
    let z = json!({ "tree": tree(), "normalisation": { "all": { "method": "z_score", "cap": 0.0 } } });
    refused(z, settings, "/normalisation/all");
}

#[test]
fn the_score_of_an_aggregate_is_brought_to_a_scale_of_its_own() {
    let of = |aggregation: Value| {
        json!({
            "tree": [{ "code": "top" }, { "code": "left", "parent": "top" }, { "code": "a", "parent": "left" },
                { "code": "b", "parent": "left" }, { "code": "c", "parent": "top" }],
            "normalisation": { "all": { "method": "none" } },
            "aggregation": aggregation,
        })
    };
    // left is 2, 3, 6: on 0 to 100 it is 0, 25, 100, beside c 10, 20, 30.
    let data = "uCode,a,b,c\nx,1,3,10\ny,4,2,20\nz,9,3,30\n";
    let min_max = json!({ "method": "min_max" });
    let left = of(json!({ "nodes": { "left": { "rescale": min_max } } }));
    check(&left, data, &[5.0, 22.5, 65.0]);
    // And the index after it, on 1 to 10: 1 + 9 (s - 5) / 60.
    let both = json!({ "nodes": { "left": { "rescale": min_max },
        "top": { "rescale": { "method": "min_max", "low": 1.0, "high": 10.0 } } } });
    check(&of(both.clone()), data, &[1.0, 3.625, 10.0]);
    // Standard scores are below zero: a geometric mean above them is taken after the scale, never before.
    let lifted = json!({ "nodes": { "left": { "rescale": { "method": "z_score", "mean": 100.0, "sd": 10.0 } },
        "top": { "mean": "geometric" } } });
    let negative = "uCode,a,b,c\nx,-1,-1,100\ny,0,0,100\nz,1,1,100\n";
    check(&of(lifted), negative, &[9_000.0_f64.sqrt(), 100.0, 11_000.0_f64.sqrt()]);
    // Over the years the scale is one: 0 to 100 from the least to the greatest of all.
    let panel = "uCode,Time,a,b,c\nx,2025,2,2,0\ny,2025,4,4,0\nx,2026,6,6,0\ny,2026,10,10,0\n";
    check(&left, panel, &[0.0, 12.5, 25.0, 50.0]);
    let constant = "uCode,a,b,c\nx,1,3,10\ny,2,2,20\n";
    let method = document(left).method(None, &ParameterTable::default()).unwrap();
    assert!(method.relative());
    let units = UnitTable::parse(constant.to_owned(), NonZeroUsize::MIN).unwrap();
    let years = units.years(method.tree.indicators(), &method.denominators(), &method.groups());
    let refused_scale = method.run(years.unwrap()).unwrap_err();
    assert_eq!(refused_scale.code(), "composite.constant_column");
    assert!(refused_scale.message().en.contains("left"), "{refused_scale}");
    refused(
        of(json!({ "all": { "rescale": { "method": "min_max", "low": 1.0, "high": 0.0 } } })),
        "composite.bad_setting",
        "/aggregation/all/rescale",
    );
}
