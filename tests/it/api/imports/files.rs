//! Many returns at once: handed in by an officer, filed as received, interrupted, gone on with, cancelled.

use std::{io::Cursor, sync::Arc};

use poem::http::StatusCode;
use ronghe::{
    domain::{
        access::{Principal, Role},
        import::ImportOptions,
        round::RoundId,
    },
    jobs::worker,
    service::imports::begin::{self, Begun, Source},
};
use serde_json::{Value, json};
use survey::cell::RawValue;
use workbook::{layout::CellKey, prefill::Prefill};

use super::{hand_in, outcome, states, zip};
use crate::{
    app::{App, operator},
    county::{self, County},
    database::Backend,
};

/// The filled workbooks of all samples.
async fn filled(app: &App, county: &County) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for sample in &county.samples {
        files.push(app.filled(&sample.return_id, &sample.answers, Prefill::new()).await);
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn good_files_go_in_bad_ones_are_named_and_the_same_again_changes_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let files = filled(&app, &county).await;
        let (first, second) = (&county.samples[0], &county.samples[1]);
        let mistake = Prefill::from([(CellKey::question("D08"), RawValue::Text("约500".to_owned()).into())]);
        let spoilt = app.filled(&second.return_id, &second.answers, mistake).await;
        let inner = zip(&[("a.xlsx", &files[0])]);
        let handed_in = zip(&[
            ("一/first.xlsx", &files[0]),
            ("second.xlsx", &spoilt),
            ("again.xlsx", &files[0]),
            ("other.xlsx", &files[1]),
            ("notes.pdf", b"%PDF-1.4"),
            ("inner.zip", &inner),
            ("__MACOSX/._first.xlsx", b"litter"),
        ]);
        let accepted = hand_in(&bureau, &county, "filename=july.zip", handed_in.clone()).await;
        let (import, items) = outcome(&bureau, accepted).await;
        assert_eq!(
            states(&items),
            [
                ("taken", None),
                ("taken", None),
                ("unchanged", None),
                ("refused", Some("import.return_twice")),
                ("refused", Some("workbook.pdf")),
                ("refused", items[5]["code"].as_str()),
            ],
            "{items:#?}"
        );
        assert!(items[5]["code"].is_string() && items[5]["message"]["zh"].is_string());
        assert_eq!(items[0]["return_id"], *first.return_id);
        assert_eq!(items[0]["uscc"], *first.uscc);
        assert_eq!(items[0]["revision_number"], 1);
        assert_eq!(items[2]["revision_id"], items[0]["revision_id"]);
        assert!(items[1]["block"].as_i64().unwrap() > 0);
        assert_eq!(
            (
                &import["filename"],
                &import["left_out"],
                &import["counts"]["with_blocking"]
            ),
            (&json!("july.zip"), &json!(1), &json!(1))
        );

        // Filed as received, for the enterprise; the record says who handed it in and through what.
        let revision = items[0]["revision_id"].as_str().unwrap();
        let revision = bureau
            .get(&format!("/api/v1/revisions/{revision}"))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&revision["created_by"], &revision["import_id"], &revision["filename"]),
            (&json!("bureau"), &import["id"], &json!("first.xlsx"))
        );
        let workbook = format!("/api/v1/revisions/{}/workbook.xlsx", revision["id"].as_str().unwrap());
        assert!(bureau.get(&workbook).await.expect(StatusCode::OK).body == files[0]);
        let survey_return = bureau
            .get(&format!("/api/v1/returns/{}", first.return_id))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(
            (&survey_return["state"], &survey_return["revision_number"]),
            (&json!("draft"), &json!(1))
        );

        let (_, again) = outcome(&bureau, hand_in(&bureau, &county, "", handed_in).await).await;
        assert_eq!(again[0]["state"], "unchanged");
        assert_eq!(again[1]["state"], "unchanged");
        assert_eq!(again[1]["block"], items[1]["block"]);
        let revisions = format!("/api/v1/returns/{}/revisions", first.return_id);
        let revisions = bureau.get(&revisions).await.expect(StatusCode::OK).json();
        assert_eq!(revisions["items"].as_array().unwrap().len(), 1);

        let result = format!("/api/v1/imports/{}/result.xlsx", import["id"].as_str().unwrap());
        let result = bureau.get(&result).await.expect(StatusCode::OK);
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(result.body)).unwrap();
        let range = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        assert_eq!(range.height(), 1 + items.len());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_hands_in_for_his_own_town_alone() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let files = filled(&app, &county).await;
    let own = &county.samples[0];
    let town = app.town(&own.area).await;
    let stranger = county
        .samples
        .iter()
        .position(|sample| sample.area != own.area)
        .unwrap();
    let handed_in = zip(&[("own.xlsx", &files[0]), ("stranger.xlsx", &files[stranger])]);
    let accepted = hand_in(&town, &county, "", handed_in).await;
    let (import, items) = outcome(&town, accepted).await;
    assert_eq!(states(&items), [("taken", None), ("refused", Some("import.no_return"))]);
    assert!(
        items[1].get("enterprise_name").is_none(),
        "nothing is told of a stranger"
    );

    let path = format!("/api/v1/imports/{}", import["id"].as_str().unwrap());
    app.bureau().await.get(&path).await.expect(StatusCode::OK);
    let other = app.town(&county.samples[stranger].area).await;
    for path in [path.clone(), format!("{path}/items"), format!("{path}/result.xlsx")] {
        other.get(&path).await.refused(StatusCode::NOT_FOUND, "not_found");
    }
    assert_eq!(
        other.get("/api/v1/imports").await.expect(StatusCode::OK).json()["items"],
        json!([])
    );
    let filler = app.filler(&own.id).await;
    hand_in(&filler, &county, "", zip(&[("a.xlsx", &files[0])]))
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dishonest_zip_is_refused_whole() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let bureau = app.bureau().await;
    let check = async |zip: Vec<u8>, status: StatusCode, code: &str| {
        let problem = hand_in(&bureau, &county, "", zip).await.refused(status, code);
        assert_eq!(problem["errors"][0]["code"], code);
    };
    let unprocessable = StatusCode::UNPROCESSABLE_ENTITY;
    check(b"no zip at all".to_vec(), unprocessable, "import.zip_truncated").await;
    check(zip(&[]), unprocessable, "import.zip_empty").await;
    for name in ["../up.xlsx", "/root.xlsx", "a\\b.xlsx", "C:x.xlsx", "a/../../b.xlsx"] {
        check(zip(&[(name, b"x")]), unprocessable, "import.zip_unsafe_name").await;
    }
    let zeros = vec![0_u8; 8 << 20];
    check(
        zip(&[("bomb.xlsx", &zeros)]),
        StatusCode::PAYLOAD_TOO_LARGE,
        "import.zip_too_large",
    )
    .await;
    let imports = bureau.get("/api/v1/imports").await.expect(StatusCode::OK).json();
    assert_eq!(imports["items"], json!([]), "nothing was taken on");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_reports_the_same_and_writes_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let files = filled(&app, &county).await;
        let handed_in = zip(&[
            ("1.xlsx", &files[0]),
            ("2.xlsx", &files[1]),
            ("3.xlsx", &files[1][..900]),
        ]);
        let before = app.service.db.writes();
        let accepted = hand_in(&bureau, &county, "dry_run=true", handed_in.clone()).await;
        let (import, dry) = outcome(&bureau, accepted).await;
        let written = written(&app, &before);
        assert_eq!(import["dry_run"], true);
        // The report itself and the job, and not a row of any enterprise's.
        assert_eq!(
            written,
            ["insert import_batch", "insert import_item", "insert job", "update job"]
        );
        let (_, real) = outcome(&bureau, hand_in(&bureau, &county, "", handed_in).await).await;
        let comparable = |items: &[Value]| {
            let mut items = items.to_vec();
            for item in &mut items {
                item.as_object_mut().unwrap().remove("revision_id");
            }
            items
        };
        assert_eq!(comparable(&dry), comparable(&real));
        assert_eq!(
            states(&real),
            [
                ("taken", None),
                ("taken", None),
                ("refused", Some("workbook.truncated"))
            ]
        );
        app.end().await;
    }
}

/// Statements that write, left out those that were the same before.
fn written(app: &App, before: &std::collections::BTreeMap<String, u64>) -> Vec<String> {
    let after = app.service.db.writes();
    let new = after
        .into_iter()
        .filter(|(write, count)| before.get(write) != Some(count));
    new.map(|(write, _)| write).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_runs_of_an_upload_and_of_a_list_write_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let sample = &county.samples[0];
        let filler = app.filler(&sample.id).await;
        let file = app.filled(&sample.return_id, &sample.answers, Prefill::new()).await;
        let path = format!("/api/v1/returns/{}/revisions", sample.return_id);
        let before = app.service.db.writes();
        let dry = filler.upload(&format!("{path}?dry_run=true"), file.clone()).await;
        let dry = dry.expect(StatusCode::OK).json();
        assert_eq!(written(&app, &before), [""; 0]);
        let real = filler.upload(&path, file).await.expect(StatusCode::CREATED).json();
        assert_eq!(dry["findings"], real["findings"]);
        assert!(
            written(&app, &before).contains(&"insert revision".to_owned()),
            "the counter itself works"
        );

        let list = "统一社会信用代码,企业名称,镇街代码,行业代码\n91330111XY00010156,甲公司,330111117,C3831\n\
                    91330111XY00019999,新公司,330111117,C3831\n";
        let before = app.service.db.writes();
        let dry = admin
            .upload("/api/v1/enterprises/imports?dry_run=true", list.into())
            .await;
        let dry = admin.job(dry).await;
        assert_eq!(written(&app, &before), ["insert job", "update job"]);
        let real = admin.upload("/api/v1/enterprises/imports", list.into()).await;
        let real = admin.job(real).await;
        assert_eq!(dry["result"], real["result"]);
        assert_eq!(dry["state"], "succeeded");
        app.end().await;
    }
}

fn bureau() -> Principal {
    Principal {
        name: "bureau".to_owned(),
        role: Role::Bureau,
        ..operator()
    }
}

async fn begin(app: &App, county: &County, zip: Vec<u8>) -> Begun {
    let round = RoundId(county.round_id.parse().unwrap());
    let source = Source::Zip {
        filename: "many.zip".to_owned(),
        bytes: zip.into(),
    };
    begin::begin(&app.service, &bureau(), round, source, ImportOptions::default())
        .await
        .unwrap()
}

/// Many files, of which every second is refused, so that there are several groups.
fn many(files: &[Vec<u8>], count: usize) -> Vec<u8> {
    let junk = (0..count).map(|at| format!("%PDF-1.4 {at}")).collect::<Vec<_>>();
    let mut all = Vec::new();
    let names = (0..count + files.len())
        .map(|at| format!("{at:03}.xlsx"))
        .collect::<Vec<_>>();
    for (at, name) in names.iter().enumerate() {
        let bytes = if at < count {
            junk[at].as_bytes()
        } else {
            files[at - count].as_slice()
        };
        all.push((name.as_str(), bytes));
    }
    zip(&all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_stops_between_two_steps_and_what_is_done_stands() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let handed_in = many(&filled(&app, &county).await, 60);
        let begun = begin(&app, &county, handed_in.clone()).await;
        let path = format!("/api/v1/jobs/{}", begun.job.id);
        let doing = tokio::spawn({
            let (service, id) = (app.service.clone(), begun.job.id);
            async move { worker::work(&service, id).await.unwrap() }
        });
        bureau.wait_for(&path, |job| job["done"].as_i64().unwrap() > 0).await;
        let reader = app.reader().await;
        let cancel = format!("{path}/cancel");
        reader
            .post(&cancel, json!({}))
            .await
            .refused(StatusCode::NOT_FOUND, "not_found");
        let answer = bureau.post(&cancel, json!({})).await;
        doing.await.unwrap();
        let import = format!("/api/v1/imports/{}", begun.batch.id);
        let import = bureau.get(&import).await.expect(StatusCode::OK).json();
        if answer.status == StatusCode::OK {
            assert_eq!(
                (&answer.json()["state"], &import["state"]),
                (&json!("cancelled"), &json!("cancelled"))
            );
            assert_eq!(import["counts"]["waiting"], 0);
            assert!(import["counts"]["cancelled"].as_i64().unwrap() > 0, "{import}");
        } else {
            panic!("the import was over before it could be cancelled: {import}");
        }
        bureau
            .post(&cancel, json!({}))
            .await
            .refused(StatusCode::CONFLICT, "job.cannot_be_cancelled");
        // Handed in again it is a new import, which takes what was left alone.
        let (_, items) = outcome(&bureau, hand_in(&bureau, &county, "", handed_in).await).await;
        let settled = items.iter().filter(|item| item["state"] != "refused").count();
        assert_eq!(settled, county.samples.len());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_whose_worker_died_goes_on_and_nothing_is_done_twice() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let mut files = filled(&app, &county).await;
        files.reverse();
        let handed_in = many(&files, 40);
        let begun = begin(&app, &county, handed_in.clone()).await;
        let path = format!("/api/v1/jobs/{}", begun.job.id);
        let service = Arc::clone(&app.service);
        let doing = tokio::spawn({
            let id = begun.job.id;
            let caller = self::bureau();
            async move {
                ronghe::service::imports::carry_out::run_import(&service, &caller, id, begun.batch.id)
                    .await
                    .map(drop)
            }
        });
        bureau.wait_for(&path, |job| job["done"].as_i64().unwrap() > 0).await;
        doing.abort();
        drop(doing.await);
        // While it has not ended the same ZIP is the same import.
        let again = begin(&app, &county, handed_in).await;
        assert_eq!((again.batch.id, again.fresh), (begun.batch.id, false));

        // Two workers take it up at once: they take turns.
        let two = [(); 2].map(|()| {
            let (service, id) = (app.service.clone(), begun.job.id);
            tokio::spawn(async move { worker::carry_on(&service, id).await.unwrap() })
        });
        for worker in two {
            worker.await.unwrap();
        }
        let import = bureau
            .get(&format!("/api/v1/imports/{}", begun.batch.id))
            .await
            .expect(StatusCode::OK)
            .json();
        let samples = county.samples.len();
        assert_eq!(
            (
                &import["state"],
                &import["counts"]["taken"],
                &import["counts"]["refused"],
                &import["counts"]["waiting"]
            ),
            (&json!("succeeded"), &json!(samples), &json!(40), &json!(0)),
        );
        for sample in &county.samples {
            let revisions = format!("/api/v1/returns/{}/revisions", sample.return_id);
            let revisions = bureau.get(&revisions).await.expect(StatusCode::OK).json();
            assert_eq!(revisions["items"].as_array().unwrap().len(), 1, "{}", sample.uscc);
            let events = format!("/api/v1/returns/{}/events", sample.return_id);
            let events = bureau.get(&events).await.expect(StatusCode::OK).json();
            assert_eq!(events["items"].as_array().unwrap().len(), 1, "{}", sample.uscc);
        }
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_goes_on_where_it_stood() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let folder = tempfile::tempdir().unwrap();
        let app = App::in_folder(backend, folder.path()).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let bureau = app.bureau().await;
        let files = filled(&app, &county).await;
        app.stop_workers();
        let begun = begin(&app, &county, many(&files, 100)).await;
        let path = format!("/api/v1/jobs/{}", begun.job.id);

        let mut server = app.serve(folder.path());
        bureau.wait_for(&path, |job| job["done"].as_i64().unwrap() > 0).await;
        server.kill().unwrap();
        server.wait().unwrap();
        let import = format!("/api/v1/imports/{}", begun.batch.id);
        let left = bureau.get(&import).await.expect(StatusCode::OK).json();
        assert!(
            left["counts"]["waiting"].as_i64().unwrap() > 0,
            "killed too late: {left}"
        );

        let mut server = app.serve(folder.path());
        bureau.wait_for(&path, |job| job["state"] == "succeeded").await;
        server.kill().unwrap();
        server.wait().unwrap();
        let import = bureau.get(&import).await.expect(StatusCode::OK).json();
        assert_eq!(
            (
                &import["counts"]["taken"],
                &import["counts"]["refused"],
                &import["counts"]["waiting"]
            ),
            (&json!(county.samples.len()), &json!(100), &json!(0))
        );
        for sample in &county.samples {
            let revisions = format!("/api/v1/returns/{}/revisions", sample.return_id);
            let revisions = bureau.get(&revisions).await.expect(StatusCode::OK).json();
            assert_eq!(revisions["items"].as_array().unwrap().len(), 1, "{}", sample.uscc);
        }
        app.end().await;
    }
}
