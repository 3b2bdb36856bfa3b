//! A workbook came by mail and its signature on paper: the bureau records that the enterprise submits, and changes nothing.

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use survey::cell::RawValue;
use workbook::{
    extract::{Limits, extract},
    layout::CellKey,
    prefill::Prefill,
};

use super::justifications::answered;
use crate::{
    api::imports::zip,
    app::{Actor, App},
    county::{self, Sample},
    database::Backend,
};

pub(crate) const SCAN: &[u8] = b"%PDF-1.4 signed cover %%EOF";

/// Every warning has to be justified.
pub(crate) async fn ask_for_justifications(admin: &Actor<'_>, round_id: &str) {
    let round = format!("/api/v1/rounds/{round_id}");
    let etag = admin.get(&round).await.expect(StatusCode::OK).header("etag");
    let strict = json!({ "warnings_must_be_justified": true });
    let changed = admin.change(Method::PATCH, &round, Some(&etag), strict).await;
    changed.expect(StatusCode::OK);
}

/// Hands in a workbook for an enterprise, as an officer does.
async fn mail(bureau: &Actor<'_>, round_id: &str, bytes: &[u8]) {
    let path = format!("/api/v1/rounds/{round_id}/imports");
    let job = bureau
        .job(bureau.upload(&path, zip(&[("return.xlsx", bytes)])).await)
        .await;
    assert_eq!(job["result"]["taken"], 1, "{job}");
}

/// The keys of the warnings of the newest revision that nothing is said to.
pub(crate) async fn open_warnings(actor: &Actor<'_>, path: &str) -> Vec<String> {
    let found = actor.get(path).await.expect(StatusCode::OK).json();
    let revision = format!("/api/v1/revisions/{}", found["latest_revision_id"].as_str().unwrap());
    let revision = actor.get(&revision).await.expect(StatusCode::OK).json();
    let findings = revision["findings"]["items"].as_array().unwrap().iter();
    let open = findings.filter(|finding| finding["action"] == "warn" && finding.get("justification").is_none());
    open.map(|finding| finding["key"].as_str().unwrap().to_owned())
        .collect()
}

async fn with_warning(app: &App, sample: &Sample) -> Vec<u8> {
    app.filled_with_claims(
        &sample.return_id,
        &sample.answers,
        Prefill::new(),
        sample.claims.clone(),
    )
    .await
}

async fn record(actor: &Actor<'_>, path: &str, query: &str, scan: &[u8]) -> crate::app::Answer {
    let etag = actor.get(path).await.expect(StatusCode::OK).header("etag");
    let record = format!("{path}/record-submission?{query}");
    actor.step_with_file(&record, &etag, scan.to_vec()).await
}

const SIGNED: &str = "signed_by=王建国&signed_on=2026-03-28&filename=封面.pdf";

#[tokio::test(flavor = "multi_thread")]
async fn a_mailed_workbook_is_submitted_with_the_scan_of_its_signed_cover() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let sample = &county.samples[1];
        let (bureau, town) = (app.bureau().await, app.town(&sample.area).await);
        ask_for_justifications(&admin, &county.round_id).await;
        let path = format!("/api/v1/returns/{}", sample.return_id);
        record(&bureau, &path, SIGNED, SCAN)
            .await
            .refused(StatusCode::CONFLICT, "return.nothing_uploaded");
        let mailed = with_warning(&app, sample).await;
        mail(&bureau, &county.round_id, &mailed).await;

        // Warnings without a justification stop it, and are listed.
        let open = open_warnings(&bureau, &path).await;
        assert!(!open.is_empty());
        let problem = record(&bureau, &path, SIGNED, SCAN)
            .await
            .refused(StatusCode::CONFLICT, "return.unjustified");
        assert_eq!(problem["errors"].as_array().unwrap().len(), open.len(), "{problem}");
        bureau
            .change(
                Method::PUT,
                &format!("{path}/justifications/{}", open[0]),
                None,
                json!({ "reason": "J01" }),
            )
            .await
            .refused(StatusCode::FORBIDDEN, "forbidden");

        // The enterprise justifies in the annotated workbook and mails it again: its own words.
        let mut bytes = bureau
            .get(&format!("{path}/annotated.xlsx"))
            .await
            .expect(StatusCode::OK)
            .body;
        for key in &open {
            bytes = answered(&bytes, key, "J99 其他", "燃气锅炉已停用，按实填报");
        }
        mail(&bureau, &county.round_id, &bytes).await;
        let said = bureau
            .get(&format!("{path}/justifications"))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            said["items"][0]["given_by"],
            sample.answers_name(),
            "the words of the enterprise"
        );
        town.step_with_file(&format!("{path}/record-submission?{SIGNED}"), "\"3\"", SCAN.to_vec())
            .await
            .refused(StatusCode::FORBIDDEN, "forbidden");
        let submitted = record(&bureau, &path, SIGNED, SCAN).await.expect(StatusCode::OK).json();
        assert_eq!(submitted["state"], "submitted");
        let recorded = &submitted["submissions"][0];
        assert_eq!(
            (
                &recorded["signed_by"],
                &recorded["signed_on"],
                &recorded["recorded_by"],
                &recorded["evidence_filename"]
            ),
            (
                &json!("王建国"),
                &json!("2026-03-28"),
                &json!("bureau"),
                &json!("封面.pdf")
            )
        );
        assert_eq!(
            (&recorded["evidence_media_type"], &recorded["evidence_bytes"]),
            (&json!("application/pdf"), &json!(SCAN.len()))
        );
        it_is_seen_everywhere(&app, &bureau, sample, &path, recorded).await;
        app.end().await;
    }
}

async fn it_is_seen_everywhere(app: &App, bureau: &Actor<'_>, sample: &Sample, path: &str, recorded: &Value) {
    let listed = bureau
        .get("/api/v1/returns?state=submitted")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(listed["items"][0]["survey_return"]["submissions"][0], *recorded);
    let events = bureau
        .get(&format!("{path}/events"))
        .await
        .expect(StatusCode::OK)
        .json();
    let last = events["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["step"], &last["to"], &last["submission"]),
        (&json!("record_submission"), &json!("submitted"), recorded)
    );
    let revision = format!("/api/v1/revisions/{}", recorded["revision_id"].as_str().unwrap());
    let revision = bureau.get(&revision).await.expect(StatusCode::OK).json();
    assert_eq!(revision["submission"], *recorded);
    let revisions = bureau
        .get(&format!("{path}/revisions"))
        .await
        .expect(StatusCode::OK)
        .json();
    let submissions = revisions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one.get("submission"));
    assert_eq!(submissions.collect::<Vec<_>>(), [None, Some(recorded)]);
    let page = bureau.get(&format!("{path}/report.html")).await.expect(StatusCode::OK);
    let page = String::from_utf8(page.body).unwrap();
    assert!(page.contains("王建国 于2026年3月28日签字"), "{page}");
    let annotated = bureau
        .get(&format!("{path}/annotated.xlsx"))
        .await
        .expect(StatusCode::OK);
    let annotated = extract(&annotated.body, &Limits::default()).unwrap();
    let told = |value: &RawValue| matches!(value, RawValue::Text(text) if text.contains("代为登记提交"));
    assert!(annotated.sheets[0].cells.iter().any(|cell| told(&cell.value)));

    // The enterprise sees what was recorded in its name; a stranger does not.
    let scan = format!("{path}/evidence/{}", recorded["evidence_sha256"].as_str().unwrap());
    let filler = app.filler(&sample.id).await;
    let found = filler.get(&scan).await.expect(StatusCode::OK);
    assert_eq!(found.body, SCAN);
    assert!(found.header("content-disposition").contains(".pdf"));
    let other = format!("{path}/evidence/{}", "0".repeat(64));
    filler.get(&other).await.refused(StatusCode::NOT_FOUND, "not_found");

    // It stays after acceptance, and stands where a result is explained.
    let etag = bureau.get(path).await.expect(StatusCode::OK).header("etag");
    let accepted = bureau.step(&format!("{path}/accept"), &etag, None).await;
    assert_eq!(accepted.expect(StatusCode::OK).json()["submissions"][0], *recorded);
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_that_shows_no_signature_is_refused() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let bureau = app.bureau().await;
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let bytes = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    mail(&bureau, &county.round_id, &bytes).await;
    let check = async |query: &str, scan: &[u8], status: StatusCode, code: &str, fault: Option<&str>| {
        let problem = record(&bureau, &path, query, scan).await.refused(status, code);
        assert_eq!(problem["errors"][0]["code"].as_str(), fault, "{problem}");
    };
    let (unprocessable, too_large) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::PAYLOAD_TOO_LARGE);
    check(SIGNED, &bytes, unprocessable, "submission.not_a_scan", None).await;
    check(SIGNED, b"", unprocessable, "submission.not_a_scan", None).await;
    check(
        SIGNED,
        b"%PDF-1.4 cut off",
        unprocessable,
        "submission.scan_truncated",
        None,
    )
    .await;
    let large = [SCAN, &vec![b' '; 10 << 20]].concat();
    check(SIGNED, &large, too_large, "submission.scan_too_large", None).await;
    let (invalid, on, by) = (
        "submission.invalid",
        Some("submission.signed_on"),
        Some("submission.signed_by"),
    );
    check("signed_by=王&signed_on=2026-04-02", SCAN, unprocessable, invalid, on).await;
    check("signed_by=王&signed_on=2026-02-28", SCAN, unprocessable, invalid, on).await;
    check("signed_by=%20&signed_on=2026-03-28", SCAN, unprocessable, invalid, by).await;
    let bad_date = record(&bureau, &path, "signed_by=王&signed_on=28.3.2026", SCAN).await;
    bad_date.refused(StatusCode::BAD_REQUEST, "invalid_parameter");
    let untouched = bureau.get(&path).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&untouched["state"], &untouched["submissions"]),
        (&json!("draft"), &json!([]))
    );

    // What must be corrected stops it as it stops the enterprise.
    let mistake = Prefill::from([(CellKey::question("D08"), RawValue::Text("约500".to_owned()).into())]);
    let blocked = app.filled(&sample.return_id, &sample.answers, mistake).await;
    mail(&bureau, &county.round_id, &blocked).await;
    let problem = record(&bureau, &path, SIGNED, SCAN)
        .await
        .refused(StatusCode::CONFLICT, "return.blocked");
    assert_eq!(problem["errors"][0]["pointer"], "D08");
    app.end().await;
}
