//! The file comes back: marks, justifications in the file and through the API, and what is frozen with an acceptance.

use std::io::{Cursor, Read as _, Write as _};

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};
use survey::cell::RawValue;
use workbook::{
    extract::{Limits, RawWorkbook, extract},
    layout::CellKey,
    prefill::Prefill,
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    app::{Actor, App},
    conformance::convert,
    county::{self, Sample},
};

const KEY: &str = "WF12.month@A06";

/// A return with a date that names a month only: a warning, and nothing that blocks.
async fn doubtful(app: &App, sample: &Sample, month: &str) -> Vec<u8> {
    let over = Prefill::from([(CellKey::question("A06"), RawValue::Text(month.to_owned()).into())]);
    app.filled(&sample.return_id, &sample.answers, over).await
}

async fn upload(filler: &Actor<'_>, path: &str, bytes: Vec<u8>) -> Value {
    filler
        .upload(&format!("{path}/revisions?filename=表.xlsx"), bytes)
        .await
        .expect(StatusCode::CREATED)
        .json()
}

fn warning(report: &Value) -> &Value {
    let items = report["findings"]["items"].as_array().unwrap();
    items.iter().find(|finding| finding["key"] == KEY).unwrap()
}

fn text_at(raw: &RawWorkbook, sheet: &str, row: u32, column: u32) -> Option<String> {
    let sheet = raw.sheets.iter().find(|found| found.name == sheet)?;
    match &sheet.cell(row, column)?.value {
        RawValue::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// The annotated workbook with a reason and words at a finding, as a filler would write them.
pub(crate) fn answered(bytes: &[u8], key: &str, reason: &str, words: &str) -> Vec<u8> {
    let raw = extract(bytes, &Limits::default()).unwrap();
    let index = raw
        .sheets
        .iter()
        .find(|sheet| sheet.name == "审核问题 Findings")
        .unwrap();
    let row = index
        .cells
        .iter()
        .find(|cell| cell.column == 0 && cell.value == RawValue::Text(key.to_owned()));
    let row = row.unwrap().row + 1;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name.contains("ronghe_sheet") {
            let mut text = String::from_utf8(content).unwrap();
            for (column, value) in [("K", reason), ("L", words)] {
                let open = format!("<c r=\"{column}{row}\" s=\"");
                if let Some(start) = text.find(&open) {
                    let style = &text[start + open.len()..];
                    let style = &style[..style.find('"').unwrap()];
                    let cell = format!("{open}{style}\" t=\"inlineStr\"><is><t>{value}</t></is></c>");
                    let end = start + text[start..].find("/>").unwrap() + 2;
                    text.replace_range(start..end, &cell);
                }
            }
            content = text.into_bytes();
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_is_justified_in_the_file_that_came_back() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, bureau) = (app.filler(&sample.id).await, app.bureau().await);
    let path = format!("/api/v1/returns/{}", sample.return_id);
    filler
        .get(&format!("{path}/annotated.xlsx"))
        .await
        .refused(StatusCode::CONFLICT, "return.nothing_uploaded");

    let round = format!("/api/v1/rounds/{}", county.round_id);
    let etag = admin.get(&round).await.expect(StatusCode::OK).header("etag");
    let changed = admin
        .change(
            Method::PATCH,
            &round,
            Some(&etag),
            json!({ "warnings_must_be_justified": true }),
        )
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(changed["warnings_must_be_justified"], true);

    let report = upload(&filler, &path, doubtful(&app, sample, "2012年6月").await).await;
    assert_eq!(warning(&report)["action"], "warn");
    assert!(warning(&report).get("justification").is_none());
    let unjustified = report["findings"]["unjustified"].as_u64().unwrap();
    assert!(unjustified >= 1 && report["findings"]["submittable"] == true);
    let submit = async || {
        let etag = filler.get(&path).await.expect(StatusCode::OK).header("etag");
        filler.step(&format!("{path}/submit"), &etag, None).await
    };
    let problem = submit().await.refused(StatusCode::CONFLICT, "return.unjustified");
    assert_eq!(problem["errors"].as_array().unwrap().len() as u64, unjustified);

    // The file comes back with marks, says what was read, and takes the answer.
    let annotated = filler
        .get(&format!("{path}/annotated.xlsx"))
        .await
        .expect(StatusCode::OK);
    assert!(annotated.header("content-disposition").contains("%E8%A1%A8_"));
    let raw = extract(&annotated.body, &Limits::default()).unwrap();
    assert_eq!(raw.sheets[0].name, "审核问题 Findings");
    assert_eq!(text_at(&raw, "审核问题 Findings", 4, 7).as_deref(), Some("2012年6月"));
    let without_reason = answered(&annotated.body, KEY, "", "核对过");
    let noted = upload(&filler, &path, without_reason).await;
    let items = noted["findings"]["items"].as_array().unwrap();
    let note = items
        .iter()
        .find(|finding| finding["rule"] == "justification.reason_missing");
    assert_eq!(note.unwrap()["places"][0]["sheet"], "审核问题 Findings");
    let report = upload(
        &filler,
        &path,
        answered(&annotated.body, KEY, "J01 已核对", "按营业执照"),
    )
    .await;
    let said = &warning(&report)["justification"];
    assert_eq!((&said["reason"], &said["text"]), (&json!("J01"), &json!("按营业执照")));
    assert_eq!(report["findings"]["unjustified"].as_u64().unwrap(), unjustified - 1);
    // It stands in the next file that comes back, and saying it again adds nothing.
    let again = filler
        .get(&format!("{path}/annotated.xlsx"))
        .await
        .expect(StatusCode::OK);
    upload(&filler, &path, again.body).await;
    let list = filler
        .get(&format!("{path}/justifications"))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert!(
        list["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .any(|reason| reason["text_required"] == true)
    );

    // Whatever else is doubtful is justified through the API.
    let latest = filler.get(&path).await.expect(StatusCode::OK).json();
    let revision_path = format!("/api/v1/revisions/{}", latest["latest_revision_id"].as_str().unwrap());
    let revision = filler.get(&revision_path).await.expect(StatusCode::OK).json();
    for finding in revision["findings"]["items"].as_array().unwrap() {
        if finding["action"] == "warn" && finding.get("justification").is_none() {
            let key = finding["key"].as_str().unwrap();
            filler
                .change(
                    Method::PUT,
                    &format!("{path}/justifications/{key}"),
                    None,
                    json!({ "reason": "J99", "text": "如实填报" }),
                )
                .await
                .expect(StatusCode::OK);
        }
    }
    submit().await.expect(StatusCode::OK);
    let etag = bureau.get(&path).await.expect(StatusCode::OK).header("etag");
    bureau
        .step(&format!("{path}/accept"), &etag, None)
        .await
        .expect(StatusCode::OK);

    // What is accepted is frozen: another explanation of a later revision changes nothing in it.
    let accepted = bureau.get(&revision_path).await.expect(StatusCode::OK).json();
    assert_eq!(warning(&accepted)["justification"]["text"], "按营业执照");
    upload(&filler, &path, doubtful(&app, sample, "2012年6月").await).await;
    filler
        .change(
            Method::PUT,
            &format!("{path}/justifications/{KEY}"),
            None,
            json!({ "reason": "J99", "text": "另有说法" }),
        )
        .await
        .expect(StatusCode::OK);
    let still = bureau.get(&revision_path).await.expect(StatusCode::OK).json();
    assert_eq!(warning(&still)["justification"], warning(&accepted)["justification"]);
    app.end().await;
}

/// A file whose parts cannot be changed one by one comes back as a template with its values and the marks.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_format_comes_back_as_a_template_of_its_values() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let folder = tempfile::tempdir().unwrap();
    for (sample, filter, suffix) in [
        (&county.samples[2], "ods:calc8", "ods"),
        (&county.samples[1], "xls:MS Excel 97", "xls"),
    ] {
        let filler = app.filler(&sample.id).await;
        let path = format!("/api/v1/returns/{}", sample.return_id);
        let source = folder.path().join(format!("{suffix}.xlsx"));
        std::fs::write(&source, doubtful(&app, sample, "2012年6月").await).unwrap();
        convert(folder.path(), &source, filter, folder.path());
        let saved = std::fs::read(source.with_extension(suffix)).unwrap();
        let report = filler
            .upload(&format!("{path}/revisions?filename=表.{suffix}"), saved.clone())
            .await
            .expect(StatusCode::CREATED)
            .json();
        assert_eq!(warning(&report)["action"], "warn", "{suffix}");

        let revision = report["revision_id"].as_str().unwrap();
        let original = filler.get(&format!("/api/v1/revisions/{revision}/workbook.xlsx")).await;
        let original = original.expect(StatusCode::OK);
        assert!(original.header("content-disposition").ends_with(suffix));
        assert_eq!(original.header("content-type"), "application/octet-stream");
        assert_eq!(original.body, saved);

        let annotated = filler.get(&format!("{path}/annotated.xlsx")).await;
        let annotated = annotated.expect(StatusCode::OK).body;
        let again = upload(&filler, &path, answered(&annotated, KEY, "J01 已核对", "按营业执照")).await;
        assert_eq!(warning(&again)["justification"]["text"], "按营业执照", "{suffix}");
        let keys = |report: &Value| {
            let items = report["findings"]["items"].as_array().unwrap().iter();
            let of_answers = items.filter(|finding| finding.get("question").is_some());
            of_answers.map(|finding| finding["key"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(keys(&again), keys(&report), "{suffix}: the same values");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_justification_counts_while_the_values_are_the_same() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let justify = async |key: &str, body: Value| {
        filler
            .change(Method::PUT, &format!("{path}/justifications/{key}"), None, body)
            .await
    };
    justify(KEY, json!({ "reason": "J01" }))
        .await
        .refused(StatusCode::CONFLICT, "return.nothing_uploaded");
    let report = upload(&filler, &path, doubtful(&app, sample, "2012年6月").await).await;
    justify("WF99@A06", json!({ "reason": "J01" }))
        .await
        .refused(StatusCode::NOT_FOUND, "justification.no_finding");
    for (body, pointer) in [
        (json!({ "reason": "J02" }), "/text"),
        (json!({ "reason": "nonsense" }), "/reason"),
    ] {
        let problem = justify(KEY, body)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "justification.invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    let items = report["findings"]["items"].as_array().unwrap();
    if let Some(info) = items.iter().find(|finding| finding["action"] == "info") {
        justify(info["key"].as_str().unwrap(), json!({ "reason": "J01" }))
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "justification.not_a_warning");
    }
    let said = justify(KEY, json!({ "reason": "J02", "text": "换证" }))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!((&said["number"], &said["finding_key"]), (&json!(1), &json!(KEY)));
    // The same again is the same.
    let said = justify(KEY, json!({ "reason": "J02", "text": "换证" }))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(said["number"], 1);
    // The same value in another upload is still explained; another value is not.
    let same = upload(&filler, &path, doubtful(&app, sample, "2012年6月").await).await;
    assert_eq!(warning(&same)["justification"]["text"], "换证");
    let other = upload(&filler, &path, doubtful(&app, sample, "2013年6月").await).await;
    assert!(warning(&other).get("justification").is_none());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_is_a_table_and_a_page() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, stranger) = (app.filler(&sample.id).await, app.filler(&county.samples[1].id).await);
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let over = Prefill::from([
        (CellKey::question("A06"), RawValue::Text("2012年6月".to_owned()).into()),
        (CellKey::question("D08"), RawValue::Text("=<script>".to_owned()).into()),
    ]);
    let bytes = app.filled(&sample.return_id, &sample.answers, over).await;
    upload(&filler, &path, bytes).await;
    let table = filler
        .get(&format!("{path}/report.csv?lang=en"))
        .await
        .expect(StatusCode::OK);
    let text = String::from_utf8(table.body).unwrap();
    assert!(
        text.starts_with("\u{FEFF}Kind,Severity,Sheet,Cell,Code,Question,"),
        "{text}"
    );
    assert!(text.contains(",D08,") && text.contains("'=<script>") && !text.contains(",=<script>"));
    assert!(text.contains("Reading,") && text.contains("2012-06-01"));
    let page = filler
        .get(&format!("{path}/report.html?lang=both"))
        .await
        .expect(StatusCode::OK);
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("=&lt;script&gt;") && !text.contains("<script"));
    for report in ["annotated.xlsx", "report.csv", "report.html"] {
        stranger
            .get(&format!("{path}/{report}"))
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
        filler
            .get(&format!(
                "{path}/{report}?revision=01990000-0000-7000-8000-000000000000"
            ))
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
    }
    app.end().await;
}
