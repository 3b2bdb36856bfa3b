//! Enterprises that come into a round and go out of it: one, many, by a list.

use poem::http::StatusCode;
use serde_json::{Value, json};
use workbook::prefill::Prefill;

use crate::{
    api::imports::{self, zip},
    app::{Actor, App},
    county::{self, County, Sample},
};

/// An enterprise that was registered after the round was made.
const LATE: &str = "91330111XY00010156";

async fn register(bureau: &Actor<'_>, uscc: &str, name: &str) -> String {
    let facts = json!({ "uscc": uscc, "name": name, "area_code": "330111117", "industry_code": "C3831" });
    let made = bureau
        .post("/api/v1/enterprises", facts)
        .await
        .expect(StatusCode::CREATED);
    made.json()["id"].as_str().unwrap().to_owned()
}

async fn progress(actor: &Actor<'_>, round: &str) -> Value {
    let path = format!("/api/v1/rounds/{round}/progress");
    actor.get(&path).await.expect(StatusCode::OK).json()
}

async fn events(actor: &Actor<'_>, return_id: &str) -> Vec<Value> {
    let path = format!("/api/v1/returns/{return_id}/events");
    let events = actor.get(&path).await.expect(StatusCode::OK).json();
    events["items"].as_array().unwrap().clone()
}

/// The filler hands in and submits; the bureau accepts.
async fn accepted(app: &App, bureau: &Actor<'_>, sample: &Sample) {
    let filler = app.filler(&sample.id).await;
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let bytes = app
        .filled_with_claims(
            &sample.return_id,
            &sample.answers,
            Prefill::new(),
            sample.claims.clone(),
        )
        .await;
    let uploaded = filler.upload(&format!("{path}/revisions"), bytes).await;
    uploaded.expect(StatusCode::CREATED);
    for (actor, step) in [(&filler, "submit"), (bureau, "accept")] {
        let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
        actor
            .step(&format!("{path}/{step}"), &etag, None)
            .await
            .expect(StatusCode::OK);
    }
}

fn counts(report: &Value) -> [u64; 5] {
    ["added", "restored", "removed", "unchanged", "refused"].map(|name| report[name].as_u64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_that_was_left_out_is_added_and_its_mailed_workbook_goes_in() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let (bureau, town) = (app.bureau().await, app.town("330111117").await);
    let late = register(&bureau, LATE, "漏报企业").await;
    let before = progress(&bureau, &round_id).await["population"].as_u64().unwrap();

    // A blank form that came by mail names an enterprise that is not asked yet.
    let mut answers = samples[2].answers.clone();
    for (code, text) in [("A01", "漏报企业"), ("A02", LATE)] {
        answers.insert(code.to_owned(), survey::answer::Answer::Text(text.to_owned()));
    }
    let mailed = app.blank_form(&round_id, &answers).await;
    let hand_in = async || {
        let path = format!("/api/v1/rounds/{round_id}/imports?blocked=file");
        let accepted = bureau.upload(&path, zip(&[("漏报企业.xlsx", &mailed)])).await;
        imports::outcome(&bureau, accepted).await.1.remove(0)
    };
    let refused = hand_in().await;
    assert_eq!(refused["code"], "import.unknown_enterprise", "{refused}");
    let advice = refused["message"]["zh"].as_str().unwrap();
    assert!(advice.contains("纳入本期"), "{advice}");

    let path = format!("/api/v1/rounds/{round_id}/members");
    let add = json!({ "population": { "enterprise_ids": [late] }, "reason": "漏列，来电补报" });
    town.post(&path, add.clone())
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    let no_reason = json!({ "population": { "enterprise_ids": [late] }, "reason": "  " });
    let problem = bureau
        .post(&path, no_reason)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "round.invalid_members");
    assert_eq!(problem["errors"][0]["pointer"], "/reason");
    let both = json!({ "population": { "enterprise_ids": [late], "query": {} }, "reason": "x" });
    bureau
        .post(&path, both)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "round.invalid");
    let mut tried = add.clone();
    tried["dry_run"] = json!(true);
    let tried = bureau.post(&path, tried).await.expect(StatusCode::OK).json();
    assert_eq!(counts(&tried), [1, 0, 0, 0, 0]);
    assert_eq!(
        progress(&bureau, &round_id).await["population"],
        before,
        "a dry run writes nothing"
    );

    let report = bureau.post(&path, add.clone()).await.expect(StatusCode::OK).json();
    assert_eq!(counts(&report), [1, 0, 0, 0, 0], "{report}");
    let return_id = report["items"][0]["return_id"].as_str().unwrap().to_owned();
    assert_eq!(
        (&report["items"][0]["uscc"], &report["items"][0]["outcome"]),
        (&json!(LATE), &json!("added"))
    );
    let again = bureau.post(&path, add).await.expect(StatusCode::OK).json();
    assert_eq!(counts(&again), [0, 0, 0, 1, 0], "the same again changes nothing");
    assert_eq!(progress(&bureau, &round_id).await["population"], before + 1);
    let first = &events(&bureau, &return_id).await[0];
    assert_eq!(
        (&first["actor"], &first["reason"], &first["to"]),
        (&json!("bureau"), &json!("漏列，来电补报"), &json!("not_started"))
    );
    // Its own filler has a template at once, and the bulk sheet of the town names it.
    let filler = app.filler(&late).await;
    filler
        .get(&format!("/api/v1/returns/{return_id}/template.xlsx"))
        .await
        .expect(StatusCode::OK);
    let taken = hand_in().await;
    assert_eq!(
        (&taken["state"], &taken["uscc"]),
        (&json!("taken"), &json!(LATE)),
        "{taken}"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_is_taken_out_and_nothing_of_it_is_lost() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let bureau = app.bureau().await;
    let (idle, answered) = (&samples[0], &samples[2]);
    accepted(&app, &bureau, answered).await;
    let start = progress(&bureau, &round_id).await;
    let population = start["population"].as_u64().unwrap();
    let path = format!("/api/v1/rounds/{round_id}/members");

    let both = json!({ "enterprise_ids": [idle.id, answered.id] });
    let out = json!({ "population": both, "reason": "已迁出本区" });
    let report = bureau
        .post(&format!("{path}/remove"), out.clone())
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(counts(&report), [0, 0, 1, 0, 1], "{report}");
    let refused = &report["items"][1];
    assert_eq!(
        (&refused["enterprise_id"], &refused["code"]),
        (&json!(answered.id), &json!("round.member_has_return"))
    );
    let says = refused["message"]["zh"].as_str().unwrap();
    assert!(
        says.contains("已审核通过") && says.contains("including_answered=true"),
        "{says}"
    );
    let now = progress(&bureau, &round_id).await;
    assert_eq!(
        (&now["population"], &now["removed"], &now["accepted"]),
        (&json!(population - 1), &json!(1), &json!(1))
    );
    // The filler of the one that is out is told why nothing goes in any more.
    let filler = app.filler(&idle.id).await;
    let own = format!("/api/v1/returns/{}", idle.return_id);
    let bytes = app.filled(&answered.return_id, &answered.answers, Prefill::new()).await;
    filler
        .get(&format!("{own}/template.xlsx"))
        .await
        .refused(StatusCode::CONFLICT, "return.removed");
    filler
        .upload(&format!("{own}/revisions"), bytes)
        .await
        .refused(StatusCode::CONFLICT, "return.removed");

    let mut all = out;
    all["including_answered"] = json!(true);
    let report = bureau
        .post(&format!("{path}/remove"), all)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(counts(&report), [0, 0, 1, 1, 0], "{report}");
    let kept = format!("/api/v1/returns/{}", answered.return_id);
    let shown = bureau.get(&kept).await.expect(StatusCode::OK).json();
    assert_eq!(shown["state"], "removed");
    let revision = shown["accepted_revision_id"].as_str().unwrap();
    bureau
        .get(&format!("/api/v1/revisions/{revision}/workbook.xlsx"))
        .await
        .expect(StatusCode::OK);
    // It does not count: a run has nobody to compute.
    let methodology = admin
        .get("/api/v1/documents?kind=methodology")
        .await
        .expect(StatusCode::OK)
        .json();
    let ids = methodology["items"].as_array().unwrap().iter();
    let id = ids
        .filter(|document| document["code"].as_str().unwrap().starts_with("integration-index"))
        .map(|document| document["id"].clone())
        .next()
        .unwrap();
    let asked = json!({ "round_id": round_id, "methodology_id": id });
    let none = bureau.job(bureau.post("/api/v1/runs", asked.clone()).await).await;
    assert_eq!(none["error"]["code"], "run.no_returns", "{none}");
    let entered = async |job: &Value| -> u64 {
        let run = job["result"]["run_id"].as_str().unwrap();
        let results = bureau.get(&format!("/api/v1/runs/{run}/results")).await;
        results.expect(StatusCode::OK).json()["items"].as_array().unwrap().len() as u64
    };

    // Put back, it stands as it stood.
    let back = json!({ "population": { "enterprise_ids": [answered.id] }, "reason": "误移，恢复" });
    let report = bureau.post(&path, back).await.expect(StatusCode::OK).json();
    assert_eq!(counts(&report), [0, 1, 0, 0, 0], "{report}");
    let shown = bureau.get(&kept).await.expect(StatusCode::OK).json();
    assert_eq!(shown["state"], "accepted");
    let steps = events(&bureau, &answered.return_id).await;
    let told: Vec<(&str, &str)> = steps
        .iter()
        .filter_map(|step| Some((step["to"].as_str()?, step["reason"].as_str()?)))
        .collect();
    assert_eq!(told, [("removed", "已迁出本区"), ("accepted", "误移，恢复")]);
    let job = bureau.job(bureau.post("/api/v1/runs", asked).await).await;
    assert_eq!(entered(&job).await, 1, "{job}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_changes_who_is_asked_and_tells_of_every_row() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let bureau = app.bureau().await;
    register(&bureau, LATE, "甲公司").await;
    register(&bureau, "91330183XY0001023A", "乙公司").await;
    let path = |query: &str| format!("/api/v1/rounds/{round_id}/members/imports?{query}");
    let list = format!(
        "2026年补充名单,,\n序号,企业 名称,统一社会信用代码\n1,甲公司,{}\n2,乙公司,\n3,丙公司,\n4,甲公司,{LATE}\n,合计 4 家,\n5,,{}\n",
        LATE.to_lowercase(),
        samples[0].uscc
    );
    let (gbk, _, _) = encoding_rs::GBK.encode(&list);
    let report = bureau
        .upload(&path("change=add&reason=%E8%A1%A5%E5%85%85"), gbk.to_vec())
        .await
        .expect(StatusCode::OK)
        .json();
    let rows: Vec<(u64, &str, Option<&str>)> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["row"].as_u64().unwrap(),
                item["outcome"].as_str().unwrap(),
                item["code"].as_str(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            (3, "added", None),
            (4, "added", None),
            (5, "refused", Some("enterprise.not_registered")),
            (6, "refused", Some("import.row_twice")),
            (7, "refused", Some("enterprise.not_registered")),
            (8, "unchanged", None),
        ],
        "{report}"
    );
    let two = format!("统一社会信用代码\n{LATE}\n");
    let report = bureau
        .upload(&path("change=remove&reason=x"), two.into_bytes())
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(counts(&report), [0, 0, 1, 0, 0], "{report}");
    bureau
        .upload(&path("change=add&reason=x"), b"a,b\n1,2\n".to_vec())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "import.columns_missing");
    // All of a query at once.
    let all = json!({ "population": { "query": { "area": "330111117" } }, "reason": "全部纳入" });
    let report = bureau
        .post(&format!("/api/v1/rounds/{round_id}/members"), all)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        (&report["restored"], &report["refused"]),
        (&json!(1), &json!(0)),
        "{report}"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_body_names_every_member_in_words() {
    let app = App::new().await;
    let admin = app.admin().await;
    let body = json!({ "code": "2027", "title": "又一期", "year": "2027", "open_on": "2026-03-01", "population": {} });
    let problem = admin
        .post("/api/v1/rounds", body)
        .await
        .refused(StatusCode::BAD_REQUEST, "invalid_json");
    let told: Vec<(&str, &str)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            (
                error["pointer"].as_str().unwrap(),
                error["message"]["zh"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(told.contains(&("/year", "应为整数，现为文字“2027”。")), "{told:?}");
    assert!(told.contains(&("/opens_on", "缺少“opens_on”，请补上。")), "{told:?}");
    assert!(
        told.contains(&("/questionnaire_id", "缺少“questionnaire_id”，请补上。")),
        "{told:?}"
    );
    let unknown = told.iter().find(|(pointer, _)| *pointer == "/open_on").unwrap();
    assert!(
        unknown.1.contains("可用的有") && unknown.1.contains("opens_on"),
        "{told:?}"
    );
    let text = problem.to_string();
    assert!(!text.contains("integer_") && !text.contains("NewRound"), "{text}");

    let broken = poem::Request::builder()
        .method(poem::http::Method::POST)
        .uri("/api/v1/rounds".parse().unwrap())
        .header("authorization", format!("Bearer {}", admin.token))
        .content_type("application/json")
        .body("{\"code\": \"2027\",\n \"title\": }");
    let problem = app.send(broken).await.refused(StatusCode::BAD_REQUEST, "invalid_json");
    let says = problem["errors"][0]["message"]["zh"].as_str().unwrap();
    assert!(says.contains("第 2 行"), "{says}");

    let bureau = app.bureau().await;
    let problem = bureau
        .post(
            "/api/v1/rounds",
            json!({
                "code": "2027", "title": "又一期", "year": 2027, "questionnaire_id": "01990000-0000-7000-8000-000000000000",
                "opens_on": "2026-03-01", "closes_on": "2026-05-31", "population": {},
            }),
        )
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    assert_eq!(problem["message"]["zh"], "您没有此项权限；须由系统管理员办理。");
    app.end().await;
}
