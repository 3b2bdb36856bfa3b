//! A sheet read row by row holds what it holds when it is read as a whole.

use survey::cell::RawValue;
use workbook::{
    extract::{FileFormat, Limits, RawRow, RowEvent, RowsEnd, RowsHead, Visibility, WantedSheet, extract, rows},
    language::Language,
};

use crate::{
    package::Parts,
    support::{Form, worked_answers},
};

fn read(bytes: &[u8], wanted: &WantedSheet) -> (RowsHead, Vec<RawRow>, RowsEnd) {
    let (mut head, mut all) = (None, Vec::new());
    let end = rows(bytes, &Limits::for_rows(), wanted, &mut |event| {
        match event {
            RowEvent::Head(found) => head = Some(found),
            RowEvent::Row(row) => all.push(row),
        }
        true
    })
    .expect("readable");
    (head.expect("a head"), all, end)
}

#[test]
fn every_sheet_of_a_return_is_the_same_by_rows() {
    let form = Form::shipped();
    let bytes = form.filled(&worked_answers(&form.questionnaire, 2), Language::Zh);
    let workbook = extract(&bytes, &Limits::default()).expect("readable");
    for (number, sheet) in workbook.sheets.iter().enumerate() {
        let (head, found, end) = read(&bytes, &WantedSheet::Number(number));
        assert_eq!(
            (head.format, &head.styles, head.dates),
            (FileFormat::Xlsx, &workbook.styles, workbook.dates)
        );
        assert_eq!(head.title().name, sheet.name);
        let cells: Vec<_> = found.iter().flat_map(|row| row.cells.clone()).collect();
        assert_eq!(cells, sheet.cells, "{}", sheet.name);
        assert!(found.iter().all(|row| row.hidden == sheet.is_row_hidden(row.row)));
        assert!(found.windows(2).all(|pair| pair[0].row < pair[1].row));
        assert_eq!((end.rows, end.cells), (found.len() as u64, cells.len() as u64));
        assert_eq!(end.sheet.merged, sheet.merged);
        assert_eq!(end.sheet.hidden_columns, sheet.hidden_columns);
    }
}

/// A sheet of many pieces: rows are cut nowhere.
#[test]
fn long_sheets_lose_nothing_at_the_seams() {
    use std::fmt::Write as _;

    let mut data = String::new();
    for row in 1..=20_000 {
        write!(
            data,
            r#"<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="C{row}" t="str"><v>行 {row} &amp;</v></c></row>"#
        )
        .unwrap();
    }
    let bytes = Parts::with_data(&data).zip();
    let (_, found, end) = read(&bytes, &WantedSheet::FirstVisible);
    assert_eq!((end.rows, end.cells), (20_000, 40_000));
    for (at, row) in found.iter().enumerate() {
        assert_eq!(
            row.cell(0).map(|cell| &cell.value),
            Some(&RawValue::Number((at + 1) as f64))
        );
        assert_eq!(
            row.cell(2).map(|cell| &cell.value),
            Some(&RawValue::Text(format!("行 {} &", at + 1)))
        );
    }
    let whole = extract(&bytes, &Limits::default()).expect("readable");
    assert_eq!(whole.sheets[0].cells.len(), 40_000);
}

#[test]
fn the_wanted_sheet_is_found_or_refused() {
    let parts = Parts::with_data(r#"<row r="1"><c r="A1"><v>1</v></c></row>"#).edit(
        "xl/workbook.xml",
        "<sheets>",
        r#"<sheets><sheet name="暗" sheetId="2" state="hidden" r:id="rId1"/>"#,
    );
    let bytes = parts.zip();
    let (head, ..) = read(&bytes, &WantedSheet::FirstVisible);
    assert_eq!(
        (head.sheet, head.title().name.as_str(), head.sheets[0].visibility),
        (1, "表", Visibility::Hidden)
    );
    assert_eq!(read(&bytes, &WantedSheet::Name("暗".into())).0.sheet, 0);
    for wanted in [WantedSheet::Name("no".into()), WantedSheet::Number(2)] {
        let refused = rows(&bytes, &Limits::for_rows(), &wanted, &mut |_| true).expect_err("no such sheet");
        assert_eq!(refused.code(), "workbook.no_such_sheet");
    }
}

#[test]
fn whoever_wants_no_more_is_not_given_more() {
    let text = "a,b\n".repeat(1000);
    let mut given = 0;
    rows(
        text.as_bytes(),
        &Limits::for_rows(),
        &WantedSheet::FirstVisible,
        &mut |event| {
            given += usize::from(matches!(event, RowEvent::Row(_)));
            given < 10
        },
    )
    .expect("readable");
    assert_eq!(given, 10);
}
