//! How the energy accounting of a return is shown: which question is which fuel, and which derived values follow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Co2Factors, EnergyFactors};
use crate::{codes::DocumentCode, document::DocumentFault};

/// The lines and figures of an energy account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnergyAccounting {
    /// One line a fuel, in the order in which they are shown. A line whose question the questionnaire does not have is left
    /// out.
    pub lines: Vec<EnergyLine>,
    /// The derived values that the lines must sum to.
    pub totals: EnergyTotals,
    /// Code of the question with the total that the enterprise reports itself, tce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<String>,
    /// Codes of the derived values that are shown below: intensities, savings (positive for a saving), emissions.
    pub figures: Vec<String>,
}

/// One fuel of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnergyLine {
    /// Code of the question with the quantity of the year.
    pub question: String,
    /// Code of the question with that of the year before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Code of its factor in the set in force; absent where the quantity is in tce already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fuel: Option<String>,
    /// Code of the derived value that is the factor where a calorific value was measured, tce per unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured: Option<String>,
    /// Whether the line is taken off the total.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deducted: bool,
    /// Its factor of equivalent value (等价值), where that differs from the equal value (当量值).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equivalent: Option<EquivalentFactor>,
    /// Its CO2 factor; absent where it counts no emission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co2: Option<EmissionFactor>,
}

/// A factor of equivalent value, of any set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EquivalentFactor {
    /// Factor set.
    pub set: String,
    /// Edition.
    pub edition: String,
    /// Code.
    pub code: String,
    /// Units of the factor in one unit of the question, such as 10000 kWh in 1 万kWh.
    pub per_unit: f64,
}

/// Where the CO2 of a line comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EmissionFactor {
    /// A fuel by its code in the table of CO2 factors, per unit of the question.
    Fuel(String),
    /// The grid factor in force: so many tonnes per unit of the question for each kg per kWh.
    Grid(f64),
}

/// The derived values that the lines must sum to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnergyTotals {
    /// Total energy, tce.
    pub energy: String,
    /// Total energy of the year before, tce.
    pub energy_before: String,
    /// CO2 emissions, t.
    pub co2: String,
    /// CO2 of the year before, t.
    pub co2_before: String,
}

impl EnergyAccounting {
    pub(super) fn check_against(
        &self,
        (set, edition): (&str, &str),
        energy: &EnergyFactors,
        co2: &Co2Factors,
        faults: &mut Vec<DocumentFault>,
    ) {
        let mut unknown = |pointer: String, code: &str| {
            faults.push(DocumentFault::of(
                DocumentCode::SettingsAccounting,
                pointer,
                format!("没有 {code} 的系数。请改正或先导入。"),
                format!("There is no factor for {code}. Correct it or load it."),
            ));
        };
        for (at, line) in self.lines.iter().enumerate() {
            let pointer = |field: &str| format!("/accounting/lines/{at}/{field}");
            if let Some(fuel) = &line.fuel
                && energy.get(set, edition, fuel).is_none()
            {
                unknown(pointer("fuel"), fuel);
            }
            if let Some(other) = &line.equivalent
                && energy.get(&other.set, &other.edition, &other.code).is_none()
            {
                unknown(pointer("equivalent"), &other.code);
            }
            if let Some(EmissionFactor::Fuel(code)) = &line.co2
                && co2.get(code).is_none()
            {
                unknown(pointer("co2"), code);
            }
        }
    }
}
