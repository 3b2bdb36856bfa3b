//! Real input, not only ours: workbooks that openpyxl and LibreOffice wrote, described as data in tests/workbooks and
//! rendered here.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use ronghe::service::{
    documents::form::Form,
    returns::{check_workbook, check_workbook::Known},
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
    template::{Addressee, RoundTitle, TemplateIssue, write, write_live},
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{app::worked_examples, conformance::convert, county};

pub(crate) fn form() -> &'static Form {
    static FORM: OnceLock<Form> = OnceLock::new();
    FORM.get_or_init(|| ronghe::cli::built_in_form(None, Some(2026)).unwrap())
}

pub(crate) fn issue() -> TemplateIssue {
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

/// The workbook as LibreOffice saves it again.
fn resaved(bytes: &[u8]) -> Vec<u8> {
    let rendered = Rendered {
        folder: tempfile::tempdir().unwrap(),
    };
    let source = rendered.path("filled.xlsx");
    std::fs::write(&source, bytes).unwrap();
    convert(
        rendered.folder.path(),
        &source,
        "xlsx:Calc MS Excel 2007 XML",
        &rendered.path("again"),
    );
    std::fs::read(rendered.path("again/filled.xlsx")).unwrap()
}

/// A return saved by LibreOffice in each format that keeps its sheets holds the same answers under the same marks; very
/// hidden has become hidden and is found all the same.
#[test]
fn a_return_that_libreoffice_saved_again_reads_the_same() {
    let rendered = Rendered {
        folder: tempfile::tempdir().unwrap(),
    };
    let (original, source) = (filled(), rendered.path("filled.xlsx"));
    std::fs::write(&source, &original).unwrap();
    let first = read(&original).unwrap();
    for (filter, suffix) in [
        ("xlsx:Calc MS Excel 2007 XML", "xlsx"),
        ("xls:MS Excel 97", "xls"),
        ("ods:calc8", "ods"),
        ("fods:OpenDocument Spreadsheet Flat XML", "fods"),
    ] {
        convert(rendered.folder.path(), &source, filter, &rendered.path("again"));
        let again = std::fs::read(rendered.path(&format!("again/filled.{suffix}"))).unwrap();
        let second = read(&again).unwrap_or_else(|code| panic!("{suffix}: {code}"));
        assert_eq!(values(&second), values(&first), "{suffix}");
        assert_eq!(second.metadata, first.metadata, "{suffix}");
    }
}

/// The same through SheetJS, which writes `.xlsb` and SpreadsheetML 2003 as well.
#[test]
fn a_return_that_sheetjs_saved_again_reads_the_same() {
    let rendered = Rendered {
        folder: tempfile::tempdir().unwrap(),
    };
    let (original, source) = (filled(), rendered.path("filled.xlsx"));
    std::fs::write(&source, &original).unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/workbooks/conformance/sheetjs_write.cjs"
    );
    run(Command::new("node")
        .env("NODE_PATH", node_modules())
        .arg(script)
        .arg("--again")
        .arg(&source)
        .arg(rendered.folder.path()));
    let first = read(&original).unwrap();
    // Its OpenDocument files lose the formats, so that dates are numbers in them.
    for name in ["xlsx.xlsx", "xlsb.xlsb", "biff8.xls", "xlml.xml"] {
        let again = std::fs::read(rendered.path(&format!("sheetjs_{name}"))).unwrap();
        let second = read(&again).unwrap_or_else(|code| panic!("{name}: {code}"));
        assert_eq!(values(&second), values(&first), "{name}");
        assert_eq!(second.metadata, first.metadata, "{name}");
    }
    for (name, code) in [
        ("html.html", "workbook.html"),
        ("csv.csv", "workbook.csv"),
        ("txt.txt", "workbook.csv"),
    ] {
        let again = std::fs::read(rendered.path(&format!("sheetjs_{name}"))).unwrap();
        assert_eq!(
            read(&again).map(|_| ()).unwrap_err(),
            code,
            "{name}: marks cannot be kept"
        );
    }
}

/// The same through ExcelJS.
#[test]
fn a_return_that_exceljs_saved_again_reads_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (original, source, target) = (filled(), folder.path().join("a.xlsx"), folder.path().join("b.xlsx"));
    std::fs::write(&source, &original).unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/workbooks/conformance/exceljs_write.cjs"
    );
    run(Command::new("node")
        .env("NODE_PATH", node_modules())
        .args([script, "--again"])
        .args([&source, &target]));
    let (first, second) = (read(&original).unwrap(), read(&std::fs::read(target).unwrap()).unwrap());
    assert_eq!(values(&second), values(&first));
    assert_eq!(second.metadata, first.metadata);
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
        .find(|note| note[0].as_str().unwrap().contains("为约数"))
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

/// The same workbook without the cached results of its formulas, so that a program has to work them out.
fn without_results(bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name.starts_with("xl/worksheets/sheet") {
            let text = String::from_utf8(content).unwrap();
            let mut pieces = text.split("</f><v>");
            let mut kept = pieces.next().unwrap().to_owned();
            for piece in pieces {
                kept.push_str("</f>");
                kept.push_str(piece.split_once("</v>").unwrap().1);
            }
            content = kept.into_bytes();
        }
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(&content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The results on the sheets that work themselves out, by sheet and cell; no value and the empty text are one.
fn results(bytes: &[u8]) -> BTreeMap<String, String> {
    let workbook = extract(bytes, &Limits::default()).unwrap();
    let mut results = BTreeMap::new();
    for sheet in workbook
        .sheets
        .iter()
        .filter(|sheet| ["_checks", "自动核对", "封面"].contains(&&*sheet.name))
    {
        for cell in sheet.cells.iter().filter(|cell| cell.formula) {
            let shown = match &cell.value {
                RawValue::Number(number) => format!("{number:.9e}"),
                RawValue::Boolean(yes) => yes.to_string(),
                // A text of digits is kept as a number by the writer until a program works it out anew.
                RawValue::Text(text) => text
                    .parse::<f64>()
                    .map_or_else(|_| text.clone(), |number| format!("{number:.9e}")),
                RawValue::Blank | RawValue::FormulaWithoutValue => String::new(),
                other => panic!("{} {}: {other:?}", sheet.name, sheet.place(cell.row, cell.column).cell),
            };
            results.insert(
                format!("{} {}", sheet.name, sheet.place(cell.row, cell.column).cell),
                shown,
            );
        }
    }
    results
}

#[test]
fn libreoffice_works_out_what_the_survey_works_out() {
    let (questionnaire, form) = (county::questionnaire(), form());
    let mut contradictory = county::answers(&questionnaire, &worked_examples()["enterprises"][2]["answers"]);
    for (code, number) in [("D07", 9999), ("T02", 99_999), ("R01", 1)] {
        contradictory.insert(code.to_owned(), survey::answer::Answer::Number(number.into()));
    }
    let worked = (0..5).map(|at| county::answers(&questionnaire, &worked_examples()["enterprises"][at]["answers"]));
    for (at, answers) in worked.chain([contradictory]).enumerate() {
        let prefill = raw_values(&questionnaire, &form.options, &answers, Language::Zh);
        let written = write_live(&form.layout, &form.survey, &form.options, &issue(), &prefill).unwrap();
        let (ours, theirs) = (results(&written), results(&resaved(&without_results(&written))));
        assert!(ours.len() > 400, "{} results", ours.len());
        for (cell, result) in &ours {
            assert_eq!(theirs.get(cell), Some(result), "enterprise {at}, {cell}");
        }
    }
}

/// The Python of the test tools (scripts/test-tools.sh).
pub(crate) fn python() -> PathBuf {
    let python = tools().join("bin/python");
    assert!(
        python.exists(),
        "{} is missing: run `make test`, which prepares it",
        python.display()
    );
    python
}

/// The npm packages of the test tools.
pub(crate) fn node_modules() -> PathBuf {
    let modules = tools().join("node/node_modules");
    assert!(
        modules.exists(),
        "{} is missing: run `make test`, which prepares it",
        modules.display()
    );
    modules
}

fn tools() -> PathBuf {
    #[expect(
        clippy::disallowed_methods,
        reason = "where the test tools are is the environment's business"
    )]
    std::env::var_os("RONGHE_TEST_VENV").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-venv"),
        PathBuf::from,
    )
}

pub(crate) fn office() -> &'static str {
    ["/usr/bin/soffice", "/usr/bin/libreoffice"]
        .into_iter()
        .find(|path| Path::new(path).exists())
        .expect("LibreOffice is missing: run `make test`, which installs it")
}

#[track_caller]
pub(crate) fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
