//! The workbook that goes out.

use survey::{answer::Answer, cell::RawValue};
use workbook::{
    extract::{Limits, RawSheet, RawWorkbook, Visibility, extract},
    language::Language,
    layout::{CellKey, Layout},
    prefill::{Prefill, PrefillCell, carried, raw_values},
    template::{TemplateIssue, write},
};

use crate::support::{Form, issue, worked_answers};

fn read(bytes: &[u8]) -> RawWorkbook {
    extract(bytes, &Limits::default()).expect("our own template is readable")
}

fn sheet<'a>(workbook: &'a RawWorkbook, name: &str) -> &'a RawSheet {
    workbook
        .sheets
        .iter()
        .find(|sheet| sheet.name == name)
        .unwrap_or_else(|| panic!("no sheet {name}"))
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let form = Form::shipped();
    for language in [Language::Zh, Language::En, Language::Both] {
        let first = form.write(&issue(language), &Prefill::new());
        assert_eq!(first, form.write(&issue(language), &Prefill::new()));
    }
}

#[test]
fn sheets_are_visible_hidden_and_protected_as_they_should() {
    let form = Form::shipped();
    let workbook = read(&form.write(&issue(Language::Zh), &Prefill::new()));
    let visibility = |name: &str| sheet(&workbook, name).visibility;
    assert_eq!(workbook.sheets[0].name, "封面");
    assert_eq!(visibility("封面"), Visibility::Visible);
    assert_eq!(visibility("F 基本与财务数据"), Visibility::Visible);
    assert_eq!(visibility("代码表"), Visibility::Visible);
    assert_eq!(visibility("_lists"), Visibility::Hidden);
    assert_eq!(visibility("_template"), Visibility::VeryHidden);
    assert!(workbook.sheets.iter().all(|sheet| sheet.protected));
    let section = sheet(&workbook, "F 基本与财务数据");
    assert_eq!(section.hidden_rows, [(0, 0)]);
    assert!(section.hidden_columns.contains(&(0, 0)));
}

#[test]
fn only_answer_cells_are_unlocked() {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let answers = worked_answers(&form.questionnaire, 2);
    let workbook = read(&form.filled(&answers, Language::Zh));
    let mut unlocked = 0;
    for sheet in &workbook.sheets {
        for cell in sheet.cells.iter().filter(|cell| !workbook.is_locked(cell)) {
            unlocked += 1;
            assert!(
                layout.sheets.iter().any(|known| known.name.zh == sheet.name),
                "{}",
                sheet.name
            );
            assert!(
                cell.row >= 4 && cell.column >= 2,
                "{}",
                sheet.place(cell.row, cell.column).cell
            );
        }
    }
    assert!(unlocked >= answers.len(), "{unlocked}");
    for key in ["F03", "A02", "K01"] {
        let place = layout.place(&CellKey::question(key), Language::Zh).expect("a place");
        let (row, column) = workbook::extract::position(&place.cell).expect("a position");
        let cell = sheet(&workbook, &place.sheet).cell(row, column).expect("an answer");
        assert!(!workbook.is_locked(cell), "{key}");
    }
}

#[test]
fn identifiers_are_text_and_numbers_have_their_decimals() {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let workbook = read(&form.filled(&worked_answers(&form.questionnaire, 2), Language::Zh));
    let check = |code: &str, expected: &str| {
        let place = layout.place(&CellKey::question(code), Language::Zh).expect("a place");
        let (row, column) = workbook::extract::position(&place.cell).expect("a position");
        let cell = sheet(&workbook, &place.sheet).cell(row, column).expect("an answer");
        assert_eq!(workbook.number_format(cell), expected, "{code}");
    };
    check("A02", "@");
    check("A17", "@");
    check("A06", "yyyy-mm-dd");
    check("F01", "#,##0");
    check("F03", "#,##0.00");
    check("Q01", "#,##0.0000");
    check("U02", "0.00");
    check("K01", "@");
}

#[test]
fn last_round_is_shown_in_grey_and_carried_where_asked() {
    let form = Form::shipped();
    let previous = worked_answers(&form.questionnaire, 2);
    let prefill = raw_values(
        &form.questionnaire,
        &form.lists,
        &carried(&form.questionnaire, &previous),
        Language::Zh,
    );
    assert_eq!(prefill.get(&CellKey::question("F03")), None);
    let Some(Answer::Number(revenue)) = previous.get("F03") else {
        panic!("a number")
    };
    let revenue = RawValue::Number(revenue.to_string().parse().expect("a number"));
    assert_eq!(prefill[&CellKey::question("F03P")].value, revenue);
    let issue = TemplateIssue {
        previous,
        ..issue(Language::Zh)
    };
    let workbook = read(&form.write(&issue, &prefill));
    let section = sheet(&workbook, "F 基本与财务数据");
    let row = section
        .cells
        .iter()
        .find(|cell| cell.value == RawValue::Text("F03".into()))
        .expect("the row")
        .row;
    let shown: Vec<bool> = section
        .row(row)
        .iter()
        .filter(|cell| cell.value == revenue)
        .map(|cell| workbook.is_locked(cell))
        .collect();
    assert_eq!(shown, [false, true], "the carried answer, then the reference");
}

#[test]
fn every_form_of_a_faulty_value_can_be_written() {
    let form = Form::shipped();
    let key = CellKey::question("F03");
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let place = layout.place(&key, Language::Zh).expect("a place");
    let (row, column) = workbook::extract::position(&place.cell).expect("a position");
    let check = |cell: PrefillCell, expected: &RawValue, format: &str, formula: bool| {
        let workbook = read(&form.write(&issue(Language::Zh), &Prefill::from([(key.clone(), cell)])));
        let found = sheet(&workbook, &place.sheet)
            .cell(row, column)
            .expect("a cell")
            .clone();
        assert_eq!((&found.value, found.formula), (expected, formula));
        assert_eq!(workbook.number_format(&found), format);
    };
    let same = |value: RawValue, formula: bool| check(value.clone().into(), &value, "#,##0.00", formula);
    same(RawValue::Text("=1+1".into()), false);
    same(RawValue::Text("约500".into()), false);
    same(RawValue::Text(" 空格 \n换行".into()), false);
    same(RawValue::Number(-0.1), false);
    same(RawValue::Boolean(true), false);
    same(RawValue::Error("#REF!".into()), true);
    same(RawValue::FormulaWithoutValue, true);
    let with = |value: RawValue, format: Option<&str>, formula: Option<&str>| PrefillCell {
        value,
        number_format: format.map(str::to_owned),
        formula: formula.map(str::to_owned),
    };
    check(
        with(RawValue::Number(0.85), Some("0%"), None),
        &RawValue::Number(0.85),
        "0%",
        false,
    );
    check(
        with(RawValue::DateSerial(46053.0), Some("yyyy/m/d"), None),
        &RawValue::DateSerial(46053.0),
        "yyyy/m/d",
        false,
    );
    check(
        with(RawValue::Number(3.0), None, Some("=1+2")),
        &RawValue::Number(3.0),
        "#,##0.00",
        true,
    );
}

#[test]
fn what_cannot_be_written_is_refused() {
    let mut form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let attempt = |form: &Form, prefill: &Prefill| {
        let written = write(&layout, &form.questionnaire, &form.lists, &issue(Language::Zh), prefill);
        written.map_or_else(|error| error.code(), |_| "written")
    };
    let cell = |key: CellKey, text: &str| Prefill::from([(key, RawValue::Text(text.into()).into())]);
    assert_eq!(
        attempt(&form, &cell(CellKey::question("ZZ99"), "x")),
        "template.unknown_cell"
    );
    assert_eq!(
        attempt(&form, &cell(CellKey::table("V02", 30, "name"), "x")),
        "template.unknown_cell"
    );
    assert_eq!(attempt(&form, &cell(CellKey::table("V02", 29, "name"), "x")), "written");
    assert_eq!(
        attempt(&form, &cell(CellKey::question("A01"), &"长".repeat(32_768))),
        "template.text_too_long"
    );
    form.lists.clear();
    assert_eq!(attempt(&form, &Prefill::new()), "template.options_missing");
}
