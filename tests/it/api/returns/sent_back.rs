//! Why a return was sent back stands wherever somebody looks, and so does that it came again as it was.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::{answer::Answer, cell::RawValue};
use workbook::{
    extract::{Limits, extract},
    prefill::Prefill,
};

use crate::{
    app::{Actor, App},
    county,
};

const REASON: &str = "用电量比上年少九成，请核对计量单位后重报";

/// The return as it stands in the list.
async fn listed(actor: &Actor<'_>, id: &str) -> Value {
    let found = actor.get("/api/v1/returns").await.expect(StatusCode::OK).json();
    let mut items = found["items"].as_array().unwrap().iter();
    let row = items.find(|row| row["survey_return"]["id"] == *id).unwrap();
    row["survey_return"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reason_of_a_send_back_stands_wherever_the_enterprise_looks() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, town) = (app.filler(&sample.id).await, app.town(&sample.area).await);
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let bytes = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    let uploaded = filler.upload(&format!("{path}/revisions"), bytes).await;
    let revision = uploaded.expect(StatusCode::CREATED).json()["revision_id"].clone();
    let step = async |actor: &Actor<'_>, step: &str, body: Option<Value>| {
        let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
        let taken = actor.step(&format!("{path}/{step}"), &etag, body).await;
        taken.expect(StatusCode::OK).json()
    };
    let submitted = step(&filler, "submit", None).await;
    assert!(submitted.get("sent_back").is_none());
    let sent = step(&town, "send-back", Some(json!({ "reason": REASON }))).await;

    for seen in [
        sent,
        filler.get(&path).await.expect(StatusCode::OK).json(),
        listed(&filler, &sample.return_id).await,
    ] {
        let sent_back = &seen["sent_back"];
        assert_eq!(
            (&sent_back["reason"], &sent_back["revision_id"], &sent_back["unchanged"]),
            (&json!(REASON), &revision, &json!(false)),
            "{seen}"
        );
        assert!(sent_back["sent_back_by"].as_str().unwrap().starts_with("town-"));
        assert_eq!(sent_back["sent_back_at"], "2026-04-01T01:00:00Z");
        assert!(sent_back.get("note").is_none());
    }
    let page = filler.get(&format!("{path}/report.html")).await.expect(StatusCode::OK);
    let page = String::from_utf8(page.body).unwrap();
    let above = page.split("class=\"counts\"").next().unwrap();
    assert!(above.contains(REASON) && above.contains("2026年4月1日"), "{above}");
    let csv = filler.get(&format!("{path}/report.csv")).await.expect(StatusCode::OK);
    let csv = String::from_utf8(csv.body).unwrap();
    assert!(csv.lines().nth(1).unwrap().contains(REASON), "{csv}");
    let annotated = filler.get(&format!("{path}/annotated.xlsx")).await;
    let annotated = extract(&annotated.expect(StatusCode::OK).body, &Limits::default()).unwrap();
    let sheet = &annotated.sheets[0];
    let told = sheet
        .cells
        .iter()
        .position(|cell| matches!(&cell.value, RawValue::Text(text) if text.contains(REASON)));
    let heads = sheet
        .cells
        .iter()
        .position(|cell| cell.value == RawValue::Text("序号".to_owned()));
    assert!(told.unwrap() < heads.unwrap(), "the reason stands above the findings");

    // The same again.
    let again = step(&filler, "submit", None).await;
    assert_eq!(again["sent_back"]["unchanged"], true);
    assert!(again["sent_back"]["note"]["zh"].as_str().unwrap().contains("完全相同"));
    let seen = listed(&town, &sample.return_id).await;
    assert_eq!(
        seen["sent_back"], again["sent_back"],
        "the reviewer sees it in the list"
    );
    let events = town.get(&format!("{path}/events")).await.expect(StatusCode::OK).json();
    let events = events["items"].as_array().unwrap();
    let steps = events
        .iter()
        .map(|event| (event["step"].as_str().unwrap(), event.get("unchanged").is_some()));
    assert_eq!(
        steps.collect::<Vec<_>>(),
        [
            ("upload", false),
            ("submit", false),
            ("send_back", false),
            ("submit", true)
        ]
    );

    // A figure corrected: no remark.
    step(&town, "send-back", Some(json!({ "reason": "仍未更正" }))).await;
    let mut corrected = sample.answers.clone();
    corrected.insert("A09".to_owned(), Answer::Text("新址路9号".to_owned()));
    let bytes = app.filled(&sample.return_id, &corrected, Prefill::new()).await;
    let uploaded = filler.upload(&format!("{path}/revisions"), bytes).await;
    let uploaded = uploaded.expect(StatusCode::CREATED).json();
    assert_eq!(uploaded["survey_return"]["sent_back"]["reason"], "仍未更正");
    let last = step(&filler, "submit", None).await;
    assert_eq!(last["sent_back"]["unchanged"], false);
    let accepted = step(&app.bureau().await, "accept", None).await;
    assert!(accepted.get("sent_back").is_none(), "settled");
    app.end().await;
}
