//! What stands where.

use std::collections::BTreeSet;

use survey::questionnaire::QuestionType;
use workbook::{
    language::Language,
    layout::{CellKey, Layout, RowRole, SheetBody},
};

use crate::support::Form;

fn layout(variant: Option<&str>) -> (Form, Layout) {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, variant);
    (form, layout)
}

#[test]
fn every_question_has_its_cell_and_no_cell_two_questions() {
    let (form, layout) = layout(None);
    let mut places = BTreeSet::new();
    for question in &form.questionnaire.questions {
        let keys: Vec<CellKey> = match (&question.columns, question.kind) {
            (Some(columns), QuestionType::Table) => (0..question.max_items.expect("a bound"))
                .flat_map(|row| {
                    columns
                        .iter()
                        .map(move |column| CellKey::table(&question.code, row, &column.code))
                })
                .collect(),
            _ => vec![CellKey::question(&question.code)],
        };
        for key in keys {
            let place = layout
                .place(&key, Language::Zh)
                .unwrap_or_else(|| panic!("{key} has no place"));
            assert!(layout.cells().contains(&key), "{key}");
            assert!(places.insert(place), "{key}");
        }
    }
    assert_eq!(layout.cells().len(), places.len());
}

#[test]
fn a_variant_leaves_out_the_questions_of_the_others() {
    let (form, all) = layout(None);
    let questions = |layout: &Layout| {
        layout
            .cells()
            .into_iter()
            .map(|key| key.question)
            .collect::<BTreeSet<_>>()
    };
    for (variant, other) in [("M", "S"), ("S", "M")] {
        let layout = Layout::of(&form.questionnaire, &form.lists, Some(variant));
        let left_out: BTreeSet<String> = &questions(&all) - &questions(&layout);
        let condition = format!("A11 == \"{other}\"");
        let sections = &form.questionnaire.sections;
        let expected = form.questionnaire.questions.iter().filter(|question| {
            let section = sections
                .iter()
                .find(|section| section.code == question.section)
                .expect("its section");
            question.relevance == condition || section.relevance == condition
        });
        assert_eq!(left_out, expected.map(|question| question.code.clone()).collect());
        assert!(!left_out.is_empty());
    }
}

#[test]
fn years_of_a_row_stand_side_by_side() {
    let (_, layout) = layout(None);
    let sheet = layout.sheet("F").expect("the section");
    let SheetBody::Grid(grid) = &sheet.body else {
        panic!("a grid")
    };
    let periods: Vec<&str> = grid.periods.iter().map(|period| period.code.as_str()).collect();
    assert_eq!(periods, ["y1", "y2", "y3", "end1"]);
    let row = grid.rows.iter().find(|row| row.anchor == "F03").expect("the row");
    let questions: Vec<Option<&str>> = row.questions.iter().map(Option::as_deref).collect();
    assert_eq!(questions, [Some("F03"), Some("F03P"), Some("F03Q"), None]);
    assert_eq!(row.label.zh, "营业收入");
}

#[test]
fn a_multiple_choice_has_a_row_per_option() {
    let (_, layout) = layout(None);
    let SheetBody::Grid(grid) = &layout.sheet("N").expect("the section").body else {
        panic!("a grid")
    };
    let head = grid.rows.iter().position(|row| row.anchor == "N05").expect("the head");
    assert_eq!(grid.rows[head].role, RowRole::Ticks);
    assert_eq!(grid.rows[head + 1].role, RowRole::Tick { option: "A".into() });
    assert_eq!(grid.rows[head + 1].anchor, "N05#A");
    assert!(grid.rows[head].note.zh.contains("可多选"));
}

#[test]
fn many_options_take_codes_in_one_cell() {
    let mut form = Form::shipped();
    let question = form
        .questionnaire
        .questions
        .iter_mut()
        .find(|question| question.code == "N05")
        .expect("N05");
    let option = question.options.as_ref().expect("options")[0].clone();
    let many = (0..21).map(|code| survey::questionnaire::ChoiceOption {
        code: code.to_string(),
        ..option.clone()
    });
    question.options = Some(many.collect());
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let SheetBody::Grid(grid) = &layout.sheet("N").expect("the section").body else {
        panic!("a grid")
    };
    assert_eq!(
        grid.rows.iter().find(|row| row.anchor == "N05").expect("the row").role,
        RowRole::Answer
    );
    assert!(!grid.rows.iter().any(|row| row.anchor.starts_with("N05#")));
}

#[test]
fn conditions_are_said_on_the_form() {
    let (form, all) = layout(None);
    let note = |layout: &Layout, sheet: &str, row: &str| {
        let SheetBody::Grid(grid) = &layout.sheet(sheet).expect("the section").body else {
            panic!("a grid")
        };
        grid.rows
            .iter()
            .find(|found| found.anchor == row)
            .expect("the row")
            .note
            .zh
            .clone()
    };
    assert!(note(&all, "W", "W02").ends_with("仅当 W01 填“是”时填写。"));
    assert!(note(&all, "D", "D08").ends_with("仅当 A11 选“M 工业企业版”时填写。"));
    let industry = Layout::of(&form.questionnaire, &form.lists, Some("M"));
    assert!(!note(&industry, "D", "D08").contains("仅当"));
}

#[test]
fn the_hash_follows_structure_and_wording() {
    let (form, layout) = layout(None);
    let hash = layout.hash();
    assert_eq!(hash.len(), 64);
    assert_eq!(hash, Layout::of(&form.questionnaire, &form.lists, None).hash());
    assert_ne!(hash, Layout::of(&form.questionnaire, &form.lists, Some("M")).hash());
    let mut reworded = Form::shipped();
    reworded.questionnaire.questions[0].label.en.push('.');
    assert_ne!(hash, Layout::of(&reworded.questionnaire, &reworded.lists, None).hash());
}
