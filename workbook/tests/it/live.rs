//! What a template works out by itself is what the survey crate works out.

use std::collections::BTreeMap;

use survey::{
    answer::{Answer, Answers, Claim, Claims},
    cell::RawValue,
    finding::Findings,
    survey::{DerivedResult, Evaluation, RoundContext},
};
use workbook::{
    anchor::anchor,
    extract::{Limits, RawWorkbook, Visibility, extract},
    language::Language,
    layout::Layout,
    prefill::{Prefill, raw_values},
    template::{TemplateIssue, write_live},
};

use crate::support::{Form, SURVEY, issue, worked_answers};

fn live(answers: &Answers, language: Language) -> RawWorkbook {
    live_with(answers, Claims::new(), language)
}

fn live_with(answers: &Answers, claims: Claims, language: Language) -> RawWorkbook {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let prefill = raw_values(&form.questionnaire, &form.lists, answers, language);
    let issue = TemplateIssue {
        claims,
        ..issue(language)
    };
    let bytes = write_live(&layout, &SURVEY, &form.lists, &issue, &prefill).expect("written");
    extract(&bytes, &Limits::default()).expect("readable")
}

/// Codes of the hidden sheet with their cached values; a question comes before its flag of the same code.
fn cached(workbook: &RawWorkbook) -> BTreeMap<String, Vec<RawValue>> {
    let sheet = workbook
        .sheets
        .iter()
        .find(|sheet| sheet.name == "_checks")
        .expect("the sheet");
    assert_eq!(sheet.visibility, Visibility::Hidden);
    let mut values: BTreeMap<String, Vec<RawValue>> = BTreeMap::new();
    for code in sheet.cells.iter().filter(|cell| cell.column == 0) {
        let RawValue::Text(text) = &code.value else { continue };
        let value = sheet.cell(code.row, 1).expect("a value");
        assert!(value.formula, "{text}");
        values.entry(text.clone()).or_default().push(value.value.clone());
    }
    values
}

fn checked(answers: &Answers) -> (Evaluation, Findings) {
    let evaluation = SURVEY.evaluate(answers, &RoundContext::new(), None);
    let reading = survey::reading::Reading {
        answers: answers.clone(),
        ..survey::reading::Reading::default()
    };
    let findings = SURVEY.check(&reading, &evaluation, &std::collections::BTreeSet::new());
    (evaluation, findings)
}

/// The worked enterprises, and one with contradictions.
fn cases() -> Vec<Answers> {
    let form = Form::shipped();
    let mut cases: Vec<Answers> = (0..5).map(|at| worked_answers(&form.questionnaire, at)).collect();
    let mut wrong = cases[2].clone();
    for (code, number) in [("D07", 9999), ("T02", 99_999), ("R01", 1)] {
        wrong.insert(code.into(), Answer::Number(number.into()));
    }
    cases.push(wrong);
    cases.push(Answers::new());
    cases
}

#[test]
fn derived_values_and_broken_rules_are_those_of_the_survey() {
    for (at, answers) in cases().iter().enumerate() {
        let values = cached(&live(answers, Language::Zh));
        let (evaluation, findings) = checked(answers);
        for derived in &SURVEY.questionnaire().derived {
            let Some(found) = values.get(&derived.code).and_then(|found| found.first()) else {
                continue;
            };
            match evaluation.derived.get(&derived.code) {
                Some(DerivedResult::Number(number)) => {
                    assert_eq!(found, &RawValue::Number(*number), "case {at}: {}", derived.code);
                }
                Some(DerivedResult::Text(text)) => assert_eq!(found, &RawValue::Text(text.clone()), "{}", derived.code),
                None => assert!(
                    matches!(found, RawValue::Blank) || found == &RawValue::Text(String::new()),
                    "case {at}: {} is {found:?}",
                    derived.code
                ),
            }
        }
        for rule in &SURVEY.questionnaire().edit_rules {
            let Some(found) = values.get(&rule.code).and_then(|found| found.first()) else {
                continue;
            };
            let mut told = findings.items.iter().flat_map(survey::finding::Finding::rules);
            let is_broken = told.any(|code| code == rule.code);
            assert_eq!(found, &RawValue::Boolean(is_broken), "case {at}: {}", rule.code);
        }
    }
}

#[test]
fn nearly_every_derived_value_and_rule_has_its_formula() {
    let values = cached(&live(&Answers::new(), Language::En));
    let questionnaire = SURVEY.questionnaire();
    let derived = questionnaire
        .derived
        .iter()
        .filter(|derived| !values.contains_key(&derived.code));
    let without: Vec<&str> = derived.map(|derived| derived.code.as_str()).collect();
    // Those that read tables or code lists, and those that rely on them.
    assert_eq!(without, ["size_class", "it_saving_tce", "it_saving_share"]);
    let rules = questionnaire
        .edit_rules
        .iter()
        .filter(|rule| values.contains_key(&rule.code))
        .count();
    assert!(rules >= 125, "{rules} rules have a formula");
}

#[test]
fn the_progress_counts_what_must_be_answered() {
    let check = |answers: &Answers, language: Language, expected: &str| {
        let workbook = live(answers, language);
        let cover = &workbook.sheets[0];
        let progress = cover.cells.iter().find(|cell| cell.formula).expect("the progress");
        assert_eq!(progress.value, RawValue::Text(expected.into()));
    };
    let (evaluation, _) = checked(&Answers::new());
    let asked = |evaluation: &Evaluation| {
        let questions = SURVEY.questionnaire().questions.iter();
        questions
            .filter(|q| q.required && evaluation.relevant.contains(&q.code))
            .count()
    };
    check(&Answers::new(), Language::Zh, &format!("0 / {}", asked(&evaluation)));
    let answers = worked_answers(SURVEY.questionnaire(), 2);
    let (evaluation, findings) = checked(&answers);
    let missing = findings
        .items
        .iter()
        .filter(|finding| finding.rule == "required")
        .count();
    let asked = asked(&evaluation);
    for language in [Language::Zh, Language::En, Language::Both] {
        check(&answers, language, &format!("{} / {asked}", asked - missing));
    }
}

#[test]
fn a_question_that_is_said_not_to_apply_is_not_asked() {
    let questions = || SURVEY.questionnaire().questions.iter();
    let (evaluation, _) = checked(&Answers::new());
    let is_asked = |code: &str| evaluation.relevant.contains(code);
    let required = |claimable: bool| {
        let of_kind = move |q: &&survey::questionnaire::Question| q.required && q.na_allowed == claimable;
        questions().filter(of_kind).find(|q| is_asked(&q.code)).expect("one")
    };
    let asked = questions().filter(|q| q.required && is_asked(&q.code)).count();
    let check = |code: &str, reason: &str, expected: usize| {
        let claim = Claim {
            reason: reason.to_owned(),
            place: survey::cell::Place::default(),
        };
        let workbook = live_with(&Answers::new(), Claims::from([(code.to_owned(), claim)]), Language::Zh);
        let progress = workbook.sheets[0]
            .cells
            .iter()
            .find(|cell| cell.formula)
            .expect("the progress");
        assert_eq!(
            progress.value,
            RawValue::Text(format!("0 / {expected}")),
            "{code}: {reason}"
        );
    };
    let claimable = required(true).code.as_str();
    check(claimable, "没有生产车间", asked - 1);
    check(claimable, "/", asked);
    check(&required(false).code, "没有生产车间", asked);
}

#[test]
fn a_live_template_is_read_back_as_any_other() {
    let form = Form::shipped();
    for language in [Language::Zh, Language::En, Language::Both] {
        let answers = worked_answers(&form.questionnaire, 2);
        let found = anchor(&live(&answers, language), &form.questionnaire, &form.lists).expect("understood");
        assert_eq!(found.notices, []);
        assert_eq!(SURVEY.read_answers(&found.cells, found.dates).answers, answers);
    }
}

#[test]
fn the_same_arguments_give_the_same_bytes() {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let once = || write_live(&layout, &SURVEY, &form.lists, &issue(Language::Both), &Prefill::new()).expect("written");
    assert_eq!(once(), once());
}

#[test]
fn the_sheet_of_checks_is_written_for_people() {
    let form = Form::shipped();
    let derived: Vec<&str> = form
        .questionnaire
        .derived
        .iter()
        .map(|derived| derived.code.as_str())
        .collect();
    let check = |language: Language, name: &str, expected: &[&str]| {
        let workbook = live(&cases()[5], language);
        let sheet = workbook
            .sheets
            .iter()
            .find(|sheet| sheet.name == name)
            .expect("the sheet");
        // The first column is hidden.
        let seen = sheet.cells.iter().filter(|cell| cell.column > 0);
        let texts: Vec<&str> = seen
            .filter_map(|cell| match &cell.value {
                RawValue::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        for text in &texts {
            assert!(!text.contains(['{', '}']) && !derived.contains(text), "{text}");
        }
        for part in expected {
            assert!(texts.iter().any(|text| text.contains(part)), "{part} is missing");
        }
    };
    check(
        Language::Zh,
        "自动核对",
        &[
            "审核关系",
            "通过",
            "不符",
            "≤",
            "强制性错误（必须改正）",
            "核实性错误（改正或说明）",
        ],
    );
    check(
        Language::En,
        "Checks",
        &[
            "Relation",
            "Holds",
            "Fails",
            "≤",
            "Error (must be corrected)",
            "Query (correct or justify)",
        ],
    );
}
