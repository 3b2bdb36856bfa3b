//! The shipped documents, read once.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use index::{
    compile::{Compiled, CompiledCard},
    document::Methodology,
    region::CompiledRegion,
};
use serde_json::Value;
use survey::{
    answer::{Answer, AnswerRow, Answers},
    questionnaire::{Question, QuestionType, Questionnaire},
    survey::{Evaluation, RoundContext, Survey},
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};

pub(crate) const LEVEL: &str = "methodology_sme_level_2024.json";
pub(crate) const INDEX: &str = "methodology_integration_index.json";
pub(crate) const TOPIC: &str = "methodology_energy_topic.json";
pub(crate) const REGION: &str = "methodology_region_index.json";

pub(crate) static SURVEY: LazyLock<Survey> = LazyLock::new(|| {
    let questionnaire = Questionnaire::parse(&data("questionnaire_integration.json")).unwrap();
    Survey::compile(questionnaire, tables()).expect("the shipped questionnaire is valid")
});

pub(crate) static EXAMPLES: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/fixtures/domain/worked_examples.json"
    );
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
});

pub(crate) fn data(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "..", "data", name].iter().collect();
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn document(name: &str) -> Value {
    serde_json::from_slice(&data(name)).unwrap()
}

pub(crate) fn compiled(document: &[u8]) -> Compiled {
    Methodology::parse(document)
        .unwrap()
        .compile(&SURVEY)
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

pub(crate) fn enterprise(name: &str) -> CompiledCard {
    compiled(&data(name)).enterprise().unwrap()
}

pub(crate) fn region() -> CompiledRegion {
    compiled(&data(REGION)).region().unwrap()
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

/// What follows from answers written as plain JSON by question code.
pub(crate) fn evaluation(raw: &Value) -> Evaluation {
    let answers: Answers = raw
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(code, value)| (code.clone(), answer(SURVEY.question(code).unwrap(), value)))
        .collect();
    SURVEY.evaluate(&answers, &RoundContext::new(), None)
}

fn answer(question: &Question, value: &Value) -> Answer {
    let Some(columns) = &question.columns else {
        return plain(question.kind, value);
    };
    let row = |row: &Value| -> AnswerRow {
        let cells = columns.iter().filter_map(|column| {
            let value = row.get(&column.code).filter(|value| !value.is_null())?;
            Some((column.code.clone(), plain(column.kind, value)))
        });
        cells.collect()
    };
    Answer::Table(value.as_array().unwrap().iter().map(row).collect())
}

fn plain(kind: QuestionType, value: &Value) -> Answer {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    match kind {
        QuestionType::Single => Answer::Choice(text(value)),
        QuestionType::Multi => Answer::Choices(value.as_array().unwrap().iter().map(text).collect()),
        QuestionType::Text => Answer::Text(text(value)),
        QuestionType::Date => Answer::Date(text(value)),
        QuestionType::Boolean => Answer::Boolean(value.as_bool().unwrap()),
        _ => Answer::Number(value.to_string().parse().unwrap()),
    }
}
