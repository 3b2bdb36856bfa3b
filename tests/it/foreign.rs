//! Real input, not only ours: workbooks that openpyxl and LibreOffice wrote, described as data in tests/workbooks and
//! rendered here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use ronghe::service::{
    catalogue::Form,
    check_workbook::{self, Known},
};
use serde_json::Value;
use survey::{
    cell::{RawCell, RawValue},
    report::Report,
    text::Text,
};
use workbook::{
    anchor::{ReturnWorkbook, anchor},
    annotate::{Subject, annotate},
    extract::{Limits, extract},
    language::Language,
    layout::CellKey,
    prefill::{Prefill, raw_values},
    template::{Addressee, RoundTitle, TemplateIssue, write},
};

use crate::{app::worked_examples, county};

fn form() -> &'static Form {
    static FORM: OnceLock<Form> = OnceLock::new();
    FORM.get_or_init(|| ronghe::cli::built_in_form(None).unwrap())
}

fn issue() -> TemplateIssue {
    TemplateIssue {
        template_id: "fixture".to_owned(),
        issued_at: "2026-04-01T01:00:00Z".to_owned(),
        enterprise: Addressee {
            id: "1".to_owned(),
            name: "示例企业".to_owned(),
            uscc: "91330111XY00010156".to_owned(),
            town: "大源镇".to_owned(),
        },
        round: RoundTitle {
            id: "1".to_owned(),
            code: "2026".to_owned(),
            title: Text::new("2026年度调查", "Survey 2026"),
            opens_on: "2026-03-01".to_owned(),
            due_on: "2026-05-31".to_owned(),
        },
        language: Language::Zh,
        ..TemplateIssue::default()
    }
}

fn written(prefill: &Prefill) -> Vec<u8> {
    let form = form();
    write(
        &form.layout,
        form.survey.questionnaire(),
        &form.options,
        &issue(),
        prefill,
    )
    .unwrap()
}

/// The third worked enterprise, filled in.
fn filled() -> Vec<u8> {
    let questionnaire = county::questionnaire();
    let answers = county::answers(&questionnaire, &worked_examples()["enterprises"][2]["answers"]);
    written(&raw_values(&questionnaire, &form().options, &answers, Language::Zh))
}

/// Reads a workbook as the child and the service do; a refusal is its code.
fn read(bytes: &[u8]) -> Result<ReturnWorkbook, String> {
    let raw = extract(bytes, &Limits::default()).map_err(|error| error.code().to_owned())?;
    anchor(&raw, form().survey.questionnaire(), &form().options).map_err(|error| error.code().to_owned())
}

fn key(cell: &RawCell) -> String {
    match &cell.table {
        None => cell.question.clone(),
        Some(at) => format!("{}[{}].{}", cell.question, at.row, at.column),
    }
}

fn values(read: &ReturnWorkbook) -> BTreeMap<String, RawValue> {
    let given = read.cells.iter().filter(|cell| cell.value != RawValue::Blank);
    given.map(|cell| (key(cell), cell.value.clone())).collect()
}

/// A folder that goes when the test ends.
struct Rendered {
    folder: tempfile::TempDir,
}

impl Rendered {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn workbooks_of_openpyxl_are_read_as_their_cases_say() {
    let rendered = Rendered {
        folder: tempfile::tempdir().unwrap(),
    };
    let (bases, target) = (rendered.path("bases"), rendered.path("target"));
    std::fs::create_dir_all(&bases).unwrap();
    let bases_bytes = BTreeMap::from([("blank_zh", written(&Prefill::new())), ("filled_3", filled())]);
    for (name, bytes) in &bases_bytes {
        std::fs::write(bases.join(format!("{name}.xlsx")), bytes).unwrap();
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/workbooks/render.py");
    run(Command::new(python()).arg(script).arg(&bases).arg(&target));
    let index: Value = serde_json::from_slice(&std::fs::read(target.join("index.json")).unwrap()).unwrap();
    let cases = index.as_array().unwrap();
    assert!(cases.len() >= 20, "{} cases", cases.len());
    for case in cases {
        let name = case["case"].as_str().unwrap();
        let bytes = std::fs::read(target.join(case["file"].as_str().unwrap())).unwrap();
        check(name, &case["expect"], read(&bytes), &bases_bytes);
    }
}

#[track_caller]
fn check(name: &str, expect: &Value, found: Result<ReturnWorkbook, String>, bases: &BTreeMap<&str, Vec<u8>>) {
    if let Some(code) = expect["error"].as_str() {
        assert_eq!(found.map(|_| ()).unwrap_err(), code, "{name}");
        return;
    }
    let found = found.unwrap_or_else(|code| panic!("{name}: refused with {code}"));
    let given = values(&found);
    if let Some(cells) = expect["cells"].as_object() {
        let expected = cells
            .iter()
            .map(|(key, value)| (key.clone(), serde_json::from_value(value.clone()).unwrap()));
        assert_eq!(given, expected.collect::<BTreeMap<String, RawValue>>(), "{name}");
    }
    if let Some(base) = expect["same_as"].as_str() {
        assert_eq!(
            given,
            values(&read(&bases[base]).unwrap()),
            "{name}: not the same as {base}"
        );
    }
    for (key_of, format) in expect["formats"].as_object().into_iter().flatten() {
        let cell = found.cells.iter().find(|cell| key(cell) == *key_of).unwrap();
        assert_eq!(
            cell.number_format,
            format.as_str().unwrap(),
            "{name}: format of {key_of}"
        );
    }
    for code in texts(&expect["blank"]) {
        assert!(!given.contains_key(&code), "{name}: {code} is not blank");
    }
    for code in texts(&expect["absent"]) {
        assert!(
            !found.cells.iter().any(|cell| cell.question == code),
            "{name}: {code} has a cell"
        );
    }
    if expect.get("notices").is_some() {
        let mut notices = found
            .notices
            .iter()
            .map(|notice| notice.code.clone())
            .collect::<Vec<_>>();
        notices.sort();
        assert_eq!(notices, texts(&expect["notices"]), "{name}");
    }
    let dates = serde_json::to_value(found.dates).unwrap();
    assert_eq!(
        dates,
        *expect.get("dates").unwrap_or(&Value::from("from1900")),
        "{name}"
    );
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_return_that_libreoffice_saved_again_reads_the_same() {
    let rendered = Rendered {
        folder: tempfile::tempdir().unwrap(),
    };
    let original = filled();
    std::fs::write(rendered.path("filled.xlsx"), &original).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", rendered.path("profile").display());
    let mut convert = Command::new(office());
    convert
        .args([
            &profile,
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
        ])
        .arg(rendered.path("again"))
        .arg(rendered.path("filled.xlsx"));
    run(&mut convert);
    let again = std::fs::read(rendered.path("again/filled.xlsx")).unwrap();
    let (first, second) = (read(&original).unwrap(), read(&again).unwrap());
    assert_eq!(values(&second), values(&first));
    assert_eq!(
        second.metadata, first.metadata,
        "very hidden has become hidden and is found all the same"
    );
}

/// The third worked enterprise with faults of three severities, given back with marks.
fn marked(bytes: &[u8]) -> Vec<u8> {
    let form = form();
    let returned = read(bytes).unwrap();
    let checked = check_workbook::check(form, returned, &Known::default(), &[]);
    let report = Report::of(
        &form.survey,
        &checked.findings,
        &checked.reading.answers,
        &checked.reading.provenance,
        &form.reasons,
        &checked.justifications,
    );
    annotate(bytes, &report, &Subject::default(), &Limits::default()).unwrap()
}

fn faulty() -> Vec<u8> {
    let questionnaire = county::questionnaire();
    let answers = county::answers(&questionnaire, &worked_examples()["enterprises"][2]["answers"]);
    let mut prefill = raw_values(&questionnaire, &form().options, &answers, Language::Zh);
    for (question, text) in [("D08", "约500"), ("A06", "2012年6月"), ("F06", "１２")] {
        prefill.insert(CellKey::question(question), RawValue::Text(text.to_owned()).into());
    }
    written(&prefill)
}

/// The sheets that openpyxl sees, and the notes and fills of one cell.
const SEEN_BY_OPENPYXL: &str = r#"
import json, sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
notes = {f"{s.title}!{c.coordinate}": [c.comment.text, c.fill.fgColor.rgb] for s in book for r in s.iter_rows() for c in r if c.comment}
index = book.worksheets[0]
print(json.dumps({"first": index.title, "notes": notes, "links": len([1 for r in index.iter_rows() for c in r if c.hyperlink]), "lists": index.data_validations.count}))
"#;

#[test]
fn a_workbook_with_marks_opens_elsewhere_and_loses_its_marks_after_it_was_saved_there() {
    let rendered = Rendered {
        folder: tempfile::tempdir().unwrap(),
    };
    let annotated = marked(&faulty());
    std::fs::write(rendered.path("marked.xlsx"), &annotated).unwrap();
    let output = Command::new(python())
        .args(["-c", SEEN_BY_OPENPYXL])
        .arg(rendered.path("marked.xlsx"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&seen["first"], &seen["lists"]),
        (&Value::from("审核问题 Findings"), &Value::from(1))
    );
    let notes = seen["notes"].as_object().unwrap();
    let of_approximate = notes
        .values()
        .find(|note| note[0].as_str().unwrap().contains("【WF07】"))
        .unwrap();
    assert!(of_approximate[1].as_str().unwrap().starts_with("FFF"), "{seen}");
    assert!(seen["links"].as_u64().unwrap() >= 3);

    // LibreOffice numbers all styles anew; the marks are found by their shades.
    let profile = format!("-env:UserInstallation=file://{}", rendered.path("profile").display());
    let mut convert = Command::new(office());
    convert
        .args([
            &profile,
            "--headless",
            "--convert-to",
            "xlsx:Calc MS Excel 2007 XML",
            "--outdir",
        ])
        .arg(rendered.path("again"))
        .arg(rendered.path("marked.xlsx"));
    run(&mut convert);
    let saved = std::fs::read(rendered.path("again/marked.xlsx")).unwrap();
    assert_eq!(values(&read(&saved).unwrap()), values(&read(&annotated).unwrap()));
    let again = marked(&saved);
    assert_eq!(values(&read(&again).unwrap()), values(&read(&annotated).unwrap()));
    let clean = annotate(&again, &Report::default(), &Subject::default(), &Limits::default()).unwrap();
    let raw = extract(&clean, &Limits::default()).unwrap();
    let indexes = raw
        .sheets
        .iter()
        .filter(|sheet| sheet.name.starts_with("审核问题"))
        .count();
    assert_eq!(indexes, 1, "the earlier list is replaced");
    std::fs::write(rendered.path("clean.xlsx"), &clean).unwrap();
    let output = Command::new(python())
        .args(["-c", SEEN_BY_OPENPYXL])
        .arg(rendered.path("clean.xlsx"))
        .output()
        .unwrap();
    let seen: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(seen["notes"], serde_json::json!({}), "all notes of ours are gone");
}

/// The Python of the test tools (scripts/test-tools.sh).
fn python() -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test tools are is the environment's business"
    )]
    let venv = std::env::var_os("RONGHE_TEST_VENV").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv"),
        PathBuf::from,
    );
    let python = venv.join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: run `make test`, which prepares it",
        python.display()
    );
    python
}

fn office() -> &'static str {
    ["/usr/bin/soffice", "/usr/bin/libreoffice"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("LibreOffice is missing: run `make test`, which installs it")
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
