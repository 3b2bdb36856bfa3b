//! Rounds of different years with one questionnaire: the years that the form names, and the columns that are prefilled.

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::{answer::Answer, cell::RawValue};
use workbook::{
    anchor,
    extract::{Limits, RawWorkbook, extract},
};

use crate::{
    app::{Actor, App},
    county::{self, County, Sample},
};

fn read(bytes: &[u8]) -> RawWorkbook {
    extract(bytes, &Limits::default()).unwrap()
}

/// The template of an enterprise in a round, as the enterprise downloads it.
async fn template(filler: &Actor<'_>, round: &str, sample: &Sample) -> Vec<u8> {
    let listed = filler
        .get(&format!("/api/v1/returns?round_id={round}&enterprise_id={}", sample.id))
        .await
        .expect(StatusCode::OK)
        .json();
    let id = listed["items"][0]["survey_return"]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/returns/{id}/template.xlsx");
    filler.get(&path).await.expect(StatusCode::OK).body
}

fn texts(workbook: &RawWorkbook, sheet: &str) -> Vec<String> {
    let sheet = workbook.sheets.iter().find(|found| found.name == sheet);
    let cells = &sheet.unwrap_or_else(|| panic!("no sheet {sheet:?}")).cells;
    let text = |value: &RawValue| match value {
        RawValue::Text(text) => Some(text.clone()),
        _ => None,
    };
    cells.iter().filter_map(|cell| text(&cell.value)).collect()
}

/// Submits and accepts what has been uploaded.
async fn accept(filler: &Actor<'_>, bureau: &Actor<'_>, sample: &Sample) {
    let path = format!("/api/v1/returns/{}", sample.return_id);
    for (actor, step) in [(filler, "submit"), (bureau, "accept")] {
        let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
        let done = actor.step(&format!("{path}/{step}"), &etag, None).await;
        done.expect(StatusCode::OK);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_round_names_its_own_years_and_prefills_by_them() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let sample = &samples[2];
    let (filler, bureau) = (app.filler(&sample.id).await, app.bureau().await);
    let filled = app
        .filled_with_claims(
            &sample.return_id,
            &sample.answers,
            BTreeMap::new(),
            sample.claims.clone(),
        )
        .await;
    filler
        .upload(&format!("/api/v1/returns/{}/revisions", sample.return_id), filled)
        .await
        .expect(StatusCode::CREATED);
    accept(&filler, &bureau, sample).await;
    // Next year, and a year in which the one between was left out.
    let before = json!({ "previous_round_id": round_id });
    let next = county::open_round(&admin, "2027", before.clone()).await;
    let later = county::open_round(&admin, "2028", before).await;

    for (round, year) in [(&round_id, 2026), (&next, 2027), (&later, 2028)] {
        let workbook = read(&template(&filler, round, sample).await);
        assert_eq!(anchor::metadata(&workbook).unwrap().survey_year, Some(year));
        let heads = texts(&workbook, "F 基本与财务数据");
        for head in [
            format!("上年（{}年）", year - 1),
            format!("前年（{}年）", year - 2),
            format!("大前年（{}年）", year - 3),
            format!("上年末（{}年12月31日）", year - 1),
        ] {
            assert!(heads.contains(&head), "{head} in {heads:?}");
        }
        let notes = texts(&workbook, "填表说明");
        let named = format!("上年（{}年）；前年（{}年）", year - 1, year - 2);
        assert!(notes.iter().any(|text| text.contains(&named)), "{named} in {notes:?}");
    }

    let number = |code: &str| match &sample.answers[code] {
        Answer::Number(number) => RawValue::Number(number.to_string().parse().unwrap()),
        other => panic!("{code} is {other:?}"),
    };
    let prefilled = async |round: &str, year: i32| {
        let form = ronghe::cli::built_in_form(None, Some(year)).unwrap();
        let workbook = read(&template(&filler, round, sample).await);
        let found = anchor::anchor(&workbook, form.survey.questionnaire(), &form.options).unwrap();
        assert_eq!(found.notices, [], "{year}");
        let cells = found.cells.into_iter().filter(|cell| cell.value != RawValue::Blank);
        cells
            .map(|cell| (cell.question, cell.value))
            .collect::<BTreeMap<_, _>>()
    };
    // 2025 was last year of the round of 2026; it is the year before in 2027, and the third year back in 2028.
    let cells = prefilled(&next, 2027).await;
    assert_eq!(cells.get("F03"), None);
    assert_eq!((&cells["F03P"], &cells["F03Q"]), (&number("F03"), &number("F03P")));
    let cells = prefilled(&later, 2028).await;
    assert_eq!((cells.get("F03"), cells.get("F03P")), (None, None));
    assert_eq!(cells["F03Q"], number("F03"));
    // What belongs to no year and rarely changes is there to be corrected.
    assert_eq!(cells["A09"], RawValue::Text(text(&sample.answers["A09"])));
    assert!(matches!(cells["A06"], RawValue::DateSerial(_)), "{cells:?}");
    app.end().await;
}

fn text(answer: &Answer) -> String {
    match answer {
        Answer::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_questionnaire_that_does_not_serve_the_year_is_refused() {
    let app = App::new().await;
    let admin = app.admin().await;
    county::build(&admin).await;
    let path = "/api/v1/documents?kind=questionnaire";
    let shipped = admin.get(path).await.expect(StatusCode::OK).json()["items"][0]["id"].clone();
    let round = |questionnaire: &Value, year: i32| {
        json!({
            "code": format!("{year}-x"), "title": "又一期", "year": year, "questionnaire_id": questionnaire,
            "opens_on": "2026-03-01", "closes_on": "2026-05-31", "population": {},
        })
    };
    let refused = async |questionnaire: &Value, year: i32, zh: &str, en: &str| {
        let problem = admin
            .post("/api/v1/rounds", round(questionnaire, year))
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "round.invalid");
        let fault = &problem["errors"][0];
        assert_eq!(fault["code"], "round.questionnaire_year", "{problem}");
        assert_eq!(fault["pointer"], "/year", "{problem}");
        let says = |language: &str| fault["message"][language].as_str().unwrap().to_owned();
        assert!(says("zh").contains(zh), "{problem}");
        assert!(says("en").contains(en), "{problem}");
    };
    refused(
        &shipped,
        2024,
        "适用于 2025 年至 2035 年的调查，本期为 2024 年",
        "from 2025 to 2035",
    )
    .await;
    // One that states its year alone serves that year alone, and a placeholder that stands for nothing is refused.
    let mut alone: Value =
        serde_json::from_str(ronghe::shipped::file("questionnaire_integration.json").unwrap()).unwrap();
    alone["code"] = json!("alone");
    alone.as_object_mut().unwrap().remove("last_survey_year");
    alone["questions"][0]["label"]["zh"] = json!("企业名称（{y8}年）");
    let publish = async |document: &Value| admin.upload(path, serde_json::to_vec(document).unwrap()).await;
    let problem = publish(&alone)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "document.invalid");
    let fault = &problem["errors"][0];
    assert_eq!(fault["code"], "placeholder.unknown", "{problem}");
    assert_eq!(fault["pointer"], "/questions/0/label/zh", "{problem}");
    alone["questions"][0]["label"]["zh"] = json!("企业名称");
    let published = publish(&alone).await.expect(StatusCode::CREATED).json();
    refused(
        &published["id"],
        2026,
        "适用于 2025 年的调查，本期为 2026 年",
        "in 2025",
    )
    .await;
    let accepted = admin.post("/api/v1/rounds", round(&published["id"], 2025)).await;
    accepted.expect(StatusCode::CREATED);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_leaves_out_the_variant_that_does_not_apply() {
    let app = App::new().await;
    let admin = app.admin().await;
    let County { round_id, samples } = county::build(&admin).await;
    let sheets = |bytes: &[u8]| {
        let workbook = read(bytes);
        let variant = anchor::metadata(&workbook).unwrap().variant;
        let cover = texts(&workbook, "封面");
        assert!(cover.contains(&"表号：FY-LH-01".to_owned()), "{cover:?}");
        assert!(cover.contains(&"0571-00000000".to_owned()), "{cover:?}");
        let has_services = workbook.sheets.iter().any(|sheet| sheet.name == "Z 商贸服务业补充题");
        (variant, has_services)
    };
    // The industry says which one applies.
    let check = async |sample: &Sample, variant: &str| {
        let filler = app.log_in(&format!("filler-{}", sample.id)).await;
        let bytes = template(&filler, &round_id, sample).await;
        assert_eq!(
            sheets(&bytes),
            (Some(variant.to_owned()), variant == "S"),
            "{}",
            sample.uscc
        );
        bytes
    };
    let (industry, services) = (&samples[2], &samples[4]);
    app.filler(&industry.id).await;
    app.filler(&services.id).await;
    check(services, "S").await;
    let of_industry = check(industry, "M").await;
    let filler = app.log_in(&format!("filler-{}", industry.id)).await;
    let revisions = format!("/api/v1/returns/{}/revisions", industry.return_id);
    filler.upload(&revisions, of_industry).await.expect(StatusCode::CREATED);
    // What the enterprise says itself counts more.
    let mut other = industry.answers.clone();
    other.insert("A11".to_owned(), Answer::Choice("S".to_owned()));
    let typed = app.filled(&industry.return_id, &other, BTreeMap::new()).await;
    filler.upload(&revisions, typed).await.expect(StatusCode::CREATED);
    check(industry, "S").await;
    // Whoever is not in the registry yet gets all of it.
    let blank = admin
        .get(&format!("/api/v1/rounds/{round_id}/blank-template.xlsx"))
        .await;
    assert_eq!(sheets(&blank.expect(StatusCode::OK).body), (None, true));
    app.end().await;
}
