//! Scoring one enterprise under each methodology, from an evaluated return to every node with its reason.
//!
//! `cargo bench -p index --bench scoring`

#![expect(clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::{collections::BTreeSet, fs, hint::black_box, path::PathBuf, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use index::{compile::CompiledCard, document::Methodology, explain};
use survey::{
    answer::Answers,
    questionnaire::Questionnaire,
    survey::{Evaluation, RoundContext, Survey},
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};

fn scoring(c: &mut Criterion) {
    let survey = survey();
    let evaluation = evaluation(&survey);
    let mut group = c.benchmark_group("score_one");
    for (name, file) in [
        ("integration_index", "methodology_integration_index.json"),
        ("sme_level", "methodology_sme_level_2024.json"),
    ] {
        let methodology = methodology(file, &survey);
        let none = BTreeSet::new();
        group.bench_function(name, |b| b.iter(|| methodology.score(black_box(&evaluation), &none)));
        let scored = methodology.score(&evaluation, &none);
        group.bench_function(format!("{name}_explain"), |b| {
            b.iter(|| explain::tree(black_box(&scored), &methodology));
        });
    }
    group.finish();
}

fn data(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "data", name].iter().collect();
    fs::read(path).expect("the shipped data are there")
}

fn survey() -> Survey {
    let tables = ReferenceTables {
        areas: AreaTable::parse(&data("areas_fuyang.csv")).expect("areas"),
        industries: IndustryTable::parse("GB/T 4754-2017", &data("industry_gbt4754_2017.csv")).expect("industries"),
        sizes: SizeClassRules::parse(&data("size_classes.json")).expect("sizes"),
        energy: EnergyFactors::parse(&data("energy_factors.csv")).expect("energy factors"),
        co2: Co2Factors::parse(&data("co2_factors.csv")).expect("CO2 factors"),
        grid: GridFactors::parse(&data("grid_factors.csv")).expect("grid factors"),
        settings: FactorSettings::parse(&data("factor_settings.json")).expect("factor settings"),
    };
    let questionnaire = Questionnaire::parse(&data("questionnaire_integration.json")).expect("questionnaire");
    Survey::compile(questionnaire, Arc::new(tables)).expect("the questionnaire is valid")
}

fn methodology(file: &str, survey: &Survey) -> CompiledCard {
    let document = Methodology::parse(&data(file)).expect("the methodology is well formed");
    let compiled = document.compile(survey).expect("the methodology is valid");
    compiled.enterprise().expect("it scores enterprises")
}

/// A return in which every option and number is the second or a middling one.
fn evaluation(survey: &Survey) -> Evaluation {
    use survey::{answer::Answer, questionnaire::QuestionType};
    let answer = |question: &survey::questionnaire::Question| match question.kind {
        QuestionType::Single => survey
            .options(&question.code)
            .first()
            .map(|o| Answer::Choice(o.code.clone())),
        QuestionType::Multi => Some(Answer::Choices(
            survey
                .options(&question.code)
                .iter()
                .skip(1)
                .map(|o| o.code.clone())
                .collect(),
        )),
        QuestionType::Level => Some(Answer::Number(3.into())),
        QuestionType::Number | QuestionType::Integer | QuestionType::Money | QuestionType::Percent => Some(
            Answer::Number((u32::try_from(question.code.len()).unwrap_or(3) * 11).into()),
        ),
        QuestionType::Boolean => Some(Answer::Boolean(true)),
        _ => None,
    };
    let questions = &survey.questionnaire().questions;
    let answers: Answers = questions
        .iter()
        .filter_map(|q| Some((q.code.clone(), answer(q)?)))
        .collect();
    survey.evaluate(&answers, &RoundContext::new(), None)
}

criterion_group!(benches, scoring);
criterion_main!(benches);
