//! Numbers in the wrong unit: asked about, converted when the filler says so, the original kept.

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::cell::RawValue;
use workbook::{layout::CellKey, prefill::Prefill};

use crate::{app::App, county, database::Backend};

#[tokio::test(flavor = "multi_thread")]
async fn yuan_in_a_cell_of_ten_thousand_yuan_on_sqlite() {
    yuan_in_a_cell_of_ten_thousand_yuan(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn yuan_in_a_cell_of_ten_thousand_yuan_on_postgres() {
    yuan_in_a_cell_of_ten_thousand_yuan(Backend::Postgres).await;
}

async fn yuan_in_a_cell_of_ten_thousand_yuan(backend: Backend) {
    let app = App::on(backend).await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, bureau) = (app.filler(&sample.id).await, app.bureau().await);
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let yuan = Prefill::from([(CellKey::question("F03"), RawValue::Number(562_000_000.0).into())]);
    let bytes = app.filled(&sample.return_id, &sample.answers, yuan).await;
    let report = filler
        .upload(&format!("{path}/revisions"), bytes.clone())
        .await
        .expect(StatusCode::CREATED)
        .json();
    let offers = offers(&report["findings"]);
    assert!(
        offers.contains(&json!({ "question": "F03", "unit": "元", "entered": "562000000", "converted": "56200" })),
        "{offers:?}"
    );

    let conversions = format!("{path}/conversions");
    let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
    let wanted = |unit: &str| Some(json!({ "conversions": [{ "question": "F03", "unit": unit }] }));
    bureau
        .step(&conversions, &etag, wanted("元"))
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    filler
        .step(&conversions, &etag, wanted("千元"))
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "return.conversion_not_offered");
    let made = filler
        .step(&conversions, &etag, wanted("元"))
        .await
        .expect(StatusCode::CREATED);
    let revision = filler.get(&made.header("location")).await.expect(StatusCode::OK).json();
    assert_eq!(revision["answers"]["F03"], json!({ "number": "56200" }));
    assert_eq!(revision["number"], 2);
    let provenance = &revision["provenance"]["F03"];
    assert_eq!(
        (&provenance["raw"], &provenance["normalised_by"]),
        (&json!("562000000"), &json!(["unit:元"]))
    );
    assert!(
        !rules(&revision).contains(&"CK118".to_owned()),
        "{:?}",
        rules(&revision)
    );
    assert!(
        rules(&revision).contains(&"converted".to_owned()),
        "what was done is shown"
    );
    filler
        .step(&conversions, &etag, wanted("元"))
        .await
        .refused(StatusCode::PRECONDITION_FAILED, "version_mismatch");

    let again = filler
        .upload(&format!("{path}/revisions"), bytes)
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        (&again["repeated"], &again["revision_number"]),
        (&json!(true), &json!(2))
    );
    let corrected = Prefill::from([
        (CellKey::question("F03"), RawValue::Number(562_000_000.0).into()),
        (CellKey::question("A01"), RawValue::Text("新名".to_owned()).into()),
    ]);
    let bytes = app.filled(&sample.return_id, &sample.answers, corrected).await;
    let report = filler
        .upload(&format!("{path}/revisions"), bytes)
        .await
        .expect(StatusCode::CREATED);
    let revision = filler
        .get(&report.header("location"))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        revision["answers"]["F03"],
        json!({ "number": "56200" }),
        "the choice holds while the cell says what it said"
    );
    let events = filler
        .get(&format!("{path}/events"))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(events["items"][1]["reason"], "F03: 562000000 元 → 56200");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_equals_anothers_is_noticed() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let (first, second) = (&county.samples[2], &county.samples[3]);
    for (sample, expected) in [(first, false), (second, true)] {
        let filler = app.filler(&sample.id).await;
        let bytes = app.filled(&sample.return_id, &first.answers, Prefill::new()).await;
        let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
        let report = filler.upload(&path, bytes).await.expect(StatusCode::CREATED);
        let revision = filler
            .get(&report.header("location"))
            .await
            .expect(StatusCode::OK)
            .json();
        let rules = rules(&revision);
        for rule in ["CK165", "CK167"] {
            assert_eq!(rules.contains(&rule.to_owned()), expected, "{rule} of {}", sample.uscc);
        }
    }
    app.end().await;
}

fn rules(revision: &Value) -> Vec<String> {
    let items = revision["findings"]["items"].as_array().unwrap();
    items
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap().to_owned())
        .collect()
}

fn offers(findings: &Value) -> Vec<Value> {
    let items = findings["items"].as_array().unwrap();
    items
        .iter()
        .flat_map(|finding| finding["offers"].as_array().unwrap().clone())
        .collect()
}
