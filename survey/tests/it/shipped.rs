//! The shipped documents, read once.

use std::{fs, path::PathBuf, sync::Arc, sync::LazyLock};

use serde_json::Value;
use survey::{
    answer::{Answer, AnswerRow, Answers},
    questionnaire::{Question, QuestionType, Questionnaire},
    survey::Survey,
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};

pub(crate) static SURVEY: LazyLock<Survey> =
    LazyLock::new(|| Survey::compile(questionnaire(), tables()).expect("the shipped questionnaire is valid"));

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

pub(crate) fn questionnaire() -> Questionnaire {
    Questionnaire::parse(&data("questionnaire_integration.json")).unwrap()
}

pub(crate) fn tables() -> Arc<ReferenceTables> {
    let tables = ReferenceTables {
        areas: AreaTable::parse(&data("areas_fuyang.csv")).unwrap(),
        industries: IndustryTable::parse("GB/T 4754-2017", &data("industry_gbt4754_2017.csv")).unwrap(),
        sizes: SizeClassRules::parse(&data("size_classes.json")).unwrap(),
        energy: EnergyFactors::parse(&data("energy_factors.csv")).unwrap(),
        co2: Co2Factors::parse(&data("co2_factors.csv")).unwrap(),
        grid: GridFactors::parse(&data("grid_factors.csv")).unwrap(),
        settings: FactorSettings::parse(&data("factor_settings.json")).unwrap(),
    };
    tables.validate().unwrap();
    Arc::new(tables)
}

/// Answers as the examples write them: plain JSON by question code.
pub(crate) fn answers(raw: &Value) -> Answers {
    raw.as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(code, value)| {
            let question = SURVEY.question(code).unwrap_or_else(|| panic!("no question {code}"));
            (code.clone(), answer(question, value))
        })
        .collect()
}

fn answer(question: &Question, value: &Value) -> Answer {
    if question.kind != QuestionType::Table {
        return plain(question.kind, value);
    }
    let columns = question.columns.as_ref().unwrap();
    let row = |row: &Value| -> AnswerRow {
        columns
            .iter()
            .filter_map(|column| {
                let value = row.get(&column.code).filter(|value| !value.is_null())?;
                Some((column.code.clone(), plain(column.kind, value)))
            })
            .collect()
    };
    Answer::Table(value.as_array().unwrap().iter().map(row).collect())
}

fn plain(kind: QuestionType, value: &Value) -> Answer {
    let text = || value.as_str().unwrap().to_owned();
    match kind {
        QuestionType::Single => Answer::Choice(text()),
        QuestionType::Multi => Answer::Choices(
            value
                .as_array()
                .unwrap()
                .iter()
                .map(|code| code.as_str().unwrap().to_owned())
                .collect(),
        ),
        QuestionType::Text => Answer::Text(text()),
        QuestionType::Date => Answer::Date(text()),
        QuestionType::Boolean => Answer::Boolean(value.as_bool().unwrap()),
        _ => Answer::Number(value.to_string().parse().unwrap()),
    }
}
