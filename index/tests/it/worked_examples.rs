//! Every score, level, stage and regional figure of the worked examples.

use std::collections::{BTreeMap, BTreeSet};

use index::{
    card::{MissingReason, NodeKind, Scored},
    exact::Fixed,
    ladder::AttainedKind,
    region::RegionValue,
};
use serde_json::{Value, json};
use survey::expression;

use crate::shipped::{EXAMPLES, INDEX, LEVEL, TOPIC, document, enterprise, evaluation, region};

pub(crate) fn list(name: &str) -> &'static [Value] {
    EXAMPLES[name].as_array().unwrap()
}

fn fixed(value: &Value) -> Fixed {
    serde_json::from_value(value.clone()).unwrap()
}

pub(crate) fn not_applicable(example: &Value) -> BTreeSet<String> {
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
                for text in [&row.message.zh, &row.message.en] {
                    assert!(text.contains(&required.to_string()), "{row:?}");
                    assert!(!text.contains(&row.condition) && !text.contains("min_"), "{row:?}");
                }
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
    let check = |case: &Value, methodology: &index::compile::CompiledCard, code: &str| {
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
