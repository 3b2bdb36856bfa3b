//! The index of the region as a run: statistics that are given, measures taken over the returns, and what of it is shown to whom.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;

use super::{Round, at, number};
use crate::{app::App, county::Sample, database::Backend};

const REGION: &str = "region-index";

/// Some statistics, and a base for two indicators that are taken from the returns.
fn figures() -> Value {
    json!({
        "base_from": "mean_of_regions",
        "values": {
            "RG01": { "base": 100.0, "value": 300.0 },
            "RG05": { "base": 34.3, "last_year": 68.6 },
            "RG21": { "base": 0.8, "value": 0.4 },
            "RG08": { "base": 25.0 },
            "RG13": { "base": 40.0 },
        },
    })
}

async fn create(round: &Round<'_>, methodology: &str, region: Option<Value>) -> crate::app::Answer {
    let mut body =
        json!({ "round_id": round.county.round_id, "methodology_id": round.methodology(methodology).await["id"] });
    if let Some(region) = region {
        body["region"] = region;
    }
    round.bureau.post("/api/v1/runs", body).await
}

/// The share of those who fulfil a condition among those who answer, in percent, and how many answer.
fn share(samples: &[Sample], code: &str, holds: impl Fn(&Answer) -> bool) -> (f64, usize) {
    let answers: Vec<&Answer> = samples.iter().filter_map(|sample| sample.answers.get(code)).collect();
    let holding = answers.iter().filter(|answer| holds(answer)).count();
    (100.0 * holding as f64 / answers.len() as f64, answers.len())
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
}

fn index(ratio: f64) -> f64 {
    (50.0 * (1.0 + ratio).log2() * 1e4).round() / 1e4
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_is_computed_from_statistics_and_returns_on_sqlite() {
    the_region_is_computed_from_statistics_and_returns(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_region_is_computed_from_statistics_and_returns_on_postgres() {
    the_region_is_computed_from_statistics_and_returns(Backend::Postgres).await;
}

async fn the_region_is_computed_from_statistics_and_returns(backend: Backend) {
    let app = App::on(backend).await;
    let round = Round::of(&app).await;
    wrong_figures_are_refused(&round).await;
    let draft = draft().to_string().into_bytes();
    round
        .bureau
        .upload(&back_tests(&round), draft)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "back_test.no_figures");

    let job = round.bureau.job(create(&round, REGION, Some(figures())).await).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let run = job["result"]["run_id"].as_str().unwrap().to_owned();
    let samples = &round.county.samples;
    let found = round.get(&format!("{}/region", at(&run))).await;
    let indicator = |code: &str| {
        let mut all = found["indicators"].as_array().unwrap().iter();
        all.find(|indicator| indicator["code"] == code).unwrap().clone()
    };

    // Given figures, plain, last year's and inverse.
    for (code, ratio, value) in [("RG01", 3.0, 300.0), ("RG05", 2.0, 68.6), ("RG21", 2.0, 0.4)] {
        let one = indicator(code);
        assert_eq!(
            (number(&one["z"]), number(&one["value"])),
            (index(ratio), value),
            "{one}"
        );
    }
    assert_eq!(indicator("RG05")["substitute"], "last_year_value");
    // Measured ones.
    let planned = |answer: &Answer| matches!(answer, Answer::Choice(code) if code == "C" || code == "D");
    let bought =
        |answer: &Answer| matches!(answer, Answer::Number(share) if share.is_sign_positive() && !share.is_zero());
    for (code, (value, enterprises), base) in [
        ("RG08", share(samples, "N10", planned), 25.0),
        ("RG13", share(samples, "J07", bought), 40.0),
    ] {
        let one = indicator(code);
        assert!(enterprises > 0, "{code}");
        assert_eq!(one["enterprises"], enterprises, "{one}");
        assert!((number(&one["value"]) - value).abs() < 1e-9, "{one}: {value}");
        close(number(&one["z"]), index(value / base));
    }
    // Without a base an indicator is missing, and its class stands in.
    let class = |code: &str| {
        let mut all = found["classes"].as_array().unwrap().iter();
        number(&all.find(|class| class["code"] == code).unwrap()["index"])
    };
    assert_eq!(indicator("RG09")["substitute"], "class_mean");
    close(number(&indicator("RG09")["z"]), class("application"));
    let weighted: f64 = found["indicators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| number(&one["weight"]) * number(&one["z"]))
        .sum();
    assert!((number(&found["total"]) - weighted / 100.0).abs() < 1e-4, "{found}");

    // What a return brought to it, down to the cell.
    let sample = samples
        .iter()
        .find(|sample| sample.answers.contains_key("N10"))
        .unwrap();
    let results = round.get(&format!("{}/results", at(&run))).await;
    let row = results["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["uscc"] == sample.uscc);
    let row = row.unwrap();
    assert!(row.get("score").is_none() && row.get("rank").is_none(), "{row}");
    let path = format!("{}/results/{}", at(&run), row["enterprise_id"].as_str().unwrap());
    let told = round.get(&path).await;
    assert_eq!(told["not_scored"]["code"], "region_only");
    let node = told["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|node| node["code"] == "RG08")
        .unwrap();
    assert_eq!(node["value"], planned(&sample.answers["N10"]), "{node}");
    assert!(told["evidence"]["N10"]["provenance"]["cell"].is_string(), "{told}");
    let what_if = json!({ "answers": { "N10": { "choice": "D" } } });
    round
        .bureau
        .post(&format!("{path}/what-if"), what_if)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.not_over_enterprises");

    let verified = round.step(&round.bureau, &run, "verify").await;
    let verified = round.bureau.job(verified).await;
    for same in ["same_inputs", "same_results"] {
        assert_eq!(verified["result"][same], true, "{verified}");
    }
    let again = round.bureau.job(create(&round, REGION, Some(figures())).await).await;
    let again = round.get(&at(again["result"]["run_id"].as_str().unwrap())).await;
    let first = round.get(&at(&run)).await;
    for hash in ["inputs_sha256", "results_sha256"] {
        assert_eq!(again[hash], first[hash]);
    }
    let mut other = figures();
    other["values"]["RG01"]["value"] = json!(301.0);
    let job = round.bureau.job(create(&round, REGION, Some(other)).await).await;
    let moved = job["result"]["run_id"].as_str().unwrap();
    let other = round.get(&at(moved)).await;
    for hash in ["inputs_sha256", "results_sha256"] {
        assert_ne!(other[hash], first[hash], "what is given goes in");
    }
    two_runs_are_compared(&round, &run, moved).await;
    other_figures_are_tried(&round, &run, moved, &found).await;
    a_draft_is_tried(&round, &run, &found).await;
    for format in ["csv", "coinr"] {
        let export = round.bureau.get(&format!("{}/export?format={format}", at(&run))).await;
        export.refused(StatusCode::UNPROCESSABLE_ENTITY, "export.region");
    }
    let robustness = round.bureau.post(&format!("{}/robustness", at(&run)), json!({})).await;
    robustness.refused(StatusCode::UNPROCESSABLE_ENTITY, "run.not_over_enterprises");
    the_sheet_holds_the_formulas(&round, &run, &found).await;
    it_is_shown_to_all_once_published(&round, &run, &found).await;

    let ranked = round
        .bureau
        .job(create(&round, "integration-index-2026", None).await)
        .await;
    let ranked = ranked["result"]["run_id"].as_str().unwrap();
    round
        .bureau
        .get(&format!("{}/region", at(ranked)))
        .await
        .refused(StatusCode::NOT_FOUND, "run.no_region");
    let told = round.get(&format!("{}/comparison?with={run}", at(ranked))).await;
    assert!(told.get("region").is_none() && told["summary"].is_object());
    app.end().await;
}

fn back_tests(round: &Round<'_>) -> String {
    format!("/api/v1/rounds/{}/back-tests", round.county.round_id)
}

/// The shipped methodology with weight moved from one indicator to another of its class, and one indicator less.
fn draft() -> Value {
    let text = ronghe::shipped::file("methodology_region_index.json").unwrap();
    let mut draft: Value = serde_json::from_str(text).unwrap();
    draft["version"] = json!("1.1.0");
    let indicators = draft["indicators"].as_array_mut().unwrap();
    for (code, weight) in [("RG01", 5), ("RG02", 5)] {
        indicators.iter_mut().find(|one| one["code"] == code).unwrap()["weight"] = json!(weight);
    }
    indicators.retain(|one| one["code"] != "RG03");
    draft
}

/// An indicator of a change, by its code.
fn changed<'c>(change: &'c Value, code: &str) -> &'c Value {
    let mut all = change["indicators"].as_array().unwrap().iter();
    all.find(|one| one["now"]["code"] == code || one["before"]["code"] == code)
        .unwrap()
}

fn adds_up(change: &Value) {
    let contributions = change["indicators"].as_array().unwrap().iter();
    let sum: f64 = contributions.map(|one| number(&one["contribution"])).sum();
    let total = &change["total"];
    close(
        number(&total["now"]) - number(&total["before"]),
        number(&total["change"]),
    );
    close(sum + number(&change["rounding_residual"]), number(&total["change"]));
}

async fn two_runs_are_compared(round: &Round<'_>, run: &str, moved: &str) {
    let told = round.get(&format!("{}/comparison?with={run}&limit=1", at(moved))).await;
    let change = &told["region"];
    adds_up(change);
    assert!(number(&change["total"]["change"]) > 0.0, "{change}");
    assert_eq!(changed(change, "RG01")["causes"], json!(["value"]));
    let step = index(3.01) - index(3.0);
    close(number(&changed(change, "RG01")["contribution"]), 0.04 * step);
    assert_eq!(changed(change, "RG21")["causes"], json!([]));
    // The class mean stands in for what has no base, and has moved.
    assert_eq!(changed(change, "RG02")["causes"], json!(["substitute"]));
    let cursor = told["next_cursor"].as_str().unwrap();
    let next = format!("{}/comparison?with={run}&limit=1&cursor={cursor}", at(moved));
    assert!(
        round.get(&next).await.get("region").is_none(),
        "on the first page alone"
    );
    // A filler is told nothing of it before it is published.
    let filler = round.fillers.values().next().unwrap();
    filler
        .get(&format!("{}/comparison?with={run}", at(moved)))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
}

async fn other_figures_are_tried(round: &Round<'_>, run: &str, moved: &str, found: &Value) {
    let path = format!("{}/region/what-if", at(run));
    let tried = async |body: Value| round.bureau.post(&path, body).await;
    // As a run with the same figures gives it.
    let told = tried(json!({ "values": { "RG01": { "value": 301.0 } } })).await;
    let told = told.expect(StatusCode::OK).json();
    let rerun = round.get(&format!("{}/region", at(moved))).await;
    for field in ["total", "classes", "indicators", "base_from"] {
        assert_eq!(told["index"][field], rerun[field], "{field}");
    }
    adds_up(&told["change"]);
    assert_eq!(told["index"]["run"]["id"], run);
    // What the returns give can be tried, and left out.
    let body = json!({ "values": { "RG08": { "value": 75.0 } }, "blank": ["RG01"] });
    let told = tried(body).await.expect(StatusCode::OK).json();
    close(number(&changed(&told["change"], "RG08")["now"]["z"]), 100.0);
    assert_eq!(changed(&told["change"], "RG01")["now"]["substitute"], "class_mean");
    let nothing = tried(json!({ "values": {} })).await.expect(StatusCode::OK).json();
    assert_eq!(nothing["index"]["total"], found["total"]);
    assert_eq!(
        number(&nothing["change"]["total"]["change"]).to_bits(),
        0.0_f64.to_bits()
    );

    let body = json!({ "values": { "RG02": { "value": 1.0 }, "RG99": { "base": 1.0 } } });
    let problem = tried(body).await;
    let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "run.region_invalid");
    let faults = problem["errors"].as_array().unwrap().iter();
    let faults: Vec<_> = faults.map(|fault| (&fault["code"], &fault["pointer"])).collect();
    let expected = [
        (&json!("region.no_base"), &json!("/values/RG02")),
        (&json!("region.unknown_indicator"), &json!("/values/RG99")),
    ];
    assert_eq!(faults, expected);
    assert_eq!(
        round.get(&format!("{}/region", at(run))).await["total"],
        found["total"],
        "nothing is stored"
    );
}

async fn a_draft_is_tried(round: &Round<'_>, run: &str, found: &Value) {
    let path = format!("{}?against={run}", back_tests(round));
    let job = round.bureau.upload(&path, draft().to_string().into()).await;
    let job = round.bureau.job(job).await;
    let report = &job["result"]["region"];
    assert_eq!(report["run_id"], run, "{job}");
    assert!(job["result"].get("against").is_none() && job["result"].get("bands").is_none());
    assert_eq!(report["change"]["total"]["before"], found["total"]);
    assert_eq!(report["index"]["total"], report["change"]["total"]["now"]);
    assert_eq!(changed(&report["change"], "RG03")["causes"], json!(["left"]));
    assert_eq!(changed(&report["change"], "RG01")["causes"], json!(["weight"]));
    let ranked = ronghe::shipped::file("methodology_integration_index.json").unwrap();
    let problem = round.bureau.upload(&path, ranked.as_bytes().to_vec()).await;
    let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
    assert_eq!(problem["errors"][0]["code"], "back_test.other_kind");
}

async fn wrong_figures_are_refused(round: &Round<'_>) {
    create(round, REGION, None)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.region_missing");
    create(round, "integration-index-2026", Some(figures()))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.region_unexpected");
    let check = async |code: &str, value: Value, fault: &str| {
        let mut wrong = figures();
        wrong["values"][code] = value;
        let problem = create(round, REGION, Some(wrong))
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "run.region_invalid");
        let error = &problem["errors"][0];
        assert_eq!(
            (&error["code"], &error["pointer"]),
            (&json!(fault), &json!(format!("/region/values/{code}"))),
            "{problem}"
        );
    };
    check("RG99", json!({ "base": 1.0 }), "region.unknown_indicator").await;
    check("RG01", json!({ "base": 0.0, "value": 3.0 }), "region.no_base").await;
    check("RG08", json!({ "base": 25.0, "value": 50.0 }), "region.from_survey").await;
}

/// Every index is a formula that names its own cells, with the index as its result.
async fn the_sheet_holds_the_formulas(round: &Round<'_>, run: &str, found: &Value) {
    use calamine::{Data, Reader as _};
    let path = format!("{}/export?format=xlsx", at(run));
    let bytes = round.bureau.get(&path).await.expect(StatusCode::OK).body;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let values = book.worksheet_range("区域 Region").unwrap();
    let formulas = book.worksheet_formula("区域 Region").unwrap();
    let shown = |row: u32| match values.get_value((row, 9)) {
        Some(Data::Float(number)) => *number,
        other => panic!("row {row}: {other:?}"),
    };
    let indicators = found["indicators"].as_array().unwrap();
    for (row, indicator) in (1..).zip(indicators) {
        close(shown(row), number(&indicator["z"]));
        let formula = formulas.get_value((row, 9)).cloned().unwrap_or_default();
        let own = format!(
            "ROUND(50*LOG(1+{}",
            if indicator["inverse"] == true { "H" } else { "G" }
        );
        assert_eq!(
            formula.contains(&own),
            indicator["substitute"] != "class_mean",
            "{formula}"
        );
    }
    let total = u32::try_from(indicators.len() + 4).unwrap();
    close(shown(total), number(&found["total"]));
    assert!(formulas.get_value((total, 9)).unwrap().contains("SUMPRODUCT"));
}

async fn it_is_shown_to_all_once_published(round: &Round<'_>, run: &str, found: &Value) {
    let filler = round.fillers.values().next().unwrap();
    let path = format!("{}/region", at(run));
    filler.get(&path).await.refused(StatusCode::NOT_FOUND, "not_found");
    round.publish(run).await;
    let told = filler.get(&path).await.expect(StatusCode::OK).json();
    let tried = json!({ "values": { "RG01": { "value": 301.0 } } });
    let tried = filler.post(&format!("{path}/what-if"), tried).await;
    assert_eq!((&told["total"], &told["classes"]), (&found["total"], &found["classes"]));
    let counted = found["indicators"].as_array().unwrap().iter();
    let few = counted
        .filter_map(|one| one["enterprises"].as_u64())
        .any(|enterprises| enterprises < 3);
    if few {
        tried.refused(StatusCode::FORBIDDEN, "forbidden");
    } else {
        tried.expect(StatusCode::OK);
    }
    let shown = told["indicators"].as_array().unwrap().len();
    assert_eq!(
        shown,
        if few {
            0
        } else {
            found["indicators"].as_array().unwrap().len()
        }
    );
}
