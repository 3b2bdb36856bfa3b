//! Enterprises and answers: the same every time, valid, clean, in keeping with last year.

use std::collections::BTreeSet;

use survey::{answer::Answer, identifier::Uscc, questionnaire::CarryMode, survey::RoundContext};
use workbook::{
    layout::Layout,
    prefill::Prefill,
    template::{self, TemplateIssue},
};

use super::{COUNTY, SURVEY, SampleEnterprise, county, lists, number, returned, typed};

#[test]
fn the_same_seed_gives_the_same_county() {
    let county = county();
    let once = county.generate(1, 24);
    assert_eq!(format!("{once:?}"), format!("{:?}", county.generate(1, 24)));
    let other = county.generate(2, 24);
    let pairs = || once.iter().zip(&other);
    assert!(pairs().filter(|(a, b)| a.facts.name == b.facts.name).count() < 3);
    assert!(pairs().all(|(a, b)| a.answers != b.answers));
    assert!(county.generate(1, 0).is_empty());
}

#[test]
fn the_same_seed_gives_the_same_workbooks() {
    let lists = lists();
    let workbook = |enterprise: &SampleEnterprise| {
        let variant = match enterprise.answers.get("A11") {
            Some(Answer::Choice(variant)) => Some(variant.as_str()),
            _ => None,
        };
        let layout = Layout::of(SURVEY.questionnaire(), &lists, variant);
        let fill = typed(&enterprise.answers, enterprise.first_upload());
        let issue = TemplateIssue {
            issued_at: "2026-03-02T00:00:00Z".to_owned(),
            ..TemplateIssue::default()
        };
        template::write(&layout, SURVEY.questionnaire(), &lists, &issue, &fill).unwrap()
    };
    let (once, again) = (county().generate(3, 8), county().generate(3, 8));
    assert!(once.iter().any(|enterprise| !enterprise.faults.is_empty()));
    assert!(once.iter().zip(&again).all(|(a, b)| workbook(a) == workbook(b)));
}

#[test]
fn facts_are_valid_and_unique() {
    let (mut names, mut codes) = (BTreeSet::new(), BTreeSet::new());
    for SampleEnterprise { facts, answers, .. } in COUNTY.iter() {
        let uscc = Uscc::parse(&facts.uscc).unwrap();
        assert!(
            uscc.check_ok() && uscc.inner_check_ok() && facts.uscc[8..].starts_with("XY"),
            "{uscc}"
        );
        assert!(names.insert(&facts.name) && codes.insert(&facts.uscc), "{facts:?}");
        assert!(SURVEY.tables().listed("areas", &facts.area_code), "{facts:?}");
        assert!(SURVEY.tables().listed("industry", &facts.industry_code), "{facts:?}");
        assert!(facts.employees.is_some() && facts.assets_wan_yuan.is_some());
        assert_eq!(facts.revenue_wan_yuan, number(answers, "F03"));
    }
}

#[test]
fn right_answers_are_clean_and_complete() {
    let mut warnings = Vec::new();
    for enterprise in COUNTY.iter().take(60) {
        let (read, findings) = returned(typed(&enterprise.answers, Prefill::new()), enterprise.previous.as_ref());
        assert_eq!(read, enterprise.answers, "{}", enterprise.facts.name);
        assert_eq!(findings.block, 0, "{}: {:#?}", enterprise.facts.name, findings.items);
        let ignored = SURVEY.evaluate(&enterprise.answers, &RoundContext::new(), None).ignored;
        assert_eq!(ignored, BTreeSet::new());
        warnings.push(findings.warn);
        if let Some(previous) = &enterprise.previous {
            let (_, findings) = returned(typed(previous, Prefill::new()), None);
            assert_eq!(
                findings.block, 0,
                "last year of {}: {:#?}",
                enterprise.facts.name, findings.items
            );
        }
    }
    assert!(
        warnings.iter().sum::<usize>() <= 60,
        "at most one on average: {warnings:?}"
    );
    assert!(
        warnings.iter().filter(|count| **count == 0).count() >= 30,
        "{warnings:?}"
    );
    assert!(
        warnings.iter().any(|count| *count > 0),
        "a county without any doubt shows nothing"
    );
}

#[test]
fn last_year_agrees_with_what_this_year_repeats() {
    let took_part: Vec<_> = COUNTY
        .iter()
        .filter_map(|e| Some((&e.answers, e.previous.as_ref()?)))
        .collect();
    assert_eq!(took_part.len(), 120);
    let repeated = SURVEY
        .questionnaire()
        .questions
        .iter()
        .filter(|q| q.carry_mode == CarryMode::Prefill);
    let pairs: Vec<_> = repeated
        .filter_map(|q| Some((q.carry_from.as_deref()?, q.code.as_str())))
        .collect();
    assert!(pairs.len() > 15);
    for (now, then) in &took_part {
        for (before, repeated) in &pairs {
            let repeated = number(now, repeated);
            assert!(
                repeated.is_none() || number(then, before) == repeated,
                "{before} is {repeated:?}"
            );
        }
        assert_eq!(then.get("A02"), now.get("A02"));
        let numbers = now.iter().filter(|(_, answer)| matches!(answer, Answer::Number(_)));
        let same = numbers
            .clone()
            .filter(|(code, answer)| then.get(*code) == Some(*answer))
            .count();
        assert!(same * 10 < numbers.count() * 9, "this year is not last year once more");
    }
}
