//! How long a questionnaire takes to compile and a full return to read, evaluate and check.
#![expect(clippy::unwrap_used, reason = "the shipped documents are valid")]

use std::{collections::BTreeSet, fs, hint::black_box, path::PathBuf, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use survey::{
    answer::{Answer, Answers},
    cell::{DateSystem, Place, Provenances, RawCell, RawValue},
    questionnaire::{QuestionType, Questionnaire},
    reading::Reading,
    survey::{RoundContext, Survey},
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};

fn data(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "data", name].iter().collect();
    fs::read(path).unwrap()
}

fn tables() -> Arc<ReferenceTables> {
    Arc::new(ReferenceTables {
        areas: AreaTable::parse(&data("areas_fuyang.csv")).unwrap(),
        industries: IndustryTable::parse("GB/T 4754-2017", &data("industry_gbt4754_2017.csv")).unwrap(),
        sizes: SizeClassRules::parse(&data("size_classes.json")).unwrap(),
        energy: EnergyFactors::parse(&data("energy_factors.csv")).unwrap(),
        co2: Co2Factors::parse(&data("co2_factors.csv")).unwrap(),
        grid: GridFactors::parse(&data("grid_factors.csv")).unwrap(),
        settings: FactorSettings::parse(&data("factor_settings.json")).unwrap(),
    })
}

/// A return in which every question is answered: numbers rise with the question, choices take their second option.
fn full_return(survey: &Survey) -> Answers {
    let questions = &survey.questionnaire().questions;
    let answer = |index: usize| {
        let question = &questions[index];
        let options = survey.options(&question.code);
        let option = || options.get(1).map(|option| option.code.clone()).unwrap_or_default();
        match question.kind {
            QuestionType::Single => Answer::Choice(option()),
            QuestionType::Multi => Answer::Choices(vec![option()]),
            QuestionType::Level => Answer::Number(2.into()),
            QuestionType::Text => Answer::Text("91330111XY00010156".to_owned()),
            QuestionType::Date => Answer::Date("2026-03-11".to_owned()),
            QuestionType::Boolean => Answer::Boolean(true),
            QuestionType::Table => Answer::Table(Vec::new()),
            _ => Answer::Number((u64::try_from(index).unwrap() % 90 + 10).into()),
        }
    };
    let mut answers: Answers = (0..questions.len())
        .map(|index| (questions[index].code.clone(), answer(index)))
        .collect();
    answers.insert("A11".to_owned(), Answer::Choice("M".to_owned()));
    answers
}

fn cells(answers: &Answers) -> Vec<RawCell> {
    answers
        .iter()
        .filter_map(|(code, answer)| {
            let value = match answer {
                Answer::Number(number) => RawValue::Number(number.to_string().parse().unwrap()),
                Answer::Text(text) | Answer::Choice(text) | Answer::Date(text) => RawValue::Text(text.clone()),
                Answer::Choices(codes) => RawValue::Text(codes.join("、")),
                Answer::Boolean(value) => RawValue::Boolean(*value),
                Answer::Table(_) => return None,
            };
            Some(RawCell {
                question: code.clone(),
                table: None,
                place: Place {
                    sheet: "S".to_owned(),
                    cell: "D12".to_owned(),
                },
                value,
                number_format: "General".to_owned(),
                formula: false,
            })
        })
        .collect()
}

fn benches(criterion: &mut Criterion) {
    let tables = tables();
    let document = data("questionnaire_integration.json");
    let questionnaire = Questionnaire::parse(&document).unwrap();
    let survey = Survey::compile(questionnaire.clone(), Arc::clone(&tables)).unwrap();
    let answers = full_return(&survey);
    let cells = cells(&answers);
    let round = RoundContext::new().with("same_numeric_share", 0.5);
    let nothing = BTreeSet::new();

    criterion.bench_function("parse a questionnaire", |b| {
        b.iter(|| Questionnaire::parse(black_box(&document)));
    });
    criterion.bench_function("compile a questionnaire", |b| {
        b.iter(|| Survey::compile(black_box(questionnaire.clone()), Arc::clone(&tables)).unwrap());
    });
    criterion.bench_function("read a full return", |b| {
        b.iter(|| survey.read_answers(black_box(&cells), DateSystem::From1900));
    });
    criterion.bench_function("evaluate a full return", |b| {
        b.iter(|| survey.evaluate(black_box(&answers), &round, Some(&answers)));
    });
    let reading = Reading::of_answers(answers.clone(), Provenances::new());
    let evaluation = survey.evaluate(&answers, &round, Some(&answers));
    criterion.bench_function("check a full return", |b| {
        b.iter(|| survey.check(black_box(&reading), &evaluation, &nothing));
    });
    criterion.bench_function("read, evaluate and check a full return", |b| {
        b.iter(|| {
            let reading = survey.read_answers(black_box(&cells), DateSystem::From1900);
            let evaluation = survey.evaluate(&reading.answers, &round, Some(&answers));
            survey.check(&reading, &evaluation, &nothing)
        });
    });
}

criterion_group!(returns, benches);
criterion_main!(returns);
