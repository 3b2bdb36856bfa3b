//! What programs and people do to the furniture of a form: heads swapped, codes cleared, letters lost, signs in another
//! width. Each is told in one sentence, or is no fault at all.

use survey::cell::RawValue;
use workbook::{
    error::AnchorError,
    extract::{RawSheet, RawWorkbook},
};

use crate::anchoring::{after, codes, found, row_of, set, sheet, value};

/// The column under a hidden code.
fn column_of(sheet: &RawSheet, code: &str) -> u32 {
    let at = sheet
        .row(0)
        .iter()
        .find(|cell| cell.value == RawValue::Text(code.to_owned()));
    at.unwrap_or_else(|| panic!("no column {code}")).column
}

/// Changes every text of the sheets that people see.
fn retype(workbook: &mut RawWorkbook, change: impl Fn(&str) -> String) {
    for sheet in workbook.sheets.iter_mut().filter(|sheet| !sheet.name.starts_with('_')) {
        for cell in &mut sheet.cells {
            if let (RawValue::Text(text), true) = (&cell.value, cell.row > 0 && cell.column > 0) {
                cell.value = RawValue::Text(change(text));
            }
        }
    }
}

#[test]
fn columns_under_the_heads_of_others_are_not_read() {
    let swapped = found(|workbook| {
        let sheet = sheet(workbook, "F ");
        let row = row_of(sheet, "#header");
        let (one, other) = (column_of(sheet, "y1"), column_of(sheet, "y2"));
        let head = |column| sheet.cell(row, column).expect("a head").value.clone();
        let (head_of_one, head_of_other) = (head(one), head(other));
        set(sheet, row, one, head_of_other);
        set(sheet, row, other, head_of_one);
    });
    assert_eq!(codes(&swapped), ["WF25.columns_swapped", "WF25.columns_swapped"]);
    assert!(
        !swapped
            .cells
            .iter()
            .any(|cell| cell.question == "F03" || cell.question == "F03P")
    );
    assert!(
        swapped.cells.iter().any(|cell| cell.question == "F02"),
        "the others are read"
    );
    let message = &swapped.notices[0].message.zh;
    assert!(message.contains("上年") && message.contains("前年"), "{message}");
    // A head that says something of the filler's own is not that of another column.
    let noted = found(|workbook| {
        let sheet = sheet(workbook, "F ");
        let (row, column) = (row_of(sheet, "#header"), column_of(sheet, "y1"));
        set(sheet, row, column, RawValue::Text("上年数".to_owned()));
    });
    assert_eq!(codes(&noted), Vec::<&str>::new());
}

#[test]
fn row_codes_that_were_cleared_are_told_once() {
    let cleared = found(|workbook| {
        let sheet = sheet(workbook, "F ");
        sheet.cells.retain(|cell| cell.column > 0 || cell.row < 4);
    });
    let told = codes(&cleared);
    assert_eq!(
        told.iter().filter(|code| **code == "WF14.codes_gone").count(),
        1,
        "{told:?}"
    );
    assert!(!told.contains(&"WF14.row_missing"), "{told:?}");
    let deleted = found(|workbook| {
        let sheet = sheet(workbook, "F ");
        sheet.cells.retain(|cell| cell.column > 0);
    });
    assert!(codes(&deleted).contains(&"WF14.codes_gone"), "{:?}", codes(&deleted));
    assert!(!codes(&deleted).contains(&"WF14.sheet_missing"));
}

#[test]
fn a_form_without_its_letters_says_so_in_one_sentence() {
    for lost in ["?", "", "ä¼\u{81}ä¸\u{9A}"] {
        let error = after(|workbook| {
            retype(workbook, |text| {
                text.chars()
                    .map(|c| if c.is_ascii() { c.to_string() } else { lost.to_owned() })
                    .collect()
            });
        });
        assert_eq!(error.expect_err("refused"), AnchorError::LettersLost, "{lost}");
    }
}

#[test]
fn signs_in_another_width_are_the_same_wording() {
    let narrow = found(|workbook| {
        retype(workbook, |text| {
            text.replace('（', "(")
                .replace('）', ")")
                .replace('，', ",")
                .replace('：', ":")
                .replace(['“', '”'], "\"")
        });
    });
    let plain = found(|_| {});
    assert_eq!(codes(&narrow), codes(&plain));
    assert_eq!(value(&narrow, "F03"), value(&plain, "F03"));
    // Another bracket is no other question; another word is.
    let other = found(|workbook| retype(workbook, |text| text.replace("营业收入", "营业外收入")));
    assert!(codes(&other).contains(&"WF25.label_changed"));
}
