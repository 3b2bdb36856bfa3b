//! Corrections of accepted returns: asked for or announced, beside the revision in force, until one takes its place.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;
use workbook::prefill::Prefill;

use super::submissions::SCAN;
use crate::{
    app::{Actor, App},
    county::{self, Sample},
    database::Backend,
};

const REASON: &str = "用电量与供电公司提供的数据不符，请核对";

/// A return of which the steps are taken by name.
struct Work<'a> {
    app: &'a App,
    sample: &'a Sample,
    path: String,
}

impl Work<'_> {
    async fn state(&self, actor: &Actor<'_>) -> Value {
        actor.get(&self.path).await.expect(StatusCode::OK).json()
    }

    async fn try_step(&self, actor: &Actor<'_>, step: &str, body: Option<Value>) -> crate::app::Answer {
        let etag = actor.get(&self.path).await.expect(StatusCode::OK).header("etag");
        actor.step(&format!("{}/{step}", self.path), &etag, body).await
    }

    async fn step(&self, actor: &Actor<'_>, step: &str, body: Option<Value>) -> Value {
        self.try_step(actor, step, body).await.expect(StatusCode::OK).json()
    }

    /// Uploads the answers with this address.
    async fn upload(&self, actor: &Actor<'_>, address: &str) -> crate::app::Answer {
        let mut answers = self.sample.answers.clone();
        answers.insert("A09".to_owned(), Answer::Text(address.to_owned()));
        let bytes = self.app.filled(&self.sample.return_id, &answers, Prefill::new()).await;
        actor.upload(&format!("{}/revisions", self.path), bytes).await
    }

    /// Uploads, submits and accepts; gives the return.
    async fn accepted(&self, filler: &Actor<'_>, bureau: &Actor<'_>, address: &str) -> Value {
        self.upload(filler, address).await.expect(StatusCode::CREATED);
        self.step(filler, "submit", None).await;
        self.step(bureau, "accept", None).await
    }
}

/// State of the return, state of the correction, and which revisions are in force and newest.
fn stands(seen: &Value) -> (&str, Option<&str>, bool) {
    (
        seen["state"].as_str().unwrap(),
        seen["correction"]["state"].as_str(),
        seen["latest_revision_id"] == seen["accepted_revision_id"],
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bureau_asks_for_a_correction_which_takes_the_place_of_what_was_accepted() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let sample = &county.samples[2];
        let (filler, bureau, town) = (
            app.filler(&sample.id).await,
            app.bureau().await,
            app.town(&sample.area).await,
        );
        let work = Work {
            app: &app,
            sample,
            path: format!("/api/v1/returns/{}", sample.return_id),
        };
        let request = json!({ "reason": REASON, "due_on": "2026-04-20" });
        let early = work
            .try_step(&bureau, "request-correction", Some(request.clone()))
            .await;
        let early = early.refused(StatusCode::CONFLICT, "return.wrong_state");
        assert_eq!(
            early["message"]["zh"],
            "该表目前为“未填报”，不能要求更正。更正适用于审核通过的填报表；尚未通过的，由企业直接修改，或由审核人退回。"
        );
        let before = work.accepted(&filler, &bureau, "旧址路1号").await;
        let in_force = before["accepted_revision_id"].clone();
        for actor in [&town, &filler] {
            let foreign = work.try_step(actor, "request-correction", Some(request.clone())).await;
            foreign.refused(StatusCode::FORBIDDEN, "forbidden");
        }
        let past = json!({ "reason": REASON, "due_on": "2026-03-31" });
        let past = work.try_step(&bureau, "request-correction", Some(past)).await;
        let past = past.refused(StatusCode::UNPROCESSABLE_ENTITY, "correction.invalid");
        assert_eq!(past["errors"][0]["pointer"], "/due_on");

        let asked = work.step(&bureau, "request-correction", Some(request.clone())).await;
        assert_eq!(stands(&asked), ("accepted", Some("open"), true));
        assert_eq!(
            (
                &asked["correction"]["reason"],
                &asked["correction"]["due_on"],
                &asked["correction"]["origin"]
            ),
            (&json!(REASON), &json!("2026-04-20"), &json!("bureau"))
        );
        let twice = work.try_step(&bureau, "request-correction", Some(request)).await;
        twice.refused(StatusCode::CONFLICT, "return.wrong_state");
        let page = filler
            .get(&format!("{}/report.html", work.path))
            .await
            .expect(StatusCode::OK);
        let page = String::from_utf8(page.body).unwrap();
        assert!(page.contains(REASON) && page.contains("2026年4月20日"), "{page}");
        let withdrawn = work.try_step(&filler, "withdraw-correction", None).await;
        withdrawn.refused(StatusCode::CONFLICT, "correction.requested_by_bureau");
        let empty = work.try_step(&filler, "submit", None).await;
        empty.refused(StatusCode::CONFLICT, "return.nothing_uploaded");

        // The round has closed since; the day that the bureau has set counts.
        let round = format!("/api/v1/rounds/{}", county.round_id);
        let etag = admin.get(&round).await.expect(StatusCode::OK).header("etag");
        let closed = json!({ "closes_on": "2026-03-31" });
        let closed = admin
            .change(poem::http::Method::PATCH, &round, Some(&etag), closed)
            .await;
        closed.expect(StatusCode::OK);
        let uploaded = work
            .upload(&filler, "新址路9号")
            .await
            .expect(StatusCode::CREATED)
            .json();
        assert_eq!(stands(&uploaded["survey_return"]), ("accepted", Some("draft"), false));
        let listed = bureau.get("/api/v1/returns?state=accepted&correction=draft").await;
        let listed = listed.expect(StatusCode::OK).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert_eq!(listed["items"][0]["survey_return"], work.state(&bureau).await);
        let progress = bureau
            .get(&format!("{round}/progress"))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(progress["accepted"], 1);
        work.step(&filler, "submit", None).await;
        let sent = work
            .step(&town, "send-back", Some(json!({ "reason": "仍与供电数据不符" })))
            .await;
        assert_eq!(stands(&sent), ("accepted", Some("returned"), false));
        assert_eq!(sent["accepted_revision_id"], in_force, "in force all the while");
        app.clock.advance(chrono::Duration::days(20));
        let (filler, bureau) = (
            app.log_in(&format!("filler-{}", sample.id)).await,
            app.log_in("bureau").await,
        );
        let late = work.try_step(&filler, "submit", None).await;
        let late = late.refused(StatusCode::CONFLICT, "correction.overdue");
        assert!(late["message"]["zh"].as_str().unwrap().contains("2026-04-20"));
        let refused = work
            .step(&bureau, "refuse-correction", Some(json!({ "reason": "逾期" })))
            .await;
        assert_eq!(stands(&refused), ("accepted", None, true));
        assert_eq!(refused["accepted_revision_id"], in_force);
        assert!(refused.get("sent_back").is_none());

        let again = json!({ "reason": REASON, "due_on": "2026-05-20" });
        work.step(&bureau, "request-correction", Some(again)).await;
        let after = work.accepted(&filler, &bureau, "新址路9号").await;
        assert_eq!(stands(&after), ("accepted", None, true));
        assert_ne!(after["accepted_revision_id"], in_force);
        assert_eq!(after["revision_number"], 3);
        let events = bureau
            .get(&format!("{}/events", work.path))
            .await
            .expect(StatusCode::OK)
            .json();
        let events = events["items"].as_array().unwrap().iter();
        let steps = events.map(|event| (event["step"].as_str().unwrap(), event["correction"].as_str()));
        assert_eq!(
            steps.skip(3).collect::<Vec<_>>(),
            [
                ("request_correction", Some("open")),
                ("upload", Some("draft")),
                ("submit", Some("submitted")),
                ("send_back", Some("returned")),
                ("refuse_correction", None),
                ("request_correction", Some("open")),
                ("upload", Some("draft")),
                ("submit", Some("submitted")),
                ("accept", None),
            ]
        );
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_announces_a_correction_and_may_withdraw_it() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, bureau) = (app.filler(&sample.id).await, app.bureau().await);
    let work = Work {
        app: &app,
        sample,
        path: format!("/api/v1/returns/{}", sample.return_id),
    };
    let before = work.accepted(&filler, &bureau, "旧址路1号").await;
    let blank = work
        .try_step(&filler, "announce-correction", Some(json!({ "reason": "" })))
        .await;
    blank.refused(StatusCode::UNPROCESSABLE_ENTITY, "return.reason_missing");
    let announced = work
        .step(
            &filler,
            "announce-correction",
            Some(json!({ "reason": "漏填外购蒸汽" })),
        )
        .await;
    assert_eq!(stands(&announced), ("accepted", Some("open"), true));
    assert_eq!(announced["correction"]["origin"], "enterprise");
    // The same file again says that the figures stand: it can be submitted, and is not taken for nothing.
    let same = work
        .upload(&filler, "旧址路1号")
        .await
        .expect(StatusCode::CREATED)
        .json();
    assert_eq!(
        (&same["repeated"], &same["revision_number"]),
        (&json!(false), &json!(2))
    );
    let withdrawn = work.step(&filler, "withdraw-correction", None).await;
    assert_eq!(stands(&withdrawn), ("accepted", None, true));
    assert_eq!(withdrawn["accepted_revision_id"], before["accepted_revision_id"]);
    assert_eq!(
        (&withdrawn["block"], &withdrawn["warn"]),
        (&before["block"], &before["warn"])
    );
    let nothing = work.try_step(&filler, "withdraw-correction", None).await;
    nothing.refused(StatusCode::CONFLICT, "return.wrong_state");

    // An upload alone begins one too, and the signature for it may come by mail.
    let uploaded = work
        .upload(&filler, "新址路9号")
        .await
        .expect(StatusCode::CREATED)
        .json();
    let correction = &uploaded["survey_return"]["correction"];
    assert_eq!(
        (&correction["state"], &correction["origin"]),
        (&json!("draft"), &json!("enterprise"))
    );
    assert!(correction.get("reason").is_none());
    let etag = bureau.get(&work.path).await.expect(StatusCode::OK).header("etag");
    let record = format!("{}/record-submission?signed_by=李会计&signed_on=2026-04-01", work.path);
    let recorded = bureau.step_with_file(&record, &etag, SCAN.to_vec()).await;
    assert_eq!(
        stands(&recorded.expect(StatusCode::OK).json()),
        ("accepted", Some("submitted"), false)
    );
    let accepted = work.step(&bureau, "accept", None).await;
    assert_eq!(stands(&accepted), ("accepted", None, true));
    app.end().await;
}
