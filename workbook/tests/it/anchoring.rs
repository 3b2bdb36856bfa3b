//! A returned workbook is understood wherever its rows went, and every fault of layout is told.

use std::sync::OnceLock;

use survey::{
    cell::{DateSystem, RawCell, RawValue},
    questionnaire::Action,
};
use workbook::{
    anchor::{ReturnWorkbook, anchor},
    error::AnchorError,
    extract::{CellRange, Limits, RawCellAt, RawSheet, RawWorkbook, Visibility, extract},
    language::Language,
    layout::Layout,
    metadata::{Expected, TemplateMetadata},
};

use crate::support::{Form, issue, worked_answers};

/// The form, and a filled return as it was read.
fn filled() -> &'static (Form, RawWorkbook) {
    static FILLED: OnceLock<(Form, RawWorkbook)> = OnceLock::new();
    FILLED.get_or_init(|| {
        let form = Form::shipped();
        let bytes = form.filled(&worked_answers(&form.questionnaire, 2), Language::Zh);
        let workbook = extract(&bytes, &Limits::default()).expect("readable");
        (form, workbook)
    })
}

/// What is found after a change.
pub(crate) fn after(change: impl FnOnce(&mut RawWorkbook)) -> Result<ReturnWorkbook, AnchorError> {
    let (form, workbook) = filled();
    let mut workbook = workbook.clone();
    change(&mut workbook);
    anchor(&workbook, &form.questionnaire, &form.lists)
}

pub(crate) fn found(change: impl FnOnce(&mut RawWorkbook)) -> ReturnWorkbook {
    after(change).expect("still understood")
}

pub(crate) fn sheet<'a>(workbook: &'a mut RawWorkbook, name: &str) -> &'a mut RawSheet {
    workbook
        .sheets
        .iter_mut()
        .find(|sheet| sheet.name.starts_with(name))
        .expect("the sheet")
}

pub(crate) fn value<'a>(found: &'a ReturnWorkbook, question: &str) -> &'a RawValue {
    &cell(found, question).value
}

fn cell<'a>(found: &'a ReturnWorkbook, question: &str) -> &'a RawCell {
    found
        .cells
        .iter()
        .find(|cell| cell.question == question)
        .unwrap_or_else(|| panic!("no {question}"))
}

pub(crate) fn codes(found: &ReturnWorkbook) -> Vec<&str> {
    found.notices.iter().map(|notice| notice.code.as_str()).collect()
}

/// Answers without their places: what must not change when things only move.
fn answers(found: &ReturnWorkbook) -> Vec<(String, RawValue)> {
    found
        .cells
        .iter()
        .map(|cell| (format!("{}{:?}", cell.question, cell.table), cell.value.clone()))
        .collect()
}

pub(crate) fn row_of(sheet: &RawSheet, anchor: &str) -> u32 {
    let is_anchor = |cell: &&RawCellAt| cell.column == 0 && cell.value == RawValue::Text(anchor.into());
    sheet
        .cells
        .iter()
        .find(is_anchor)
        .unwrap_or_else(|| panic!("no row {anchor}"))
        .row
}

pub(crate) fn set(sheet: &mut RawSheet, row: u32, column: u32, value: RawValue) {
    sheet.cells.retain(|cell| (cell.row, cell.column) != (row, column));
    sheet.cells.push(RawCellAt {
        row,
        column,
        value,
        style: 0,
        formula: false,
    });
    sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
}

fn shift_rows(sheet: &mut RawSheet, from: u32, by: u32) {
    for cell in sheet.cells.iter_mut().filter(|cell| cell.row >= from) {
        cell.row += by;
    }
}

#[test]
fn an_untouched_return_has_no_notice_and_every_cell() {
    let untouched = found(|_| {});
    assert_eq!(untouched.notices, []);
    assert_eq!(untouched.dates, DateSystem::From1900);
    let (form, _) = filled();
    for question in &form.questionnaire.questions {
        assert!(
            untouched.cells.iter().any(|cell| cell.question == question.code),
            "{}",
            question.code
        );
    }
    assert_eq!(value(&untouched, "F03"), &RawValue::Number(56_200.0));
    let choice = cell(&untouched, "N05");
    assert!(
        matches!(&choice.value, RawValue::Text(codes) if codes.contains('B')),
        "{choice:?}"
    );
}

#[test]
fn moved_things_are_found_by_their_codes() {
    let untouched = answers(&found(|_| {}));
    let check = |change: &dyn Fn(&mut RawWorkbook), expected: &[&str]| {
        let moved = found(|workbook| change(workbook));
        assert_eq!(answers(&moved), untouched, "{expected:?}");
        assert_eq!(codes(&moved), expected);
        assert!(moved.notices.iter().all(|notice| notice.action == Action::Info));
    };
    check(&|w| shift_rows(sheet(w, "F "), 0, 3), &[]);
    check(&|w| shift_rows(sheet(w, "N "), 9, 2), &[]);
    check(
        &|w| {
            let sheet = sheet(w, "F ");
            sheet.hidden_columns.clear();
            sheet.cells.iter_mut().for_each(|cell| cell.column += 2);
        },
        &[],
    );
    check(&|w| sheet(w, "F ").name = "财务".into(), &["WF15.sheet_renamed"]);
    check(
        &|w| sheet(w, "F ").visibility = Visibility::Hidden,
        &["WF15.sheet_hidden"],
    );
    check(&|w| sheet(w, "_template").visibility = Visibility::Hidden, &[]);
    check(&|w| sheet(w, "_template").name = "Sheet9".into(), &[]);
    check(&|w| w.sheets.reverse(), &["WF15.sheets_reordered"]);
    check(
        &|w| {
            let sheet = sheet(w, "F ");
            let (first, second) = (row_of(sheet, "F03"), row_of(sheet, "F07"));
            for cell in &mut sheet.cells {
                cell.row = if cell.row == first {
                    second
                } else if cell.row == second {
                    first
                } else {
                    cell.row
                };
            }
            sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
        },
        &["WF14.rows_moved"],
    );
    check(
        // Two columns swapped.
        &|w| {
            let sheet = sheet(w, "F ");
            for cell in &mut sheet.cells {
                cell.column = match cell.column {
                    4 => 5,
                    5 => 4,
                    other => other,
                };
            }
            sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
        },
        &[],
    );
    check(&|w| sheet(w, "F ").hidden_rows.push((4, 6)), &["WF15.hidden_cells"]);
    check(
        &|w| {
            let sheet = sheet(w, "F ");
            let row = row_of(sheet, "F05");
            shift_rows(sheet, row, 1);
            set(sheet, row, 2, RawValue::Text("以下为估算".into()));
        },
        &["WF16.note_row"],
    );
}

#[test]
fn a_row_that_was_moved_to_another_sheet_is_read_by_its_code() {
    let untouched = answers(&found(|_| {}));
    let mut row_at = 0;
    let moved = found(|w| {
        let home = sheet(w, "F ");
        let row = row_of(home, "F05");
        let (mut cut, kept): (Vec<_>, Vec<_>) = home.cells.drain(..).partition(|cell| cell.row == row);
        home.cells = kept;
        let host = sheet(w, "T ");
        row_at = host.cells.last().expect("cells").row + 3;
        for cell in &mut cut {
            cell.row = row_at;
        }
        host.cells.extend(cut);
    });
    assert_eq!(answers(&moved), untouched);
    assert!(
        codes(&moved).contains(&"WF14.row_on_other_sheet"),
        "{:?}",
        codes(&moved)
    );
    assert!(moved.notices.iter().all(|notice| notice.action == Action::Info));
    let place = &cell(&moved, "F05").place;
    assert!(
        place.sheet.starts_with("T "),
        "the place is the one in the file: {place:?}"
    );
    assert!(place.cell.ends_with(&(row_at + 1).to_string()), "{place:?}");
}

#[test]
fn what_is_missing_counts_as_blank_and_is_told() {
    let gone = found(|w| {
        let sheet = sheet(w, "F ");
        let row = row_of(sheet, "F04");
        sheet.cells.retain(|cell| cell.row != row);
    });
    assert_eq!(codes(&gone), ["WF14.row_missing"]);
    assert_eq!(gone.notices[0].question.as_deref(), Some("F04"));
    assert!(!gone.cells.iter().any(|cell| cell.question == "F04"));

    let gone = found(|w| w.sheets.retain(|sheet| !sheet.name.starts_with("Q ")));
    assert_eq!(codes(&gone), ["WF14.sheet_missing"]);

    let gone = found(|w| {
        sheet(w, "F ")
            .cells
            .retain(|cell| cell.value != RawValue::Text("y2".into()));
    });
    assert_eq!(codes(&gone), ["WF14.column_missing"]);
    assert!(!gone.cells.iter().any(|cell| cell.question == "F03P"));
    assert_eq!(value(&gone, "F03"), &RawValue::Number(56_200.0));

    let strange = found(|w| {
        let sheet = sheet(w, "F ");
        let row = row_of(sheet, "F04");
        set(sheet, row, 0, RawValue::Text("G99".into()));
    });
    assert_eq!(codes(&strange), ["WF14.row_missing", "WF14.row_unknown"]);
}

#[test]
fn a_code_met_twice_is_refused_with_its_places() {
    let refused = |change: &dyn Fn(&mut RawWorkbook)| match after(|workbook| change(workbook)) {
        Err(AnchorError::CodeTwice { codes }) => codes,
        other => panic!("{other:?}"),
    };
    let codes = refused(&|w| set(sheet(w, "F "), 90, 0, RawValue::Text("F03".into())));
    assert_eq!((codes.len(), codes[0].code.as_str()), (1, "F03"));
    let places: Vec<&str> = codes[0].places.iter().map(|place| place.cell.as_str()).collect();
    assert_eq!(places, ["A7", "A91"]);
    let codes = refused(&|w| {
        let copy = RawSheet {
            name: "F (2)".into(),
            ..sheet(w, "F ").clone()
        };
        w.sheets.push(copy);
    });
    assert!(codes.iter().any(|doubled| doubled.code == "#sheet:F"));
    assert!(codes.iter().any(|doubled| doubled.code == "F03"));
    let codes = refused(&|w| set(sheet(w, "F "), 0, 30, RawValue::Text("y1".into())));
    assert_eq!(codes[0].code, "y1");
    let codes = refused(&|w| {
        let copy = RawSheet {
            name: "copy".into(),
            ..sheet(w, "_template").clone()
        };
        w.sheets.push(copy);
    });
    assert_eq!(codes[0].places.len(), 2);
}

#[test]
fn foreign_workbooks_and_lost_marks_have_their_own_codes() {
    let code =
        |change: &dyn Fn(&mut RawWorkbook)| after(|workbook| change(workbook)).map_or_else(|e| e.code(), |_| "found");
    assert_eq!(code(&|w| w.sheets.clear()), "workbook.foreign");
    assert_eq!(code(&|w| w.sheets.truncate(2)), "workbook.foreign");
    assert_eq!(
        code(&|w| w.sheets.retain(|s| s.name != "_template")),
        "workbook.metadata_missing"
    );
    assert_eq!(
        code(&|w| w.sheets.retain(|s| s.name.starts_with('_'))),
        "workbook.sheets_missing"
    );
    assert_eq!(
        code(&|w| w
            .sheets
            .iter_mut()
            .filter(|s| s.name != "_template")
            .for_each(|s| s.cells.retain(|c| c.column != 0))),
        "workbook.sheets_missing"
    );
    assert_eq!(
        code(&|w| set(sheet(w, "_template"), 2, 1, RawValue::Blank)),
        "workbook.metadata_damaged"
    );
    assert_eq!(
        code(&|w| set(sheet(w, "_template"), 1, 1, RawValue::Text("3".into()))),
        "workbook.newer_format"
    );
    assert_eq!(
        code(&|w| set(sheet(w, "_template"), 2, 1, RawValue::Text("other".into()))),
        "workbook.metadata_damaged"
    );
    assert_eq!(
        code(&|w| set(sheet(w, "_template"), 1, 1, RawValue::Number(1.0))),
        "found"
    );
}

#[test]
fn changed_wording_counts_as_unanswered() {
    let check = |column: u32, text: &str, expected: &[&str]| {
        let changed = found(|w| {
            let sheet = sheet(w, "F ");
            let row = row_of(sheet, "F03");
            set(sheet, row, column, RawValue::Text(text.into()));
        });
        assert_eq!(codes(&changed), expected);
        let answered = value(&changed, "F03") != &RawValue::Blank;
        assert_eq!(answered, expected.is_empty(), "{text}");
        assert_ne!(value(&changed, "F04"), &RawValue::Blank);
    };
    check(2, "营业 收入", &[]);
    check(2, "营业收入（含税）", &["WF25.label_changed"]);
    check(3, "元", &["WF25.unit_changed"]);

    let option = found(|w| {
        let sheet = sheet(w, "N ");
        let row = row_of(sheet, "N05#B");
        set(sheet, row, 2, RawValue::Text("B 别的选项".into()));
    });
    assert_eq!(codes(&option), ["WF25.label_changed"]);
    assert!(!matches!(value(&option, "N05"), RawValue::Text(codes) if codes.contains('B')));

    let header = found(|w| {
        let sheet = sheet(w, "V02");
        set(sheet, 3, 2, RawValue::Text("别的".into()));
    });
    assert_eq!(codes(&header), ["WF25.label_changed"]);
}

#[test]
fn ticks_and_codes_are_both_taken() {
    let tick_row = |w: &mut RawWorkbook, option: &str, value: RawValue| {
        let sheet = sheet(w, "N ");
        let row = row_of(sheet, &format!("N05{option}"));
        set(sheet, row, 4, value);
    };
    let clear = |w: &mut RawWorkbook| {
        for option in ["#A", "#B", "#C", "#D", "#E"] {
            tick_row(w, option, RawValue::Blank);
        }
    };
    let check = |change: &dyn Fn(&mut RawWorkbook), expected: RawValue, notices: &[&str]| {
        let found = found(|w| {
            clear(w);
            change(w);
        });
        assert_eq!(value(&found, "N05"), &expected);
        assert_eq!(codes(&found), notices);
    };
    let text = |text: &str| RawValue::Text(text.into());
    check(&|_| {}, RawValue::Blank, &[]);
    check(&|w| tick_row(w, "#C", text("✔")), text("C"), &[]);
    check(
        &|w| {
            tick_row(w, "#C", text("是"));
            tick_row(w, "#B", RawValue::Number(1.0));
        },
        text("B、C"),
        &[],
    );
    check(
        &|w| {
            tick_row(w, "#C", text("×"));
            tick_row(w, "#B", text("√"));
        },
        text("B"),
        &[],
    );
    check(
        &|w| tick_row(w, "#C", text("部分")),
        RawValue::Blank,
        &["WF36.tick_unclear"],
    );
    check(&|w| tick_row(w, "", text("B，D")), text("B，D"), &[]);
    check(
        &|w| {
            tick_row(w, "", text("B，D"));
            tick_row(w, "#E", text("√"));
        },
        text("B、D、E"),
        &[],
    );
    check(
        &|w| {
            tick_row(w, "", text("BD"));
            tick_row(w, "#E", text("√"));
        },
        text("BD、E"),
        &[],
    );
    check(
        &|w| tick_row(w, "", RawValue::FormulaWithoutValue),
        RawValue::FormulaWithoutValue,
        &[],
    );
    let places = found(|w| {
        clear(w);
        tick_row(w, "#C", text("√"));
    });
    assert_eq!(cell(&places, "N05").place, cell(&found(|_| {}), "N05").place);
}

#[test]
fn merged_answers_are_spread_or_refused() {
    let merge = |w: &mut RawWorkbook, rows: (&str, &str), columns: (u32, u32)| {
        let sheet = sheet(w, "F ");
        let (first_row, last_row) = (row_of(sheet, rows.0), row_of(sheet, rows.1));
        sheet.merged.push(CellRange {
            first_row,
            last_row,
            first_column: columns.0,
            last_column: columns.1,
        });
    };
    let own = found(|w| merge(w, ("F02", "F02"), (7, 8)));
    assert_eq!(codes(&own), ["WF13.merged"]);
    assert_ne!(value(&own, "F02"), &RawValue::Blank);
    let spread = found(|w| {
        merge(w, ("F02", "F02"), (4, 7));
        let sheet = sheet(w, "F ");
        let row = row_of(sheet, "F02");
        set(sheet, row, 7, RawValue::Blank);
        set(sheet, row, 4, RawValue::Number(77.0));
    });
    assert_eq!(codes(&spread), ["WF13.merged"]);
    assert_eq!(value(&spread, "F02"), &RawValue::Number(77.0));
    let two_years = found(|w| merge(w, ("F03", "F03"), (4, 5)));
    assert_eq!(codes(&two_years), ["WF13.merged_over_questions"]);
    assert_eq!(
        (value(&two_years, "F03"), value(&two_years, "F03P")),
        (&RawValue::Blank, &RawValue::Blank)
    );
    let two_rows = found(|w| merge(w, ("F03", "F04"), (4, 4)));
    assert_eq!(codes(&two_rows), ["WF13.merged_over_questions"]);
    let over_the_unit = found(|w| merge(w, ("F08", "F08"), (3, 4)));
    assert_eq!(codes(&over_the_unit), ["WF13.merged_over_questions"]);
    assert_eq!(value(&over_the_unit, "F08"), &RawValue::Blank);
    let elsewhere = found(|w| {
        sheet(w, "F ").merged.push(CellRange {
            first_row: 1,
            last_row: 1,
            first_column: 1,
            last_column: 9,
        });
    });
    assert_eq!(codes(&elsewhere), [""; 0]);
}

#[test]
fn tables_keep_their_rows_and_tell_of_rows_too_many() {
    let rows = |found: &ReturnWorkbook| -> Vec<u32> {
        let mut rows: Vec<u32> = found
            .cells
            .iter()
            .filter(|cell| cell.question == "V02")
            .filter_map(|cell| Some(cell.table.as_ref()?.row))
            .collect();
        rows.dedup();
        rows
    };
    let inserted = |before: u32, count: u32| {
        found(move |w| {
            let table = sheet(w, "V02");
            for cell in table.cells.iter_mut().filter(|cell| cell.row >= before) {
                cell.row += count;
            }
            for row in before..before + count {
                set(table, row, 2, RawValue::Text(format!("插入的项目{row}")));
            }
        })
    };
    let filled = rows(&found(|_| ()));
    let grown = inserted(4 + 1, 2);
    assert_eq!(codes(&grown), ["WF14.rows_added"]);
    assert_eq!(grown.notices[0].places.len(), 2);
    assert_eq!(rows(&grown).len(), filled.len() + 2);
    let name = |row: u32| {
        let mut cells = grown.cells.iter().filter(|cell| cell.question == "V02");
        let of_row = cells.find(|cell| cell.table.as_ref().is_some_and(|table| table.row == row));
        of_row.map(|cell| cell.value.clone())
    };
    assert_eq!(name(1), Some(RawValue::Text("插入的项目5".into())), "from the top down");
    let too_many = inserted(4 + 1, 40);
    assert_eq!(codes(&too_many)[..2], ["WF14.rows_added", "WF14.row_without_code"]);
    let questionnaire = Form::shipped().questionnaire;
    let asked = questionnaire.questions.iter().find(|question| question.code == "V02");
    let most = asked.and_then(|question| question.max_items).expect("a stated maximum");
    assert_eq!(u32::try_from(rows(&too_many).len()), Ok(most));
    let gap = found(|w| set(sheet(w, "V02"), 4 + 7, 2, RawValue::Text("第八个项目".into())));
    assert_eq!(rows(&gap).last(), Some(&7));
    let blank = found(|w| sheet(w, "V02").cells.retain(|cell| cell.row < 4 || cell.column < 2));
    assert_eq!(rows(&blank), [0]);
    let beyond = found(|w| set(sheet(w, "V02"), 40, 2, RawValue::Text("第三十一个项目".into())));
    assert_eq!(codes(&beyond), ["WF14.row_without_code"]);
    assert_eq!(beyond.notices[0].action, Action::Warn);
}

#[test]
fn metadata_is_compared_with_what_is_expected() {
    let (form, workbook) = filled();
    let metadata = workbook::anchor::metadata(workbook).expect("marks");
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    assert_eq!(metadata, TemplateMetadata::of(&layout, &issue(Language::Zh)));
    let expected = Expected {
        questionnaire: metadata.questionnaire.clone(),
        questionnaire_version: metadata.questionnaire_version.clone(),
        layout_hash: layout.hash(),
        round_id: metadata.round_id.clone(),
        enterprise_id: metadata.enterprise_id.clone(),
        enterprise_uscc: metadata.enterprise_uscc.clone(),
    };
    let check = |change: &dyn Fn(&mut Expected), code: &str| {
        let mut other = expected.clone();
        change(&mut other);
        assert_eq!(
            metadata
                .matches(&other)
                .map_or_else(|mismatch| mismatch.code(), |()| "matches"),
            code
        );
    };
    check(&|_| {}, "matches");
    check(&|e| e.questionnaire.push('x'), "workbook.wrong_questionnaire");
    check(&|e| e.questionnaire_version.push('x'), "workbook.wrong_version");
    check(&|e| e.round_id.push('x'), "workbook.wrong_round");
    check(&|e| e.enterprise_id.push('x'), "workbook.wrong_enterprise");
    check(&|e| e.enterprise_uscc.push('x'), "workbook.wrong_enterprise");
    check(&|e| e.layout_hash.push('x'), "workbook.layout_changed");
    assert!(
        metadata
            .sealed_text()
            .contains("15:enterprise_uscc=18:91330111XY0000012M\n")
    );
    assert!(!metadata.sealed_text().contains("seal"));
}

#[test]
fn macros_and_links_are_told() {
    let carried = found(|w| (w.macros, w.external_links, w.embedded_objects) = (true, true, true));
    assert_eq!(codes(&carried), ["WF21.macros", "WF21.objects", "WF17.external_links"]);
}
