//! Explanations, and the smallest changes that reach the next level.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;

use super::{INDEX, Round, at, number};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_tells_the_way_to_the_next_stage() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute(INDEX).await;
    let mut seen = 0;
    for sample in &round.county.samples {
        let path = format!("{}/results/{}", at(&run), sample.id);
        let explanation = round.get(&path).await;
        assert!(explanation["missing"].is_object());
        let Some(next) = explanation.get("next") else { continue };
        seen += 1;
        assert_eq!(
            next["value"].as_i64().unwrap(),
            explanation["band"].as_i64().unwrap() + 1
        );
        let failing = next["conditions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|condition| condition["holds"] == false);
        assert!(failing.clone().count() > 0);
        for condition in failing {
            let gap = number(&condition["required"]) - number(&condition["found"]);
            assert!((gap - number(&condition["short_by"])).abs() < 1e-9);
        }
        let improvement = round.get(&format!("{path}/improvement")).await;
        assert_eq!(improvement["value"], next["value"]);
        assert!(
            improvement["combination"]
                .as_array()
                .is_some_and(|changes| !changes.is_empty()),
            "{improvement}"
        );
    }
    assert!(seen >= 2, "{seen}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_sees_scores_and_no_answers() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute(INDEX).await;
    let reader = app.reader().await;
    let sample = &round.county.samples[0];
    let path = format!("{}/results/{}", at(&run), sample.id);
    let seen = reader.get(&path).await.expect(StatusCode::OK).json();
    let whole = round.get(&path).await;
    assert_eq!((&seen["score"], &seen["rank"]), (&whole["score"], &whole["rank"]));
    assert!(
        seen["evidence"].as_object().is_none_or(serde_json::Map::is_empty),
        "{seen}"
    );
    assert!(!whole["evidence"].as_object().unwrap().is_empty());
    app.end().await;
}

/// What is proposed reaches the level, and a little less does not.
pub(super) async fn the_smallest_changes_reach_the_next_level(round: &Round<'_>, run: &str, scored: &[&Value]) {
    let (mut alone, mut together) = (0, 0);
    for row in scored {
        let enterprise = row["enterprise_id"].as_str().unwrap();
        let path = format!("{}/results/{enterprise}", at(run));
        let improvement = round.get(&format!("{path}/improvement")).await;
        if row["band"] == 2 {
            assert_eq!(improvement, json!({ "single": [] }), "nothing is above");
            continue;
        }
        assert_eq!(
            (&improvement["value"], &improvement["label"]["en"]),
            (&json!(2), &json!("High"))
        );
        let samples = &round.county.samples;
        let sample = samples.iter().find(|sample| sample.uscc == row["uscc"]).unwrap();
        let answer = |code: &str| match sample.answers.get(code) {
            Some(Answer::Number(number)) => number.to_string().parse::<f64>().unwrap(),
            other => panic!("{code}: {other:?}"),
        };
        // The question that gives the figure, and what it must say.
        let put = |change: &Value, by: f64| {
            let to = number(&change["to"]);
            let figure = to * (1.0 + by);
            // Machines are whole: at least as many, or fewer.
            let whole = |figure: f64| {
                if by > 0.0 {
                    (figure - 1e-6).ceil()
                } else {
                    figure.floor()
                }
            };
            match change["gains"][0]["code"].as_str().unwrap() {
                "network" => ("D08", whole(figure * answer("D06") / 100.0)),
                "computers" => {
                    assert!(to.fract().abs() < 1e-12, "computers are counted: {change}");
                    ("D04", whole(figure))
                }
                "productivity" => ("F03", figure * answer("F01")),
                other => panic!("{other}"),
            }
        };
        let band = async |changes: &[&Value], by: f64| {
            let puts = changes.iter().map(|change| put(change, by));
            let answers: serde_json::Map<String, Value> = puts
                .map(|(code, figure)| (code.to_owned(), json!({ "number": format!("{figure:.9}") })))
                .collect();
            let path = format!("{path}/what-if");
            let found = round.bureau.post(&path, json!({ "answers": answers })).await;
            found.expect(StatusCode::OK).json()["band"].clone()
        };
        for change in improvement["single"].as_array().unwrap() {
            alone += 1;
            assert_eq!(band(&[change], 1e-9).await, 2, "{change}");
            assert_eq!(band(&[change], -0.01).await, 1, "{change}");
        }
        if let Some(changes) = improvement["combination"].as_array() {
            together += 1;
            let changes: Vec<&Value> = changes.iter().collect();
            assert_eq!(band(&changes, 1e-9).await, 2, "{changes:?}");
            assert_eq!(band(&changes, -0.01).await, 1, "{changes:?}");
        }
    }
    assert!(alone > 0 && together > 0, "{alone} changes alone, {together} together");
}
