//! Submission and review of returns.

use poem::http::StatusCode;
use serde_json::json;
use survey::{answer::Answer, cell::RawValue};
use workbook::{layout::CellKey, prefill::Prefill};

use crate::{
    app::App,
    county::{self},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_return_with_blocking_findings_is_not_submitted_until_it_is_corrected() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    filler
        .step(&format!("{path}/submit"), &etag, None)
        .await
        .refused(StatusCode::CONFLICT, "return.nothing_uploaded");

    let mistake = Prefill::from([(CellKey::question("D08"), RawValue::Text("约500".to_owned()).into())]);
    let bytes = app.filled(&sample.return_id, &sample.answers, mistake).await;
    let report = filler
        .upload(&format!("{path}/revisions?filename=first.xlsx"), bytes)
        .await
        .expect(StatusCode::CREATED);
    let findings = &report.json()["findings"];
    assert_eq!(findings["submittable"], false);
    let finding = &findings["items"][0];
    assert_eq!(
        (&finding["question"], &finding["value"], &finding["action"]),
        (&json!("D08"), &json!("约500"), &json!("block"))
    );
    assert!(finding["places"][0]["cell"].is_string() && finding["places"][0]["sheet"].is_string());

    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    let problem = filler
        .step(&format!("{path}/submit"), &etag, None)
        .await
        .refused(StatusCode::CONFLICT, "return.blocked");
    assert_eq!(problem["errors"][0]["pointer"], "D08", "what blocks is named");

    let bytes = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    filler
        .upload(&format!("{path}/revisions"), bytes)
        .await
        .expect(StatusCode::CREATED);
    filler
        .step(&format!("{path}/submit"), &etag, None)
        .await
        .refused(StatusCode::PRECONDITION_FAILED, "version_mismatch");
    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    filler
        .step(&format!("{path}/submit"), &etag, None)
        .await
        .expect(StatusCode::OK);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_revision_stays_in_force_until_its_replacement_is_accepted() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, bureau, town) = (
        app.filler(&sample.id).await,
        app.bureau().await,
        app.town(&sample.area).await,
    );
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let upload = async |answers: &survey::answer::Answers| {
        let bytes = app.filled(&sample.return_id, answers, Prefill::new()).await;
        filler.upload(&format!("{path}/revisions"), bytes).await
    };
    let etag = async || filler.get(&path).await.expect(StatusCode::OK).header("etag");
    upload(&sample.answers).await.expect(StatusCode::CREATED);
    filler
        .step(&format!("{path}/submit"), &etag().await, None)
        .await
        .expect(StatusCode::OK);
    upload(&sample.answers)
        .await
        .refused(StatusCode::CONFLICT, "return.wrong_state");
    filler
        .step(&format!("{path}/accept"), &etag().await, None)
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    town.step(
        &format!("{path}/send-back"),
        &etag().await,
        Some(json!({ "reason": " " })),
    )
    .await
    .refused(StatusCode::UNPROCESSABLE_ENTITY, "return.reason_missing");
    let sent = town
        .step(
            &format!("{path}/send-back"),
            &etag().await,
            Some(json!({ "reason": "请核对用电量" })),
        )
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(sent["state"], "returned");
    filler
        .step(&format!("{path}/submit"), &etag().await, None)
        .await
        .expect(StatusCode::OK);
    let accepted = bureau
        .step(&format!("{path}/accept"), &etag().await, None)
        .await
        .expect(StatusCode::OK)
        .json();
    bureau
        .step(&format!("{path}/accept"), &etag().await, None)
        .await
        .refused(StatusCode::CONFLICT, "return.wrong_state");

    let mut corrected = sample.answers.clone();
    corrected.insert("A09".to_owned(), Answer::Text("新址路9号".to_owned()));
    upload(&corrected).await.expect(StatusCode::CREATED);
    let now = filler.get(&path).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&now["state"], &now["correction"]["state"], &now["accepted_revision_id"]),
        (&json!("accepted"), &json!("draft"), &accepted["accepted_revision_id"])
    );
    assert_ne!(now["latest_revision_id"], now["accepted_revision_id"]);

    let events = filler
        .get(&format!("{path}/events"))
        .await
        .expect(StatusCode::OK)
        .json();
    let steps = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["to"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        steps,
        ["draft", "submitted", "returned", "submitted", "accepted", "accepted"]
    );
    assert_eq!(events["items"][5]["correction"], "draft");
    assert_eq!(events["items"][2]["reason"], "请核对用电量");
    assert!(events["items"][2]["actor"].as_str().unwrap().starts_with("town-"));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_reviewers_at_once_accept_once() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[0];
    let (filler, bureau) = (app.filler(&sample.id).await, app.bureau().await);
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let bytes = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    filler
        .upload(&format!("{path}/revisions"), bytes)
        .await
        .expect(StatusCode::CREATED);
    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    let submit = format!("{path}/submit");
    let (a, b) = tokio::join!(filler.step(&submit, &etag, None), filler.step(&submit, &etag, None));
    let mut statuses = [a.status, b.status];
    statuses.sort();
    assert_eq!(statuses[0], StatusCode::OK);
    assert!(
        statuses[1] == StatusCode::CONFLICT || statuses[1] == StatusCode::PRECONDITION_FAILED,
        "{statuses:?}"
    );
    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    let accept = format!("{path}/accept");
    let (a, b) = tokio::join!(bureau.step(&accept, &etag, None), admin.step(&accept, &etag, None));
    assert_eq!(
        [a.status, b.status]
            .iter()
            .filter(|status| **status == StatusCode::OK)
            .count(),
        1
    );
    app.end().await;
}
