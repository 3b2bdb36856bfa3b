//! Runs after they are computed: their lives, beside each other, tried, varied and explained.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;
use workbook::prefill::Prefill;

use crate::{
    app::{Actor, App},
    county::{self, County, Sample},
    database::Backend,
};

const INDEX: &str = "integration-index-2026";
const LEVEL: &str = "sme-level-2024";

/// A county in which everybody without claims has an accepted return.
pub(super) struct Round<'a> {
    pub(super) app: &'a App,
    pub(super) admin: Actor<'a>,
    pub(super) bureau: Actor<'a>,
    pub(super) county: County,
    pub(super) fillers: BTreeMap<String, Actor<'a>>,
}

impl<'a> Round<'a> {
    pub(super) async fn of(app: &'a App) -> Self {
        Self::of_all_but(app, 0).await
    }

    /// The last of them have not handed in yet.
    pub(super) async fn of_all_but(app: &'a App, missing: usize) -> Self {
        let admin = app.admin().await;
        let mut county = county::build(&admin).await;
        county.samples.retain(|sample| sample.claims.is_empty());
        let bureau = app.bureau().await;
        let mut fillers = BTreeMap::new();
        for sample in &county.samples {
            fillers.insert(sample.id.clone(), app.filler(&sample.id).await);
        }
        let round = Self {
            app,
            admin,
            bureau,
            county,
            fillers,
        };
        let handing_in = round.county.samples.len() - missing;
        for sample in round.county.samples.iter().take(handing_in) {
            round.hand_in(sample, &sample.answers).await;
        }
        round
    }

    /// Uploads, submits and accepts.
    pub(super) async fn hand_in(&self, sample: &Sample, answers: &survey::answer::Answers) {
        let filler = &self.fillers[&sample.id];
        let path = format!("/api/v1/returns/{}", sample.return_id);
        let bytes = self.app.filled(&sample.return_id, answers, Prefill::new()).await;
        filler
            .upload(&format!("{path}/revisions"), bytes)
            .await
            .expect(StatusCode::CREATED);
        for (actor, step) in [(filler, "submit"), (&self.bureau, "accept")] {
            let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
            actor
                .step(&format!("{path}/{step}"), &etag, None)
                .await
                .expect(StatusCode::OK);
        }
    }

    pub(super) async fn methodology(&self, code: &str) -> Value {
        let path = "/api/v1/documents?kind=methodology";
        let found = self.bureau.get(path).await.expect(StatusCode::OK).json();
        let mut items = found["items"].as_array().unwrap().iter();
        items.find(|document| document["code"] == code).unwrap().clone()
    }

    pub(super) async fn compute(&self, methodology: &str) -> String {
        let body =
            json!({ "round_id": self.county.round_id, "methodology_id": self.methodology(methodology).await["id"] });
        let job = self.bureau.job(self.bureau.post("/api/v1/runs", body).await).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        assert!(
            job["total"].as_i64().unwrap() > 0 && job["done"] == job["total"],
            "{job}"
        );
        job["result"]["run_id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn step(&self, actor: &Actor<'_>, run: &str, step: &str) -> crate::app::Answer {
        let etag = actor.get(&at(run)).await.expect(StatusCode::OK).header("etag");
        actor.step(&format!("{}/{step}", at(run)), &etag, None).await
    }

    pub(super) async fn publish(&self, run: &str) -> Value {
        self.step(&self.bureau, run, "freeze").await.expect(StatusCode::OK);
        self.step(&self.admin, run, "publish")
            .await
            .expect(StatusCode::OK)
            .json()
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.bureau.get(path).await.expect(StatusCode::OK).json()
    }
}

/// The same return with another answer to one question.
pub(super) fn changed(sample: &Sample, code: &str, answer: Answer) -> survey::answer::Answers {
    let mut answers = sample.answers.clone();
    assert_ne!(
        answers.insert(code.to_owned(), answer.clone()),
        Some(answer),
        "{code} changes"
    );
    answers
}

pub(super) fn at(run: &str) -> String {
    format!("/api/v1/runs/{run}")
}

pub(super) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

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

    let published = round
        .admin
        .upload("/api/v1/documents?kind=methodology", bytes)
        .await
        .expect(StatusCode::CREATED)
        .json();
    let before = round.methodology(INDEX).await;
    let earlier = round.get(&format!("/api/v1/runs/{run}")).await["methodology_id"].clone();
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
    app.end().await;
}

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
async fn tables_over_few_tell_of_nobody() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute(INDEX).await;
    for by in ["area", "size_class", "industry", "industry&industry_length=1"] {
        let groups = round.get(&format!("{}/groups?by={by}", at(&run))).await;
        let items = groups["items"].as_array().unwrap();
        for item in items {
            let few = item.get("enterprises").is_none();
            assert_eq!(
                item.get("mean").is_none() && item.get("scored").is_none(),
                few,
                "{item}"
            );
            assert!(few || item["enterprises"].as_i64().unwrap() >= 3, "{item}");
        }
        let hidden = items.iter().filter(|item| item.get("enterprises").is_none()).count();
        assert_ne!(hidden, 1, "{by}: one hidden group would follow from the total");
        assert_eq!(groups["all"]["enterprises"], 4);
    }
    let distribution = round.get(&format!("{}/distribution", at(&run))).await;
    let hidden = distribution["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item.get("enterprises").is_none());
    assert_ne!(hidden.count(), 1);
    let sample = &round.county.samples[0];
    let filler = &round.fillers[&sample.id];
    round.publish(&run).await;
    let benchmark = filler
        .get(&format!("{}/results/{}/benchmark", at(&run), sample.id))
        .await;
    let refused = benchmark.status == StatusCode::CONFLICT;
    assert!(
        refused || benchmark.json().get("peers").is_none(),
        "no three of one industry and size"
    );
    filler
        .get(&format!("{}/groups?by=area", at(&run)))
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_exported_so_that_it_can_be_computed_again() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    for methodology in [INDEX, LEVEL] {
        let run = round.compute(methodology).await;
        let export = async |format: &str| {
            let path = format!("{}/export?format={format}", at(&run));
            round.bureau.get(&path).await.expect(StatusCode::OK)
        };
        let ranking = round.get(&format!("{}/results", at(&run))).await;
        let scored: Vec<&Value> = ranking["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|row| row.get("score").is_some())
            .collect();
        the_formulas_give_the_scores(export("xlsx").await.body, &scored);
        let csv = String::from_utf8(export("csv").await.body).unwrap();
        assert!(csv.starts_with('\u{feff}'));
        assert_eq!(csv.lines().count(), 5, "a header and everybody");
        coinr_gives_the_scores(&export("coinr").await.body, &scored);
        let again = export("xlsx").await;
        assert_eq!(again.body, export("xlsx").await.body, "the same run, the same bytes");
        let sample = &round.county.samples[0];
        round.publish(&run).await;
        let own = round.fillers[&sample.id]
            .get(&format!("{}/export?format=csv", at(&run)))
            .await;
        let own = String::from_utf8(own.expect(StatusCode::OK).body).unwrap();
        assert!(
            own.lines().count() == 2 && own.contains(&sample.uscc),
            "an enterprise exports itself alone"
        );
    }
    app.end().await;
}

/// Computes every formula of the sheet of scores from the cells it names, and compares with what it holds.
fn the_formulas_give_the_scores(bytes: Vec<u8>, ranking: &[&Value]) {
    use calamine::{Data, Reader as _};
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let values = book.worksheet_range("得分 Scores").unwrap();
    let formulas = book.worksheet_formula("得分 Scores").unwrap();
    let cell = |row: u32, column: u32| match values.get_value((row, column)) {
        Some(Data::Float(number)) => Some(*number),
        Some(Data::Int(number)) => Some(*number as f64),
        Some(Data::String(text)) => text.parse().ok(),
        _ => None,
    };
    let mut checked = 0;
    for (row, column, formula) in formulas.cells().filter(|(_, _, formula)| !formula.is_empty()) {
        let (start_row, start_column) = formulas.start().unwrap();
        let (row, column) = (
            start_row + u32::try_from(row).unwrap(),
            start_column + u32::try_from(column).unwrap(),
        );
        let inner = formula.trim_start_matches('=');
        let range = inner.split(['(', ',', ')']).find(|part| part.contains(':')).unwrap();
        let (first, last) = range.split_once(':').unwrap();
        let (first, last) = (column_of(first), column_of(last));
        let (mut sum, mut weights, mut plain) = (0.0, 0.0, 0.0);
        for at in first..=last {
            if let Some(score) = cell(row, at) {
                let weight = cell(2, at).unwrap();
                sum += score * weight;
                weights += weight;
                plain += score;
            }
        }
        let found = if inner.contains("SUMPRODUCT") {
            sum / weights
        } else {
            plain
        };
        let held = cell(row, column).unwrap();
        assert!((found - held).abs() <= 0.000_051, "{formula}: {found}, holds {held}");
        checked += 1;
    }
    assert!(checked >= 3 * ranking.len(), "{checked} formulas");
    // The ranking's score is that of the last root but topics, found by its value.
    for row in ranking {
        let of = |at: &u32| {
            let held = values.get_value((*at, 0)).map(ToString::to_string);
            held.as_deref() == row["uscc"].as_str()
        };
        let line = (3..=values.end().unwrap().0).find(of).unwrap();
        let scores = (2..=values.end().unwrap().1).filter_map(|column| cell(line, column));
        let score = number(&row["score"]);
        assert!(scores.into_iter().any(|found| (found - score).abs() < 1e-9), "{row}");
    }
}

/// The number of the column of a cell such as `AB4` or `AB$3`.
fn column_of(cell: &str) -> u32 {
    let letters = cell.bytes().take_while(u8::is_ascii_uppercase);
    letters.fold(0, |number, letter| number * 26 + u32::from(letter - b'A') + 1) - 1
}

/// Aggregates the pair of tables level by level as COINr does: the weighted mean over what is there.
fn coinr_gives_the_scores(zip: &[u8], ranking: &[&Value]) {
    use std::io::Read as _;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    let mut table = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let rows = reader.records().map(|record| {
            let record = record.unwrap();
            let fields = header.iter().zip(record.iter());
            fields
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>()
        });
        rows.collect::<Vec<_>>()
    };
    let (data, meta) = (table("iData.csv"), table("iMeta.csv"));
    let level = |row: &BTreeMap<String, String>| row["Level"].parse::<u32>().ok();
    let top = meta.iter().filter_map(level).max().unwrap();
    for row in &meta {
        let parent = meta.iter().find(|parent| parent["iCode"] == row["Parent"]);
        match level(row) {
            Some(own) if own < top => assert_eq!(parent.and_then(level), Some(own + 1), "{row:?}"),
            Some(_) => assert!(row["Parent"].is_empty(), "one at the top"),
            None => assert!(["Group", "Other"].contains(&row["Type"].as_str())),
        }
        assert!(level(row) != Some(1) || data[0].contains_key(&row["iCode"]), "{row:?}");
    }
    for unit in ranking {
        let own = data
            .iter()
            .find(|row| row["uCode"] == unit["uscc"].as_str().unwrap())
            .unwrap();
        let mut scores: BTreeMap<&str, f64> = BTreeMap::new();
        for row in meta.iter().filter(|row| level(row) == Some(1)) {
            if let Ok(score) = own[&row["iCode"]].parse() {
                scores.insert(&row["iCode"], score);
            }
        }
        for aggregate in 2..=top {
            for node in meta.iter().filter(|row| level(row) == Some(aggregate)) {
                let children = meta.iter().filter(|row| row["Parent"] == node["iCode"]);
                let terms = children.filter_map(|row| {
                    let score = scores.get(row["iCode"].as_str())?;
                    Some((row["Weight"].parse::<f64>().unwrap(), *score))
                });
                let (sum, weight) = terms.fold((0.0, 0.0), |(sum, all), (weight, score)| {
                    (sum + weight * score, all + weight)
                });
                if weight > 0.0 {
                    scores.insert(&node["iCode"], sum / weight);
                }
            }
        }
        let root = meta.iter().find(|row| level(row) == Some(top)).unwrap();
        let (found, expected) = (scores[root["iCode"].as_str()], number(&unit["score"]));
        // Blocks and totals are rounded to four decimals on the way here, in R they are not.
        assert!(
            (found - expected).abs() < 0.000_3,
            "{}: {found}, expected {expected}",
            unit["uscc"]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_energy_of_a_return_is_accounted_step_by_step() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    for sample in &round.county.samples {
        let path = format!("/api/v1/returns/{}", sample.return_id);
        let revision = round.get(&path).await["accepted_revision_id"].clone();
        let energy = format!("/api/v1/revisions/{}/energy", revision.as_str().unwrap());
        let account = round.fillers[&sample.id]
            .get(&energy)
            .await
            .expect(StatusCode::OK)
            .json();
        let derived = &sample.expected["derived"];
        for (found, expected) in [
            (&account["year"]["energy_tce"], &derived["energy_tce"]),
            (&account["year_before"]["energy_tce"], &derived["energy_tce_before"]),
            (&account["year"]["co2_t"], &derived["co2_t"]),
        ] {
            match expected.as_f64() {
                Some(expected) => assert!(
                    (number(found) - expected).abs() < 6e-5 * expected.abs().max(1.0),
                    "{found}, {expected}"
                ),
                None => assert!(found.is_null()),
            }
        }
        assert_eq!(
            (&account["year"]["agrees"], &account["year_before"]["agrees"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(account["energy_set"], "form-205-1");
        let lines = account["year"]["lines"].as_array().unwrap();
        let electricity = &lines[0];
        assert_eq!(
            (
                &electricity["factor"]["basis"],
                &electricity["equivalent_factor"]["basis"]
            ),
            (&json!("equal"), &json!("equivalent"))
        );
    }
    let other = &round.county.samples[1];
    let path = format!("/api/v1/returns/{}", other.return_id);
    let revision = round.get(&path).await["accepted_revision_id"].clone();
    round.fillers[&round.county.samples[0].id]
        .get(&format!("/api/v1/revisions/{}/energy", revision.as_str().unwrap()))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    app.end().await;
}

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

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_a_document_is_one_that_can_stay() {
    let app = App::new().await;
    let admin = app.admin().await;
    county::build(&admin).await;
    let publish = async |document: &Value| {
        let path = "/api/v1/documents?kind=methodology";
        admin.upload(path, document.to_string().into()).await
    };
    let long = "x".repeat(65);
    for (field, value, code) in [
        ("code", json!(""), "document.bad_code"),
        ("code", json!("../../x"), "document.bad_code"),
        ("code", json!("x\u{0}y"), "document.bad_code"),
        ("code", json!(long), "document.bad_code"),
        ("version", json!("1.0.0 "), "document.bad_version"),
        ("version", json!(""), "document.bad_version"),
        (
            "title",
            json!({ "zh": "指\u{0}数", "en": "Index" }),
            "document.bad_title",
        ),
        ("title", json!({ "zh": "指数" }), "document.head"),
    ] {
        let mut document = composite();
        document[field] = value.clone();
        let problem = publish(&document).await;
        let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{field} {value}");
    }
    // The same document handed in twice at once is published once.
    let document = composite();
    let (one, other) = tokio::join!(publish(&document), publish(&document));
    assert!(one.status.is_success() && other.status.is_success());
    assert_eq!(one.json()["id"], other.json()["id"]);
    app.end().await;
}

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

/// A composite over the returns: three indicators in two blocks, one of them divided by another question.
pub(super) fn composite() -> Value {
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

/// What would be, with bounds as they are and as a new run would have them, both by hand.
async fn other_answers_are_tried_among_all(round: &Round<'_>, run: &str) {
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

/// What is proposed reaches the level, and a little less does not.
async fn the_smallest_changes_reach_the_next_level(round: &Round<'_>, run: &str, scored: &[&Value]) {
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

async fn its_weights_are_shaken(round: &Round<'_>, run: &str, scored: &[&Value]) {
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
async fn its_settings_are_varied(round: &Round<'_>, run: &str, scored: &[&Value]) {
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

        let expected = by_hand(&round.county.samples, &round.county.samples);
        assert!(expected.len() >= 3, "{expected:?}");
        let ranking = round.get(&format!("{}/results", at(&run))).await;
        let rows = ranking["items"].as_array().unwrap();
        let scored: Vec<&Value> = rows.iter().filter(|row| row.get("score").is_some()).collect();
        assert_eq!(scored.len(), expected.len());
        for row in &scored {
            let (found, by_hand) = (number(&row["score"]), expected[row["uscc"].as_str().unwrap()]);
            assert!((found - by_hand).abs() <= 1e-12 * by_hand.max(1.0), "{row}: {by_hand}");
            assert_eq!(row["band"], if by_hand >= 60.0 { 2 } else { 1 }, "{row}");
            let above = expected.values().filter(|other| **other > by_hand + 1e-9).count();
            assert_eq!(row["rank"], above + 1, "{row}");
        }

        // Why: contributions that sum, at full precision too, down to the cells.
        let first = scored[0];
        let path = format!("{}/results/{}", at(&run), first["enterprise_id"].as_str().unwrap());
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
        let path = format!("{}/results/{}", at(&run), low["enterprise_id"].as_str().unwrap());
        let next = &round.get(&path).await["next"];
        assert_eq!(next["label"]["en"], "High");
        assert!((number(&next["conditions"][0]["short_by"]) - (60.0 - number(&low["score"]))).abs() < 1e-8);

        // The same again, the same bytes; what stands in the files gives the scores.
        let verified = round.step(&round.bureau, &run, "verify").await;
        let verified = round.bureau.job(verified).await;
        assert_eq!(
            (&verified["result"]["same_inputs"], &verified["result"]["same_results"]),
            (&json!(true), &json!(true)),
            "{verified}"
        );
        let export = async |format: &str| {
            let path = format!("{}/export?format={format}", at(&run));
            round.bureau.get(&path).await.expect(StatusCode::OK).body
        };
        the_formulas_give_the_scores(export("xlsx").await, &scored);
        coinr_gives_the_scores(&export("coinr").await, &scored);
        assert_eq!(String::from_utf8(export("csv").await).unwrap().lines().count(), 5);

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
