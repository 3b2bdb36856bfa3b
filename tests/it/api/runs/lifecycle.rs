//! A run is frozen, published, superseded, compared with the one before and verified.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;

use super::{INDEX, LEVEL, Round, at, changed, number};
use crate::{app::App, county::Sample, database::Backend};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_frozen_published_and_superseded_on_sqlite() {
    a_run_is_frozen_published_and_superseded(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_frozen_published_and_superseded_on_postgres() {
    a_run_is_frozen_published_and_superseded(Backend::Postgres).await;
}

async fn a_run_is_frozen_published_and_superseded(backend: Backend) {
    let app = App::on(backend).await;
    let round = Round::of(&app).await;
    let first = round.compute(INDEX).await;
    let run = round.get(&at(&first)).await;
    assert_eq!((&run["state"], &run["version"]), (&json!("draft"), &json!(1)));
    let refused = round.step(&round.admin, &first, "publish").await;
    refused.refused(StatusCode::CONFLICT, "run.wrong_state");
    let refused = round.step(&round.bureau, &first, "publish").await;
    refused.refused(StatusCode::FORBIDDEN, "forbidden");
    let stale = round.admin.step(&format!("{}/freeze", at(&first)), "\"9\"", None).await;
    stale.refused(StatusCode::PRECONDITION_FAILED, "version_mismatch");
    let published = round.publish(&first).await;
    assert_eq!(
        (&published["state"], &published["version"]),
        (&json!("published"), &json!(3))
    );
    assert_eq!(published.get("supersedes_run_id"), None);
    let again = round.step(&round.bureau, &first, "freeze").await;
    again.refused(StatusCode::CONFLICT, "run.wrong_state");
    round
        .bureau
        .get(&format!("{}/comparison", at(&first)))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.nothing_to_compare");

    // A correction is a new revision and a new run; the level is another methodology and stays out of it.
    let level = round.compute(LEVEL).await;
    round.publish(&level).await;
    let sample = &round.county.samples[0];
    let corrected = changed(sample, "N10", Answer::Choice("D".to_owned()));
    round.hand_in(sample, &corrected).await;
    let second = round.compute(INDEX).await;
    let published = round.publish(&second).await;
    assert_eq!(published["supersedes_run_id"], first.as_str());
    assert_eq!(round.get(&at(&first)).await["state"], "superseded");
    assert_eq!(round.get(&at(&level)).await["state"], "published");

    let events = round.get(&format!("{}/events", at(&first))).await;
    let steps: Vec<_> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["to"].as_str().unwrap(), event["actor"].as_str().unwrap()))
        .collect();
    assert_eq!(
        steps,
        [
            ("draft", "bureau"),
            ("frozen", "bureau"),
            ("published", "admin"),
            ("superseded", "admin")
        ]
    );
    for (filter, expected) in [
        ("state=published", vec![second.as_str(), level.as_str()]),
        ("state=superseded", vec![first.as_str()]),
        (
            "methodology_code=integration-index-2026",
            vec![second.as_str(), first.as_str()],
        ),
    ] {
        let found = round.get(&format!("/api/v1/runs?{filter}")).await;
        let found: Vec<_> = found["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|run| run["id"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{filter}");
    }
    the_difference_is_listed(&round, &second, &first, sample).await;
    both_can_be_verified(&round, &first, &second).await;
    an_enterprise_sees_its_own_history(&round, sample, [&second, &first]).await;
    app.end().await;
}

/// The corrected enterprise is named with its cause; whoever moved because of it as well.
async fn the_difference_is_listed(round: &Round<'_>, second: &str, first: &str, corrected: &Sample) {
    let path = format!("{}/comparison", at(second));
    let comparison = round.get(&path).await;
    assert_eq!(comparison["with"]["id"], first);
    let items = comparison["items"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    for item in items {
        let (now, before) = (&item["now"], &item["before"]);
        assert_eq!(now["uscc"], before["uscc"]);
        let places = before["rank"].as_i64().unwrap() - now["rank"].as_i64().unwrap();
        assert_eq!(item["places"], places);
        if now["enterprise_id"] == corrected.id.as_str() {
            assert_eq!(item["causes"], json!(["revision"]));
            // Ten of a hundred in a fifth of four fifths: the score rises by up to 1.6.
            assert!(number(&now["score"]) > number(&before["score"]), "{item}");
        } else {
            assert_eq!(now["score"], before["score"]);
            let expected = if places == 0 { json!([]) } else { json!(["others"]) };
            assert_eq!(item["causes"], expected);
        }
    }
    let summary = &comparison["summary"];
    assert_eq!((&summary["both"], &summary["revised"]), (&json!(4), &json!(1)));
    let mut walked = Vec::new();
    let mut page = format!("{path}?limit=3&with={first}");
    loop {
        let found = round.get(&page).await;
        walked.extend(found["items"].as_array().unwrap().clone());
        match found["next_cursor"].as_str() {
            Some(cursor) => page = format!("{path}?limit=3&with={first}&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(&Value::Array(walked), &comparison["items"], "pages make up the whole");
    let filler = &round.fillers[&corrected.id];
    let own = filler.get(&path).await.expect(StatusCode::OK).json();
    assert_eq!(
        own["items"].as_array().unwrap().len(),
        1,
        "an enterprise sees itself alone"
    );
    assert_eq!(own["summary"]["both"], 1);
}

/// The superseded run comes out as it was, from the revisions of then.
async fn both_can_be_verified(round: &Round<'_>, first: &str, second: &str) {
    for run in [first, second] {
        let verify = round.step(&round.bureau, run, "verify").await;
        let job = round.bureau.job(verify).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        let report = &job["result"];
        assert_eq!(
            (
                &report["same_inputs"],
                &report["same_results"],
                &report["differing"],
                &report["returns"]
            ),
            (&json!(true), &json!(true), &json!(0), &json!(4)),
            "{report}"
        );
    }
}

async fn an_enterprise_sees_its_own_history(round: &Round<'_>, sample: &Sample, runs: [&String; 2]) {
    let filler = &round.fillers[&sample.id];
    let path = format!("/api/v1/enterprises/{}/results", sample.id);
    let of_index = format!("{path}?methodology_code={INDEX}");
    let history = filler.get(&of_index).await.expect(StatusCode::OK).json();
    let items = history["items"].as_array().unwrap();
    assert_eq!(
        items
            .iter()
            .map(|item| item["run"]["id"].as_str().unwrap())
            .collect::<Vec<_>>(),
        runs
    );
    assert!(number(&items[0]["result"]["score"]) > number(&items[1]["result"]["score"]));
    let other = &round.county.samples[1];
    filler
        .get(&format!("/api/v1/enterprises/{}/results", other.id))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}
