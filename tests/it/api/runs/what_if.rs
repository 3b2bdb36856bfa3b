//! Other answers tried, nothing stored.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;

use super::{INDEX, Round, at, changed, composite::by_hand, number};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_tries_other_answers_and_nothing_is_stored() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute(INDEX).await;
    let sample = &round.county.samples[0];
    let filler = &round.fillers[&sample.id];
    let path = format!("{}/results/{}", at(&run), sample.id);
    for hidden in [at(&run), path.clone(), format!("{}/results", at(&run))] {
        filler.get(&hidden).await.refused(StatusCode::NOT_FOUND, "not_found");
    }
    let listed = filler.get("/api/v1/runs").await.expect(StatusCode::OK).json();
    let history = format!("/api/v1/enterprises/{}/results", sample.id);
    let past = filler.get(&history).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&listed["items"], &past["items"]),
        (&json!([]), &json!([])),
        "nothing is in force yet"
    );
    round.publish(&run).await;
    let listed = filler.get("/api/v1/runs").await.expect(StatusCode::OK).json();
    let past = filler.get(&history).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&listed["items"][0]["id"], &past["items"][0]["run"]["id"]),
        (&json!(run), &json!(run))
    );
    let before = filler.get(&path).await.expect(StatusCode::OK).json();
    let what_if = async |body: Value| filler.post(&format!("{path}/what-if"), body).await;

    let same = what_if(json!({ "answers": {} })).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&same["score"], &same["rank"], &same["band"]),
        (&before["score"], &before["rank"], &before["band"])
    );
    assert_eq!((&same["frozen"], &same["relative"]), (&json!(true), &json!(false)));

    let better = what_if(json!({ "answers": { "N10": { "choice": "D" } } })).await;
    let better = better.expect(StatusCode::OK).json();
    let rise = number(&better["score"]) - number(&before["score"]);
    // 100 points of a weight of 10 in B (the unanswered weights spread or not), of 20 in L, of 80 in X.
    assert!((1.5..=2.1).contains(&rise), "{rise}");
    // What was tried is what a correction gives.
    let corrected = changed(sample, "N10", Answer::Choice("D".to_owned()));
    round.hand_in(sample, &corrected).await;
    let second = round.compute(INDEX).await;
    round.publish(&second).await;
    let real = filler
        .get(&format!("{}/results/{}", at(&second), sample.id))
        .await
        .expect(StatusCode::OK)
        .json();
    for figure in ["score", "rank", "band"] {
        assert_eq!(better[figure], real[figure], "{figure}");
    }
    let after = filler.get(&path).await.expect(StatusCode::OK).json();
    assert_eq!(after["nodes"], before["nodes"], "the run is as it was");

    let problem = what_if(
        json!({ "answers": { "N10": { "choice": "Z" }, "XX": { "text": "" }, "F03": { "text": "1" }, "F01": 7 } }),
    );
    let problem = problem
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "answers.invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/answers/F01");
    let problem =
        what_if(json!({ "answers": { "N10": { "choice": "Z" }, "XX": { "text": "" }, "F03": { "text": "1" } } }));
    let problem = problem
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "answers.invalid");
    let codes: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["code"])
        .collect();
    assert_eq!(codes, ["type.kind", "type.choice", "answers.unknown_question"]);
    // As the check of a return says it.
    for (question, number, code) in [
        ("D04", "-5", "bound.min"),
        ("D04", "2.5", "type.integer"),
        ("K01", "9", "type.choice"),
        ("K01", "2.5", "type.integer"),
    ] {
        let answers = json!({ question: { "number": number } });
        let problem = what_if(json!({ "answers": answers })).await;
        let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "answers.invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{question} {number}");
    }
    let both = json!({ "answers": { "F03": { "number": "1" } }, "blank": ["F03"] });
    let problem = what_if(both)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "answers.invalid");
    assert_eq!(problem["errors"][0]["code"], "what_if.both_ways");
    let blank = what_if(json!({ "answers": {}, "blank": ["F03"] }))
        .await
        .expect(StatusCode::OK)
        .json();
    assert!(number(&blank["score"]) < number(&before["score"]));
    let other = &round.county.samples[1];
    filler
        .post(
            &format!("{}/results/{}/what-if", at(&run), other.id),
            json!({ "answers": {} }),
        )
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    app.end().await;
}

/// What would be, with bounds as they are and as a new run would have them, both by hand.
pub(super) async fn other_answers_are_tried_among_all(round: &Round<'_>, run: &str) {
    let samples = &round.county.samples;
    let as_it_is = by_hand(samples, samples);
    let at_place = samples
        .iter()
        .position(|sample| as_it_is.contains_key(sample.uscc.as_str()));
    let sample = &samples[at_place.unwrap()];
    let path = format!("{}/results/{}/what-if", at(run), sample.id);
    let what_if = async |body: Value| round.bureau.post(&path, body).await;
    let same = what_if(json!({ "answers": {} })).await.expect(StatusCode::OK).json();
    for standing in [&same, &same["rerun"]] {
        assert_eq!(
            (&standing["score"], &standing["rank"], &standing["band"]),
            (
                &same["result"]["score"],
                &same["result"]["rank"],
                &same["result"]["band"]
            ),
            "{same}"
        );
    }
    // Far more staff than anybody has: the scale of one indicator would move.
    let mut changed = samples.clone();
    changed[at_place.unwrap()]
        .answers
        .insert("D04".to_owned(), Answer::Number(1_000_000.into()));
    let found = what_if(json!({ "answers": { "D04": { "number": "1000000" } } })).await;
    let found = found.expect(StatusCode::OK).json();
    assert_eq!((&found["frozen"], &found["relative"]), (&json!(true), &json!(true)));
    for (standing, bounding) in [(&found, samples), (&found["rerun"], &changed)] {
        let expected = by_hand(&changed, bounding);
        let own = expected[sample.uscc.as_str()];
        assert!((number(&standing["score"]) - own).abs() <= 1e-9 * own, "{found}: {own}");
        // Held as they are, or moved like the enterprise itself.
        let others = if standing.get("rerun").is_some() {
            &as_it_is
        } else {
            &expected
        };
        let above = others
            .iter()
            .filter(|(uscc, score)| **uscc != sample.uscc && **score > own + 1e-9);
        assert_eq!(standing["rank"], above.count() + 1, "{found}");
    }
    assert_ne!(found["score"], found["rerun"]["score"]);
    let unknown = what_if(json!({ "answers": { "XX": { "text": "" } } })).await;
    unknown.refused(StatusCode::UNPROCESSABLE_ENTITY, "answers.invalid");
}
