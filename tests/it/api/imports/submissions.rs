//! Three hundred workbooks by mail and a folder of scans: taken in and submitted in one go, file by file.

use std::{path::Path, process::Command};

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::cell::RawValue;
use workbook::{layout::CellKey, prefill::Prefill};

use super::{hand_in, outcome, zip};
use crate::{
    api::returns::submissions::{SCAN, ask_for_justifications},
    app::App,
    county::{self, County},
    database::Backend,
};

const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0 signed cover \xFF\xD9";
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n signed cover IEND\xAE\x42\x60\x82";

/// The workbooks of the first four enterprises: the second has a warning, the fourth a mistake.
async fn workbooks(app: &App, county: &County) -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for (at, sample) in county.samples.iter().take(4).enumerate() {
        let mistake = [(CellKey::question("D08"), RawValue::Text("约500".to_owned()).into())];
        let over = if at == 3 {
            Prefill::from(mistake)
        } else {
            Prefill::new()
        };
        let claims = sample.claims.clone();
        files.push(
            app.filled_with_claims(&sample.return_id, &sample.answers, over, claims)
                .await,
        );
    }
    files
}

fn told(items: &[Value]) -> Vec<(&str, bool, Option<&str>)> {
    let told = items.iter().map(|item| {
        (
            item["state"].as_str().unwrap(),
            item["submitted"].as_bool().unwrap(),
            item["code"].as_str(),
        )
    });
    told.collect()
}

const SIGNED: &str = "signed_by=各企业负责人&signed_on=2026-03-28";

#[tokio::test(flavor = "multi_thread")]
async fn each_workbook_is_submitted_with_its_scan_or_says_why_not() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let app = App::on(backend).await;
        let admin = app.admin().await;
        let county = county::build(&admin).await;
        let (bureau, town) = (app.bureau().await, app.town(&county.samples[0].area).await);
        ask_for_justifications(&admin, &county.round_id).await;
        let files = workbooks(&app, &county).await;
        let of_second = format!("扫描/封面{}.jpg", county.samples[1].uscc);
        let mut parts: Vec<(&str, &[u8])> = vec![
            ("表/01.xlsx", &files[0]),
            ("表/02.xlsx", &files[1]),
            ("表/03.xlsx", &files[2]),
            ("表/04.xlsx", &files[3]),
            ("扫描/01.pdf", SCAN),
            (&of_second, JPEG),
            ("扫描/04.png", PNG),
            ("扫描/别家.pdf", SCAN),
        ];
        let mail = zip(&parts);
        hand_in(&town, &county, SIGNED, mail.clone())
            .await
            .refused(StatusCode::FORBIDDEN, "forbidden");
        hand_in(&bureau, &county, "signed_on=2026-03-28", mail.clone())
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "submission.invalid");
        hand_in(&bureau, &county, &format!("{SIGNED}&covering=没有.pdf"), mail.clone())
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "import.no_covering");
        let dry = hand_in(&bureau, &county, &format!("{SIGNED}&dry_run=true"), mail.clone()).await;
        let (_, dry) = outcome(&bureau, dry).await;
        assert_eq!(
            dry[2]["code"], "import.no_scan",
            "a dry run tells which scans are missing"
        );
        let (import, items) = outcome(&bureau, hand_in(&bureau, &county, SIGNED, mail).await).await;
        assert_eq!(
            told(&items),
            [
                ("taken", true, None),
                ("taken", false, Some("return.unjustified")),
                ("taken", false, Some("import.no_scan")),
                ("taken", false, Some("return.blocked")),
                ("refused", false, Some("import.scan_unused")),
            ],
            "{items:#?}"
        );
        assert_eq!(items[4]["name"], "扫描/别家.pdf");
        assert!(
            !items[1]["faults"].as_array().unwrap().is_empty(),
            "the warnings are listed"
        );
        let result = format!("/api/v1/imports/{}/result.xlsx", import["id"].as_str().unwrap());
        bureau.get(&result).await.expect(StatusCode::OK);
        let state = async |at: usize| {
            let path = format!("/api/v1/returns/{}", county.samples[at].return_id);
            bureau.get(&path).await.expect(StatusCode::OK).json()
        };
        let first = state(0).await;
        assert_eq!(first["state"], "submitted");
        assert_eq!(
            (
                &first["submissions"][0]["signed_by"],
                &first["submissions"][0]["evidence_filename"]
            ),
            (&json!("各企业负责人"), &json!("01.pdf"))
        );
        assert_eq!(state(2).await["state"], "draft");

        // A signed list that covers the rest; what is submitted already stays as it is.
        parts.push(("汇总/签字表.pdf", b"%PDF-1.7 list of signatures %%EOF"));
        let query = format!("{SIGNED}&covering=汇总/签字表.pdf");
        let (_, items) = outcome(&bureau, hand_in(&bureau, &county, &query, zip(&parts)).await).await;
        assert_eq!(
            told(&items)[..3],
            [
                ("unchanged", false, None),
                ("unchanged", false, Some("return.unjustified")),
                ("unchanged", true, None),
            ]
        );
        let third = state(2).await;
        assert_eq!(third["submissions"][0]["evidence_filename"], "签字表.pdf");
        assert_eq!(state(0).await, first);
        let events = format!("/api/v1/returns/{}/events", county.samples[2].return_id);
        let events = bureau.get(&events).await.expect(StatusCode::OK).json();
        assert_eq!(events["items"][1]["step"], "record_submission");
        app.end().await;
    }
}

/// The command line over the folder of a service: exit status and what was printed.
fn import(folder: &Path, database: &str, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(["import"])
        .args(arguments)
        .args(["--round", "2026", "--format", "json", "--database", database, "--data"])
        .arg(folder)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = serde_json::from_str(&printed)
        .unwrap_or_else(|error| panic!("{error}: {printed} {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code(), value)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_goes_on_and_tells_file_by_file() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::in_folder(Backend::Sqlite, folder.path()).await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    ask_for_justifications(&admin, &county.round_id).await;
    let mailed = folder.path().join("mailed");
    let scans = folder.path().join("scans");
    std::fs::create_dir_all(&mailed).unwrap();
    std::fs::create_dir_all(&scans).unwrap();
    let files = workbooks(&app, &county).await;
    // The one with a warning comes first: the others are submitted all the same.
    for (name, at) in [("1.xlsx", 1), ("2.xlsx", 0), ("3.xlsx", 2), ("4.xlsx", 3)] {
        std::fs::write(mailed.join(name), &files[at]).unwrap();
    }
    for name in ["1.pdf", "2.pdf", "3.pdf", "4.pdf"] {
        std::fs::write(scans.join(name), SCAN).unwrap();
    }
    app.stop_workers();
    let out = folder.path().join("outcome.json");
    let (mailed, scans, out) = (mailed.to_str().unwrap(), scans.to_str().unwrap(), out.to_str().unwrap());
    let today = std::process::Command::new("date").arg("+%F").output().unwrap();
    let today = String::from_utf8(today.stdout).unwrap().trim().to_owned();
    widen(&admin, &county.round_id).await;
    let (status, printed) = import(
        folder.path(),
        app.database_url(),
        &[
            mailed,
            "--submit",
            "--accept",
            "--signed-by",
            "各企业负责人",
            "--signed-on",
            &today,
            "--scans",
            scans,
            "--out",
            out,
        ],
    );
    assert_eq!(status, Some(2), "{printed}");
    let items = printed["items"].as_array().unwrap();
    let told = items.iter().map(|item| {
        let submitted = item["submitted"].as_bool().unwrap_or(false);
        (item["name"].as_str().unwrap(), submitted, item["code"].as_str())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("1.xlsx", false, Some("return.unjustified")),
            ("2.xlsx", true, None),
            ("3.xlsx", true, None),
            ("4.xlsx", false, Some("return.blocked")),
        ]
    );
    assert_eq!((&printed["submitted"], &printed["accepted"]), (&json!(2), &json!(2)));
    let written: Value = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
    assert_eq!(written, printed, "the outcome is written whatever was left");
    app.end().await;
}

/// The round takes returns for long: a command runs by the clock of the machine.
async fn widen(admin: &crate::app::Actor<'_>, round_id: &str) {
    let round = format!("/api/v1/rounds/{round_id}");
    let etag = admin.get(&round).await.expect(StatusCode::OK).header("etag");
    let long = json!({ "closes_on": "2099-12-31" });
    let changed = admin.change(poem::http::Method::PATCH, &round, Some(&etag), long).await;
    changed.expect(StatusCode::OK);
}
