//! A composite indicator over the returns of a round.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;

use super::{
    Round, at,
    explain::the_smallest_changes_reach_the_next_level,
    export::{coinr_gives_the_scores, the_formulas_give_the_scores},
    number,
    robustness::{its_settings_are_varied, its_weights_are_shaken},
    what_if::other_answers_are_tried_among_all,
};
use crate::{app::App, county::Sample, database::Backend};

/// A composite over the returns: three indicators in two blocks, one of them divided by another question.
pub(in crate::api) fn composite() -> Value {
    json!({
        "kind": "composite", "code": "relative-2026", "version": "1.0.0", "questionnaire": "integration-2026",
        "title": { "zh": "相对指数", "en": "Relative index" },
        "tree": [
            { "code": "R", "label": { "zh": "总分", "en": "Total" } },
            { "code": "D", "parent": "R", "weight": 3 },
            { "code": "P", "parent": "R", "weight": 1 },
            { "code": "network", "parent": "D", "weight": 2, "unit": "%", "label": { "zh": "联网率", "en": "Networked" } },
            { "code": "computers", "parent": "D", "weight": 1 },
            { "code": "productivity", "parent": "P" }
        ],
        "sources": {
            "network": { "expression": "equip_network_rate", "needs": ["equip_network_rate"] },
            "computers": { "expression": "D04", "needs": ["D04"] },
            "staff": { "expression": "F02", "needs": ["F02"] },
            "productivity": { "expression": "revenue_per_head", "needs": ["revenue_per_head"] }
        },
        "denomination": { "indicators": { "computers": { "by": "staff", "factor": 100 } } },
        "ranks": { "within": ["area"] },
        "levels": { "cuts": [{ "code": "high", "at_least": 60, "label": { "zh": "高", "en": "High" } }, { "code": "low" }] }
    })
}

/// The same index by hand: ratios, min-max to 0..100 over all of `bounding`, weighted means over what is there.
pub(super) fn by_hand<'s>(samples: &'s [Sample], bounding: &[Sample]) -> BTreeMap<&'s str, f64> {
    let answer = |sample: &Sample, code: &str| match sample.answers.get(code) {
        Some(Answer::Number(number)) => number.to_string().parse::<f64>().ok(),
        _ => None,
    };
    let ratio = |above: &str, below: &str, factor: f64| -> Vec<Option<f64>> {
        let of = |sample: &Sample| {
            let ratio = answer(sample, above)? / answer(sample, below)? * factor;
            ratio.is_finite().then_some(ratio)
        };
        let figures: Vec<Option<f64>> = samples.iter().map(of).collect();
        let known = || bounding.iter().filter_map(of);
        let (least, most) = (
            known().fold(f64::INFINITY, f64::min),
            known().fold(f64::NEG_INFINITY, f64::max),
        );
        let scaled = figures
            .iter()
            .map(|figure| figure.map(|figure| (figure - least) / (most - least) * 100.0));
        scaled.collect()
    };
    let mean = |parts: &[(Option<f64>, f64)]| {
        let known: Vec<(f64, f64)> = parts
            .iter()
            .filter_map(|(score, weight)| Some(((*score)?, *weight)))
            .collect();
        let whole: f64 = known.iter().map(|(_, weight)| weight).sum();
        (whole > 0.0).then(|| known.iter().map(|(score, weight)| score * weight).sum::<f64>() / whole)
    };
    let (network, computers) = (ratio("D08", "D06", 100.0), ratio("D04", "F02", 100.0));
    let productivity = ratio("F03", "F01", 1.0);
    let score = |at: usize| {
        let digital = mean(&[(network[at], 2.0), (computers[at], 1.0)]);
        mean(&[(digital, 3.0), (productivity[at], 1.0)])
    };
    let scored = samples.iter().enumerate();
    scored
        .filter_map(|(at, sample)| Some((sample.uscc.as_str(), score(at)?)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_composite_over_the_returns_is_run_explained_and_exported() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let round = Round::of(&app).await;
        let path = "/api/v1/documents?kind=methodology";
        let publish = async |document: Value| round.admin.upload(path, document.to_string().into()).await;
        let mut incomplete = composite();
        incomplete["sources"].as_object_mut().unwrap().remove("staff");
        let problem = publish(incomplete)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
        assert_eq!(
            (&problem["errors"][0]["code"], &problem["errors"][0]["pointer"]),
            (&json!("composite.no_source"), &json!("/sources/staff")),
            "{problem}"
        );
        publish(composite()).await.expect(StatusCode::CREATED);
        let run = round.compute("relative-2026").await;

        let ranking = round.get(&format!("{}/results", at(&run))).await;
        let rows = ranking["items"].as_array().unwrap();
        let scored: Vec<&Value> = rows.iter().filter(|row| row.get("score").is_some()).collect();
        its_scores_are_those_by_hand(&round, &scored);
        its_scores_are_explained_down_to_the_cells(&round, &run, &scored).await;
        it_can_be_computed_again(&round, &run, &scored).await;

        // A draft is tried.
        let mut draft = composite();
        draft["version"] = json!("1.1.0");
        let path = format!("/api/v1/rounds/{}/back-tests", round.county.round_id);
        let job = round
            .bureau
            .job(round.bureau.upload(&path, draft.to_string().into()).await)
            .await;
        assert_eq!(job["result"]["against"]["moving"], 0, "{job}");
        other_answers_are_tried_among_all(&round, &run).await;
        the_smallest_changes_reach_the_next_level(&round, &run, &scored).await;
        its_weights_are_shaken(&round, &run, &scored).await;
        its_settings_are_varied(&round, &run, &scored).await;
        app.end().await;
    }
}

fn its_scores_are_those_by_hand(round: &Round<'_>, scored: &[&Value]) {
    let expected = by_hand(&round.county.samples, &round.county.samples);
    assert!(expected.len() >= 3, "{expected:?}");
    assert_eq!(scored.len(), expected.len());
    for row in scored {
        let (found, by_hand) = (number(&row["score"]), expected[row["uscc"].as_str().unwrap()]);
        assert!((found - by_hand).abs() <= 1e-12 * by_hand.max(1.0), "{row}: {by_hand}");
        assert_eq!(row["band"], if by_hand >= 60.0 { 2 } else { 1 }, "{row}");
        let above = expected.values().filter(|other| **other > by_hand + 1e-9).count();
        assert_eq!(row["rank"], above + 1, "{row}");
    }
}

/// Why: contributions that sum, at full precision too, down to the cells.
async fn its_scores_are_explained_down_to_the_cells(round: &Round<'_>, run: &str, scored: &[&Value]) {
    let first = scored[0];
    let path = format!("{}/results/{}", at(run), first["enterprise_id"].as_str().unwrap());
    let told = round.get(&path).await;
    let root = &told["nodes"][0];
    assert_eq!((&root["code"], &root["kind"]), (&json!("R"), &json!("aggregate")));
    let children = root["children"].as_array().unwrap();
    let sum: f64 = children.iter().map(|child| number(&child["contribution"])).sum();
    assert!((sum - number(&first["score"])).abs() < 1e-8, "{told}");
    let parts = told["composite"]["contributions"].as_array().unwrap();
    let exact: f64 = parts
        .iter()
        .filter(|part| part["parent"] == "R")
        .map(|part| number(&part["contribution"]))
        .sum();
    assert!((exact - number(&first["score"])).abs() <= 1e-12 * exact, "{parts:?}");
    let network = &children[0]["children"][0];
    assert_eq!((&network["code"], &network["unit"]), (&json!("network"), &json!("%")));
    assert_eq!(network["questions"], json!(["D06", "D08"]));
    assert!(told["evidence"]["D08"]["provenance"]["cell"].is_string(), "{told}");
    assert!(told["composite"]["ranks_within"]["area"].is_u64(), "{told}");
    let low = scored.iter().find(|row| row["band"] == 1).unwrap();
    let path = format!("{}/results/{}", at(run), low["enterprise_id"].as_str().unwrap());
    let next = &round.get(&path).await["next"];
    assert_eq!(next["label"]["en"], "High");
    assert!((number(&next["conditions"][0]["short_by"]) - (60.0 - number(&low["score"]))).abs() < 1e-8);
}

/// The same again, the same bytes; what stands in the files gives the scores.
async fn it_can_be_computed_again(round: &Round<'_>, run: &str, scored: &[&Value]) {
    let verified = round.step(&round.bureau, run, "verify").await;
    let verified = round.bureau.job(verified).await;
    assert_eq!(
        (&verified["result"]["same_inputs"], &verified["result"]["same_results"]),
        (&json!(true), &json!(true)),
        "{verified}"
    );
    let export = async |format: &str| {
        let path = format!("{}/export?format={format}", at(run));
        round.bureau.get(&path).await.expect(StatusCode::OK).body
    };
    the_formulas_give_the_scores(export("xlsx").await, scored);
    coinr_gives_the_scores(&export("coinr").await, scored);
    assert_eq!(String::from_utf8(export("csv").await).unwrap().lines().count(), 5);
}

/// The same composite with stages by conditions over two scores, ranked as published.
fn staged() -> Value {
    let mut document = composite();
    document["code"] = json!("staged-2026");
    document.as_object_mut().unwrap().remove("levels");
    document["publication"] = json!({ "decimals": 2 });
    document["ranks"] = json!({ "on": "published" });
    let label = |zh: &str, en: &str| json!({ "zh": zh, "en": en });
    document["stages"] = json!({ "on": "published", "rules": [
        { "stage": 3, "label": label("引领", "Leading"), "expression": "R >= 60.0 && P >= 50.0" },
        { "stage": 2, "label": label("集成", "Joined"), "expression": "D >= 30.0" },
        { "stage": 1, "label": label("起步", "Begun"), "expression": "true" },
    ] });
    document
}

#[tokio::test(flavor = "multi_thread")]
async fn a_composite_has_stages_by_conditions_over_several_scores() {
    let app = App::on(Backend::Sqlite).await;
    let round = Round::of(&app).await;
    let path = "/api/v1/documents?kind=methodology";
    let mut both = staged();
    both["levels"] = composite()["levels"].clone();
    let mut unknown = staged();
    unknown["stages"]["rules"][0]["expression"] = json!("R >= 60.0 && nobody >= 50.0");
    for (wrong, pointer) in [(both, "/stages"), (unknown, "/stages/rules/0/expression")] {
        let problem = round
            .admin
            .upload(path, wrong.to_string().into())
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    round
        .admin
        .upload(path, staged().to_string().into())
        .await
        .expect(StatusCode::CREATED);
    let run = round.compute("staged-2026").await;
    let ranking = round.get(&format!("{}/results", at(&run))).await;
    let mut reached = 0;
    for row in ranking["items"].as_array().unwrap() {
        let path = format!("{}/results/{}", at(&run), row["enterprise_id"].as_str().unwrap());
        let told = round.get(&path).await;
        let Some(score) = row.get("score").map(number) else {
            assert!(row.get("band").is_none() && told.get("attained").is_none(), "{told}");
            continue;
        };
        let children = told["nodes"][0]["children"].as_array().unwrap();
        let of = |code: &str| {
            children
                .iter()
                .find(|node| node["code"] == code)
                .unwrap()
                .get("score")
                .map(number)
        };
        let rounded = |score: Option<f64>| score.map(|score| (score * 100.0).round() / 100.0);
        let at_least = |score: Option<f64>, limit: f64| rounded(score).is_some_and(|score| score >= limit);
        let expected = match (
            at_least(Some(score), 60.0) && at_least(of("P"), 50.0),
            at_least(of("D"), 30.0),
        ) {
            (true, _) => 3,
            (false, true) => 2,
            (false, false) => 1,
        };
        assert_eq!(
            (&row["band"], &told["attained"]["value"]),
            (&json!(expected), &json!(expected)),
            "{told}"
        );
        assert_eq!(told["attained"]["kind"], "stage");
        assert_eq!(
            told["attained"]["missed"].as_array().unwrap().len(),
            3 - expected,
            "{told}"
        );
        let improvement = round.get(&format!("{path}/improvement")).await;
        if expected == 3 {
            reached += 1;
            assert!(
                told.get("next").is_none() && improvement.get("value").is_none(),
                "{improvement}"
            );
        } else {
            assert_eq!(told["next"]["value"], expected + 1, "{told}");
            assert_eq!(improvement["value"], expected + 1, "{improvement}");
        }
    }
    assert!(reached > 0 && reached < ranking["items"].as_array().unwrap().len());

    let body = json!({ "replications": 50, "noise": 1e-9 });
    let job = round.bureau.post(&format!("{}/robustness", at(&run)), body).await;
    let job = round.bureau.job(job).await;
    let labels: Vec<&Value> = job["result"]["levels"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["en"])
        .collect();
    assert_eq!(labels, ["Begun", "Joined", "Leading"], "{job}");
    for found in job["result"]["enterprises"].as_array().unwrap() {
        let row = ranking["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["uscc"] == found["uscc"])
            .unwrap();
        let stage = usize::try_from(row["band"].as_u64().unwrap()).unwrap();
        // With next to no noise every replication is the run.
        assert!((number(&found["levels"][stage - 1]) - 1.0).abs() < 1e-12, "{found}");
        for end in ["best", "worst"] {
            assert_eq!(found[end], row["rank"], "{found}");
        }
    }
    app.end().await;
}
