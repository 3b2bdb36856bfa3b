//! Answers to workbook to answers is an identity.

use proptest::prelude::*;
use survey::{
    answer::{Answer, AnswerRow, Answers},
    questionnaire::{Question, QuestionType, Questionnaire},
};
use workbook::{
    anchor::{ReturnWorkbook, anchor},
    extract::{Limits, extract},
    language::Language,
    layout::CellKey,
    prefill::raw_values,
};

use crate::support::{Form, worked_answers};

fn returned(form: &Form, answers: &Answers, language: Language) -> ReturnWorkbook {
    let bytes = form.filled(answers, language);
    let raw = extract(&bytes, &Limits::default()).expect("our own workbook is readable");
    anchor(&raw, &form.questionnaire, &form.lists).expect("our own workbook is understood")
}

/// Every raw cell is the one that was put in, and nothing else is there.
fn check(form: &Form, answers: &Answers, language: Language) {
    let found = returned(form, answers, language);
    assert_eq!(found.notices, []);
    let expected = raw_values(&form.questionnaire, &form.lists, answers, language);
    let cells = found
        .cells
        .iter()
        .filter(|cell| cell.value != survey::cell::RawValue::Blank);
    let found: Vec<_> = cells
        .map(|cell| {
            (
                CellKey {
                    question: cell.question.clone(),
                    table: cell.table.clone(),
                },
                cell.value.clone(),
            )
        })
        .collect();
    let mut sorted = found.clone();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let expected: Vec<_> = expected.into_iter().map(|(key, cell)| (key, cell.value)).collect();
    assert_eq!(sorted, expected);
}

#[test]
fn the_worked_enterprises_come_back_as_they_went() {
    let form = Form::shipped();
    for enterprise in 0..5 {
        check(&form, &worked_answers(&form.questionnaire, enterprise), Language::Zh);
    }
    for language in [Language::En, Language::Both] {
        check(&form, &worked_answers(&form.questionnaire, 2), language);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_answers_come_back_as_they_went(answers in any_answers()) {
        check(&Form::shipped(), &answers, Language::Zh);
    }
}

/// Answers of every type to about half of the questions.
pub(crate) fn any_answers() -> impl Strategy<Value = Answers> {
    let form = Form::shipped();
    let Form { questionnaire, lists } = form;
    let strategies: Vec<_> = questionnaire
        .questions
        .iter()
        .map(|question| {
            let codes: Vec<String> = workbook::options::choices(question, &lists)
                .iter()
                .map(|choice| choice.code.to_owned())
                .collect();
            let code = question.code.clone();
            prop::option::of(any_answer(question, codes))
                .prop_map(move |answer| answer.map(|answer| (code.clone(), answer)))
        })
        .collect();
    strategies.prop_map(|answers| answers.into_iter().flatten().collect())
}

fn any_answer(question: &Question, codes: Vec<String>) -> BoxedStrategy<Answer> {
    match question.kind {
        QuestionType::Single => prop::sample::select(codes).prop_map(Answer::Choice).boxed(),
        QuestionType::Level => prop::sample::select(codes)
            .prop_map(|code| Answer::Number(code.parse().expect("a level")))
            .boxed(),
        QuestionType::Multi => {
            let most = codes.len();
            prop::sample::subsequence(codes, 1..=most)
                .prop_map(Answer::Choices)
                .boxed()
        }
        QuestionType::Table => {
            let columns = question.columns.clone().expect("columns");
            let cells: Vec<_> = columns
                .iter()
                .map(|column| {
                    let codes = column
                        .options
                        .iter()
                        .flatten()
                        .map(|option| option.code.clone())
                        .collect();
                    let code = column.code.clone();
                    plain_answer(column.kind, codes).prop_map(move |answer| (code.clone(), answer))
                })
                .collect();
            let row = cells.prop_map(|cells| cells.into_iter().collect::<AnswerRow>());
            prop::collection::vec(row, 1..4).prop_map(Answer::Table).boxed()
        }
        kind => plain_answer(kind, codes),
    }
}

fn plain_answer(kind: QuestionType, codes: Vec<String>) -> BoxedStrategy<Answer> {
    match kind {
        QuestionType::Single => prop::sample::select(codes).prop_map(Answer::Choice).boxed(),
        QuestionType::Boolean => any::<bool>().prop_map(Answer::Boolean).boxed(),
        QuestionType::Text => "[=+@甲乙-][A-Za-z中文 <>&\"'=+@-]{0,8}[甲乙丙]"
            .prop_map(Answer::Text)
            .boxed(),
        // In a cell a day of 1905 is the number of a year, which is asked about.
        QuestionType::Date => (1906..2100_i32, 1..=12_u32, 1..=28_u32)
            .prop_map(|(year, month, day): (i32, u32, u32)| Answer::Date(format!("{year:04}-{month:02}-{day:02}")))
            .boxed(),
        QuestionType::Integer => (0..1_000_000_i64)
            .prop_map(|number| Answer::Number(number.into()))
            .boxed(),
        // More digits than a double holds come back as text, digit by digit.
        _ => (any::<i64>(), 0..6_u32)
            .prop_map(|(digits, scale)| Answer::Number(rust_decimal::Decimal::new(digits, scale).normalize()))
            .boxed(),
    }
}

#[test]
fn the_shipped_questionnaire_has_every_type() {
    let Questionnaire { questions, .. } = Form::shipped().questionnaire;
    for kind in [
        QuestionType::Number,
        QuestionType::Percent,
        QuestionType::Integer,
        QuestionType::Money,
        QuestionType::Single,
        QuestionType::Multi,
        QuestionType::Level,
        QuestionType::Text,
        QuestionType::Date,
        QuestionType::Boolean,
        QuestionType::Table,
    ] {
        assert!(questions.iter().any(|question| question.kind == kind), "{kind:?}");
    }
}
