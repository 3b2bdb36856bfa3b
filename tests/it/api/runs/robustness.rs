//! Weights and settings varied.

use poem::http::StatusCode;
use serde_json::{Value, json};

use super::{INDEX, LEVEL, Round, at, composite::composite, number};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn the_weights_of_a_run_are_shaken_and_its_blocks_correlated() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    for methodology in [INDEX, LEVEL] {
        let run = round.compute(methodology).await;
        let ranking = round.get(&format!("{}/results", at(&run))).await;
        let shake = async |body: Value| {
            let job = round.bureau.post(&format!("{}/robustness", at(&run)), body).await;
            round.bureau.job(job).await
        };
        let job = shake(json!({ "replications": 200 })).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        let report = &job["result"];
        assert_eq!(report["ranked"], report["enterprises"].as_array().unwrap().len());
        for (found, row) in report["enterprises"]
            .as_array()
            .unwrap()
            .iter()
            .zip(ranking["items"].as_array().unwrap())
        {
            assert_eq!((&found["uscc"], &found["rank"]), (&row["uscc"], &row["rank"]));
            let [best, low, high, worst] = ["best", "q5", "q95", "worst"].map(|field| number(&found[field]));
            assert!(best <= low && low <= high && high <= worst, "{found}");
        }
        assert!(!report["removals"].as_array().unwrap().is_empty());
        assert_eq!(
            shake(json!({ "replications": 200 })).await["result"],
            *report,
            "the run's seed decides"
        );
        // The worked examples lie far apart: a little noise moves nobody.
        let calm = shake(json!({ "replications": 50, "noise": 0.001 })).await;
        assert_eq!(calm["result"]["mean_width"], 0.0, "{calm}");
        // The lowest stage asks nothing; below the lowest level there is one more.
        let (count, below) = if methodology == LEVEL { (5, 0) } else { (4, 1) };
        assert_eq!(calm["result"]["levels"].as_array().map(Vec::len), Some(count), "{calm}");
        for (found, row) in calm["result"]["enterprises"]
            .as_array()
            .unwrap()
            .iter()
            .zip(ranking["items"].as_array().unwrap())
        {
            let band = row["band"].as_u64().unwrap_or(0);
            assert_eq!(found["levels"][usize::try_from(band - below).unwrap()], 1.0, "{found}");
        }
    }
    let run = round.compute(INDEX).await;
    let refused = round
        .bureau
        .post(&format!("{}/robustness", at(&run)), json!({ "noise": 2.0 }))
        .await;
    let problem = refused.refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/noise");
    let asked = round
        .bureau
        .post(&format!("{}/robustness", at(&run)), json!({ "sensitivity": true }))
        .await;
    let problem = asked.refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["code"], "robustness.composite_only");
    let found = round.get(&format!("{}/correlations?kind=spearman", at(&run))).await;
    let codes = found["codes"].as_array().unwrap().len();
    assert_eq!(found["items"].as_array().unwrap().len(), codes * (codes - 1) / 2);
    for cell in found["items"].as_array().unwrap() {
        assert!(
            cell.get("correlation").is_none_or(|r| number(r).abs() <= 1.0 + 1e-12),
            "{cell}"
        );
    }
    app.end().await;
}

pub(super) async fn its_weights_are_shaken(round: &Round<'_>, run: &str, scored: &[&Value]) {
    let path = format!("{}/robustness", at(run));
    let job = round
        .bureau
        .post(&path, json!({ "replications": 200, "noise": 0.5 }))
        .await;
    let job = round.bureau.job(job).await;
    let report = &job["result"];
    assert_eq!(report["ranked"], scored.len(), "{job}");
    let labels: Vec<&Value> = report["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| &level["en"])
        .collect();
    assert_eq!(labels, ["low", "High"]);
    for found in report["enterprises"].as_array().unwrap() {
        let shares: Vec<f64> = found["levels"].as_array().unwrap().iter().map(number).collect();
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{found}");
        let row = scored.iter().find(|row| row["uscc"] == found["uscc"]).unwrap();
        assert_eq!(row["rank"], found["rank"]);
        let score = number(&row["score"]);
        // Weights that move by a half cannot move a mean across a distant cut.
        assert!(score < 90.0 || shares[1] > 0.9, "{found}");
    }
    let removed: Vec<&Value> = report["removals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|removal| &removal["code"])
        .collect();
    assert_eq!(removed.len(), 3, "{removed:?}");
}

/// Choices beside the weights: the ranks under each are those of a draft with it, and the indices say what they hang on.
pub(super) async fn its_settings_are_varied(round: &Round<'_>, run: &str, scored: &[&Value]) {
    let path = format!("{}/robustness", at(run));
    let ask = async |body: Value| round.bureau.post(&path, body).await;
    let others = json!({ "origin": "given", "of": { "D": 1, "P": 20 } });
    let blocks = json!({ "name": "blocks", "pointer": "/weights", "choices": {
        "own": { "origin": "given", "of": { "D": 3, "P": 1 } }, "other": others,
    } });
    let job = ask(json!({ "replications": 60, "noise": 0.0, "uncertain": [blocks] })).await;
    let job = round.bureau.job(job).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let mut draft = composite();
    draft["version"] = json!("1.9.0");
    draft["weights"] = others.clone();
    let tests = format!("/api/v1/rounds/{}/back-tests?against={run}", round.county.round_id);
    let tried = round.bureau.upload(&tests, draft.to_string().into()).await;
    let tried = round.bureau.job(tried).await["result"]["against"]["moves"].clone();
    assert!(!tried.as_array().unwrap().is_empty(), "somebody moves");
    for found in job["result"]["enterprises"].as_array().unwrap() {
        let own = scored.iter().find(|row| row["uscc"] == found["uscc"]).unwrap();
        let moved = tried
            .as_array()
            .unwrap()
            .iter()
            .find(|moved| moved["uscc"] == found["uscc"]);
        let other = moved.map_or(&own["rank"], |moved| &moved["after"]["rank"]);
        let mut ranks = [&own["rank"], other].map(|rank| rank.as_u64().unwrap());
        ranks.sort_unstable();
        assert_eq!(json!([found["best"], found["worst"]]), json!(ranks), "{found}");
    }

    let mean = json!({ "name": "mean", "pointer": "/aggregation", "choices": {
        "arithmetic": { "all": { "mean": "arithmetic" } }, "median": { "all": { "mean": "median" } },
    } });
    let body = json!({ "replications": 40, "noise": 0.2, "uncertain": [blocks, mean], "sensitivity": true });
    let job = round.bureau.job(ask(body.clone()).await).await;
    let told = &job["result"]["sensitivity"];
    let indices = told["indices"].as_array().unwrap_or_else(|| panic!("{job}"));
    let names: Vec<&Value> = indices.iter().map(|index| &index["parameter"]).collect();
    assert_eq!(names, ["blocks", "mean", "weights"]);
    assert!(
        indices.iter().all(|index| number(&index["total"]["index"]) >= 0.0),
        "{told}"
    );
    assert_eq!(told["warnings"][0]["kind"], "few_runs");
    let again = round.bureau.job(ask(body).await).await;
    assert_eq!(again["result"]["sensitivity"], *told, "the run's seed decides");

    let refused = async |uncertain: Value, code: &str, pointer: &str| {
        let problem = ask(json!({ "uncertain": uncertain })).await;
        let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        let error = &problem["errors"][0];
        assert_eq!(
            (&error["code"], &error["pointer"]),
            (&json!(code), &json!(pointer)),
            "{problem}"
        );
    };
    let setting =
        |pointer: &str, choice: Value| json!([{ "name": "x", "pointer": pointer, "choices": { "one": choice } }]);
    refused(
        setting("/code/at/all", json!(1)),
        "robustness.no_such_place",
        "/uncertain/0",
    )
    .await;
    refused(
        setting("/normalisation", json!({ "all": { "method": "guess" } })),
        "robustness.invalid",
        "/uncertain/0",
    )
    .await;
    let source = json!({ "expression": "D04", "needs": ["D04"] });
    refused(
        setting("/sources/network", source),
        "robustness.other_figures",
        "/uncertain/0",
    )
    .await;
    refused(json!([blocks, blocks]), "robustness.duplicate_name", "/uncertain").await;
    let mut both = blocks.clone();
    both["range"] = json!([0.0, 1.0]);
    refused(json!([blocks, both]), "robustness.one_of", "/uncertain/1").await;
    let setting = |at: usize| {
        let mut own = blocks.clone();
        own["name"] = json!(at.to_string());
        own
    };
    let many: Vec<Value> = (0..4).map(setting).collect();
    let problem = ask(json!({ "replications": 10_000, "sensitivity": true, "uncertain": many })).await;
    let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["code"], "robustness.runs");
    let problem = ask(json!({ "noise": 0.0 }))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/noise");

    // Every draw has a methodology of its own: that takes long, tells how far it is, and stops when it is told to.
    let weight = json!({ "name": "weight of D", "pointer": "/tree/1/weight", "range": [1, 5] });
    let accepted = ask(json!({ "replications": 10_000, "noise": 0.0, "uncertain": [weight] })).await;
    let path = accepted.expect(StatusCode::ACCEPTED).header("location");
    round
        .bureau
        .wait_for(&path, |job| job["done"].as_i64().unwrap() > 0)
        .await;
    let job = round.bureau.post(&format!("{path}/cancel"), json!({})).await;
    let job = job.expect(StatusCode::OK).json();
    assert_eq!(
        (&job["state"], &job["total"]),
        (&json!("cancelled"), &json!(10_000)),
        "{job}"
    );
    assert!(job["done"].as_i64().unwrap() < 10_000, "{job}");
}
