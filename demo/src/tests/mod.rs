//! The shipped profile against the shipped questionnaire, tables and methodologies.

mod distribution;
mod document;
mod faults;
mod samples;

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use rust_decimal::Decimal;
use survey::{
    answer::{Answer, Answers},
    cell::{DateSystem, Place, RawCell},
    finding::Findings,
    questionnaire::Questionnaire,
    survey::{RoundContext, Survey},
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};
use workbook::{
    language::Language,
    layout::CellKey,
    options::OptionLists,
    prefill::{Prefill, PrefillCell, raw_values},
};

use super::{County, DemoProfile, SampleEnterprise};

const PROFILE: &str = "demo_county.json";

fn data(file: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", "data", file].iter().collect()
}

fn read(file: &str) -> Vec<u8> {
    fs::read(data(file)).unwrap()
}

/// The shipped questionnaire with the shipped tables.
static SURVEY: LazyLock<Survey> = LazyLock::new(|| {
    let tables = ReferenceTables {
        areas: AreaTable::parse(&read("areas_fuyang.csv")).unwrap(),
        industries: IndustryTable::parse("2017", &read("industry_gbt4754_2017.csv")).unwrap(),
        sizes: SizeClassRules::parse(&read("size_classes.json")).unwrap(),
        energy: EnergyFactors::parse(&read("energy_factors.csv")).unwrap(),
        co2: Co2Factors::parse(&read("co2_factors.csv")).unwrap(),
        grid: GridFactors::parse(&read("grid_factors.csv")).unwrap(),
        settings: FactorSettings::parse(&read("factor_settings.json")).unwrap(),
    };
    let questionnaire = Questionnaire::parse(&read("questionnaire_integration.json")).unwrap();
    Survey::compile(questionnaire.in_year(2026).unwrap(), Arc::new(tables)).unwrap()
});

/// A county large enough for its shares to be seen.
static COUNTY: LazyLock<Vec<SampleEnterprise>> = LazyLock::new(|| county().generate(7, 200));

fn county() -> County<'static> {
    County::new(profile(), &SURVEY).unwrap()
}

fn profile() -> DemoProfile {
    DemoProfile::parse(&read(PROFILE)).unwrap()
}

/// Code lists as the workbook crate takes them.
fn lists() -> OptionLists {
    let questions = SURVEY
        .questionnaire()
        .questions
        .iter()
        .filter(|question| question.options_ref.is_some());
    let options = |code: &str| {
        SURVEY
            .options(code)
            .iter()
            .map(|o| (o.code.clone(), o.label.clone()))
            .collect()
    };
    questions
        .map(|question| (question.code.clone(), options(&question.code)))
        .collect()
}

/// Answers as they are typed, with some cells spoilt.
fn typed(answers: &Answers, spoilt: Prefill) -> Prefill {
    let mut cells = raw_values(SURVEY.questionnaire(), &lists(), answers, Language::Zh);
    cells.extend(spoilt);
    cells
}

/// What the survey makes of typed cells: the answers it reads and its findings.
fn returned(cells: Prefill, previous: Option<&Answers>) -> (Answers, Findings) {
    let raw_cell = |(key, typed): (CellKey, PrefillCell)| RawCell {
        place: Place {
            sheet: key.question.clone(),
            cell: "A1".to_owned(),
        },
        question: key.question,
        table: key.table,
        value: typed.value,
        number_format: typed.number_format.unwrap_or_else(|| "General".to_owned()),
        formula: typed.formula.is_some(),
    };
    let cells: Vec<RawCell> = cells.into_iter().map(raw_cell).collect();
    let reading = SURVEY.read_answers(&cells, DateSystem::From1900);
    let evaluation = SURVEY.evaluate(&reading.answers, &RoundContext::new(), previous);
    let findings = SURVEY.check(&reading, &evaluation, &BTreeSet::new());
    (reading.answers, findings)
}

fn number(answers: &Answers, code: &str) -> Option<Decimal> {
    match answers.get(code)? {
        Answer::Number(number) => Some(*number),
        _ => None,
    }
}
