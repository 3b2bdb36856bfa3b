//! The engines of survey/ and index/ against the slow, readable reference implementation in Python: 1000 generated returns,
//! every derived value, every indicator, block and total, to 1e-9.

use std::{collections::BTreeSet, process::Command};

use demo::{County, DemoProfile};
use index::{card::Scored, document::Methodology, exact::Fixed};
use ronghe::{cli::built_in_form, shipped};
use serde_json::{Map, Value, json};
use survey::{
    answer::{Answer, Answers},
    survey::{DerivedResult, RoundContext},
};

/// What the reference prints for a list of returns.
const SCRIPT: &str = r#"
import json, sys
from decimal import Decimal
import reference
out = []
for answers in json.load(sys.stdin, parse_float=Decimal):
    result = reference.evaluate({"answers": answers})
    number = lambda value: value if value is None or isinstance(value, str) else float(value)
    index = result["index"]
    row = {
        "derived": {code: number(value) for code, value in result["derived"].items()},
        "index": {code: number(value) for code, value in index.items() if code != "items"},
        "items": {code: number(value) for code, value in index["items"].items()},
    }
    if "sme" in result:
        row["sme"] = {"total": float(result["sme"]["total"]), "level": result["sme"]["level"]}
    out.append(row)
json.dump(out, sys.stdout)
"#;

#[test]
fn a_thousand_generated_returns_agree_with_the_reference() {
    let form = built_in_form(None, Some(2026)).unwrap();
    let profile = DemoProfile::parse(shipped::DEMO_COUNTY.as_bytes()).unwrap();
    let samples = County::new(profile, &form.survey).unwrap().generate(20_261_123, 1000);
    let written = Value::Array(samples.iter().map(|sample| plain(&sample.answers)).collect());
    let expected = reference(&written);
    let methodology = |file: &str| {
        let parsed = Methodology::parse(shipped::file(file).unwrap().as_bytes()).unwrap();
        parsed.compile(&form.survey).unwrap().enterprise().unwrap()
    };
    let index = methodology("methodology_integration_index.json");
    let level = methodology("methodology_sme_level_2024.json");
    assert_eq!(expected.len(), samples.len());
    for (sample, expected) in samples.iter().zip(&expected) {
        let who = &sample.facts.uscc;
        let evaluation = form.survey.evaluate(&sample.answers, &RoundContext::new(), None);
        for (code, value) in expected["derived"].as_object().unwrap() {
            let found = evaluation.derived.get(code);
            match (found, value) {
                (None, Value::Null) => {}
                (Some(DerivedResult::Text(found)), Value::String(value)) => assert_eq!(found, value, "{who} {code}"),
                (Some(DerivedResult::Number(found)), Value::Number(_)) => near(*found, value, who, code),
                _ => panic!("{who} {code}: {found:?}, expected {value}"),
            }
        }
        let scored = index.score(&evaluation, &BTreeSet::new());
        let score = |code: &str| scored.node(code).and_then(|node| node.score).map(Fixed::to_f64);
        for (code, value) in expected["items"]
            .as_object()
            .unwrap()
            .iter()
            .chain(expected["index"].as_object().unwrap())
        {
            match (score(code), value) {
                _ if code == "stage" => {
                    let stage = scored.attained.as_ref().map(|attained| f64::from(attained.value));
                    assert_eq!(stage, value.as_f64(), "{who}");
                }
                (None, Value::Null) => {}
                (Some(found), Value::Number(_)) => near(found, value, who, code),
                (found, _) => panic!("{who} {code}: {found:?}, expected {value}"),
            }
        }
        let leveled = level.score(&evaluation, &BTreeSet::new());
        assert_eq!(leveled.applies, expected.get("sme").is_some(), "{who}");
        if let Some(sme) = expected.get("sme") {
            near(root_score(&leveled), &sme["total"], who, "level total");
            assert_eq!(
                leveled.attained.as_ref().map(|attained| json!(attained.value)),
                Some(sme["level"].clone()),
                "{who}"
            );
        }
    }
}

/// The score of the root, whatever its code is.
fn root_score(scored: &Scored) -> f64 {
    let root = scored
        .nodes
        .iter()
        .find(|node| node.parent.is_none())
        .and_then(|node| node.score);
    root.map(Fixed::to_f64).unwrap()
}

#[track_caller]
fn near(found: f64, expected: &Value, who: &str, what: &str) {
    let expected = expected.as_f64().unwrap();
    let tolerance = 1e-9 * expected.abs().max(1.0);
    assert!(
        (found - expected).abs() <= tolerance,
        "{who} {what}: {found}, expected {expected}"
    );
}

/// Answers as the reference wants them: plain JSON, numbers as numbers, questions that were not answered left out.
fn plain(answers: &Answers) -> Value {
    Value::Object(
        answers
            .iter()
            .map(|(code, answer)| (code.clone(), value(answer)))
            .collect(),
    )
}

fn value(answer: &Answer) -> Value {
    match answer {
        // The decimal goes over digit by digit.
        Answer::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Answer::Text(text) | Answer::Choice(text) | Answer::Date(text) => json!(text),
        Answer::Choices(codes) => json!(codes),
        Answer::Boolean(yes) => json!(yes),
        Answer::Table(rows) => {
            let row = |row: &survey::answer::AnswerRow| {
                Value::Object(
                    row.iter()
                        .map(|(code, answer)| (code.clone(), value(answer)))
                        .collect::<Map<_, _>>(),
                )
            };
            Value::Array(rows.iter().map(row).collect())
        }
    }
}

/// Runs the reference in a folder of its own, with the factor tables that are shipped.
fn reference(returns: &Value) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(
        root.join("tests/fixtures/domain/reference.py"),
        folder.path().join("reference.py"),
    )
    .unwrap();
    for table in ["energy_factors.csv", "co2_factors.csv", "grid_factors.csv"] {
        std::fs::write(folder.path().join(table), shipped::file(table).unwrap()).unwrap();
    }
    let script = folder.path().join("compare.py");
    std::fs::write(&script, SCRIPT).unwrap();
    let input = folder.path().join("returns.json");
    std::fs::write(&input, returns.to_string()).unwrap();
    let output = Command::new("python3")
        .arg(&script)
        .stdin(std::fs::File::open(&input).unwrap())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
