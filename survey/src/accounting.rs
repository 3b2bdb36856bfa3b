//! The energy account of one return, step by step: quantity, factor, coal equivalent, emission; and what follows from it.
//!
//! Source: GB/T 2589-2020 (total energy as the sum of quantity times factor, less what is counted twice), the statistical
//! form 205-1 for the units. Which question is which fuel is data ([`crate::tables::accounting`]); the totals are derived
//! values of the questionnaire, and the account says whether its lines sum to them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    survey::{DerivedResult, Evaluation, Survey},
    tables::{
        accounting::{EmissionFactor, EnergyAccounting, EnergyLine},
        energy::{EnergyBasis, EnergyFactor},
        grid::GridFactor,
    },
    text::Text,
};

/// Lines and total agree when they differ by no more than this share: the same sum in another order.
const TOLERANCE: f64 = 1e-9;

/// The energy account of a return.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EnergyAccount {
    /// Energy factor set used.
    pub energy_set: String,
    /// Edition of the factor set.
    pub energy_edition: String,
    /// Grid factor used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grid: Option<GridFactor>,
    /// Account of the year.
    pub year: EnergyYear,
    /// Account of the previous year.
    pub year_before: EnergyYear,
    /// Total energy consumption reported by the enterprise, tce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_tce: Option<f64>,
    /// Derived figures: intensities, savings (positive for a saving) and emissions.
    pub figures: Vec<EnergyFigure>,
}

/// Energy account of one year.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EnergyYear {
    /// Account of each fuel, including those without a quantity.
    pub lines: Vec<AccountLine>,
    /// Total energy consumption in equal value (当量值), tce; absent if nothing was stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_tce: Option<f64>,
    /// Total energy consumption in equivalent value (等价值), tce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equivalent_tce: Option<f64>,
    /// CO2 emissions, t.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co2_t: Option<f64>,
    /// Whether the lines add up to both totals as computed by the questionnaire.
    pub agrees: bool,
}

/// Account of one fuel.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AccountLine {
    /// Code of the question.
    pub question: String,
    /// Label.
    pub label: Text,
    /// Unit of the quantity.
    pub unit: String,
    /// Quantity; absent if left blank.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// Factor of equal value; absent if the quantity is already in tce.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<FactorUsed>,
    /// Coal equivalent in equal value, tce; negative if deducted.
    pub energy_tce: f64,
    /// Factor of equivalent value; only if it differs from that of equal value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equivalent_factor: Option<FactorUsed>,
    /// Coal equivalent in equivalent value, tce.
    pub equivalent_tce: f64,
    /// CO2 emissions per unit, t; absent if the fuel counts no emissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tco2_per_unit: Option<f64>,
    /// Source of the CO2 factor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co2_source: Option<String>,
    /// CO2 emissions, t.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co2_t: Option<f64>,
}

/// A coal equivalent factor as used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FactorUsed {
    /// Factor set.
    pub set: String,
    /// Edition.
    pub edition: String,
    /// Code of the fuel.
    pub code: String,
    /// Name.
    pub name: Text,
    /// Basis of the factor: equal value (当量) or equivalent value (等价).
    pub basis: String,
    /// Coal equivalent per unit of the quantity, tce.
    pub tce_per_unit: f64,
    /// Lower end of the published range, tce per unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Upper end of the published range, tce per unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Whether the factor is derived from a calorific value measured by the enterprise instead of the table.
    pub measured: bool,
    /// Source.
    pub source: String,
}

/// A derived figure.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EnergyFigure {
    /// Code of the derived value.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Unit.
    pub unit: String,
    /// Number of decimals for display.
    pub decimals: u32,
    /// Formula.
    pub expression: String,
    /// Value; absent if it cannot be computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Source of the formula.
    pub source: String,
}

impl Survey {
    /// The energy account of a return; none where the factor settings do not say how it is shown.
    pub fn energy_account(&self, evaluation: &Evaluation) -> Option<EnergyAccount> {
        let tables = self.tables();
        let settings = &tables.settings;
        let accounting = settings.accounting.as_ref()?;
        let grid = tables
            .grid
            .get(&settings.grid_year, &settings.grid_region, settings.grid_kind);
        let totals = &accounting.totals;
        let year = |before: bool| {
            let (energy, co2) = if before {
                (&totals.energy_before, &totals.co2_before)
            } else {
                (&totals.energy, &totals.co2)
            };
            self.year(
                evaluation,
                accounting,
                before,
                derived(evaluation, energy),
                derived(evaluation, co2),
            )
        };
        Some(EnergyAccount {
            energy_set: settings.energy_set.clone(),
            energy_edition: settings.energy_edition.clone(),
            grid: grid.cloned(),
            year: year(false),
            year_before: year(true),
            reported_tce: accounting
                .reported
                .as_ref()
                .and_then(|question| evaluation.scope().get(question).as_f64()),
            figures: self.figures(evaluation, accounting),
        })
    }

    fn year(
        &self,
        evaluation: &Evaluation,
        accounting: &EnergyAccounting,
        before: bool,
        energy_tce: Option<f64>,
        co2_t: Option<f64>,
    ) -> EnergyYear {
        let lines: Vec<AccountLine> = accounting
            .lines
            .iter()
            .filter_map(|line| self.line(evaluation, line, before))
            .collect();
        let sum = |of: fn(&AccountLine) -> Option<f64>| lines.iter().filter_map(of).sum::<f64>();
        let agrees = |total: Option<f64>, sum: f64| {
            total.is_none_or(|total| (total - sum).abs() <= TOLERANCE * total.abs().max(sum.abs()))
        };
        EnergyYear {
            agrees: agrees(energy_tce, sum(|line| Some(line.energy_tce))) && agrees(co2_t, sum(|line| line.co2_t)),
            equivalent_tce: energy_tce.map(|_| sum(|line| Some(line.equivalent_tce))),
            energy_tce,
            co2_t,
            lines,
        }
    }

    fn line(&self, evaluation: &Evaluation, line: &EnergyLine, before: bool) -> Option<AccountLine> {
        let code = if before { line.before.as_ref()? } else { &line.question };
        let question = self.question(code)?;
        let tables = self.tables();
        let settings = &tables.settings;
        let quantity = evaluation.scope().get(code).as_f64();
        let amount = zero_when_blank(quantity) * if line.deducted { -1.0 } else { 1.0 };
        let factor = line.fuel.as_ref().and_then(|fuel| {
            let found = tables
                .energy
                .get(&settings.energy_set, &settings.energy_edition, fuel)?;
            let measured = line.measured.as_ref().and_then(|code| derived(evaluation, code));
            Some(used(found, 1.0, measured))
        });
        // Nothing deducted is nothing, without a sign.
        let energy_tce = amount * factor.as_ref().map_or(1.0, |factor| factor.tce_per_unit) + 0.0;
        let equivalent_factor = line.equivalent.as_ref().and_then(|other| {
            let found = tables.energy.get(&other.set, &other.edition, &other.code)?;
            Some(used(found, other.per_unit, None))
        });
        let (tco2_per_unit, co2_source) = self.emission(line).unzip();
        Some(AccountLine {
            question: code.clone(),
            label: question.label.clone(),
            unit: question.unit.clone(),
            equivalent_tce: equivalent_factor
                .as_ref()
                .map_or(energy_tce, |factor| amount * factor.tce_per_unit + 0.0),
            co2_t: tco2_per_unit.map(|factor| amount * factor + 0.0),
            quantity,
            factor,
            energy_tce,
            equivalent_factor,
            tco2_per_unit,
            co2_source,
        })
    }

    /// CO2 per unit of a line, t, and its source.
    fn emission(&self, line: &EnergyLine) -> Option<(f64, String)> {
        let tables = self.tables();
        match line.co2.as_ref()? {
            EmissionFactor::Fuel(code) => {
                let found = tables.co2.get(code)?;
                Some((found.tco2_per_unit, found.source.clone()))
            }
            EmissionFactor::Grid(per_unit) => {
                let settings = &tables.settings;
                let found = tables
                    .grid
                    .get(&settings.grid_year, &settings.grid_region, settings.grid_kind)?;
                Some((found.kgco2_per_kwh * per_unit, found.source.clone()))
            }
        }
    }

    fn figures(&self, evaluation: &Evaluation, accounting: &EnergyAccounting) -> Vec<EnergyFigure> {
        let found = accounting
            .figures
            .iter()
            .filter_map(|code| self.questionnaire().derived.iter().find(|value| value.code == *code));
        found
            .map(|value| EnergyFigure {
                code: value.code.clone(),
                label: value.label.clone(),
                unit: value.unit.clone(),
                decimals: value.decimals,
                expression: value.expression.clone(),
                value: derived(evaluation, &value.code),
                note: value.note.clone(),
                source: value.source.clone(),
            })
            .collect()
    }
}

fn derived(evaluation: &Evaluation, code: &str) -> Option<f64> {
    match evaluation.derived.get(code)? {
        DerivedResult::Number(number) => Some(*number),
        DerivedResult::Text(_) => None,
    }
}

/// A factor of the tables for a unit that holds so many of its own, or the measured one instead.
fn used(factor: &EnergyFactor, per_unit: f64, measured: Option<f64>) -> FactorUsed {
    let own = factor.tce_per_unit() * per_unit;
    let tce = |kgce: f64| kgce * per_unit / 1000.0;
    let measured = measured.filter(|measured| (measured - own).abs() > TOLERANCE * own);
    FactorUsed {
        set: factor.set.clone(),
        edition: factor.edition.clone(),
        code: factor.code.clone(),
        name: Text::new(factor.name_zh.clone(), factor.name_en.clone()),
        basis: match factor.basis {
            EnergyBasis::Equal => "equal",
            EnergyBasis::Equivalent => "equivalent",
        }
        .to_owned(),
        tce_per_unit: measured.unwrap_or(own),
        low: factor.low.map(tce),
        high: factor.high.map(tce),
        measured: measured.is_some(),
        source: factor.source.clone(),
    }
}

/// A quantity as the account takes it: what was not filled in adds nothing.
fn zero_when_blank(quantity: Option<f64>) -> f64 {
    quantity.unwrap_or(0.0)
}
