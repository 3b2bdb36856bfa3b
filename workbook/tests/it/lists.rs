//! Every item of every drop-down list, as the workbook writes it, is an answer that raises no finding.

use std::io::{Cursor, Read as _};

use quick_xml::{Reader, events::Event};
use survey::{
    cell::{RawCell, RawValue},
    questionnaire::QuestionType,
};
use workbook::{
    anchor::anchor,
    extract::{Limits, RawWorkbook, extract, position},
    language::Language,
    prefill::Prefill,
};

use crate::support::{Form, SURVEY, issue};

/// A drop-down: the sheet and cell at which it stands (the first of its range), and the range of its items.
struct DropDown {
    sheet: String,
    cell: String,
    items: String,
}

/// The drop-downs of a workbook, from the XML itself.
fn drop_downs(bytes: &[u8], workbook: &RawWorkbook) -> Vec<DropDown> {
    let mut found = Vec::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a container");
    for (at, sheet) in workbook.sheets.iter().enumerate() {
        let mut xml = String::new();
        let mut part = archive
            .by_name(&format!("xl/worksheets/sheet{}.xml", at + 1))
            .expect("the part");
        part.read_to_string(&mut xml).expect("text");
        let mut reader = Reader::from_str(&xml);
        let (mut cell, mut is_formula) = (None, false);
        loop {
            match reader.read_event().expect("XML") {
                Event::Start(element) if element.name().as_ref() == "dataValidation" => {
                    let value = |name: &str| {
                        let attribute = element.try_get_attribute(name).expect("attributes")?;
                        Some(attribute.value.into_owned())
                    };
                    cell = (value("type").as_deref() == Some("list")).then(|| value("sqref").unwrap_or_default());
                }
                Event::Start(element) if element.name().as_ref() == "formula1" => is_formula = true,
                Event::Text(text) if is_formula => {
                    is_formula = false;
                    if let Some(cell) = cell.take() {
                        found.push(DropDown {
                            sheet: sheet.name.clone(),
                            cell: cell.split(':').next().unwrap_or_default().to_owned(),
                            items: (*text).to_owned(),
                        });
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
    }
    found
}

/// The items of a range such as `'_lists'!$C$1:$C$5`.
fn items(workbook: &RawWorkbook, range: &str) -> Vec<String> {
    let (sheet, cells) = range.split_once('!').expect("a range");
    let sheet = sheet.trim_matches('\'');
    let sheet = workbook
        .sheets
        .iter()
        .find(|found| found.name == sheet)
        .expect("the list sheet");
    let corner = |text: &str| position(&text.replace('$', "")).expect("a position");
    let (first, last) = cells
        .split_once(':')
        .map_or_else(|| (corner(cells), corner(cells)), |(a, b)| (corner(a), corner(b)));
    let text = |row: u32| match sheet.cell(row, first.1).map(|cell| &cell.value) {
        Some(RawValue::Text(text)) => text.clone(),
        other => panic!("{range}, row {row}: {other:?}"),
    };
    (first.0..=last.0).map(text).collect()
}

#[test]
fn every_item_of_every_list_validates_as_it_is_written() {
    let form = Form::shipped();
    for language in [Language::Zh, Language::En, Language::Both] {
        let bytes = form.write(&issue(language), &Prefill::new());
        let workbook = extract(&bytes, &Limits::default()).expect("readable");
        let blank = anchor(&workbook, &form.questionnaire, &form.lists).expect("understood");
        let mut tried = 0;
        let mut with_list = std::collections::BTreeSet::new();
        for drop_down in drop_downs(&bytes, &workbook) {
            let at = |cell: &&RawCell| cell.place.sheet == drop_down.sheet && cell.place.cell == drop_down.cell;
            let Some(asked) = blank.cells.iter().find(at) else {
                // A tick cell below the first of its question.
                continue;
            };
            with_list.insert(match &asked.table {
                Some(table) => format!("{}.{}", asked.question, table.column),
                None => asked.question.clone(),
            });
            let kind = form
                .questionnaire
                .questions
                .iter()
                .find(|q| q.code == asked.question)
                .expect("a question")
                .kind;
            for item in items(&workbook, &drop_down.items) {
                if kind == QuestionType::Multi {
                    // The tick of a tick cell; the reader folds it into codes (see the test of round trips).
                    assert_eq!(item, "√");
                    continue;
                }
                let cell = RawCell {
                    value: RawValue::Text(item.clone()),
                    number_format: "@".into(),
                    ..asked.clone()
                };
                let reading = SURVEY.read_answers(&[cell], blank.dates);
                assert!(
                    reading.findings.is_empty(),
                    "{language:?} {} {item}: {:?}",
                    asked.question,
                    reading.findings
                );
                assert_eq!(reading.answers.len(), 1, "{language:?} {} {item}", asked.question);
                tried += 1;
            }
        }
        let listed = |kind: QuestionType| {
            matches!(
                kind,
                QuestionType::Single | QuestionType::Multi | QuestionType::Level | QuestionType::Boolean
            )
        };
        for question in &form.questionnaire.questions {
            if listed(question.kind) {
                assert!(with_list.contains(&question.code), "{} has no list", question.code);
            }
            for column in question.columns.iter().flatten().filter(|column| listed(column.kind)) {
                let key = format!("{}.{}", question.code, column.code);
                assert!(with_list.contains(&key), "{key} has no list");
            }
        }
        assert!(tried > 1000, "{tried} items");
    }
}
