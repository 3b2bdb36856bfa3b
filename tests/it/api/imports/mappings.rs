//! A spreadsheet of another system: proposed, looked at, confirmed, imported, and imported again.

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    app::{Actor, App},
    county::{self, County},
    database::Backend,
};

/// A money question, its label, a unit it is mistaken for and the factor from it.
fn money() -> (String, String, String, String) {
    let questionnaire = county::questionnaire();
    let found = questionnaire.questions.iter().find_map(|question| {
        let mistaken = questionnaire.units.get(&question.unit)?.mistaken_for.first()?;
        Some((
            question.code.clone(),
            question.label.zh.clone(),
            mistaken.unit.clone(),
            mistaken.multiply_by.to_string(),
        ))
    });
    found.unwrap()
}

/// A list as a town keeps it: a title, a header in another unit, a row per enterprise, one of nobody.
fn list(county: &County, figures: &[&str]) -> Vec<u8> {
    let (_, label, unit, _) = money();
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("汇总").unwrap();
    sheet.write_string(0, 0, "全镇情况").unwrap();
    sheet.write_string(1, 0, "信用代码").unwrap();
    sheet.write_string(1, 1, format!("{label}（{unit}）")).unwrap();
    for (row, (sample, figure)) in (2_u32..).zip(county.samples.iter().zip(figures)) {
        sheet.write_string(row, 0, &sample.uscc).unwrap();
        match figure.parse::<f64>() {
            Ok(number) => sheet.write_number(row, 1, number).unwrap(),
            Err(_) => sheet.write_string(row, 1, *figure).unwrap(),
        };
    }
    sheet.write_string(20, 0, "91330111XY00019999").unwrap();
    sheet.write_number(20, 1, 1.0).unwrap();
    workbook.save_to_buffer().unwrap()
}

async fn proposed(bureau: &Actor<'_>, county: &County, file: Vec<u8>) -> Value {
    let path = format!("/api/v1/rounds/{}/mapping-proposals", county.round_id);
    bureau.upload(&path, file).await.expect(StatusCode::OK).json()
}

async fn items(bureau: &Actor<'_>, county: &County, query: &str, file: Vec<u8>) -> (Value, Vec<Value>) {
    let path = format!("/api/v1/rounds/{}/imports?{query}", county.round_id);
    let job = bureau.job(bureau.upload(&path, file).await).await;
    assert_eq!(job["state"], "succeeded", "{job}");
    let path = format!("/api/v1/imports/{}", job["result"]["import_id"].as_str().unwrap());
    let import = bureau.get(&path).await.expect(StatusCode::OK).json();
    let page = bureau.get(&format!("{path}/items")).await.expect(StatusCode::OK).json();
    (import, page["items"].as_array().unwrap().clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_town_becomes_revisions_and_the_same_rows_change_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let (code, _, _, factor) = money();
        let file = list(&county, &["1200000", "350000", "约500"]);
        let proposal = proposed(&bureau, &county, file.clone()).await;
        assert_eq!(
            (&proposal["mapping"]["header_row"], &proposal["mapping"]["key_at"]),
            (&json!(2), &json!("A"))
        );
        assert_eq!(
            proposal["mapping"]["fields"],
            json!([{ "at": "B", "question": code, "unit_factor": factor }])
        );

        let preview = format!("/api/v1/rounds/{}/mapping-previews", county.round_id);
        let body = json!({ "file_sha256": proposal["file_sha256"], "mapping": proposal["mapping"], "rows": 4 });
        let before = app.service.db.writes();
        let preview = bureau.post(&preview, body).await.expect(StatusCode::OK).json();
        assert_eq!(app.service.db.writes(), before, "a preview writes nothing");
        let rows = preview["items"].as_array().unwrap();
        assert_eq!(rows.len(), 4);
        assert_eq!(
            (&rows[0]["name"], &rows[0]["uscc"]),
            (&json!("汇总!3"), &json!(county.samples[0].uscc))
        );
        let place = &rows[0]["provenance"][&code];
        assert_eq!(
            (&place["raw"], &place["cell"], &place["normalised_by"]),
            (
                &json!("1200000"),
                &json!("B3"),
                &json!([format!("unit_factor:{factor}")])
            )
        );
        assert!(rows[2]["findings"]["block"].as_i64().unwrap() > 0);
        assert_eq!(rows[3]["code"], "import.unknown_enterprise");

        let confirmed = json!({ "name": "镇汇总表", "round_id": county.round_id, "mapping": proposal["mapping"] });
        let profile = bureau.post("/api/v1/mapping-profiles", confirmed.clone()).await;
        let profile = profile.expect(StatusCode::CREATED);
        let (etag, profile) = (profile.header("etag"), profile.json());
        bureau
            .post("/api/v1/mapping-profiles", confirmed.clone())
            .await
            .refused(StatusCode::CONFLICT, "mapping.duplicate_name");
        let query = format!(
            "filename=list.xlsx&blocked=file&profile_id={}",
            profile["id"].as_str().unwrap()
        );
        let before = app.service.db.writes();
        let (_, dry) = items(&bureau, &county, &format!("{query}&dry_run=true"), file.clone()).await;
        let after = app.service.db.writes();
        assert_eq!(after.get("insert revision"), before.get("insert revision"));
        assert_eq!(after.get("update survey_return"), before.get("update survey_return"));
        let (import, real) = items(&bureau, &county, &query, file.clone()).await;
        let states = |items: &[Value]| {
            items
                .iter()
                .map(|item| item["state"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(states(&real), ["taken", "taken", "taken", "refused"]);
        assert_eq!(states(&dry), states(&real));
        assert_eq!(
            (&import["kind"], &import["profile_version"], &real[3]["code"]),
            (&json!("mapped"), &json!(1), &json!("import.unknown_enterprise"))
        );
        assert_eq!(real[3]["faults"][0]["place"], json!({ "sheet": "汇总", "cell": "A21" }));
        let revision = format!("/api/v1/revisions/{}", real[0]["revision_id"].as_str().unwrap());
        let revision = bureau.get(&revision).await.expect(StatusCode::OK).json();
        assert_eq!(revision["provenance"][&code]["cell"], "B3");
        assert_eq!(revision["blob_sha256"], proposal["file_sha256"]);

        // One row has changed; the others are as they were, though the file is another.
        let changed = list(&county, &["1200000", "360000", "约500"]);
        let (_, again) = items(&bureau, &county, &query, changed).await;
        assert_eq!(states(&again), ["unchanged", "taken", "unchanged", "refused"]);
        assert_eq!(again[1]["revision_number"], 2);

        // By the rule for spreadsheets a row with blocking findings is refused with its cell.
        let query = format!("profile_id={}", profile["id"].as_str().unwrap());
        let (_, refused) = items(&bureau, &county, &query, list(&county, &["1200000", "360000", "约600"])).await;
        assert_eq!(
            (&refused[2]["state"], &refused[2]["code"]),
            (&json!("refused"), &json!("import.blocked"))
        );
        let faults = refused[2]["faults"].as_array().unwrap();
        assert!(faults.iter().any(|fault| fault["place"]["cell"] == "B5"), "{faults:?}");

        let path = format!("/api/v1/mapping-profiles/{}", profile["id"].as_str().unwrap());
        let replaced = bureau.change(Method::PUT, &path, Some(&etag), confirmed.clone()).await;
        assert_eq!(replaced.expect(StatusCode::OK).json()["version"], 2);
        bureau
            .change(Method::PUT, &path, Some(&etag), confirmed)
            .await
            .refused(StatusCode::PRECONDITION_FAILED, "version_mismatch");
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_fits_nothing_is_refused_point_by_point() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let town = app.town(&county.samples[0].area).await;
    let mapping =
        json!({ "shape": "sheets", "key": "name", "key_at": "B", "fields": [{ "at": "C1", "question": "no such" }] });
    let new = json!({ "name": "x", "round_id": county.round_id, "mapping": mapping });
    let problem = town.post("/api/v1/mapping-profiles", new).await;
    let problem = problem.refused(StatusCode::UNPROCESSABLE_ENTITY, "mapping.invalid");
    let pointers = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"]);
    assert_eq!(pointers.collect::<Vec<_>>(), ["/key/at", "/fields/0/question"]);

    let nothing = {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        workbook.add_worksheet().write_string(0, 0, "天气").unwrap();
        workbook.save_to_buffer().unwrap()
    };
    let path = format!("/api/v1/rounds/{}/mapping-proposals", county.round_id);
    town.upload(&path, nothing)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "mapping.nothing_alike");

    // A profile of the county is used by a town, and changed by the county alone.
    let bureau = app.bureau().await;
    let (code, ..) = money();
    let mapping = json!({ "shape": "rows", "key": "uscc", "key_at": "A", "fields": [{ "at": "B", "question": code }] });
    let new = json!({ "name": "全区", "round_id": county.round_id, "mapping": mapping });
    let made = bureau
        .post("/api/v1/mapping-profiles", new.clone())
        .await
        .expect(StatusCode::CREATED);
    let path = made.header("location");
    town.get(&path).await.expect(StatusCode::OK);
    town.change(Method::PUT, &path, Some(&made.header("etag")), new)
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    let listed = town
        .get("/api/v1/mapping-profiles?limit=1")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(listed["items"][0]["name"], "全区");
    app.end().await;
}
