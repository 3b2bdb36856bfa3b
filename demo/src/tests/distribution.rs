//! Whether the county looks like one: shares, sizes, levels and stages.

use std::collections::{BTreeMap, BTreeSet};

use ::index::document::Methodology;
use survey::{
    answer::{Answer, Answers},
    questionnaire::QuestionType,
    survey::{DerivedResult, RoundContext},
};

use super::{COUNTY, SURVEY, number, read};

#[test]
fn the_county_looks_like_one() {
    let count = |code: &str| {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for enterprise in COUNTY.iter() {
            if let Some(Answer::Choice(option)) = enterprise.answers.get(code) {
                *counts.entry(option).or_default() += 1;
            }
        }
        counts
    };
    let services = count("A11").get("S").copied();
    assert!(
        services.is_some_and(|services| (25..=35).contains(&services)),
        "about 15 %, found {services:?}"
    );
    assert_eq!(count("A08").len(), 24, "every town");
    assert!(count("A10").len() > 40, "many industries");
    assert_eq!(
        COUNTY.iter().filter(|enterprise| !enterprise.faults.is_empty()).count(),
        30
    );

    let sizes: BTreeSet<_> = COUNTY
        .iter()
        .filter_map(|e| derived_text(&e.answers, "size_class"))
        .collect();
    assert!(sizes.len() >= 3, "{sizes:?}");
    for question in SURVEY
        .questionnaire()
        .questions
        .iter()
        .filter(|q| q.kind == QuestionType::Level)
    {
        let levels: BTreeSet<_> = COUNTY
            .iter()
            .filter_map(|e| number(&e.answers, &question.code))
            .collect();
        assert!(levels.len() >= 4, "{} shows {levels:?}", question.code);
    }
}

#[test]
fn levels_and_stages_are_plausible() {
    let (levels, scores) = attained("methodology_sme_level_2024.json");
    let asked = COUNTY
        .iter()
        .filter(|enterprise| enterprise.answers.contains_key("A12"))
        .count();
    assert_eq!(levels.len(), asked, "industry alone has a level");
    assert!((0..=4).all(|level| levels.contains(&level)), "{levels:?}");
    let lower = levels.iter().filter(|level| **level <= 2).count();
    assert!(
        (asked * 80 / 100..=asked * 96 / 100).contains(&lower),
        "{lower} of {asked} in levels 0 to 2"
    );
    assert!(spread(&scores) > 40.0, "{scores:?}");

    let (stages, _) = attained("methodology_integration_index.json");
    assert!((1..=4).all(|stage| stages.contains(&stage)), "{stages:?}");
    let lower = stages.iter().filter(|stage| **stage <= 2).count();
    assert!((160..=184).contains(&lower), "{lower} of 200 in stages 1 and 2");
}

/// The levels or stages of those enterprises a methodology applies to, and their totals.
fn attained(methodology: &str) -> (Vec<u32>, Vec<f64>) {
    let methodology = Methodology::parse(&read(methodology))
        .unwrap()
        .compile(&SURVEY)
        .unwrap()
        .enterprise()
        .unwrap();
    COUNTY
        .iter()
        .map(|enterprise| SURVEY.evaluate(&enterprise.answers, &RoundContext::new(), None))
        .map(|evaluation| methodology.score(&evaluation, &BTreeSet::new()))
        .filter(|scored| scored.applies)
        .map(|scored| {
            let total = scored
                .nodes
                .iter()
                .find(|node| node.parent.is_none())
                .and_then(|node| node.score)
                .unwrap();
            (scored.attained.unwrap().value, total.to_f64())
        })
        .unzip()
}

fn derived_text(answers: &Answers, code: &str) -> Option<String> {
    match SURVEY
        .evaluate(answers, &RoundContext::new(), None)
        .derived
        .remove(code)?
    {
        DerivedResult::Text(text) => Some(text),
        DerivedResult::Number(_) => None,
    }
}

fn spread(scores: &[f64]) -> f64 {
    let ends = scores.iter().fold((f64::MAX, f64::MIN), |(low, high), score| {
        (low.min(*score), high.max(*score))
    });
    ends.1 - ends.0
}
