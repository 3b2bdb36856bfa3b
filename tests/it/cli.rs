//! The command line, as its user types it.

use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

fn ronghe(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ronghe"))
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn value(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!(
            "{error}: {} {}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    })
}

/// A small demo, once for all tests here.
fn demo(seed: u32) -> (TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("county");
    let output = ronghe(&[
        "demo",
        "--data",
        place.to_str().unwrap(),
        "--enterprises",
        "12",
        "--seed",
        &seed.to_string(),
        "--no-serve",
        "--format",
        "json",
    ]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let story = value(&output);
    (folder, story)
}

#[test]
fn the_same_seed_gives_the_same_county_workbooks_and_results() {
    let (first, story) = demo(5);
    let (second, again) = demo(5);
    let comparable = |story: &Value| {
        let mut story = story.clone();
        story.as_object_mut().unwrap().remove("folder");
        story
    };
    assert_eq!(comparable(&story), comparable(&again));
    assert_eq!(story["accepted"], 12);
    assert_eq!(story["faulty"], story["corrected"]);
    for folder in ["2026", "2025"] {
        let files = |root: &TempDir| {
            let folder = root.path().join("county/workbooks").join(folder);
            let mut files = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| {
                    let path = entry.unwrap().path();
                    (path.file_name().unwrap().to_owned(), std::fs::read(path).unwrap())
                })
                .collect::<Vec<_>>();
            files.sort();
            files
        };
        let (a, b) = (files(&first), files(&second));
        assert!(!a.is_empty());
        assert!(a == b, "workbooks of {folder} differ");
    }
    let (_other, other) = demo(6);
    assert_ne!(comparable(&story)["runs"], comparable(&other)["runs"]);
}

#[test]
fn a_workbook_is_checked_offline_and_the_exit_status_tells() {
    let (folder, story) = demo(8);
    let workbooks = folder.path().join("county/workbooks/2026");
    let mut statuses = Vec::new();
    for entry in std::fs::read_dir(workbooks).unwrap() {
        let path = entry.unwrap().path();
        let output = ronghe(&[
            "check",
            path.to_str().unwrap(),
            "--questionnaire",
            "integration-2026",
            "--format",
            "json",
        ]);
        let report = value(&output);
        let blocked = report["block"].as_u64().unwrap() > 0;
        assert_eq!(output.status.code(), Some(i32::from(blocked)), "{report}");
        assert_eq!(
            report["findings"].as_array().unwrap().is_empty(),
            report["block"] == 0 && report["warn"] == 0 && report["info"] == 0
        );
        statuses.push(blocked);
    }
    let faulty = usize::try_from(story["faulty"].as_u64().unwrap()).unwrap();
    assert_eq!(
        statuses.iter().filter(|blocked| **blocked).count(),
        faulty,
        "what the demo spoilt is found offline too"
    );
}

#[test]
fn a_workbook_comes_back_with_marks_and_checks_the_same() {
    let (folder, story) = demo(6);
    let place = folder.path().join("county");
    let blocked = std::fs::read_dir(place.join("workbooks/2026"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "xlsx"))
        .find(|path| ronghe(&["check", path.to_str().unwrap()]).status.code() == Some(1));
    let blocked = blocked.unwrap_or_else(|| panic!("nothing is spoilt in {story}"));
    let out = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (marked, csv, html) = (out("marked.xlsx"), out("findings.csv"), out("findings.html"));
    let first = ronghe(&[
        "check",
        blocked.to_str().unwrap(),
        "--annotated",
        &marked,
        "--csv",
        &csv,
        "--html",
        &html,
        "--format",
        "json",
    ]);
    assert_eq!(first.status.code(), Some(1));
    let (first, second) = (value(&first), value(&ronghe(&["check", &marked, "--format", "json"])));
    assert_eq!(
        first["findings"], second["findings"],
        "marks change no answer and no place"
    );
    let message = first["findings"][0]["message"]["zh"].as_str().unwrap();
    assert!(std::fs::read_to_string(csv).unwrap().contains(message));
    assert!(std::fs::read_to_string(html).unwrap().starts_with("<!doctype html>"));
}

#[test]
fn what_is_no_workbook_is_refused_with_code_and_message() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, bytes: Option<&[u8]>, code: &str| {
        let path = folder.path().join(name);
        if let Some(bytes) = bytes {
            std::fs::write(&path, bytes).unwrap();
        }
        let output = ronghe(&["check", path.to_str().unwrap(), "--format", "json"]);
        let refusal = value(&output);
        assert_eq!(
            (output.status.code(), &refusal["code"]),
            (Some(2), &json!(code)),
            "{name}: {refusal}"
        );
        assert!(refusal["message"]["zh"].is_string() && refusal["message"]["en"].is_string());
    };
    check("missing.xlsx", None, "file.unreadable");
    check("empty.xlsx", Some(b""), "workbook.empty");
    check("page.xls", Some(b"<!DOCTYPE html><html></html>"), "workbook.html");
    check("scan.pdf", Some(b"%PDF-1.4"), "workbook.pdf");
}

#[test]
fn a_round_is_run_from_the_command_line() {
    let (folder, _) = demo(9);
    let place = folder.path().join("county");
    let data = place.to_str().unwrap();
    let json = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--data", data, "--format", "json"]);
        let output = ronghe(&all);
        assert!(
            output.status.success(),
            "{arguments:?}: {} {}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        value(&output)
    };
    assert_eq!(
        json(&["load"]).as_array().unwrap().len(),
        15,
        "loading again changes nothing"
    );
    let templates = folder.path().join("templates");
    let written = json(&["template", "--round", "2026", "--out", templates.to_str().unwrap()]);
    assert_eq!(written["templates"].as_array().unwrap().len(), 12);
    let run = json(&["compute", "--round", "2026", "--methodology", "integration-index-2026"]);
    let again = json(&["compute", "--round", "2026", "--methodology", "integration-index-2026"]);
    assert_eq!(run["results_sha256"], again["results_sha256"]);
    for name in ["results.csv", "results.xlsx"] {
        let out = folder.path().join(name);
        let exported = json(&[
            "export",
            "--run",
            run["run_id"].as_str().unwrap(),
            "--out",
            out.to_str().unwrap(),
        ]);
        assert_eq!(exported["results"], 12);
        assert!(std::fs::metadata(out).unwrap().len() > 500);
    }
    let imported = json(&[
        "import",
        place.join("workbooks/2026").to_str().unwrap(),
        "--round",
        "2026",
    ]);
    assert_eq!(imported["items"].as_array().unwrap().len(), 12);
    assert_eq!(imported["counts"]["items"], 12);
    let unknown = ronghe(&[
        "compute",
        "--round",
        "1999",
        "--methodology",
        "x",
        "--data",
        data,
        "--format",
        "json",
    ]);
    assert_eq!(
        (unknown.status.code(), &value(&unknown)["code"]),
        (Some(1), &json!("not_found"))
    );
}

#[test]
fn the_command_line_lists_what_there_is_in_the_language_of_the_environment() {
    let (folder, _) = demo(11);
    let data = folder.path().join("county");
    let run = |language: &str, arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_ronghe"))
            .args(arguments)
            .current_dir(folder.path())
            .env("LC_ALL", language)
            .env_remove("RONGHE_DATA")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    };
    let place = data.to_str().unwrap();
    let (rounds, _) = run("zh_CN.UTF-8", &["rounds", "--data", place]);
    assert!(
        rounds.starts_with("代码") && rounds.contains("2026年度企业两化融合调查"),
        "{rounds}"
    );
    let (runs, _) = run("C", &["runs", "--round", "2026", "--data", place]);
    assert!(runs.starts_with("run ") && runs.contains("Published"), "{runs}");
    assert_eq!(runs.lines().count(), 5, "a head and four methodologies: {runs}");
    let (json, _) = run(
        "C",
        &[
            "runs",
            "--methodology",
            "region-index",
            "--format",
            "json",
            "--data",
            place,
        ],
    );
    let listed: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{json}");
    let (_, said) = run(
        "zh_CN.UTF-8",
        &["compute", "--round", "1999", "--methodology", "x", "--data", place],
    );
    assert!(
        said.contains("没有调查期 1999") && !said.contains("there is no round"),
        "{said}"
    );
    // A folder that nobody named is told.
    let (none, said) = run("en_GB.UTF-8", &["rounds"]);
    assert!(none.contains("None.") && said.contains("ronghe-data"), "{none} {said}");
    assert!(run("zh_CN.UTF-8", &["rounds"]).1.contains("未指定 --data"));
    let (help, _) = run("zh_CN.UTF-8", &["export", "--help"]);
    assert!(help.contains("示例") && help.contains("测算编号"), "{help}");
}

#[test]
fn every_command_helps_with_an_example() {
    let top = String::from_utf8(ronghe(&["--help"]).stdout).unwrap();
    for command in [
        "serve", "demo", "migrate", "load", "openapi", "user", "template", "check", "import", "rounds", "runs",
        "compute", "export",
    ] {
        assert!(top.contains(command), "{command} is not in the help");
        let arguments: &[&str] = if command == "user" {
            &["user", "add", "--help"]
        } else {
            &[command, "--help"]
        };
        let help = String::from_utf8(ronghe(arguments).stdout).unwrap();
        assert!(help.contains("Example"), "{command} has no example:\n{help}");
    }
    assert!(!top.contains("read-workbook"), "the child's command is not for people");
}

#[test]
fn a_log_filter_that_cannot_be_read_is_said_at_start() {
    let output = ronghe(&["openapi", "--log", "ronghe=loud"]);
    assert!(output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the log filter cannot be read"), "{said}");
}

#[test]
fn the_openapi_command_prints_the_committed_file() {
    let printed = ronghe(&["openapi"]).stdout;
    let committed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/openapi.json")).unwrap();
    assert!(printed == committed);
}
