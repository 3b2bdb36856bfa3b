//! The profile as a document: its faults are found with their places, its schema is current.

use std::fs;

use schemars::schema_for;
use serde_json::{Value, json};

use super::{County, DemoProfile, PROFILE, SURVEY, data, profile, read};

/// Sets one place of the shipped profile and names the first fault.
fn check(pointer: &str, value: Value, code: &str, at: &str) {
    let mut document: Value = serde_json::from_slice(&read(PROFILE)).unwrap();
    *document.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    let faults = DemoProfile::parse(document.to_string().as_bytes())
        .and_then(|profile| County::new(profile, &SURVEY).map(|_| ()))
        .unwrap_err();
    assert_eq!(
        (faults[0].code.as_str(), faults[0].pointer.as_str()),
        (code, at),
        "{faults:#?}"
    );
    assert!(
        faults
            .iter()
            .all(|fault| !fault.message.zh.is_empty() && !fault.message.en.is_empty())
    );
}

#[test]
fn faults_of_a_profile_are_found() {
    let step = |to: Value| json!({"set": "F01", "to": to});
    let first = "/steps/0";
    check(
        "/questionnaire",
        json!("other"),
        "questionnaire.other",
        "/questionnaire",
    );
    check("/facts/uscc", json!("A99"), "question.unknown", "/facts/uscc");
    check("/brands", json!([]), "list.empty", "/brands");
    check("/lists/surname", json!([]), "list.empty", "/lists/surname");
    check("/strata/town/0/weight", json!(-1), "weights.invalid", "/strata/town");
    check(
        "/strata/town/1/words",
        json!({}),
        "stratum.words_differ",
        "/strata/town/1/words",
    );
    check(
        "/strata/town/0/words/code",
        json!(["330000000"]),
        "option.unknown",
        "/steps/6/to/text",
    );
    check(
        first,
        json!({"set": "F99", "to": "blank"}),
        "step.unknown",
        "/steps/0/set",
    );
    check(
        first,
        step(json!({"text": "{surname}"})),
        "recipe.unsuitable",
        "/steps/0/to",
    );
    check(
        first,
        step(json!({"number": "F02"})),
        "name.unknown",
        "/steps/0/to/number",
    );
    check(
        first,
        step(json!({"number": {"times": [2, "F98"]}})),
        "name.unknown",
        "/steps/0/to/number/times/1",
    );
    check(
        first,
        step(json!({"number": "factor.peat"})),
        "name.unknown",
        "/steps/0/to/number",
    );
    check(
        first,
        step(json!({"number": {"plus": []}})),
        "list.empty",
        "/steps/0/to/number/plus",
    );
    let backwards = json!({"number": {"along": {"at": 1, "points": [[1, 0], [0, 1]]}}});
    check(
        first,
        step(backwards),
        "points.unordered",
        "/steps/0/to/number/along/points",
    );
    let when = json!({"set": "F01", "to": {"number": 1}, "when": {"F97": true}});
    check(first, when, "name.unknown", "/steps/0/when");
    check(
        first,
        json!({"set": "F01", "to": {"number": 1}, "blank": 2}),
        "probability.invalid",
        "/steps/0/blank",
    );
    check(
        first,
        json!({"set": "A05", "to": {"text": "{nobody}"}}),
        "name.unknown",
        "/steps/0/to/text",
    );
    check(
        first,
        json!({"set": "A05", "to": {"text": "{surname"}}),
        "template.invalid",
        "/steps/0/to/text",
    );
    check(
        first,
        json!({"set": "A07", "to": {"pick": {"77": 1}}}),
        "option.unknown",
        "/steps/0/to/pick",
    );
    let dates = json!({"set": "A06", "to": {"date": {"from": "2020-02-30", "to": "2021-01-01"}}});
    check(first, dates, "date.invalid", "/steps/0/to/date");
    check(
        "/steps/1/to",
        json!({"text": "{prefix}{company}"}),
        "name.without_brand",
        "/facts/name",
    );
    check(
        "/last_year/keep/0",
        json!("A99"),
        "question.unknown",
        "/last_year/keep/0",
    );
    check("/faults/share", json!(1.5), "probability.invalid", "/faults/share");
    check(
        "/faults/recipes/0/question",
        json!("T99"),
        "question.unknown",
        "/faults/recipes/0/question",
    );
    let mistake = json!({"text": "{wider}"});
    check(
        "/faults/recipes/0/mistake",
        mistake,
        "name.unknown",
        "/faults/recipes/0/mistake/text",
    );
    check("/steps/0/to", json!({"numbers": 1}), "json.shape", "/steps/0/to");
}

#[test]
fn a_required_question_needs_a_step() {
    let mut profile = profile();
    profile.steps.retain(|step| step.set != "R02");
    let faults = County::new(profile, &SURVEY).unwrap_err();
    assert_eq!(faults[0].code, "question.without_step");
    assert!(faults[0].message.en.contains("R02"));
}

/// `UPDATE=1 cargo test demo` rewrites the committed schema.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the switch by which a developer rewrites the committed file"
)]
fn the_committed_schema_is_current() {
    let path = data("schema/demo_county.schema.json");
    let current = serde_json::to_string_pretty(&schema_for!(DemoProfile)).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &current).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == current,
        "run UPDATE=1 cargo test demo"
    );
}
