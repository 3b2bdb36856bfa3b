//! One sheet with a row per enterprise: filled in by a town, handed in, row by row taken or named.

use std::{collections::BTreeMap, sync::Arc};

use poem::http::StatusCode;
use ronghe::{
    domain::{enterprise::Enterprise, round::RoundId},
    service::{
        documents::form::Form,
        templates::{
            issue::Filling,
            issue_bulk::{BulkRequest, write_filled_bulk},
        },
    },
};
use serde_json::{Value, json};
use survey::{
    answer::{Answer, Answers, Claims},
    cell::RawValue,
};
use workbook::{
    language::Language,
    layout::CellKey,
    prefill::{Prefill, raw_values},
};

use super::{hand_in, outcome, states, zip};
use crate::{
    app::{App, operator},
    county::{self, County, Sample},
    database::Backend,
};

/// What stands in the rows of a sheet, by credit code.
type Rows = BTreeMap<String, Row>;

#[derive(Clone)]
struct Row {
    answers: Answers,
    over: Prefill,
    claims: Claims,
}

impl Row {
    fn of(sample: &Sample) -> Self {
        Self {
            answers: sample.answers.clone(),
            over: Prefill::new(),
            claims: sample.claims.clone(),
        }
    }
}

/// The bulk sheet of the round with these rows filled in.
async fn sheet(app: &App, round: &str, language: Language, rows: Rows) -> Vec<u8> {
    let rows = Arc::new(rows);
    let request = BulkRequest {
        language,
        ..BulkRequest::default()
    };
    let filling = move |form: &Form, enterprise: &Enterprise, language| {
        let Some(row) = rows.get(&enterprise.facts.uscc) else {
            return Filling::default();
        };
        let mut cells = raw_values(form.survey.questionnaire(), &form.options, &row.answers, language);
        cells.extend(row.over.clone());
        Filling {
            cells,
            claims: row.claims.clone(),
        }
    };
    let round = RoundId(round.parse().unwrap());
    let operator = operator();
    let written = write_filled_bulk(&app.service, &operator, round, request, filling);
    written.await.unwrap().bytes
}

fn answered(county: &County, samples: &[usize]) -> Rows {
    let row = |at: &usize| {
        let sample = &county.samples[*at];
        (sample.uscc.clone(), Row::of(sample))
    };
    samples.iter().map(row).collect()
}

/// State and code of each row by the credit code of its enterprise.
fn by_code(items: &[Value]) -> BTreeMap<&str, (&str, Option<&str>)> {
    items
        .iter()
        .map(|item| item["uscc"].as_str().unwrap())
        .zip(states(items))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_go_in_bad_ones_are_named_and_the_same_again_changes_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let codes: Vec<&str> = county.samples.iter().map(|sample| sample.uscc.as_str()).collect();
        let mut rows = answered(&county, &[0, 2]);
        let mut spoilt = Row::of(&county.samples[1]);
        let mistake = RawValue::Text("约500".to_owned());
        spoilt.over.insert(CellKey::question("D08"), mistake.into());
        rows.insert(codes[1].to_owned(), spoilt);
        let file = sheet(&app, &county.round_id, Language::Both, rows.clone()).await;

        let before = app.service.db.writes();
        let (dry_import, dry) = outcome(&bureau, hand_in(&bureau, &county, "dry_run=true", file.clone()).await).await;
        assert_eq!(
            (&dry_import["kind"], &dry_import["blocked"]),
            (&json!("bulk"), &json!("refuse"))
        );
        let after = app.service.db.writes();
        for write in ["insert revision", "update return", "insert blob"] {
            assert_eq!(after.get(write), before.get(write), "{write}");
        }
        let (import, real) = outcome(
            &bureau,
            hand_in(&bureau, &county, "filename=town.xlsx", file.clone()).await,
        )
        .await;
        let expected = |first: &'static str, second: (&'static str, Option<&'static str>)| {
            let untouched = ("refused", Some("import.row_untouched"));
            let mut all: BTreeMap<&str, (&str, Option<&str>)> = codes.iter().map(|code| (*code, untouched)).collect();
            all.extend([(codes[0], (first, None)), (codes[1], second), (codes[2], (first, None))]);
            all
        };
        assert_eq!(by_code(&dry), by_code(&real));
        assert_eq!(by_code(&real), expected("taken", ("refused", Some("import.blocked"))));
        assert_eq!(import["counts"]["taken"], 2);
        let bad = real.iter().find(|item| item["uscc"] == codes[1]).unwrap();
        let fault = &bad["faults"][0];
        let row = bad["ordinal"].as_i64().unwrap();
        assert_eq!(bad["name"], format!("汇总填报!{row}"));
        let cell = fault["place"]["cell"].as_str().unwrap();
        assert!(cell.ends_with(&row.to_string()), "{fault}");

        // What was taken in is a draft as any other, and says where each answer stood.
        let sample = &county.samples[0];
        let path = format!("/api/v1/returns/{}", sample.return_id);
        let draft = bureau.get(&path).await.expect(StatusCode::OK).json();
        assert_eq!(
            (&draft["state"], &draft["revision_number"]),
            (&json!("draft"), &json!(1))
        );
        let revision = bureau
            .get(&format!(
                "/api/v1/revisions/{}",
                draft["latest_revision_id"].as_str().unwrap()
            ))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(revision["filename"], "town.xlsx");
        let given: Answers = serde_json::from_value(revision["answers"].clone()).unwrap();
        for (code, answer) in &sample.answers {
            assert_eq!(given.get(code), Some(answer), "{code}");
        }
        let filler = app.filler(&sample.id).await;
        filler.get(&path).await.expect(StatusCode::OK);

        // The same sheet again, and the same rows in another sheet, change nothing.
        let (_, again) = outcome(&bureau, hand_in(&bureau, &county, "", file).await).await;
        assert_eq!(
            by_code(&again),
            expected("unchanged", ("refused", Some("import.blocked")))
        );
        rows.insert(codes[1].to_owned(), Row::of(&county.samples[1]));
        let corrected = sheet(&app, &county.round_id, Language::Both, rows).await;
        let (_, corrected) = outcome(&bureau, hand_in(&bureau, &county, "", corrected).await).await;
        assert_eq!(by_code(&corrected), expected("unchanged", ("taken", None)));
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_takes_in_its_own_rows_alone() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let own = &county.samples[0];
    let stranger = county
        .samples
        .iter()
        .position(|sample| sample.area != own.area)
        .unwrap();
    let file = sheet(&app, &county.round_id, Language::Zh, answered(&county, &[0, stranger])).await;
    let town = app.town(&own.area).await;
    let (_, items) = outcome(&town, hand_in(&town, &county, "", file).await).await;
    let taken: Vec<&Value> = items.iter().filter(|item| item["state"] == "taken").collect();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0]["uscc"], own.uscc);
    let strange = items.iter().filter(|item| item["code"] == "import.unknown_enterprise");
    let strange: Vec<&Value> = strange.collect();
    let outside = county.samples.iter().filter(|sample| sample.area != own.area).count();
    assert_eq!(strange.len(), outside);
    assert!(
        strange.iter().all(|item| item.get("enterprise_name").is_none()),
        "nothing is told of a stranger"
    );
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_bulk_sheet_of_the_round_is_refused_whole() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let bureau = app.bureau().await;
    let refused = async |bytes: Vec<u8>, code: &str| {
        hand_in(&bureau, &county, "", bytes)
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, code)
    };
    let sample = &county.samples[0];
    let form = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
    refused(form, "workbook.not_bulk_template").await;
    let next = county::open_round(&admin, "2027", json!({ "previous_round_id": county.round_id })).await;
    let of_next = sheet(&app, &next, Language::Zh, Rows::new()).await;
    refused(of_next, "workbook.wrong_round").await;
    let mut foreign = rust_xlsxwriter::Workbook::new();
    foreign.add_worksheet().write_string(0, 0, "#uscc").unwrap();
    refused(foreign.save_to_buffer().unwrap(), "workbook.foreign").await;
    let good = sheet(&app, &county.round_id, Language::Zh, Rows::new()).await;
    let ended = &good[..good.len() - 40];
    refused(ended.to_vec(), "import.zip_truncated").await;
    let imports = bureau.get("/api/v1/imports").await.expect(StatusCode::OK).json();
    assert_eq!(imports["items"], json!([]), "nothing was taken on");
    app.end().await;
}

/// The bureau changes a question after sheets and blank forms were handed out: they are still taken.
#[tokio::test(flavor = "multi_thread")]
async fn sheets_and_blank_forms_of_a_version_that_is_still_accepted_are_taken() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let bureau = app.bureau().await;
    let file = sheet(&app, &county.round_id, Language::Zh, answered(&county, &[0])).await;
    let form = app.blank_form(&county.round_id, &county.samples[2].answers).await;
    let next = county::publish_next_version(&admin).await;
    county::move_to(&admin, &county.round_id, &next).await;

    let (_, rows) = outcome(&bureau, hand_in(&bureau, &county, "", file).await).await;
    assert_eq!(by_code(&rows)[county.samples[0].uscc.as_str()], ("taken", None));
    let (_, forms) = outcome(&bureau, hand_in(&bureau, &county, "", zip(&[("1.xlsx", &form)])).await).await;
    assert_eq!(states(&forms), [("taken", None)]);
    for sample in [&county.samples[0], &county.samples[2]] {
        let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
        let revisions = bureau.get(&path).await.expect(StatusCode::OK).json();
        let revision = revisions["items"][0]["id"].as_str().unwrap().to_owned();
        let revision = bureau.get(&format!("/api/v1/revisions/{revision}")).await;
        let revision = revision.expect(StatusCode::OK).json();
        assert!(revision["answers"].get("F03").is_some() && revision["answers"].get("F05").is_none());
        let found = revision["findings"]["items"].as_array().unwrap();
        for rule in ["WF24.older_version", "WF24.definition_changed", "WF24.questions_added"] {
            assert!(
                found.iter().any(|finding| finding["rule"] == rule),
                "{rule} in {found:?}"
            );
        }
    }

    // A sheet of another round is refused as ever.
    let strict = json!({ "questionnaire_id": next["id"] });
    let strict = county::open_round(&admin, "2028", strict).await;
    let of_old = sheet(&app, &strict, Language::Zh, Rows::new()).await;
    hand_in(&bureau, &county, "", of_old)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "workbook.wrong_round");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blank_forms_in_a_zip_go_to_whoever_they_name() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let bureau = app.bureau().await;
    let mut of_nobody = county.samples[1].answers.clone();
    let mut of_stranger = of_nobody.clone();
    of_nobody.remove("A02");
    of_stranger.insert("A02".to_owned(), Answer::Text("91330183MA2AXXXX5X".to_owned()));
    let forms = [
        app.blank_form(&county.round_id, &county.samples[0].answers).await,
        app.blank_form(&county.round_id, &of_nobody).await,
        app.blank_form(&county.round_id, &of_stranger).await,
    ];
    let zip = zip(&[("1.xlsx", &forms[0]), ("2.xlsx", &forms[1]), ("3.xlsx", &forms[2])]);
    let (_, items) = outcome(&bureau, hand_in(&bureau, &county, "", zip).await).await;
    assert_eq!(
        states(&items),
        [
            ("taken", None),
            ("refused", Some("workbook.no_uscc")),
            ("refused", Some("import.unknown_enterprise")),
        ]
    );
    assert_eq!(items[0]["uscc"], county.samples[0].uscc);
    assert_eq!(items[2]["uscc"], "91330183MA2AXXXX5X", "whom to register");
    app.end().await;
}
