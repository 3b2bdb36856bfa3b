//! The change from one run to another, taken apart: what enterprises report, the method, and who takes part.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;

use super::{
    Round, at, changed,
    composite::{by_hand, composite},
    number,
};
use crate::{app::App, county::Sample, database::Backend};

const INDEX: &str = "integration-index-2026";

fn close(found: &Value, expected: f64) {
    assert!((number(found) - expected).abs() < 1e-9, "{found} instead of {expected}");
}

async fn decompose(round: &Round<'_>, run: &str, with: &str) -> Value {
    let path = format!("{}/decompositions", at(run));
    let job = round
        .bureau
        .job(round.bureau.post(&path, json!({ "with": with })).await)
        .await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let report = job["result"].clone();
    assert_eq!((&report["run_id"], &report["with_run_id"]), (&json!(run), &json!(with)));
    for node in report["nodes"].as_array().unwrap() {
        let parts: f64 = ["data", "method", "population"]
            .iter()
            .map(|part| number(&node[part]))
            .sum();
        close(&node["change"], parts);
        close(&node["to"], number(&node["from"]) + parts);
    }
    for one in report["enterprises"].as_array().unwrap() {
        close(&one["change"], number(&one["data"]) + number(&one["method"]));
        close(&one["to"], number(&one["from"]) + number(&one["change"]));
    }
    report
}

/// The parts of the main score's change.
fn main(report: &Value) -> [f64; 3] {
    ["data", "method", "population"].map(|part| number(&report["nodes"][0][part]))
}

fn of<'r>(report: &'r Value, sample: &Sample) -> &'r Value {
    let mut all = report["enterprises"].as_array().unwrap().iter();
    all.find(|one| one["uscc"] == sample.uscc).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_taken_apart_on_sqlite() {
    a_change_is_taken_apart(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_taken_apart_on_postgres() {
    a_change_is_taken_apart(Backend::Postgres).await;
}

async fn a_change_is_taken_apart(backend: Backend) {
    let app = App::on(backend).await;
    let round = Round::of_all_but(&app, 1).await;
    let (samples, late) = round.county.samples.split_at(round.county.samples.len() - 1);
    let documents = "/api/v1/documents?kind=methodology";
    let publish = async |document: &Value| {
        let published = round.admin.upload(documents, document.to_string().into()).await;
        published.expect(StatusCode::CREATED);
    };
    publish(&composite()).await;
    let first = round.compute(INDEX).await;
    let relative = round.compute("relative-2026").await;
    let path = format!("{}/decompositions", at(&first));
    round
        .bureau
        .post(&path, json!({}))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.nothing_to_compare");
    let problem = round.bureau.post(&path, json!({ "with": relative })).await;
    let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["code"], "decomposition.other_methodology");

    // One enterprise corrects its return: the method has done nothing, and nobody else has changed.
    let sample = &samples[0];
    let mut after = samples.to_vec();
    after[0].answers = changed(sample, "N10", Answer::Choice("D".to_owned()));
    after[0]
        .answers
        .insert("D04".to_owned(), Answer::Number(1_000_000.into()));
    round.hand_in(sample, &after[0].answers).await;
    let second = round.compute(INDEX).await;
    let report = decompose(&round, &second, &first).await;
    let [data, method, population] = main(&report);
    assert!(
        data != 0.0 && method.abs() <= 0.0 && population.abs() < 1e-12,
        "{report}"
    );
    assert!(report["nodes"].as_array().unwrap().len() > 1, "{report}");
    assert!(number(&of(&report, sample)["data"]) != 0.0);
    assert!(number(&of(&report, &after[1])["data"]).abs() <= 0.0);

    // Under a relative method the others move too, and that is the method's doing.
    let relative_after = round.compute("relative-2026").await;
    let report = decompose(&round, &relative_after, &relative).await;
    let before = by_hand(samples, samples);
    let bridge = by_hand(&after, samples);
    let now = by_hand(&after, &after);
    let mean = |scores: &std::collections::BTreeMap<&str, f64>| scores.values().sum::<f64>() / scores.len() as f64;
    let [data, method, population] = main(&report);
    close(&json!(data), mean(&bridge) - mean(&before));
    close(&json!(method), mean(&now) - mean(&bridge));
    assert!(population.abs() < 1e-12 && data != 0.0 && method != 0.0);
    for sample in after.iter().filter(|sample| now.contains_key(sample.uscc.as_str())) {
        let uscc = sample.uscc.as_str();
        close(&of(&report, sample)["data"], bridge[uscc] - before[uscc]);
        close(&of(&report, sample)["method"], now[uscc] - bridge[uscc]);
    }

    another_version_and_one_more(&round, &second, &late[0]).await;
    app.end().await;
}

/// The same returns by another version: it is all the method's doing. With one more: that is the population's.
async fn another_version_and_one_more(round: &Round<'_>, second: &str, late: &Sample) {
    let text = ronghe::shipped::file("methodology_integration_index.json").unwrap();
    let mut document: Value = serde_json::from_str(text).unwrap();
    document["version"] = json!("1.1.0");
    document["blocks"][0]["weight"] = json!(30);
    document["blocks"][1]["weight"] = json!(20);
    document["aggregates"][0]["parts"] = json!({ "B": 30, "S": 20, "I": 30, "C": 20 });
    document["aggregates"][0]["expression"] = json!("(30.0 * B + 20.0 * S + 30.0 * I + 20.0 * C) / 100.0");
    let documents = "/api/v1/documents?kind=methodology";
    let published = round.admin.upload(documents, document.to_string().into()).await;
    let published = published.expect(StatusCode::CREATED).json();
    let compute = async || {
        let body = json!({ "round_id": round.county.round_id, "methodology_id": published["id"] });
        let job = round.bureau.job(round.bureau.post("/api/v1/runs", body).await).await;
        job["result"]["run_id"].as_str().unwrap().to_owned()
    };
    let third = compute().await;
    let report = decompose(round, &third, second).await;
    let [data, method, population] = main(&report);
    assert!(
        data.abs() < 1e-12 && method != 0.0 && population.abs() < 1e-12,
        "{report}"
    );

    round.hand_in(late, &late.answers).await;
    let fourth = compute().await;
    let report = decompose(round, &fourth, &third).await;
    let [data, method, population] = main(&report);
    assert!(
        data.abs() < 1e-12 && method.abs() < 1e-12 && population != 0.0,
        "{report}"
    );
    let listed = report["enterprises"].as_array().unwrap();
    assert!(
        listed.iter().all(|one| one["uscc"] != late.uscc),
        "who joins has no change of its own"
    );
    assert_eq!(report["same_enterprises"], listed.len());
}
