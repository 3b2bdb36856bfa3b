//! Built-in checks, and how they go together with what was read and with the edit rules.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use survey::{
    answer::{Answer, Answers},
    cell::{DateSystem, Place, RawCell, RawValue, TableCell},
    finding::{Finding, Findings},
    messages::Builtin,
    questionnaire::Action,
    reading::Reading,
    survey::RoundContext,
};

use crate::shipped::{EXAMPLES, SURVEY, answers};

/// The second worked enterprise (industry, all energy questions) with some answers changed; null takes one away.
fn changed(changes: &Value) -> Answers {
    let mut raw = EXAMPLES["enterprises"][2]["answers"].clone();
    for (code, value) in changes.as_object().unwrap() {
        raw[code] = value.clone();
    }
    answers(&raw)
}

fn findings(answers: Answers, claims: &[&str]) -> Findings {
    let evaluation = SURVEY.evaluate(&answers, &RoundContext::new(), None);
    let claims: BTreeSet<String> = claims.iter().map(|code| (*code).to_owned()).collect();
    SURVEY.check(
        &Reading {
            answers,
            ..Reading::default()
        },
        &evaluation,
        &claims,
    )
}

fn codes(findings: &Findings) -> String {
    let code = |finding: &Finding| match &finding.question {
        Some(question) => format!("{question}:{}", finding.rule),
        None => finding.rule.clone(),
    };
    findings.items.iter().map(code).collect::<Vec<_>>().join(" ")
}

#[test]
fn built_in_checks() {
    let check = |changes: Value, claims: &[&str], expected: &str| {
        assert_eq!(codes(&findings(changed(&changes), claims)), expected, "{changes}");
    };
    check(json!({}), &[], "");
    check(json!({ "F06": null }), &[], "F06:required");
    check(json!({ "F06": 0 }), &[], "");
    check(json!({ "D05": 2.5 }), &[], "D05:type.integer");
    check(json!({ "D05": -1 }), &[], "D05:bound.min");
    check(json!({ "K10": 4.5 }), &[], "K10:type.integer K10:type.choice");
    check(json!({ "K10": 7 }), &[], "K10:type.choice");
    check(json!({ "N10": "Z" }), &[], "N10:type.choice");
    check(json!({ "J04": ["B", "Z"] }), &[], "J04:type.choice");
    check(
        json!({ "A21": [{ "title": "x", "grade": "N", "year": 1999 }] }),
        &[],
        "A21:bound.min",
    );
    check(
        json!({ "A21": [{ "title": "x", "grade": "Q" }] }),
        &[],
        "A21:type.choice A21:required",
    );
    check(
        json!({ "A21": vec![json!({ "title": "x", "grade": "N", "year": 2020 }); 21] }),
        &[],
        "A21:bound.max_items",
    );
    // Questions of the other variant are not relevant: a note, and no effect.
    check(json!({ "Z02": -5 }), &[], "Z02:not_relevant");
    // A claim counts where the questionnaire allows it.
    check(json!({ "K01": null }), &["K01"], "");
    check(json!({ "K01": null }), &[], "K01:required");
    check(json!({ "F06": null }), &["F06"], "F06:required F06:not_applicable");
}

#[test]
fn a_bound_said_by_a_blocking_rule_is_not_said_twice() {
    let found = findings(
        changed(&json!({ "U02": 120, "R06": ["B", "C", "D", "E", "F", "G"] })),
        &[],
    );
    assert_eq!(codes(&found), "U02:CK010 R06:CK043");
    assert!(found.blocks());
}

#[test]
fn an_answer_of_another_kind_is_refused() {
    let mut answers = changed(&json!({}));
    answers.insert("F06".to_owned(), Answer::Text("12".to_owned()));
    assert_eq!(codes(&findings(answers, &[])), "F06:type.kind");
}

fn cell(question: &str, at: &str, value: RawValue) -> RawCell {
    RawCell {
        question: question.to_owned(),
        table: None,
        place: Place {
            sheet: "表".to_owned(),
            cell: at.to_owned(),
        },
        value,
        number_format: "General".to_owned(),
        formula: false,
    }
}

fn checked(cells: &[RawCell]) -> (Reading, Findings) {
    let reading = SURVEY.read_answers(cells, DateSystem::From1900);
    let evaluation = SURVEY.evaluate(&reading.answers, &RoundContext::new(), None);
    let findings = SURVEY.check(&reading, &evaluation, &BTreeSet::new());
    (reading, findings)
}

fn of<'f>(findings: &'f Findings, question: &str) -> Vec<&'f str> {
    let concerned = |finding: &&Finding| finding.question.as_deref() == Some(question);
    findings
        .items
        .iter()
        .filter(concerned)
        .map(|finding| finding.rule.as_str())
        .collect()
}

#[test]
fn what_cannot_be_read_is_neither_blank_nor_zero() {
    let text = |text: &str| RawValue::Text(text.to_owned());
    let (_, found) = checked(&[
        cell("A11", "C1", text("M")),
        cell("T01", "C2", RawValue::Number(5.0)),
        cell("T01P", "C3", text("约4")),
        cell("F03P", "C4", RawValue::Number(300.0)),
        cell("Q01", "C5", RawValue::Number(10.0)),
        cell("Q02", "C6", text("约300")),
        cell("Q13", "C7", RawValue::Number(500.0)),
    ]);
    assert_eq!(of(&found, "T01P"), ["WF07"], "no 'required' beside it, and CK073 waits");
    assert!(
        of(&found, "Q13").is_empty(),
        "the energy total cannot be judged without the coal"
    );
    let required: Vec<&str> = of(&found, "F01");
    assert_eq!(required, ["required"]);
}

#[test]
fn findings_know_their_cells_and_raw_values() {
    let row = |row: u32, column: &str, at: &str, value: RawValue| RawCell {
        table: Some(TableCell {
            row,
            column: column.to_owned(),
        }),
        ..cell("V02", at, value)
    };
    let (_, found) = checked(&[
        cell("A11", "C1", RawValue::Text("工业企业版".to_owned())),
        cell("D06", "C2", RawValue::Number(10.0)),
        cell("D07", "C3", RawValue::Text("1２".to_owned())),
        cell("F06", "C4", RawValue::Blank),
        cell("V01", "C5", RawValue::Text("是".to_owned())),
        row(4, "name", "B9", RawValue::Text("项目".to_owned())),
        row(4, "saving_tce", "I9", RawValue::Number(-3.0)),
        row(4, "invest", "G9", RawValue::Number(-1.0)),
    ]);
    let finding = |code: &str, question: &str| {
        let fits = |finding: &&Finding| finding.rule == code && finding.question.as_deref() == Some(question);
        let found = found
            .items
            .iter()
            .find(fits)
            .unwrap_or_else(|| panic!("{code} {question}"));
        let cells: Vec<&str> = found.places.iter().map(|place| place.cell.as_str()).collect();
        (cells.join(" "), found.value.clone().unwrap_or_default())
    };
    assert_eq!(finding("CK044", "D07"), ("C3 C2".to_owned(), "1２".to_owned()));
    assert_eq!(finding("WF06", "D07"), ("C3".to_owned(), "1２".to_owned()));
    assert_eq!(finding("required", "F06"), ("C4".to_owned(), String::new()));
    assert_eq!(finding("bound.min", "V02"), ("G9".to_owned(), "-1".to_owned()));
    assert_eq!(
        finding("required", "V02"),
        ("B9".to_owned(), String::new()),
        "the row has no cell for the missing column"
    );
    assert_eq!(finding("CK077", "V02"), ("B9".to_owned(), String::new()));
    assert!(
        found.items.is_sorted_by_key(|finding| finding.action),
        "the graver first"
    );
}

#[test]
fn an_irrelevant_cell_never_blocks() {
    let (_, found) = checked(&[
        cell("A11", "C1", RawValue::Text("S".to_owned())),
        cell("F04", "C2", RawValue::Text("约5".to_owned())),
    ]);
    assert_eq!(of(&found, "F04"), ["not_relevant"]);
}

#[test]
fn shares_for_the_round_context() {
    let (one, other) = (changed(&json!({})), changed(&json!({ "F03": 1, "F06": null })));
    assert_eq!(SURVEY.same_number_share(&one, &one), Some(1.0));
    let numbers = one
        .values()
        .filter(|answer| matches!(answer, Answer::Number(_)))
        .count() as f64;
    let share = SURVEY.same_number_share(&one, &other).unwrap();
    assert!((share - (numbers - 2.0) / (numbers - 1.0)).abs() < 1e-12);
    assert_eq!(SURVEY.same_number_share(&one, &Answers::new()), None);
    let top = |raw: Value| SURVEY.top_option_share(&answers(&raw));
    assert_eq!(
        top(json!({ "A11": "M", "K01": 4, "K02": 3, "A08": "330111112" })),
        Some(1.0 / 3.0)
    );
    assert_eq!(top(json!({ "F03": 5 })), None);
}

#[test]
fn every_built_in_check_can_be_found() {
    // Raised by the cases of this file, of `reading` and of the choices; the list proves that no check is forgotten.
    let raised = [
        include_str!("checks.rs"),
        include_str!("conversions.rs"),
        include_str!("reading.rs"),
        include_str!("slips.rs"),
        include_str!("../../src/reading/choice.rs"),
    ];
    for check in Builtin::all() {
        assert!(
            raised.iter().any(|tests| tests.contains(check.code())),
            "{} has no test",
            check.code()
        );
    }
    assert!(Builtin::all().any(|check| check.action() == Action::Info));
}

/// Every finding of the worked enterprise with these changes, as key and fingerprint.
fn identities(changes: &Value) -> Vec<(String, String)> {
    let found = findings(changed(changes), &[]);
    found
        .items
        .into_iter()
        .map(|finding| (finding.key, finding.fingerprint))
        .collect()
}

#[test]
fn a_finding_keeps_its_key_and_changes_its_fingerprint_with_its_values() {
    let check = |one: Value, other: Value, keys: &[&str], same: bool| {
        let (one, other) = (identities(&one), identities(&other));
        let found: Vec<&str> = one.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(found, keys);
        assert_eq!(
            other.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(),
            keys,
            "the key says which finding, not which value"
        );
        assert_eq!(one == other, same, "{keys:?}");
        assert!(one.iter().all(|(_, fingerprint)| fingerprint.len() == 32));
    };
    check(json!({ "D05": -1 }), json!({ "D05": -1 }), &["bound.min@D05"], true);
    check(json!({ "D05": -1 }), json!({ "D05": -2 }), &["bound.min@D05"], false);
    check(json!({ "U02": 120 }), json!({ "U02": 120 }), &["CK010@U02"], true);
    check(json!({ "U02": 120 }), json!({ "U02": 121 }), &["CK010@U02"], false);
    // What the rule does not read changes nothing.
    check(
        json!({ "U02": 120 }),
        json!({ "U02": 120, "F06": 0 }),
        &["CK010@U02"],
        true,
    );
    let table = |year: u32| json!({ "A21": [{ "title": "x", "grade": "Q", "year": year }, { "title": "y" }] });
    check(
        table(2020),
        table(2021),
        &["type.choice@A21.0.grade", "required@A21.1.grade", "required@A21.1.year"],
        true,
    );
}

#[test]
fn the_key_of_a_cell_that_was_read_does_not_hang_on_its_place() {
    let at = |place: &str| {
        let (_, found) = checked(&[cell("D05", place, RawValue::Text("（5）".to_owned()))]);
        let warned = found.items.into_iter().find(|finding| finding.rule == "WF09").unwrap();
        assert!(warned.is_justifiable());
        (warned.key, warned.fingerprint)
    };
    assert_eq!(at("D5"), at("F99"));
    assert_eq!(at("D5").0, "WF09@D05");
}

#[test]
fn only_the_last_justification_of_the_same_values_counts() {
    use survey::justification::{Justification, valid};
    let (_, found) = checked(&[cell("D05", "D5", RawValue::Text("（5）".to_owned()))]);
    let warned = found.items.iter().find(|finding| finding.rule == "WF09").unwrap();
    let given = |reason: &str, fingerprint: &str| Justification {
        finding_key: warned.key.clone(),
        fingerprint: fingerprint.to_owned(),
        reason: reason.to_owned(),
        text: String::new(),
    };
    let check = |given: &[Justification], expected: Option<&str>| {
        let counted = valid(&found, given);
        assert_eq!(counted.get(&warned.key).map(|j| j.reason.as_str()), expected);
        assert!(counted.len() <= 1);
    };
    check(&[], None);
    check(&[given("J01", &warned.fingerprint)], Some("J01"));
    check(&[given("J01", "of other values")], None);
    check(
        &[given("J01", &warned.fingerprint), given("J02", &warned.fingerprint)],
        Some("J02"),
    );
    // What was said last speaks of other values: what was said before is not dug up again.
    check(
        &[given("J01", &warned.fingerprint), given("J02", "of other values")],
        None,
    );
}
