//! The bulk sheet: what goes out row by row comes back as returns.

use std::{collections::BTreeMap, sync::OnceLock};

use survey::{
    answer::{Answers, Claim, Claims},
    cell::{Place, RawCell, RawValue},
    questionnaire::Questionnaire,
};
use workbook::{
    anchor,
    bulk::{BulkEntry, BulkLayout, BulkReader, BulkRow, BulkStep, write},
    error::AnchorError,
    extract::{Limits, RawSheet, RawWorkbook, Visibility, extract},
    language::Language,
    metadata::TemplateKind,
    prefill::raw_values,
};

use crate::support::{Form, issue, worked_answers};

const TABLE_ROWS: u32 = 2;

/// A question that may be claimed not to apply, and why it does not.
const CLAIMED: &str = "K01";
const REASON: &str = "外购设计";

/// The form, its bulk layout, and a sheet of the five worked enterprises as it was read.
fn filled() -> &'static (Form, BulkLayout, RawWorkbook) {
    static FILLED: OnceLock<(Form, BulkLayout, RawWorkbook)> = OnceLock::new();
    FILLED.get_or_init(|| {
        let form = Form::shipped();
        let layout = BulkLayout::of(&form.questionnaire, TABLE_ROWS);
        let workbook = written(&form, &layout, Language::Zh);
        (form, layout, workbook)
    })
}

fn written(form: &Form, layout: &BulkLayout, language: Language) -> RawWorkbook {
    let claim = Claim {
        reason: REASON.to_owned(),
        place: Place::default(),
    };
    let entry = |enterprise: usize| BulkEntry {
        uscc: format!("91330111XY000{enterprise:02}00X"),
        name: format!("第{enterprise}厂"),
        prefill: raw_values(
            &form.questionnaire,
            &form.lists,
            &worked_answers(&form.questionnaire, enterprise),
            language,
        ),
        claims: Claims::from([(CLAIMED.to_owned(), claim.clone())]),
    };
    let bytes = write(
        layout,
        &form.questionnaire,
        &form.lists,
        &issue(language),
        (0..5).map(entry),
    );
    extract(&bytes.expect("the sheet is written"), &Limits::default()).expect("readable")
}

fn data_sheet(workbook: &RawWorkbook) -> &RawSheet {
    workbook
        .sheets
        .iter()
        .find(|sheet| sheet.name == "汇总填报" || sheet.name == "Returns")
        .expect("the data sheet")
}

/// Reads the data sheet from top to bottom.
fn read(layout: &BulkLayout, workbook: &RawWorkbook) -> Result<(Vec<BulkRow>, Vec<String>), AnchorError> {
    let metadata = anchor::metadata(workbook).expect("marks");
    let sheet = data_sheet(workbook);
    let mut reader = BulkReader::new(layout, metadata.language, &*sheet.name);
    let last = sheet.cells.last().map_or(0, |cell| cell.row);
    let (mut rows, mut strays) = (Vec::new(), Vec::new());
    for row in 0..=last {
        match reader.read(row, sheet.row(row), &workbook.styles)? {
            BulkStep::Row(row) => rows.push(row),
            BulkStep::Stray(notice) => strays.push(format!("{}@{}", notice.code, notice.places[0].cell)),
            BulkStep::Head | BulkStep::Blank => {}
        }
    }
    let notices = reader.notices().iter().map(|notice| notice.code.clone());
    Ok((rows, notices.chain(strays).collect()))
}

/// What stands in the cells, by their key, blanks left out.
fn values(cells: &[RawCell]) -> BTreeMap<String, RawValue> {
    let key = |cell: &RawCell| match &cell.table {
        Some(table) => format!("{}[{}].{}", cell.question, table.row, table.column),
        None => cell.question.clone(),
    };
    let held = cells.iter().filter(|cell| cell.value != RawValue::Blank);
    held.map(|cell| (key(cell), cell.value.clone())).collect()
}

/// What the answers of an enterprise are in the cells of a bulk sheet.
fn expected(form: &Form, layout: &BulkLayout, answers: &Answers, language: Language) -> BTreeMap<String, RawValue> {
    let prefill = raw_values(&form.questionnaire, &form.lists, answers, language);
    let known = prefill
        .into_iter()
        .filter(|(key, _)| layout.columns.iter().any(|column| column.key == *key));
    known.map(|(key, cell)| (key.to_string(), cell.value)).collect()
}

#[test]
fn every_row_comes_back_as_the_return_that_was_written_in_every_language() {
    let (form, layout, _) = filled();
    for language in [Language::Zh, Language::En, Language::Both] {
        let workbook = written(form, layout, language);
        let (rows, notices) = read(layout, &workbook).expect("understood");
        assert_eq!(notices, Vec::<String>::new(), "{language:?}");
        assert_eq!(rows.len(), 5);
        for (at, row) in rows.iter().enumerate() {
            let answers = worked_answers(&form.questionnaire, at);
            assert_eq!(
                values(&row.cells),
                expected(form, layout, &answers, language),
                "{language:?}, enterprise {at}"
            );
            assert_eq!(row.uscc, format!("91330111XY000{at:02}00X"));
            assert_eq!(row.name, Some(format!("第{at}厂")));
            let held = row.claims.iter().filter(|cell| cell.value != RawValue::Blank);
            let held: Vec<_> = held.map(|cell| (cell.question.as_str(), &cell.value)).collect();
            assert_eq!(held, [(CLAIMED, &RawValue::Text(REASON.to_owned()))]);
        }
    }
}

#[test]
fn the_marks_are_those_of_a_bulk_sheet() {
    let (_, layout, workbook) = filled();
    assert_eq!(
        workbook.sheets[0].name, "_template",
        "whoever reads from the front meets the marks first"
    );
    assert_eq!(workbook.sheets[0].visibility, Visibility::VeryHidden);
    let metadata = anchor::metadata(workbook).expect("marks");
    assert_eq!(metadata.kind, TemplateKind::Bulk);
    assert_eq!(metadata.layout_hash, layout.hash());
    assert_eq!(metadata.table_rows, Some(TABLE_ROWS));
    assert_eq!(metadata.enterprise_id, "");
    assert_ne!(layout.hash(), BulkLayout::of(&questionnaire(), TABLE_ROWS + 1).hash());
}

fn questionnaire() -> Questionnaire {
    filled().0.questionnaire.clone()
}

#[test]
fn columns_are_found_by_their_code_wherever_they_are() {
    let (_, layout, workbook) = filled();
    let (untouched, _) = read(layout, workbook).expect("understood");
    let mut moved = workbook.clone();
    let sheet = moved
        .sheets
        .iter_mut()
        .find(|sheet| sheet.name == "汇总填报")
        .expect("the sheet");
    let last = sheet.cells.iter().map(|cell| cell.column).max().unwrap_or_default();
    for cell in &mut sheet.cells {
        cell.column = last - cell.column;
        cell.row += 2;
    }
    sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
    let (rows, notices) = read(layout, &moved).expect("understood");
    assert_eq!(notices, Vec::<String>::new());
    for (row, before) in rows.iter().zip(&untouched) {
        assert_eq!(values(&row.cells), values(&before.cells));
        assert_eq!(row.row, before.row + 2);
    }
}

#[test]
fn what_is_wrong_with_the_sheet_is_told() {
    let (_, layout, workbook) = filled();
    let changed = |change: &dyn Fn(&mut RawSheet)| {
        let mut workbook = workbook.clone();
        change(
            workbook
                .sheets
                .iter_mut()
                .find(|sheet| sheet.name == "汇总填报")
                .expect("the sheet"),
        );
        read(layout, &workbook)
    };
    let set = |sheet: &mut RawSheet, row: u32, code: &str, text: &str| {
        let column = sheet
            .row(0)
            .iter()
            .find(|cell| cell.value == RawValue::Text(code.into()))
            .expect("the column")
            .column;
        let cell = sheet
            .cells
            .iter_mut()
            .find(|cell| (cell.row, cell.column) == (row, column))
            .expect("the cell");
        cell.value = RawValue::Text(text.into());
    };
    let notices = |change: &dyn Fn(&mut RawSheet)| changed(change).expect("understood").1;
    assert_eq!(
        notices(&|sheet| set(sheet, 1, "F03", "营业收入（万美元）")),
        ["WF25.label_changed"]
    );
    assert_eq!(notices(&|sheet| set(sheet, 2, "F03", "元")), ["WF25.unit_changed"]);
    let (rows, _) = changed(&|sheet| set(sheet, 2, "F03", "元")).expect("understood");
    assert!(
        !values(&rows[0].cells).contains_key("F03"),
        "a column with another unit is not read"
    );
    assert_eq!(
        notices(&|sheet| set(sheet, 0, "F03", "F0X")),
        ["WF14.column_missing", "WF14.column_unknown"]
    );
    assert_eq!(
        notices(&|sheet| set(sheet, 4, "#uscc", " ")),
        ["WF16.row_without_uscc@C5"]
    );
    assert!(matches!(
        changed(&|sheet| set(sheet, 0, "F03", "F04")),
        Err(AnchorError::CodeTwice { .. })
    ));
    let headless = changed(&|sheet| {
        set(sheet, 0, "#uscc", "代码");
        for cell in &mut sheet.cells {
            cell.row *= 10;
        }
    });
    assert!(
        headless.is_ok_and(|(rows, _)| rows.is_empty()),
        "no row is a return without the code row"
    );
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let (form, layout, _) = filled();
    let once = || {
        write(
            layout,
            &form.questionnaire,
            &form.lists,
            &issue(Language::Both),
            [BulkEntry::default()],
        )
    };
    assert_eq!(once().expect("written"), once().expect("written"));
}
