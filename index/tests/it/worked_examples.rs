//! Every score, level, stage and regional figure of the worked examples.

use std::collections::{BTreeMap, BTreeSet};

use index::{
    exact::Fixed,
    methodology::MissingSubstitute,
    region::{BaseOrigin, RegionFigures, RegionValue},
    scoring::{AttainedKind, MissingReason, NodeKind, Scored},
};
use serde_json::{Value, json};
use survey::expression;

use crate::shipped::{EXAMPLES, INDEX, LEVEL, TOPIC, document, enterprise, evaluation, region};

fn list(name: &str) -> &'static [Value] {
    EXAMPLES[name].as_array().unwrap()
}

fn fixed(value: &Value) -> Fixed {
    serde_json::from_value(value.clone()).unwrap()
}

fn not_applicable(example: &Value) -> BTreeSet<String> {
    serde_json::from_value(example["not_applicable"].clone()).unwrap()
}

#[test]
fn the_integration_index_of_every_enterprise() {
    let index = enterprise(INDEX);
    for example in list("enterprises") {
        let id = &example["id"];
        let expected = example["expected"]["index"].as_object().unwrap();
        let scored = index.score(&evaluation(&example["answers"]), &not_applicable(example));
        assert!(scored.applies && scored.not_scored.is_none(), "{id}");
        for (code, want) in expected
            .iter()
            .filter(|(key, _)| !["items", "stage"].contains(&key.as_str()))
        {
            assert_eq!(scored.totals.get(code.as_str()), Some(&fixed(want)), "{id} {code}");
        }
        let items = expected["items"].as_object().unwrap();
        for indicator in document(INDEX)["indicators"].as_array().unwrap() {
            let code = indicator["code"].as_str().unwrap();
            let want = items.get(code).filter(|want| !want.is_null()).map(fixed);
            assert_eq!(scored.node(code).unwrap().score, want, "{id} {code}");
        }
        let attained = scored.attained.unwrap();
        assert_eq!(
            (attained.kind, json!(attained.value)),
            (AttainedKind::Stage, expected["stage"].clone()),
            "{id}"
        );
        assert_eq!(attained.until_confirmed.unwrap().zh, "待确定");
    }
}

#[test]
fn the_energy_topic_by_itself_is_that_of_the_index() {
    let (topic, index) = (enterprise(TOPIC), enterprise(INDEX));
    for example in list("enterprises") {
        let evaluation = evaluation(&example["answers"]);
        let claims = not_applicable(example);
        let alone = topic.score(&evaluation, &claims);
        let within = index.score(&evaluation, &claims);
        let want = example["expected"]["index"].get("G").map(fixed);
        assert_eq!(within.totals.get("G").copied(), want, "{}", example["id"]);
        assert_eq!(alone.totals.get("G").copied(), want, "{}", example["id"]);
        assert_eq!(alone.totals.get("T").copied(), want, "{}", example["id"]);
        for node in &alone.nodes {
            if let Some(same) = within.node(&node.code).filter(|_| node.kind == NodeKind::Indicator) {
                assert_eq!((node.score, &node.value), (same.score, &same.value), "{}", node.code);
            }
        }
        assert!(alone.attained.is_some());
    }
}

#[test]
fn the_digital_level_of_every_enterprise() {
    let level = enterprise(LEVEL);
    for example in list("enterprises") {
        let id = &example["id"];
        let evaluation = evaluation(&example["answers"]);
        let scored = level.score(&evaluation, &not_applicable(example));
        let Some(expected) = example["expected"].get("sme") else {
            assert!(
                !scored.applies && scored.nodes.is_empty() && scored.totals.is_empty(),
                "{id}"
            );
            assert_eq!(scored.not_scored.unwrap().code, "applies_when", "{id}");
            continue;
        };
        assert_eq!(scored.totals["total"], fixed(&expected["total"]), "{id}");
        for (at, want) in expected["items"].as_array().unwrap().iter().enumerate() {
            let code = format!("SME{:02}", at + 1);
            assert_eq!(scored.node(&code).unwrap().score, Some(fixed(want)), "{id} {code}");
        }
        assert_eq!(
            json!(scored.attained.as_ref().unwrap().value),
            expected["level"],
            "{id}"
        );
        assert_scenes_are_counted(&scored, &example["answers"], &not_applicable(example));
    }
}

/// Counts scenes the slow way, from the answers.
fn assert_scenes_are_counted(scored: &Scored, answers: &Value, not_applicable: &BTreeSet<String>) {
    let document = document(LEVEL);
    for count in &scored.scene_counts {
        let reached: Vec<&Value> = document["scenes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|scene| {
                let code = scene["code"].as_str().unwrap();
                let level = answers[code].as_f64().filter(|_| !not_applicable.contains(code));
                level.is_some_and(|level| level >= f64::from(count.level))
            })
            .collect();
        let constrained = reached.iter().filter(|scene| scene["constrained"] == true).count();
        assert_eq!(
            (count.scenes as usize, count.constrained as usize),
            (reached.len(), constrained),
            "{count:?}"
        );
    }
}

#[test]
fn every_row_above_the_level_says_what_failed() {
    let levels = enterprise(LEVEL);
    let stages = enterprise(INDEX);
    let mut seen = BTreeSet::new();
    for example in list("enterprises") {
        let evaluation = evaluation(&example["answers"]);
        for methodology in [&levels, &stages] {
            let Some(attained) = methodology.score(&evaluation, &BTreeSet::new()).attained else {
                continue;
            };
            let rungs = methodology.rungs();
            let above: Vec<u32> = rungs
                .iter()
                .copied()
                .take_while(|rung| *rung != attained.value)
                .collect();
            assert_eq!(attained.missed.iter().map(|row| row.value).collect::<Vec<_>>(), above);
            for row in &attained.missed {
                let (found, required) = (row.found.unwrap(), row.required.unwrap());
                assert!(found < required, "{row:?}");
                assert_eq!(row.short_by, Some(required - found), "{row:?}");
                assert!(
                    row.message.zh.contains(&required.to_string()) || row.condition.contains(".0"),
                    "{row:?}"
                );
                seen.insert(row.condition.clone());
            }
        }
    }
    assert!(seen.iter().any(|condition| condition == "B >= 40.0"), "{seen:?}");
    assert!(
        seen.iter().any(|condition| condition.starts_with("min_score")),
        "{seen:?}"
    );
}

#[test]
fn every_score_case() {
    let index = enterprise(INDEX);
    let check = |case: &Value, methodology: &index::compile::CompiledMethodology, code: &str| {
        let value = match &case["value"] {
            Value::Number(number) => expression::Value::from(number.as_f64().unwrap()),
            Value::String(code) => expression::Value::text(code),
            Value::Array(codes) => expression::Value::texts(codes.iter().map(|code| code.as_str().unwrap())),
            _ => expression::Value::Null,
        };
        // A blank has no score of its own; the missing policy gives it zero.
        let score = methodology.score_of(code, &value).unwrap_or_default();
        assert_eq!(score, fixed(&case["expected"]), "{case}");
    };
    assert_eq!((list("scores").len(), list("sme_scores").len()), (40, 16));
    for case in list("scores") {
        check(case, &index, case["indicator"].as_str().unwrap());
    }
    let level = enterprise(LEVEL);
    for case in list("sme_scores") {
        check(case, &level, &format!("SME{:02}", case["no"].as_u64().unwrap()));
    }
}

#[test]
fn an_agreed_not_applicable_is_spread_and_a_blank_scores_zero() {
    let index = enterprise(INDEX);
    let mut answers = list("enterprises")[2]["answers"].clone();
    answers["N10"] = Value::Null;
    let scored = index.score(
        &evaluation(&answers),
        &BTreeSet::from(["N11".to_owned(), "K02".to_owned()]),
    );
    let node = |code: &str| scored.node(code).unwrap();
    assert_eq!(
        (node("B02").missing, node("B02").score),
        (Some(MissingReason::Blank), Some(Fixed::ZERO))
    );
    assert_eq!(node("B02").value, None, "a blank is shown as blank");
    assert_eq!(
        (node("B03").missing, node("B03").score),
        (Some(MissingReason::NotApplicable), None)
    );
    assert_eq!(node("B03").effective_weight, Some(Fixed::ZERO));
    // B01 weighs 15 of the remaining 90.
    assert_eq!(node("B01").effective_weight, Fixed::parse("16.666666667"));
    // 100 less the 7 of S02.
    assert_eq!(node("S01").effective_weight, Fixed::parse("10.752688172"));

    let level = enterprise(LEVEL);
    let claimed = level.score(
        &evaluation(&list("enterprises")[2]["answers"]),
        &BTreeSet::from(["K01".to_owned()]),
    );
    assert_eq!(claimed.node("K01").unwrap().missing, Some(MissingReason::NotApplicable));
    assert_eq!(claimed.node("K01").unwrap().value, None);
}

#[test]
fn a_block_left_out_whole_needs_consent() {
    let index = enterprise(INDEX);
    let example = &list("enterprises")[2];
    let indicators = document(INDEX)["indicators"].clone();
    let questions_of = |block: &str| -> BTreeSet<String> {
        let own = indicators.as_array().unwrap().iter().filter(|i| i["block"] == block);
        own.flat_map(|i| i["depends_on"].as_array().unwrap().clone())
            .map(|q| q.as_str().unwrap().to_owned())
            .collect()
    };
    let scored = index.score(&evaluation(&example["answers"]), &questions_of("C"));
    assert_eq!(scored.totals.get("C"), None);
    assert_eq!(scored.node("C").unwrap().missing, Some(MissingReason::NothingBelow));
    assert_eq!(scored.node("B").unwrap().effective_weight, Some(Fixed::from_int(25)));
    let [b, s, i] = ["B", "S", "I"].map(|code| scored.totals[code]);
    let weight = Fixed::from_int;
    let terms = [(weight(20), b), (weight(30), s), (weight(30), i)];
    assert_eq!(Fixed::weighted_quotient(terms, weight(80), 4), Some(scored.totals["L"]));
}

#[test]
fn the_region_cases() {
    let region = region();
    let score = |code: &str, x: f64, x0: f64| {
        let value = RegionValue {
            base: x0,
            value: Some(x),
            ..RegionValue::default()
        };
        region
            .score(&BTreeMap::from([(code.to_owned(), value)]))
            .unwrap()
            .indicators
    };
    for case in EXAMPLES["region"]["z"].as_array().unwrap() {
        let inverse = case["inverse"].as_bool().unwrap();
        let code = if inverse { "RG21" } else { "RG01" };
        let indicators = score(code, case["x"].as_f64().unwrap(), case["x0"].as_f64().unwrap());
        let found = indicators.iter().find(|indicator| indicator.code == code).unwrap();
        assert_eq!(
            (found.z, found.substitute),
            (Some(fixed(&case["expected"])), None),
            "{case}"
        );
    }
}

#[test]
fn a_region_replaces_what_is_missing_and_says_so() {
    let region = region();
    let value = |value: Option<f64>, last_year: Option<f64>| RegionValue {
        base: 1.0,
        value,
        last_year,
        enterprises: None,
    };
    let values = BTreeMap::from([
        ("RG01".to_owned(), value(Some(1.0), None)),
        ("RG02".to_owned(), value(None, Some(3.0))),
        ("RG21".to_owned(), value(Some(0.0), Some(1.0))),
    ]);
    let scored = region.score(&values).unwrap();
    let found = |code: &str| {
        let indicator = scored
            .indicators
            .iter()
            .find(|indicator| indicator.code == code)
            .unwrap();
        (indicator.z.map(|z| z.to_string()), json!(indicator.substitute))
    };
    assert_eq!(found("RG01"), (Some("50".into()), Value::Null));
    assert_eq!(found("RG02"), (Some("100".into()), json!("last_year_value")));
    assert_eq!(found("RG21"), (Some("50".into()), json!("last_year_value")));
    // (4 * 50 + 4 * 100) / 8 for the class that has values; nothing for the class without any.
    assert_eq!(found("RG03"), (Some("75".into()), json!("class_mean")));
    assert_eq!(found("RG09"), (None, Value::Null));
    let with_index = scored.classes.iter().filter(|class| class.index.is_some());
    let with_index: Vec<&str> = with_index.map(|class| class.code.as_str()).collect();
    assert_eq!(with_index, ["base", "benefit"]);
    // Classes of 25 and 25: the mean of 75 and 50.
    assert_eq!(scored.total.unwrap().to_string(), "62.5");

    let refused = |values| region.score(&values).unwrap_err().code();
    assert_eq!(
        refused(BTreeMap::from([("RG99".to_owned(), value(None, None))])),
        "region.unknown_indicator"
    );
    let no_base = RegionValue {
        base: 0.0,
        value: Some(1.0),
        ..RegionValue::default()
    };
    assert_eq!(
        refused(BTreeMap::from([("RG01".to_owned(), no_base)])),
        "region.no_base"
    );
}

#[test]
fn the_returns_of_a_round_give_the_survey_indicators() {
    let region = region();
    let mut tally = region.tally();
    let (mut planned, mut counted) = (0_u32, 0_u32);
    for example in list("enterprises") {
        let measured = region.measure(&evaluation(&example["answers"]), &not_applicable(example));
        tally.add(&measured);
        let scored = region.scored_return(&measured);
        let node = scored.node("RG08").unwrap();
        assert_eq!(scored.not_scored.as_ref().unwrap().code, "region_only");
        let answer = &example["answers"]["N10"];
        assert_eq!(node.value.is_none(), answer.is_null(), "{node:?}");
        assert_eq!(node.missing.is_some(), answer.is_null(), "{node:?}");
        counted += u32::from(!answer.is_null());
        planned += u32::from(*answer == "C" || *answer == "D");
    }
    assert!(planned > 0 && planned < counted);
    let figures: RegionFigures =
        serde_json::from_value(json!({ "base_from": "own_first_year", "values": { "RG08": { "base": 20.0 } } }))
            .unwrap();
    region.check_figures(&figures).unwrap();
    let values = region.values(&figures, &tally, &region.tally());
    let value = values["RG08"];
    assert_eq!(value.value, Some(100.0 * f64::from(planned) / f64::from(counted)));
    assert_eq!((value.last_year, value.enterprises), (None, Some(counted as usize)));
    let scored = region.score(&values).unwrap();
    let ratio = value.value.unwrap() / 20.0;
    let expected = Fixed::from_observed(50.0 * (1.0 + ratio).log2(), 4);
    assert_eq!(
        scored.indicators.iter().find(|one| one.code == "RG08").unwrap().z,
        expected
    );
    // Nobody answered: last year's figure of the same enterprises stands in.
    let values = region.values(&figures, &region.tally(), &tally);
    let stood_in = region.score(&values).unwrap();
    let one = stood_in.indicators.iter().find(|one| one.code == "RG08").unwrap();
    assert_eq!(
        (one.z, one.substitute),
        (expected, Some(MissingSubstitute::LastYearValue))
    );
}

#[test]
fn wrong_figures_of_a_region_are_all_named() {
    let region = region();
    let check = |values: Value, expected: &[&str]| {
        let figures = json!({ "base_from": "mean_of_regions", "values": values });
        let figures: RegionFigures = serde_json::from_value(figures).unwrap();
        let faults = region.check_figures(&figures).err().unwrap_or_default();
        let codes: Vec<&str> = faults.iter().map(index::region::RegionError::code).collect();
        assert_eq!(codes, expected, "{faults:?}");
    };
    check(
        json!({ "RG01": { "base": 2.0, "value": 3.0 }, "RG08": { "base": 20.0 } }),
        &[],
    );
    check(
        json!({ "RG01": { "base": 0.0 }, "RG02": { "base": -1.0 }, "RG08": { "base": 1.0, "last_year": 2.0 }, "X": { "base": 1.0 } }),
        &[
            "region.no_base",
            "region.no_base",
            "region.from_survey",
            "region.unknown_indicator",
        ],
    );
    let infinite = RegionValue {
        base: 1.0,
        value: Some(f64::INFINITY),
        ..RegionValue::default()
    };
    let figures = RegionFigures {
        base_from: BaseOrigin::MeanOfRegions,
        values: BTreeMap::from([("RG01".to_owned(), infinite)]),
    };
    assert_eq!(
        region.check_figures(&figures).unwrap_err()[0].code(),
        "region.not_finite"
    );
}
