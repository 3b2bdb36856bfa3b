//! The shipped questionnaire, compiled with the shipped tables.

use std::sync::{Arc, LazyLock};

use survey::{
    survey::Survey,
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
};

use crate::support::{questionnaire, read};

/// Compiled once.
pub(crate) static SURVEY: LazyLock<Survey> = LazyLock::new(|| {
    let data = |name: &str| read(&format!("data/{name}")).into_bytes();
    let tables = ReferenceTables {
        areas: AreaTable::parse(&data("areas_fuyang.csv")).expect("areas"),
        industries: IndustryTable::parse("GB/T 4754-2017", &data("industry_gbt4754_2017.csv")).expect("industries"),
        sizes: SizeClassRules::parse(&data("size_classes.json")).expect("size classes"),
        energy: EnergyFactors::parse(&data("energy_factors.csv")).expect("energy factors"),
        co2: Co2Factors::parse(&data("co2_factors.csv")).expect("CO2 factors"),
        grid: GridFactors::parse(&data("grid_factors.csv")).expect("grid factors"),
        settings: FactorSettings::parse(&data("factor_settings.json")).expect("settings"),
    };
    Survey::compile(questionnaire(), Arc::new(tables)).expect("the shipped questionnaire is valid")
});
