//! Templates that are signed, and wrong ones that come back: each gets its own answer and changes nothing.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
};

use poem::http::{Method, StatusCode};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use survey::{
    cell::RawValue,
    questionnaire::{CarryMode, RegistryFact},
};
use workbook::{
    anchor,
    bulk::{BulkLayout, BulkReader, BulkStep},
    extract::{Limits, RawWorkbook, extract},
    metadata::{SEAL_NAME, TemplateKind, TemplateMetadata},
    prefill::Prefill,
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    app::{Actor, App},
    county::{self, County, Sample},
    database::Backend,
};

/// A filled workbook with a text replaced in all of its parts whose path begins so.
fn patched(bytes: &[u8], parts: &str, from: &str, to: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut found = false;
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name.starts_with(parts) {
            let text = String::from_utf8(content).unwrap();
            found |= text.contains(from);
            content = text.replace(from, to).into_bytes();
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    assert!(found, "{from} is not in {parts}");
    writer.finish().unwrap().into_inner()
}

fn read(bytes: &[u8]) -> RawWorkbook {
    extract(bytes, &Limits::default()).unwrap()
}

fn marks(bytes: &[u8]) -> TemplateMetadata {
    anchor::metadata(&read(bytes)).unwrap()
}

/// Everything of a return that an upload could change.
async fn state_of(actor: &Actor<'_>, sample: &Sample) -> Value {
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let mut state = Vec::new();
    for part in ["", "/revisions", "/events"] {
        state.push(actor.get(&format!("{path}{part}")).await.expect(StatusCode::OK).json());
    }
    json!(state)
}

/// Uploads a wrong workbook: refused with this code, and nothing has changed.
async fn refused(filler: &Actor<'_>, sample: &Sample, bytes: Vec<u8>, code: &str) -> Value {
    let before = state_of(filler, sample).await;
    let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
    let problem = filler
        .upload(&path, bytes.clone())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, code);
    filler
        .upload(&format!("{path}?dry_run=true"), bytes)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, code);
    assert_eq!(state_of(filler, sample).await, before, "{code} changed something");
    problem
}

async fn filled(app: &App, sample: &Sample) -> Vec<u8> {
    app.filled(&sample.return_id, &sample.answers, Prefill::new()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_template_has_its_own_answer_and_changes_nothing_on_sqlite() {
    every_wrong_template_has_its_own_answer_and_changes_nothing(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_template_has_its_own_answer_and_changes_nothing_on_postgres() {
    every_wrong_template_has_its_own_answer_and_changes_nothing(Backend::Postgres).await;
}

async fn every_wrong_template_has_its_own_answer_and_changes_nothing(backend: Backend) {
    let app = App::on(backend).await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let (sample, other) = (&samples[2], &samples[3]);
    let filler = app.filler(&sample.id).await;
    let good = filled(&app, sample).await;
    let seal = marks(&good).seal.unwrap();

    let mut foreign = Workbook::new();
    foreign.add_worksheet().write_string(0, 0, "营业收入").unwrap();
    refused(&filler, sample, foreign.save_to_buffer().unwrap(), "workbook.foreign").await;

    let of_other = filled(&app, other).await;
    let problem = refused(&filler, sample, of_other, "workbook.wrong_enterprise").await;
    assert!(problem["message"]["zh"].as_str().unwrap().contains(&other.uscc));

    // The marks of another enterprise under one's own seal.
    let forged = patched(&good, "xl/sharedStrings.xml", &sample.id, &other.id);
    refused(&filler, sample, forged, "workbook.seal_broken").await;
    let garbled = patched(&good, "xl/", &seal, "not a seal");
    refused(&filler, sample, garbled, "workbook.seal_broken").await;
    let unsealed = patched(&good, "xl/", &seal, "");
    refused(&filler, sample, unsealed, "workbook.seal_missing").await;
    let (key, _) = seal.split_once('.').unwrap();
    let strange = patched(&good, "xl/", key, "01990000-0000-7000-8000-000000000000");
    refused(&filler, sample, strange, "workbook.seal_unknown_key").await;

    let next = county::open_round(&admin, "2027", json!({ "previous_round_id": round_id })).await;
    let of_next = admin
        .get(&format!("/api/v1/returns?round_id={next}&enterprise_id={}", sample.id))
        .await
        .expect(StatusCode::OK);
    let next_return = of_next.json()["items"][0]["survey_return"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let of_next = app.filled(&next_return, &sample.answers, Prefill::new()).await;
    let problem = refused(&filler, sample, of_next, "workbook.wrong_round").await;
    assert!(problem["message"]["en"].as_str().unwrap().contains("2027"), "{problem}");
    let problem = filler
        .upload(&format!("/api/v1/returns/{next_return}/revisions"), good.clone())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "workbook.last_round");
    assert!(
        problem["message"]["zh"].as_str().unwrap().contains("上一期（2026"),
        "{problem}"
    );

    let bulk = admin
        .get(&format!("/api/v1/rounds/{round_id}/bulk-template.xlsx"))
        .await
        .expect(StatusCode::OK);
    refused(&filler, sample, bulk.body, "workbook.bulk_template").await;
    let blank = admin
        .get(&format!("/api/v1/rounds/{round_id}/blank-template.xlsx"))
        .await
        .expect(StatusCode::OK);
    assert_eq!(marks(&blank.body).kind, TemplateKind::Generic);
    refused(&filler, sample, blank.body, "workbook.no_uscc").await;
    let typed = async |sample: &Sample| app.blank_form(&round_id, &sample.answers).await;
    refused(&filler, sample, typed(other).await, "workbook.wrong_enterprise").await;

    // The seal survives in its defined name where the hidden sheet lost it.
    let half = patched(&good, "xl/sharedStrings.xml", &seal, "");
    assert_eq!(read(&half).names[SEAL_NAME], format!("\"{seal}\""));
    let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
    filler.upload(&path, half).await.expect(StatusCode::CREATED);
    filler.upload(&path, good).await.expect(StatusCode::CREATED);
    // The blank form is good for whoever types his own code into it.
    filler
        .upload(&path, typed(sample).await)
        .await
        .expect(StatusCode::CREATED);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layout_that_was_edited_is_read_and_told_row_by_row() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    let good = filled(&app, sample).await;
    let label = county::questionnaire()
        .questions
        .iter()
        .find(|q| q.code == "F05")
        .unwrap()
        .label
        .zh
        .clone();
    let label = label.split('（').next().unwrap().to_owned();
    let edited = patched(&good, "xl/sharedStrings.xml", &format!(">{label}<"), ">别的东西<");
    let path = format!("/api/v1/returns/{}/revisions?dry_run=true", sample.return_id);
    let report = filler.upload(&path, edited).await.expect(StatusCode::OK).json();
    let findings = report["findings"]["items"].as_array().unwrap();
    let finding = findings
        .iter()
        .find(|finding| finding["rule"] == "WF25.label_changed")
        .unwrap();
    assert_eq!(finding["question"], "F05");
    assert!(
        finding["places"][0]["sheet"].as_str().unwrap().starts_with("F "),
        "{finding}"
    );
    assert!(finding["places"][0]["cell"].is_string(), "{finding}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_of_a_retired_key_are_still_accepted() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    let before = filled(&app, sample).await;
    let made = admin
        .post("/api/v1/signing-keys", json!({}))
        .await
        .expect(StatusCode::CREATED)
        .json();
    let after = filled(&app, sample).await;
    let key = |bytes: &[u8]| marks(bytes).seal.unwrap().split_once('.').unwrap().0.to_owned();
    assert_eq!(
        key(&after),
        made["id"].as_str().unwrap(),
        "the new key seals from now on"
    );
    assert_ne!(key(&before), key(&after));
    let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
    for bytes in [before.clone(), after.clone()] {
        filler.upload(&path, bytes).await.expect(StatusCode::CREATED);
    }
    let keys = admin.get("/api/v1/signing-keys").await.expect(StatusCode::OK);
    let listed = keys.json();
    let retired: Vec<bool> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["retired_at"].is_string())
        .collect();
    assert_eq!(retired, [false, true]);
    let shown: Vec<&String> = listed["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(shown, ["id", "created_at"], "a secret is never shown");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_issued_in_the_language_that_is_asked_for() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    let path = format!("/api/v1/returns/{}/template.xlsx", sample.return_id);
    for (query, language) in [("", "zh"), ("?language=en", "en"), ("?language=both", "both")] {
        let template = filler.get(&format!("{path}{query}")).await.expect(StatusCode::OK);
        assert_eq!(marks(&template.body).language.as_str(), language);
    }
    filler
        .get(&format!("{path}?language=fr"))
        .await
        .refused(StatusCode::BAD_REQUEST, "invalid_parameter");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_template_holds_what_the_registry_knows_and_what_carries_forward() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let sample = &samples[2];
    let (filler, bureau) = (app.filler(&sample.id).await, app.bureau().await);
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let form = ronghe::cli::built_in_form(None, Some(2026)).unwrap();
    let cells = |bytes: &[u8]| {
        let found = anchor::anchor(&read(bytes), form.survey.questionnaire(), &form.options).unwrap();
        let held = found.cells.into_iter().filter(|cell| cell.value != RawValue::Blank);
        held.map(|cell| (cell.question, cell.value))
            .collect::<BTreeMap<String, RawValue>>()
    };
    let first = cells(
        &filler
            .get(&format!("{path}/template.xlsx"))
            .await
            .expect(StatusCode::OK)
            .body,
    );
    let named: Vec<&String> = first.keys().collect();
    assert_eq!(
        named,
        ["A01", "A02", "A03", "A08", "A10", "A11"],
        "without a round before there is the registry alone, and the variant of its industry"
    );
    assert_eq!(first["A02"], RawValue::Text(sample.uscc.clone()));
    assert!(
        matches!(&first["A08"], RawValue::Text(area) if area.starts_with(&sample.area)),
        "{first:?}"
    );

    let step = async |actor: &Actor<'_>, step: &str| {
        let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
        actor
            .step(&format!("{path}/{step}"), &etag, None)
            .await
            .expect(StatusCode::OK);
    };
    filler
        .upload(&format!("{path}/revisions"), filled(&app, sample).await)
        .await
        .expect(StatusCode::CREATED);
    step(&filler, "submit").await;
    step(&bureau, "accept").await;
    let next = county::open_round(&admin, "2027", json!({ "previous_round_id": round_id })).await;
    let listed = admin
        .get(&format!("/api/v1/returns?round_id={next}&enterprise_id={}", sample.id))
        .await;
    let id = listed.json()["items"][0]["survey_return"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let template = filler
        .get(&format!("/api/v1/returns/{id}/template.xlsx"))
        .await
        .expect(StatusCode::OK);
    let second = cells(&template.body);
    for question in &county::questionnaire().questions {
        let source = question.carry_from.as_ref().unwrap_or(&question.code);
        let carries = question.carried_forward && question.carry_mode == CarryMode::Prefill;
        let registered = question.registry.is_some_and(|fact| fact != RegistryFact::FormerNames);
        let expected = registered || (carries && sample.answers.contains_key(source));
        assert_eq!(second.contains_key(&question.code), expected, "{}", question.code);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_gets_a_bulk_sheet_of_its_own_enterprises() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let sample = &samples[2];
    let path = format!("/api/v1/rounds/{round_id}/bulk-template.xlsx");
    let town = app.town(&sample.area).await;
    let listed = |bytes: &[u8]| {
        let workbook = read(bytes);
        let metadata = anchor::metadata(&workbook).unwrap();
        assert_eq!(metadata.kind, TemplateKind::Bulk);
        let layout = BulkLayout::of(&county::questionnaire(), metadata.table_rows.unwrap());
        assert_eq!(layout.hash(), metadata.layout_hash);
        let sheet = workbook
            .sheets
            .iter()
            .find(|sheet| sheet.name == metadata.sheets["bulk"])
            .unwrap();
        let mut reader = BulkReader::new(&layout, metadata.language, &*sheet.name);
        let mut codes = Vec::new();
        for row in 0..=sheet.cells.last().unwrap().row {
            if let BulkStep::Row(row) = reader.read(row, sheet.row(row), &workbook.styles).unwrap() {
                codes.push(row.uscc);
            }
        }
        codes
    };
    let mut all: Vec<String> = samples.iter().map(|sample| sample.uscc.clone()).collect();
    all.sort();
    assert_eq!(listed(&admin.get(&path).await.expect(StatusCode::OK).body), all);
    let mut own: Vec<String> = samples
        .iter()
        .filter(|other| other.area == sample.area)
        .map(|other| other.uscc.clone())
        .collect();
    own.sort();
    assert_eq!(listed(&town.get(&path).await.expect(StatusCode::OK).body), own);
    let narrowed = admin
        .get(&format!("{path}?area={}&table_rows=1", sample.area))
        .await
        .expect(StatusCode::OK);
    assert_eq!(listed(&narrowed.body), own);
    let elsewhere = samples.iter().find(|other| other.area != sample.area).unwrap();
    let nothing = town
        .get(&format!("{path}?area={}", elsewhere.area))
        .await
        .expect(StatusCode::OK);
    assert_eq!(
        listed(&nothing.body),
        Vec::<String>::new(),
        "a town sees its own enterprises alone"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_is_read_by_question_code_while_the_round_accepts_it() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let sample = &samples[2];
    let filler = app.filler(&sample.id).await;
    let older = filled(&app, sample).await;

    let published = county::publish_next_version(&admin).await;
    let path = format!("/api/v1/rounds/{round_id}");
    let etag = admin.get(&path).await.expect(StatusCode::OK).header("etag");
    let methodology = admin
        .get("/api/v1/documents?kind=methodology")
        .await
        .expect(StatusCode::OK)
        .json();
    let wrong = json!({ "questionnaire_id": methodology["items"][0]["id"] });
    admin
        .change(Method::PATCH, &path, Some(&etag), wrong)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "round.invalid");
    let moved = county::move_to(&admin, &round_id, &published).await;
    assert_eq!(moved["questionnaire_id"], published["id"]);
    assert_eq!(moved["accepted_version_ids"].as_array().unwrap().len(), 1);

    let revisions = format!("/api/v1/returns/{}/revisions", sample.return_id);
    let report = filler.upload(&revisions, older).await.expect(StatusCode::CREATED);
    let revision = filler
        .get(&report.header("location"))
        .await
        .expect(StatusCode::OK)
        .json();
    let answers = revision["answers"].as_object().unwrap();
    assert!(
        answers.contains_key("F03") && !answers.contains_key("F05"),
        "the changed question counts as unanswered"
    );
    let rules: Vec<&str> = revision["findings"]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["rule"].as_str().unwrap())
        .collect();
    for rule in ["WF24.older_version", "WF24.definition_changed", "WF24.questions_added"] {
        assert!(rules.contains(&rule), "{rule} in {rules:?}");
    }
    // It comes back with its marks, and may be handed in again as it is.
    let annotated = filler
        .get(&format!("/api/v1/returns/{}/annotated.xlsx", sample.return_id))
        .await
        .expect(StatusCode::OK)
        .body;
    let again = filler.upload(&revisions, annotated).await.expect(StatusCode::CREATED);
    let again = filler
        .get(&again.header("location"))
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(again["answers"], revision["answers"]);
    // Now that somebody has answered, the version stays.
    let etag = admin.get(&path).await.expect(StatusCode::OK).header("etag");
    let back = json!({ "questionnaire_id": moved["accepted_version_ids"][0] });
    admin
        .change(Method::PATCH, &path, Some(&etag), back)
        .await
        .refused(StatusCode::CONFLICT, "round.already_answered");

    // A round that accepts no older version says which version it wants.
    let strict = county::open_round(&admin, "2028", json!({ "questionnaire_id": published["id"] })).await;
    assert_ne!(strict, round_id);
    app.end().await;
}
