//! Together with the survey crate: answers, written into a workbook and read back, are the same answers.

use proptest::prelude::*;
use survey::answer::Answers;
use workbook::{
    anchor::anchor,
    extract::{Limits, extract},
    language::Language,
};

use crate::{
    roundtrip::any_answers,
    support::{Form, SURVEY, worked_answers},
};

fn read_back(form: &Form, answers: &Answers, language: Language) -> Answers {
    let raw = extract(&form.filled(answers, language), &Limits::default()).expect("readable");
    let found = anchor(&raw, &form.questionnaire, &form.lists).expect("understood");
    SURVEY.read_answers(&found.cells, found.dates).answers
}

#[test]
fn the_worked_enterprises_come_back() {
    let form = Form::shipped();
    for enterprise in 0..5 {
        let answers = worked_answers(&form.questionnaire, enterprise);
        assert_eq!(read_back(&form, &answers, Language::Zh), answers, "{enterprise}");
    }
    for language in [Language::En, Language::Both] {
        let answers = worked_answers(&form.questionnaire, 2);
        assert_eq!(read_back(&form, &answers, language), answers, "{language:?}");
    }
}

/// Every option of every choice is accepted as the drop-down list writes it.
#[test]
fn every_option_of_every_list_is_accepted() {
    let form = Form::shipped();
    let most = form
        .questionnaire
        .questions
        .iter()
        .map(|q| workbook::options::choices(q, &form.lists).len());
    let most = most.filter(|count| *count < 100).max().expect("choices");
    for language in [Language::Zh, Language::En] {
        for at in 0..most {
            let answers: Answers = form
                .questionnaire
                .questions
                .iter()
                .filter_map(|question| {
                    use survey::{answer::Answer, questionnaire::QuestionType};
                    let options = workbook::options::choices(question, &form.lists);
                    let code = options.get(at).map(|choice| choice.code.to_owned())?;
                    let answer = match question.kind {
                        QuestionType::Level => Answer::Number(code.parse().ok()?),
                        QuestionType::Multi => Answer::Choices(vec![code]),
                        _ => Answer::Choice(code),
                    };
                    Some((question.code.clone(), answer))
                })
                .collect();
            assert_eq!(read_back(&form, &answers, language), answers, "{language:?} {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn any_answers_come_back(answers in any_answers()) {
        let form = Form::shipped();
        for language in [Language::Zh, Language::En, Language::Both] {
            let found = read_back(&form, &answers, language);
            for (code, answer) in &answers {
                prop_assert_eq!(found.get(code), Some(answer), "{} {:?}", code, language);
            }
            prop_assert_eq!(found.len(), answers.len());
        }
    }
}
