//! The main job, end to end: templates, filled workbooks, findings, acceptance, indices, explanation.

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    app::{Actor, App},
    county::{self, County, Sample},
    database::Backend,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_round_from_template_to_explained_index_on_sqlite() {
    a_round_from_template_to_explained_index(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_from_template_to_explained_index_on_postgres() {
    a_round_from_template_to_explained_index(Backend::Postgres).await;
}

async fn a_round_from_template_to_explained_index(backend: Backend) {
    let app = App::on(backend).await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let bureau = app.bureau().await;
    let ready = &county.samples;
    assert!(ready.iter().any(|sample| !sample.claims.is_empty()));
    for sample in ready {
        let filler = app.filler(&sample.id).await;
        fill_in_and_submit(&app, &filler, sample).await;
        accept(&bureau, sample).await;
    }
    let progress = admin
        .get(&format!("/api/v1/rounds/{}/progress", county.round_id))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!((&progress["accepted"], &progress["population"]), (&json!(5), &json!(5)));

    let index = run(&bureau, &county, "integration-index-2026").await;
    let level = run(&bureau, &county, "sme-level-2024").await;
    for sample in ready {
        index_is_as_worked_by_hand(&bureau, &index, sample).await;
        level_is_as_worked_by_hand(&bureau, &level, sample).await;
    }
    let again = run(&bureau, &county, "integration-index-2026").await;
    for hash in ["inputs_sha256", "results_sha256"] {
        assert_eq!(again[hash], index[hash], "the same inputs give the same bytes");
    }
    ranking_is_in_order(&bureau, &index).await;
    for (actor, step) in [(&bureau, "freeze"), (&admin, "publish")] {
        let path = format!("/api/v1/runs/{}", index["id"].as_str().unwrap());
        let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
        let stepped = actor.step(&format!("{path}/{step}"), &etag, None).await;
        stepped.expect(StatusCode::OK);
    }
    an_enterprise_sees_itself_alone(&app, &county, &index).await;
    app.end().await;
}

async fn fill_in_and_submit(app: &App, filler: &Actor<'_>, sample: &Sample) {
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let template = filler
        .get(&format!("{path}/template.xlsx"))
        .await
        .expect(StatusCode::OK);
    assert!(template.body.starts_with(b"PK"), "a template is a workbook");
    let workbook = app
        .filled_with_claims(
            &sample.return_id,
            &sample.answers,
            workbook::prefill::Prefill::new(),
            sample.claims.clone(),
        )
        .await;
    let revisions = format!("{path}/revisions?filename=filled.xlsx");
    let report = filler
        .upload(&revisions, workbook.clone())
        .await
        .expect(StatusCode::CREATED);
    let revision = filler
        .get(&report.header("location"))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        revision["answers"],
        serde_json::to_value(&sample.answers).unwrap(),
        "answers survive the workbook"
    );
    let claimed: Vec<&String> = revision["claims"].as_object().unwrap().keys().collect();
    assert_eq!(claimed, sample.claims.keys().collect::<Vec<_>>());
    for claim in revision["claims"].as_object().unwrap().values() {
        assert_eq!(claim["reason"], "本企业没有这一环节");
        assert!(claim["place"]["cell"].as_str().is_some_and(|cell| !cell.is_empty()));
    }
    let expected = sample.expected["findings"].as_array().unwrap();
    let fired = revision["findings"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| &finding["rule"]);
    let fired = fired
        .filter(|rule| rule.as_str().unwrap().starts_with("CK"))
        .collect::<Vec<_>>();
    assert_eq!(fired, expected.iter().collect::<Vec<_>>(), "{}", sample.uscc);
    let original = filler
        .get(&format!(
            "/api/v1/revisions/{}/workbook.xlsx",
            revision["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(original.body, workbook, "the original is kept byte for byte");
    let again = filler.upload(&revisions, workbook).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&again["repeated"], &again["revision_number"]),
        (&json!(true), &json!(1))
    );
    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    filler
        .step(&format!("{path}/submit"), &etag, None)
        .await
        .expect(StatusCode::OK);
}

async fn accept(bureau: &Actor<'_>, sample: &Sample) {
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let etag = bureau.get(&path).await.expect(StatusCode::OK).header("etag");
    let accepted = bureau
        .step(&format!("{path}/accept"), &etag, None)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(accepted["state"], "accepted");
    assert_eq!(accepted["accepted_revision_id"], accepted["latest_revision_id"]);
}

/// Computes a run and gives it.
async fn run(bureau: &Actor<'_>, county: &County, methodology: &str) -> Value {
    let documents = bureau
        .get("/api/v1/documents?kind=methodology")
        .await
        .expect(StatusCode::OK)
        .json();
    let document = documents["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|document| document["code"] == methodology)
        .unwrap();
    let body = json!({ "round_id": county.round_id, "methodology_id": document["id"] });
    let job = bureau.job(bureau.post("/api/v1/runs", body).await).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    bureau
        .get(&format!("/api/v1/runs/{}", job["result"]["run_id"].as_str().unwrap()))
        .await
        .expect(StatusCode::OK)
        .json()
}

async fn explanation(actor: &Actor<'_>, run: &Value, sample: &Sample) -> Value {
    let path = format!("/api/v1/runs/{}/results/{}", run["id"].as_str().unwrap(), sample.id);
    actor.get(&path).await.expect(StatusCode::OK).json()
}

async fn index_is_as_worked_by_hand(bureau: &Actor<'_>, run: &Value, sample: &Sample) {
    let explanation = explanation(bureau, run, sample).await;
    let expected = sample.expected["index"].as_object().unwrap();
    let mut found = std::collections::BTreeMap::new();
    for root in explanation["nodes"].as_array().unwrap() {
        collect_scores(root, &mut found);
        contributions_add_up(root);
    }
    for (code, value) in expected {
        match code.as_str() {
            "items" => {
                for (item, score) in value.as_object().unwrap() {
                    assert_close(found.get(item.as_str()).copied().flatten(), score.as_f64(), item);
                }
            }
            "stage" => assert_eq!(explanation["band"], *value, "{}", sample.uscc),
            _ => assert_close(found.get(code.as_str()).copied().flatten(), value.as_f64(), code),
        }
    }
    let (code, evidence) = explanation["evidence"]
        .as_object()
        .unwrap()
        .iter()
        .find(|(_, found)| found.get("answer").is_some())
        .unwrap();
    assert!(
        evidence["provenance"]["cell"].is_string(),
        "{code} can be traced to its cell: {evidence}"
    );
    assert_eq!(explanation["blob_sha256"].as_str().unwrap().len(), 64);
}

async fn level_is_as_worked_by_hand(bureau: &Actor<'_>, run: &Value, sample: &Sample) {
    let explanation = explanation(bureau, run, sample).await;
    match sample.expected.get("sme") {
        None => assert!(
            explanation.get("score").is_none(),
            "the level does not apply to services"
        ),
        Some(expected) => {
            assert_close(explanation["score"].as_f64(), expected["total"].as_f64(), "total");
            assert_eq!(explanation["band"], expected["level"], "{}", sample.uscc);
        }
    }
}

fn collect_scores(node: &Value, found: &mut std::collections::BTreeMap<String, Option<f64>>) {
    found.insert(node["code"].as_str().unwrap().to_owned(), number(&node["score"]));
    for child in node["children"].as_array().into_iter().flatten() {
        collect_scores(child, found);
    }
}

/// Scores are exact decimals and travel as strings or numbers.
fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// What the leaves contribute, with what rounding added, is the score: to 1e-9.
fn contributions_add_up(root: &Value) {
    let Some(score) = number(&root["score"]) else { return };
    if root["children"].as_array().is_none_or(Vec::is_empty) {
        return;
    }
    let code = root["code"].as_str().unwrap();
    let sum = leaves(root, code) + number(&root["rounding_residual"]).unwrap_or(0.0);
    assert!(
        (sum - score).abs() < 1e-9,
        "{code}: contributions sum to {sum}, the score is {score}"
    );
}

fn leaves(node: &Value, root: &str) -> f64 {
    match node["children"].as_array().filter(|children| !children.is_empty()) {
        Some(children) => children.iter().map(|child| leaves(child, root)).sum(),
        None => number(&node["contributions"][root]).unwrap_or(0.0),
    }
}

#[track_caller]
fn assert_close(found: Option<f64>, expected: Option<f64>, what: &str) {
    match (found, expected) {
        (None, None) => {}
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() < 1e-9, "{what}: {found}, expected {expected}");
        }
        _ => panic!("{what}: {found:?}, expected {expected:?}"),
    }
}

async fn ranking_is_in_order(bureau: &Actor<'_>, run: &Value) {
    let path = format!("/api/v1/runs/{}/results", run["id"].as_str().unwrap());
    let whole = bureau.get(&path).await.expect(StatusCode::OK).json();
    let scores = whole["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["score"].as_f64().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(scores.len(), 5);
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    let mut walked = Vec::new();
    let mut page = format!("{path}?limit=2");
    loop {
        let found = bureau.get(&page).await.expect(StatusCode::OK).json();
        walked.extend(found["items"].as_array().unwrap().clone());
        match found["next_cursor"].as_str() {
            Some(cursor) => page = format!("{path}?limit=2&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(Value::Array(walked), whole["items"], "pages make up the whole list");
}

async fn an_enterprise_sees_itself_alone(app: &App, county: &County, run: &Value) {
    let (mine, other) = (&county.samples[0], &county.samples[2]);
    let filler = app.log_in(&format!("filler-{}", mine.id)).await;
    let run_path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
    let seen = filler
        .get(&format!("{run_path}/results"))
        .await
        .expect(StatusCode::OK)
        .json();
    let seen = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["enterprise_id"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(seen, [mine.id.as_str()]);
    explanation(&filler, run, mine).await;
    for path in [
        format!("{run_path}/results/{}", other.id),
        format!("/api/v1/enterprises/{}", other.id),
        format!("/api/v1/returns/{}", other.return_id),
        format!("/api/v1/returns/{}/template.xlsx", other.return_id),
        format!("/api/v1/returns/{}/revisions", other.return_id),
        format!("/api/v1/returns/{}/events", other.return_id),
    ] {
        filler.get(&path).await.refused(StatusCode::NOT_FOUND, "not_found");
    }
}
