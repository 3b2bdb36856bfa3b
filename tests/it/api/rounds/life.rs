//! The days of a round, and rounds that are refused.

use chrono::Duration;
use poem::http::{Method, StatusCode};
use serde_json::json;
use workbook::prefill::Prefill;

use crate::{
    app::App,
    county::{self},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_round_takes_returns_from_its_first_to_its_last_day() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[0];
    let filler = app.filler(&sample.id).await;
    let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
    let bytes = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    // 2026-04-01 09:00 in the county; the round ends with 2026-05-31, county time.
    app.clock.advance(Duration::days(61) - Duration::hours(8));
    let late = app.log_in(&format!("filler-{}", sample.id)).await;
    late.upload(&path, bytes.clone())
        .await
        .refused(StatusCode::CONFLICT, "round.not_open");
    let round = admin_again(&app).await;
    let round_path = format!("/api/v1/rounds/{}", county.round_id);
    let etag = round.get(&round_path).await.expect(StatusCode::OK).header("etag");
    let longer = json!({ "closes_on": "2026-06-30" });
    round
        .change(Method::PATCH, &round_path, Some(&etag), longer)
        .await
        .expect(StatusCode::OK);
    late.upload(&path, bytes).await.expect(StatusCode::CREATED);
    drop(filler);
    app.end().await;
}

async fn admin_again(app: &App) -> crate::app::Actor<'_> {
    app.log_in("admin").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_is_refused_with_all_its_faults() {
    let app = App::new().await;
    let admin = app.admin().await;
    county::build(&admin).await;
    let unknown = "01990000-0000-7000-8000-000000000000";
    let bad = json!({
        "code": "年 度", "title": "", "year": 1026, "questionnaire_id": unknown, "previous_round_id": unknown,
        "opens_on": "2026-06-01", "closes_on": "2026-05-31", "population": {},
    });
    let problem = admin
        .post("/api/v1/rounds", bad)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "round.invalid");
    let codes = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        codes,
        [
            "round.code",
            "round.title",
            "round.year",
            "round.dates",
            "round.questionnaire",
            "round.previous"
        ]
    );

    let questionnaires = admin
        .get("/api/v1/documents?kind=questionnaire")
        .await
        .expect(StatusCode::OK)
        .json();
    let round = |code: &str, population: serde_json::Value| {
        json!({
            "code": code, "title": "又一期", "year": 2026, "questionnaire_id": questionnaires["items"][0]["id"],
            "opens_on": "2026-03-01", "closes_on": "2026-05-31", "population": population,
        })
    };
    let same = admin.post("/api/v1/rounds", round("2026", json!({}))).await;
    same.refused(StatusCode::CONFLICT, "round.duplicate_code");
    for population in [
        json!({ "enterprise_ids": [unknown] }),
        json!({ "query": { "area": "330111207", "industry": "A" } }),
    ] {
        admin
            .post("/api/v1/rounds", round("2026-b", population))
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "round.invalid");
    }
    let rounds = admin.get("/api/v1/rounds").await.expect(StatusCode::OK).json();
    assert_eq!(rounds["items"].as_array().unwrap().len(), 1, "nothing half-written");
    app.end().await;
}
