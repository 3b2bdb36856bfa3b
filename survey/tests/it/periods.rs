//! Years that texts name, and answers that go by the year they speak of.

use survey::{
    answer::{Answer, Answers},
    carry::Carry,
    questionnaire::Questionnaire,
    text::Text,
};

use crate::shipped::questionnaire;

fn asked_in(year: i32) -> Questionnaire {
    questionnaire().in_year(year).unwrap()
}

#[test]
fn texts_name_the_years_of_the_round() {
    let check = |year: i32, text: &str, zh: &str, en: &str| {
        let mut document = questionnaire();
        document.questions[0].help = Text::new(text, text);
        let asked = document.in_year(year).unwrap();
        assert_eq!(asked.questions[0].help, Text::new(zh, en));
        assert_eq!(asked.survey_year, year);
    };
    check(2026, "{y1}", "2025", "2025");
    check(
        2030,
        "{y3}、{y2}、{y1}、{y0}",
        "2027、2028、2029、2030",
        "2027、2028、2029、2030",
    );
    check(2027, "至{end1}", "至2026年12月31日", "至31 December 2026");
    // What stands for nothing stays; the document is refused when it is published.
    check(2027, "{y7}{y1}{", "{y7}2026{", "{y7}2026{");
    let labels = |year: i32| asked_in(year).periods["y1"].label();
    assert_eq!(labels(2026), Text::new("上年（2025年）", "last year (2025)"));
    assert_eq!(labels(2031), Text::new("上年（2030年）", "last year (2030)"));
}

#[test]
fn the_shipped_questionnaire_says_in_which_years_it_is_asked() {
    let check = |year: i32, expected: bool| assert_eq!(questionnaire().serves(year), expected, "{year}");
    check(2024, false);
    check(2025, true);
    check(2035, true);
    check(2036, false);
    let alone = Questionnaire {
        last_survey_year: None,
        ..questionnaire()
    };
    assert!(alone.serves(2025) && !alone.serves(2026));
}

#[test]
fn answers_go_by_the_year_they_speak_of() {
    let check = |last: i32, now: i32, given: &str, expected: Option<&str>| {
        let carry = Carry::between(&asked_in(last), &asked_in(now));
        let given: Answers = [(given.to_owned(), Answer::Number(7.into()))].into();
        let carried = carry.year_before(given.clone());
        let codes: Vec<&str> = carried.keys().map(String::as_str).collect();
        assert_eq!(
            codes,
            expected.into_iter().collect::<Vec<_>>(),
            "{last} to {now}: {given:?}"
        );
    };
    // One year apart everything stays, two years apart it is a year older, in the same year a year younger.
    check(2026, 2027, "F03", Some("F03"));
    check(2026, 2027, "F03Q", Some("F03Q"));
    check(2025, 2027, "F03", Some("F03P"));
    check(2025, 2027, "F03P", Some("F03Q"));
    check(2025, 2027, "F03Q", None);
    check(2026, 2026, "F03P", Some("F03"));
    check(2026, 2026, "F03", None);
    // The end of a year is not the year, and what belongs to no year goes by its code.
    check(2026, 2027, "F02", Some("F02"));
    check(2025, 2027, "F02", None);
    check(2025, 2027, "A01", Some("A01"));
    check(2026, 2027, "X99", None);
}

#[test]
fn a_document_that_states_no_years_is_known_by_its_codes_for_a_year() {
    let mut old = asked_in(2026);
    for period in old.periods.values_mut() {
        period.year = None;
        period.at_end = false;
    }
    let given: Answers = [("F03".to_owned(), Answer::Number(7.into()))].into();
    let next = Carry::between(&old, &asked_in(2027));
    assert_eq!(next.year_before(given.clone()), given);
    let later = Carry::between(&old, &asked_in(2028));
    assert_eq!(later.year_before(given), Answers::new());
}
