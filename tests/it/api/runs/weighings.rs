//! Weights from comparisons in pairs.

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::{Round, number};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn comparisons_become_weights_of_a_draft_with_their_matrix() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let text = ronghe::shipped::file("methodology_integration_index.json").unwrap();
    let mut draft: Value = serde_json::from_str(text).unwrap();
    draft["version"] = json!("1.2.0");
    let third = 1.0 / 3.0;
    // The first three times as important as each other: 3 : 1 : 1 : 1, without contradiction.
    let matrix = json!([[1, 3, 3, 3], [third, 1, 1, 1], [third, 1, 1, 1], [third, 1, 1, 1]]);
    let body = json!({ "codes": ["B", "S", "I", "C"], "matrix": matrix, "methodology": draft });
    let weighed = round
        .bureau
        .post("/api/v1/weighings", body)
        .await
        .expect(StatusCode::OK)
        .json();
    let weights: Vec<f64> = weighed["weights"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| number(&part["weight"]))
        .collect();
    assert_eq!(weights, [50.0, 16.67, 16.67, 16.66], "together 100");
    assert!(number(&weighed["origin"]["cr"]).abs() < 1e-9);
    let with_weights = &weighed["methodology"];
    assert_eq!(with_weights["weight_origins"]["L"]["origin"]["method"], "ahp");
    // The draft is whole: it can be tried on a round, and published.
    let path = format!("/api/v1/rounds/{}/back-tests", round.county.round_id);
    let job = round
        .bureau
        .job(round.bureau.upload(&path, with_weights.to_string().into()).await)
        .await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let documents = "/api/v1/documents?kind=methodology";
    round
        .admin
        .upload(documents, with_weights.to_string().into())
        .await
        .expect(StatusCode::CREATED);
    // Weights that the matrix does not give are refused.
    let mut forged = with_weights.clone();
    forged["version"] = json!("1.2.1");
    forged["weight_origins"]["L"]["origin"]["matrix"] = json!([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]);
    let problem = round
        .admin
        .upload(documents, forged.to_string().into())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
    assert_eq!(problem["errors"][0]["code"], "weight_origin.differs");

    let bad = json!({ "codes": ["B", "S"], "matrix": [[1, 2], [2, 1]] });
    let problem = round
        .bureau
        .post("/api/v1/weighings", bad)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/matrix");
    app.end().await;
}
