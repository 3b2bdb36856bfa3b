//! Drafts of methodologies tried on a round.

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::{INDEX, Round, at, composite::composite};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_tried_on_a_round_and_compared_with_what_is_published() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute(INDEX).await;
    let text = ronghe::shipped::file("methodology_integration_index.json").unwrap();
    let mut draft: Value = serde_json::from_str(text).unwrap();
    draft["version"] = json!("1.1.0");
    let path = format!("/api/v1/rounds/{}/back-tests", round.county.round_id);

    // The same method, only named otherwise: nobody moves.
    let job = round
        .bureau
        .job(round.bureau.upload(&path, draft.to_string().into()).await)
        .await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let report = &job["result"];
    assert_eq!((&report["returns"], &report["scored"]), (&json!(4), &json!(4)));
    assert_eq!(report["against"]["run_id"], run.as_str());
    assert_eq!(
        (&report["against"]["moving"], &report["against"]["band_changed"]),
        (&json!(0), &json!(0))
    );

    // Everybody in the highest stage.
    draft["stages"]["rules"][0]["expression"] = json!("B >= 0.0");
    draft["blocks"][0]["weight"] = json!(30);
    draft["blocks"][1]["weight"] = json!(20);
    draft["aggregates"][0]["parts"] = json!({ "B": 30, "S": 20, "I": 30, "C": 20 });
    draft["aggregates"][0]["expression"] = json!("(30.0 * B + 20.0 * S + 30.0 * I + 20.0 * C) / 100.0");
    let bytes = draft.to_string().into_bytes();
    let job = round
        .bureau
        .job(
            round
                .bureau
                .upload(&format!("{path}?against={run}"), bytes.clone())
                .await,
        )
        .await;
    let report = &job["result"];
    assert_eq!(report["bands"], json!([{ "band": 4, "enterprises": 4 }]), "{job}");
    let ranking = round.get(&format!("{}/results", at(&run))).await;
    let below: Vec<&Value> = ranking["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["band"] != 4)
        .collect();
    assert_eq!(report["against"]["band_changed"], below.len());
    let moves = report["against"]["moves"].as_array().unwrap();
    assert!(
        moves
            .iter()
            .any(|moved| moved["before"]["band"] != 4 && moved["after"]["band"] == 4),
        "{report}"
    );
    let runs = round.get("/api/v1/runs").await;
    assert_eq!(
        runs["items"].as_array().unwrap().len(),
        1,
        "nothing is stored but the report"
    );
    let documents = round.get("/api/v1/documents?kind=methodology").await;
    assert!(
        documents["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|document| document["version"] != "1.1.0")
    );

    drafts_that_do_not_fit_are_refused(&round, draft).await;
    once_published_it_differs_point_by_point(&round, &run, bytes).await;
    app.end().await;
}

async fn drafts_that_do_not_fit_are_refused(round: &Round<'_>, mut draft: Value) {
    let path = format!("/api/v1/rounds/{}/back-tests", round.county.round_id);
    draft["indicators"][0]["source"] = json!("nobody_knows");
    let problem = round
        .bureau
        .upload(&path, draft.to_string().into())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/indicators/0/source");
    // One without sources is not over the returns.
    let mut rootless = composite();
    for field in ["questionnaire", "sources", "denomination"] {
        rootless.as_object_mut().unwrap().remove(field);
    }
    round
        .bureau
        .upload(&path, rootless.to_string().into())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.not_over_enterprises");
}

/// The draft, once published, beside the document before it.
async fn once_published_it_differs_point_by_point(round: &Round<'_>, run: &str, draft: Vec<u8>) {
    let published = round
        .admin
        .upload("/api/v1/documents?kind=methodology", draft)
        .await
        .expect(StatusCode::CREATED)
        .json();
    let before = round.methodology(INDEX).await;
    let earlier = round.get(&at(run)).await["methodology_id"].clone();
    assert_eq!(before["id"], published["id"], "the newest first");
    let difference = format!(
        "/api/v1/documents/{}/difference?with={}",
        published["id"].as_str().unwrap(),
        earlier.as_str().unwrap()
    );
    let found = round.get(&difference).await;
    let told: Vec<_> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["area"].as_str().unwrap(), change["pointer"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            ("words", "/version"),
            ("weight", "/blocks/0/weight"),
            ("weight", "/blocks/1/weight"),
            ("weight", "/aggregates/0/expression"),
            ("weight", "/aggregates/0/parts/B"),
            ("weight", "/aggregates/0/parts/S"),
            ("cuts", "/stages/rules/0/expression"),
        ]
    );
    let csv = round.get("/api/v1/documents?kind=areas").await["items"][0]["id"].clone();
    let other = format!(
        "/api/v1/documents/{}/difference?with={}",
        csv.as_str().unwrap(),
        csv.as_str().unwrap()
    );
    round
        .bureau
        .get(&other)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "document.not_comparable");
}

#[tokio::test(flavor = "multi_thread")]
async fn loops_within_loops_of_a_draft_come_to_an_end() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let ten = format!("[{}]", ["1.0"; 10].join(","));
    let nested = (0..8).fold("D04".to_owned(), |inner, at| format!("sum({ten}.map(v{at}, {inner}))"));
    let mut draft = composite();
    draft["sources"]["computers"] = json!({ "expression": nested, "needs": ["D04"] });
    let path = format!("/api/v1/rounds/{}/back-tests", round.county.round_id);
    let job = round
        .bureau
        .job(round.bureau.upload(&path, draft.to_string().into()).await)
        .await;
    // The indicator has no value then; the others are scored.
    assert!(
        ["succeeded", "failed"].contains(&job["state"].as_str().unwrap()),
        "{job}"
    );
    app.end().await;
}
