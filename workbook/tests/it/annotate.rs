//! The enterprise's own workbook with marks: what is added, what survives, what is read back.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read, Write},
};

use proptest::prelude::*;
use survey::{
    cell::RawValue,
    finding::Findings,
    justification::{Justification, JustificationReasons},
    reading::Reading,
    report::Report,
    survey::RoundContext,
};
use workbook::{
    anchor::{ReturnWorkbook, anchor},
    annotate::{Subject, annotate, justifications},
    extract::{Limits, RawWorkbook, extract},
    language::Language,
    layout::CellKey,
    prefill::{Prefill, raw_values},
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::{
    roundtrip::any_answers,
    support::{Form, SURVEY, issue, worked_answers},
};

/// A return that was read and checked.
struct Checked {
    raw: RawWorkbook,
    returned: ReturnWorkbook,
    reading: Reading,
    findings: Findings,
}

fn check(form: &Form, bytes: &[u8]) -> Checked {
    let raw = extract(bytes, &Limits::default()).expect("readable");
    let returned = anchor(&raw, &form.questionnaire, &form.lists).expect("understood");
    let reading = SURVEY.read_answers(&returned.cells, returned.dates);
    let evaluation = SURVEY.evaluate(&reading.answers, &RoundContext::new(), None);
    let findings = SURVEY.check(&reading, &evaluation, &BTreeSet::new());
    Checked {
        raw,
        returned,
        reading,
        findings,
    }
}

fn reasons() -> JustificationReasons {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/justification_reasons.json");
    JustificationReasons::parse(&std::fs::read(path).expect("shipped data")).expect("reasons")
}

fn report(checked: &Checked, given: &[Justification]) -> Report {
    Report::of(
        &SURVEY,
        &checked.findings,
        &checked.reading.answers,
        &checked.reading.provenance,
        &reasons(),
        given,
    )
}

fn mark(bytes: &[u8], report: &Report) -> Vec<u8> {
    let subject = Subject {
        language: Language::Zh,
        name: "示例球拍厂 2026".into(),
    };
    annotate(bytes, report, &subject, &Limits::default()).expect("annotated")
}

/// The worked enterprise with a figure that cannot be read, one to confirm and one that was normalised.
fn faulty(form: &Form) -> Vec<u8> {
    let mut prefill = raw_values(
        &form.questionnaire,
        &form.lists,
        &worked_answers(&form.questionnaire, 2),
        Language::Zh,
    );
    for (question, text) in [
        ("D08", "约500"),
        ("D05", "（5）"),
        ("F06", "１，２３４"),
        ("F12", "=1+1"),
    ] {
        prefill.insert(CellKey::question(question), RawValue::Text(text.into()).into());
    }
    form.write(&issue(Language::Zh), &prefill)
}

fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("a container");
    (0..archive.len())
        .map(|at| {
            let mut part = archive.by_index(at).expect("a part");
            let mut content = Vec::new();
            part.read_to_end(&mut content).expect("readable");
            (part.name().expect("a name").into_owned(), content)
        })
        .collect()
}

/// The container with one part changed.
fn with_part(bytes: &[u8], name: &str, change: impl Fn(String) -> Vec<u8>) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (part, content) in parts(bytes) {
        writer
            .start_file(part.as_str(), SimpleFileOptions::default())
            .expect("a part");
        let content = if part == name {
            change(String::from_utf8(content).expect("UTF-8"))
        } else {
            content
        };
        writer.write_all(&content).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

fn style_of(checked: &Checked, question: &str) -> (String, u32) {
    let cell = checked
        .returned
        .cells
        .iter()
        .find(|cell| cell.question == question)
        .expect("asked");
    let sheet = checked
        .raw
        .sheets
        .iter()
        .find(|sheet| sheet.name == cell.place.sheet)
        .expect("a sheet");
    let (row, column) = workbook::extract::position(&cell.place.cell).expect("a place");
    (cell.place.cell.clone(), sheet.cell(row, column).expect("a cell").style)
}

#[test]
fn what_is_not_marked_stays_byte_for_byte() {
    let form = Form::shipped();
    let original = faulty(&form);
    let before = check(&form, &original);
    let annotated = mark(&original, &report(&before, &[]));
    let (old, new) = (parts(&original), parts(&annotated));
    let changed: Vec<&str> = old
        .iter()
        .filter(|(name, content)| new.get(*name) != Some(content))
        .map(|(name, _)| name.as_str())
        .collect();
    let sheets = changed
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/sheet"))
        .count();
    let marked: BTreeSet<&str> = before
        .findings
        .items
        .iter()
        .flat_map(|finding| finding.places.iter().map(|place| place.sheet.as_str()))
        .collect();
    assert_eq!(sheets, marked.len(), "{changed:?}");
    let others: Vec<&&str> = changed
        .iter()
        .filter(|name| !name.starts_with("xl/worksheets/sheet"))
        .collect();
    assert_eq!(
        others,
        [
            &"[Content_Types].xml",
            &"xl/_rels/workbook.xml.rels",
            &"xl/styles.xml",
            &"xl/workbook.xml"
        ]
    );
}

#[test]
fn the_same_answers_and_findings_come_back() {
    let form = Form::shipped();
    let original = faulty(&form);
    let before = check(&form, &original);
    let annotated = mark(&original, &report(&before, &[]));
    let after = check(&form, &annotated);
    assert_eq!(after.reading, before.reading);
    assert_eq!(after.findings, before.findings);
    assert_eq!(after.returned.notices, before.returned.notices);
    assert_eq!(after.returned.metadata, before.returned.metadata);
    // Marks change the fill alone: number format and lock stay.
    for (old, new) in before.raw.sheets.iter().zip(after.raw.sheets.iter().skip(1)) {
        for (old_cell, new_cell) in old.cells.iter().zip(&new.cells) {
            let style = |raw: &RawWorkbook, style: u32| raw.styles[style as usize].clone();
            assert_eq!(style(&before.raw, old_cell.style), style(&after.raw, new_cell.style));
        }
    }
    let index = &after.raw.sheets[0];
    assert_eq!(index.name, "审核问题 Findings");
    let texts: Vec<String> = index
        .cells
        .iter()
        .filter_map(|cell| match &cell.value {
            RawValue::Text(text) => Some(text.clone()),
            _ => None,
        })
        .collect();
    for expected in ["WF07@D08", "约500", "WF09@D05", "（5）", "１，２３４", "1,234"] {
        assert!(texts.iter().any(|text| text == expected), "{expected} is listed");
    }
}

#[test]
fn a_second_time_replaces_the_first() {
    let form = Form::shipped();
    let original = faulty(&form);
    let before = check(&form, &original);
    let once = mark(&original, &report(&before, &[]));
    let twice = mark(&once, &report(&check(&form, &once), &[]));
    let (first, second) = (parts(&once), parts(&twice));
    let names = |parts: &BTreeMap<String, Vec<u8>>| parts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second));
    for (name, content) in &first {
        assert!(second[name] == *content, "{name} differs");
    }
    assert_eq!(
        once,
        mark(&original, &report(&before, &[])),
        "the same arguments, the same bytes"
    );
}

#[test]
fn a_corrected_cell_loses_its_mark() {
    let form = Form::shipped();
    let original = faulty(&form);
    let before = check(&form, &original);
    let once = mark(&original, &report(&before, &[]));
    let marked = check(&form, &once);
    assert_ne!(style_of(&marked, "D08").1, style_of(&before, "D08").1);
    // The next check finds nothing: what is left is the form as it was, with an empty list.
    let clean = mark(&once, &Report::default());
    let after = check(&form, &clean);
    for question in ["D08", "D05", "F06"] {
        assert_eq!(style_of(&after, question), style_of(&before, question));
    }
    let sheet_data = |parts: &BTreeMap<String, Vec<u8>>, name: &str| {
        let text = String::from_utf8(parts[name].clone()).expect("UTF-8");
        let (_, rest) = text.split_once("<sheetData").expect("data");
        rest.split_once("</sheetData>").expect("data").0.to_owned()
    };
    let (old, new) = (parts(&original), parts(&clean));
    for name in old.keys().filter(|name| name.starts_with("xl/worksheets/sheet")) {
        assert!(sheet_data(&old, name) == sheet_data(&new, name), "{name} differs");
    }
    let comments = new.iter().filter(|(name, _)| name.contains("comments"));
    for (name, content) in comments {
        assert!(!String::from_utf8_lossy(content).contains("<comment "), "{name}");
    }
}

#[test]
fn justifications_come_back_with_the_file() {
    let form = Form::shipped();
    let original = faulty(&form);
    let before = check(&form, &original);
    let warned = before
        .findings
        .items
        .iter()
        .find(|finding| finding.rule == "WF09")
        .expect("a warning");
    let given = Justification {
        finding_key: warned.key.clone(),
        fingerprint: warned.fingerprint.clone(),
        reason: "J02".into(),
        text: "=新线\u{1}投产 <2026>".into(),
    };
    let annotated = mark(&original, &report(&before, std::slice::from_ref(&given)));
    let after = check(&form, &annotated);
    let found = &after.returned.justifications;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (
            &found[0].finding_key,
            &found[0].fingerprint,
            &found[0].reason,
            &found[0].text
        ),
        (&given.finding_key, &given.fingerprint, &given.reason, &given.text)
    );
    assert_eq!(found[0].place.sheet, "审核问题 Findings");
    // Given on other values: the words stay to be used again, without a reason they count for nothing.
    let lapsed = Justification {
        fingerprint: "other".into(),
        ..given.clone()
    };
    let annotated = mark(&original, &report(&before, std::slice::from_ref(&lapsed)));
    let found = justifications(&check(&form, &annotated).raw);
    assert_eq!((found[0].reason.as_str(), &found[0].text), ("", &given.text));
    assert_eq!(justifications(&before.raw), []);
}

#[test]
fn every_finding_of_an_empty_form_is_listed() {
    let form = Form::shipped();
    let original = form.write(&issue(Language::Both), &Prefill::new());
    let before = check(&form, &original);
    assert!(before.findings.block > 50);
    let annotated = mark(&original, &report(&before, &[]));
    let after = check(&form, &annotated);
    assert_eq!(after.findings, before.findings);
    let index = &after.raw.sheets[0];
    for finding in &before.findings.items {
        let row = index
            .cells
            .iter()
            .find(|cell| cell.column == 0 && cell.value == RawValue::Text(finding.key.clone()));
        assert!(row.is_some(), "{}", finding.key);
    }
}

#[test]
fn other_writers_of_xml_are_patched_alike() {
    let form = Form::shipped();
    let original = faulty(&form);
    let before = check(&form, &original);
    let report = report(&before, &[]);
    let utf16 = |text: String| -> Vec<u8> {
        let text = text.replace("UTF-8", "UTF-16");
        std::iter::once(0xFEFF_u16)
            .chain(text.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect()
    };
    let prefixed = |text: String| -> Vec<u8> {
        let text = text.replace(
            "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml",
            "xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml",
        );
        let (head, body) = text.split_once("?>").expect("a declaration");
        let body = body.replace("</", "\u{1}").replace('<', "<x:").replace('\u{1}', "</x:");
        format!("{head}?>{body}").into_bytes()
    };
    let strict = |text: String| -> Vec<u8> {
        text.replace(
            "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
            "http://purl.oclc.org/ooxml/spreadsheetml/main",
        )
        .replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        .into_bytes()
    };
    let everywhere = |change: &dyn Fn(String) -> Vec<u8>, names: &[&str]| {
        parts(&original)
            .into_keys()
            .filter(|part| names.iter().any(|name| part.contains(name)))
            .fold(original.clone(), |bytes, part| with_part(&bytes, &part, change))
    };
    let check_writer = |what: &str, bytes: Vec<u8>| {
        let annotated = mark(&bytes, &report);
        let after = check(&form, &annotated);
        assert_eq!(after.findings, before.findings, "{what}");
        let again = mark(&annotated, &report);
        assert!(
            parts(&again) == parts(&annotated),
            "{what}: the second time changes nothing"
        );
        assert_ne!(style_of(&after, "D08").1, style_of(&before, "D08").1, "{what}");
        assert_eq!(style_of(&after, "A01"), style_of(&before, "A01"), "{what}");
    };
    check_writer(
        "UTF-16",
        everywhere(&utf16, &["xl/worksheets/sheet", "xl/styles", "xl/workbook.xml"]),
    );
    check_writer(
        "prefixes",
        everywhere(&prefixed, &["xl/worksheets/sheet", "xl/styles", "xl/workbook.xml"]),
    );
    check_writer("strict", everywhere(&strict, &["xl/", "_rels"]));
}

#[test]
fn what_cannot_be_patched_is_refused() {
    let code = |bytes: &[u8]| {
        annotate(bytes, &Report::default(), &Subject::default(), &Limits::default())
            .expect_err("refused")
            .code()
            .to_owned()
    };
    assert_eq!(code(b""), "workbook.empty");
    assert_eq!(code(b"%PDF-1.7"), "workbook.pdf");
    assert_eq!(code("题项,答案\r\nA01,1\r\n".as_bytes()), "annotate.not_patchable");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3, ..ProptestConfig::default() })]

    /// Template, fill, annotate, correct, read: answers come back as they were, marked or not.
    #[test]
    fn marks_never_change_an_answer(answers in any_answers()) {
        let form = Form::shipped();
        let original = form.filled(&answers, Language::Zh);
        let before = check(&form, &original);
        let annotated = mark(&original, &report(&before, &[]));
        let after = check(&form, &annotated);
        prop_assert_eq!(&after.reading, &before.reading);
        prop_assert_eq!(&after.findings, &before.findings);
        let clean = check(&form, &mark(&annotated, &Report::default()));
        prop_assert_eq!(&clean.reading, &before.reading);
    }
}
