//! The catalogue of faults in returned workbooks, row by row: every row has a fixture, described in
//! tests/workbooks/faults.json, or names the case or the test that proves it.

use std::{collections::BTreeMap, path::Path};

use ronghe::service::{
    documents::form::Form,
    returns::{
        check_workbook::{CheckedWorkbook, Known, check},
        compare_known::Registered,
    },
};
use serde_json::{Value, json};
use survey::{
    answer::{Answer, Answers},
    cell::RawValue,
    questionnaire::QuestionType,
    survey::DerivedResult,
};
use workbook::{
    anchor::anchor,
    extract::{Limits, RawWorkbook, extract},
    language::Language,
    layout::CellKey,
    prefill::{PrefillCell, raw_values},
    template::write_live,
};

use crate::{app::worked_examples, county, foreign};

/// Rows of the catalogue.
const FAULTS: usize = 38;

fn form() -> &'static Form {
    foreign::form()
}

/// The third worked enterprise.
fn answers() -> Answers {
    county::answers(
        &county::questionnaire(),
        &worked_examples()["enterprises"][2]["answers"],
    )
}

/// Credit code of the enterprise's parent in the registry.
const PARENT: &str = "91330111XY0007775F";

fn registered(answers: &Answers) -> Registered {
    let text = |code: &str| match answers.get(code) {
        Some(Answer::Text(text)) => text.clone(),
        _ => String::new(),
    };
    Registered {
        uscc: text("A02"),
        name: text("A01"),
        parent_uscc: Some(PARENT.to_owned()),
    }
}

/// The workbook of these answers with these cells typed over them, as it comes back.
fn returned(answers: &Answers, set: &Value) -> RawWorkbook {
    let form = form();
    let mut cells = raw_values(form.survey.questionnaire(), &form.options, answers, Language::Zh);
    for cell in set.as_array().into_iter().flatten() {
        let value: RawValue = serde_json::from_value(cell["value"].clone()).unwrap();
        let typed = PrefillCell {
            number_format: cell["number_format"].as_str().map(str::to_owned),
            ..value.into()
        };
        cells.insert(CellKey::question(cell["question"].as_str().unwrap()), typed);
    }
    let questionnaire = form.survey.questionnaire();
    let bytes = write_live(&form.layout, &form.survey, &form.options, &foreign::issue(), &cells);
    assert!(!questionnaire.questions.is_empty());
    extract(&bytes.unwrap(), &Limits::default()).unwrap()
}

fn checked(raw: &RawWorkbook, known: &Known) -> CheckedWorkbook {
    let form = form();
    let found = anchor(raw, form.survey.questionnaire(), &form.options).unwrap();
    check(form, found, known, &[])
}

/// Every choice at its last option, which is the best one where options rise.
fn at_the_top(mut answers: Answers) -> Answers {
    for question in &form().survey.questionnaire().questions {
        let options = form().survey.options(&question.code);
        let (Some(last), true) = (options.last(), answers.contains_key(&question.code)) else {
            continue;
        };
        let top = match question.kind {
            // Which form is filled in is no level of anything.
            QuestionType::Single if question.code != "A11" => Answer::Choice(last.code.clone()),
            QuestionType::Level => Answer::Number(last.code.parse().unwrap()),
            _ => continue,
        };
        answers.insert(question.code.clone(), top);
    }
    answers
}

#[test]
fn every_fault_that_is_typed_is_found_as_the_catalogue_says() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../workbooks/faults.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        if case.get("expect").is_none() {
            continue;
        }
        let name = format!(
            "{} {}",
            case["fault"].as_str().unwrap(),
            case["label"]["en"].as_str().unwrap()
        );
        let base = if case["top_options"] == true {
            at_the_top(answers())
        } else {
            answers()
        };
        let known = Known {
            previous: (case["previous"] == "same").then(answers),
            registered: Some(registered(&answers())),
            round: None,
        };
        let found = checked(&returned(&base, &case["set"]), &known);
        let told: Vec<Value> = found
            .findings
            .items
            .iter()
            .flat_map(|finding| {
                let question = &finding.question;
                let told = json!({ "rule": finding.rule, "action": finding.action, "question": question });
                let folded = finding
                    .folded
                    .iter()
                    .map(move |folded| json!({ "rule": folded.rule, "action": folded.action, "question": question }));
                std::iter::once(told).chain(folded)
            })
            .collect();
        for expected in case["expect"].as_array().unwrap() {
            let is_meant = |told: &&Value| {
                expected
                    .as_object()
                    .unwrap()
                    .iter()
                    .all(|(key, value)| told[key] == *value)
            };
            if !told.iter().any(|told| is_meant(&told)) {
                wrong.push(format!("{name}: no {expected} among {told:#?}"));
            }
        }
        for (code, expected) in case["answers"].as_object().into_iter().flatten() {
            let given = serde_json::to_value(found.reading.answers.get(code)).unwrap();
            let given = given
                .as_object()
                .and_then(|one| one.values().next().cloned())
                .unwrap_or(Value::Null);
            let same = match (
                given.as_str().and_then(|text| text.parse::<f64>().ok()),
                expected.as_f64(),
            ) {
                (Some(given), Some(expected)) => (given - expected).abs() < 1e-9,
                _ => given == *expected,
            };
            if !same {
                wrong.push(format!("{name}: {code} is {given}, not {expected}"));
            }
        }
        if let Some(rule) = case["two_places"].as_str() {
            let finding = found.findings.items.iter().find(|finding| finding.rule == rule);
            assert_eq!(
                finding.map(|finding| finding.places.len()),
                Some(2),
                "{name}: both cells are named"
            );
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_row_of_the_catalogue_has_a_fixture_or_names_its_proof() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("../workbooks/faults.json")).unwrap();
    let mut proved: BTreeMap<&str, usize> = BTreeMap::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    let mut open = ["tests/it", "workbook/tests/it", "survey/tests/it", "survey/src/reading"]
        .map(|at| root.join(at))
        .to_vec();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    for case in &cases {
        let fault = case["fault"].as_str().unwrap();
        *proved.entry(fault).or_default() += 1;
        let names = |key: &str| {
            case[key]
                .as_array()
                .into_iter()
                .flatten()
                .map(|name| name.as_str().unwrap().to_owned())
        };
        for name in names("cases") {
            assert!(
                root.join(format!("tests/workbooks/cases/{name}.json")).exists(),
                "{fault}: no case {name}"
            );
        }
        for name in names("tests") {
            assert!(sources.contains(&format!("fn {name}(")), "{fault}: no test {name}");
        }
        let proofs = names("cases").count() + names("tests").count();
        assert!(proofs > 0 || case.get("expect").is_some(), "{fault} proves nothing");
    }
    let all: Vec<String> = (1..=FAULTS).map(|number| format!("WF{number:02}")).collect();
    assert_eq!(proved.keys().copied().collect::<Vec<_>>(), all);
}

#[test]
fn a_computed_cell_that_was_overwritten_is_told_and_does_not_count() {
    let known = Known::default();
    let mut raw = returned(&answers(), &Value::Null);
    let computed = checked(&raw, &known).evaluation.derived;
    let overwrite = |raw: &mut RawWorkbook, code: &str, value: f64| {
        let sheet = raw.sheets.iter_mut().find(|sheet| sheet.name == "自动核对").unwrap();
        let of_code = |cell: &&workbook::extract::RawCellAt| cell.value == RawValue::Text(code.to_owned());
        let row = sheet.cells.iter().find(of_code).unwrap().row;
        let cell = sheet
            .cells
            .iter_mut()
            .find(|cell| cell.row == row && cell.column == 2)
            .unwrap();
        (cell.value, cell.formula) = (RawValue::Number(value), false);
        format!("C{}", row + 1)
    };
    let told = |raw: &RawWorkbook| -> Vec<(String, String)> {
        let found = checked(raw, &known);
        assert_eq!(found.evaluation.derived, computed, "what is recomputed counts");
        let of_computed = found
            .findings
            .items
            .iter()
            .filter(|finding| finding.rule == "WF18.computed_overwritten");
        of_computed
            .map(|finding| (finding.places[0].cell.clone(), finding.value.clone().unwrap()))
            .collect()
    };
    assert_eq!(told(&raw), []);
    let cell = overwrite(&mut raw, "energy_tce", 1.5);
    assert_eq!(told(&raw), [(cell, "1.5".to_owned())]);
    // The same figure, rounded as it is shown, is no difference.
    let DerivedResult::Number(figure) = computed["energy_tce"] else {
        panic!("a number")
    };
    let derived = &form().survey.questionnaire().derived;
    let decimals = derived
        .iter()
        .find(|derived| derived.code == "energy_tce")
        .unwrap()
        .decimals;
    let scale = 10_f64.powi(i32::try_from(decimals).unwrap());
    overwrite(&mut raw, "energy_tce", (figure * scale).round() / scale);
    assert_eq!(told(&raw), []);
}

#[test]
fn files_of_wps_are_read_or_told_how_to_be_saved() {
    // A spreadsheet of WPS is an .xls or .xlsx under another name, and names do not count; its text document is neither.
    let mut document = vec![0; 512];
    document[..8].copy_from_slice(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    let error = extract(&document, &Limits::default()).unwrap_err();
    assert!(error.code().starts_with("workbook."));
    assert!(error.message().zh.contains(".xlsx"), "{}", error.message().zh);
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write_string(0, 0, "表一").unwrap();
    let read = extract(&workbook.save_to_buffer().unwrap(), &Limits::default()).unwrap();
    assert_eq!(read.sheets[0].cells[0].value, RawValue::Text("表一".to_owned()));
}
