//! The choice of factors that a round freezes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Co2Factors, EnergyFactors, GridFactors, accounting::EnergyAccounting, grid::GridKind};
use crate::{
    codes::DocumentCode,
    document::{DocumentFault, parse_json},
};

/// Which factors count in a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorSettings {
    /// Set of energy factors, in the units of the questionnaire.
    pub energy_set: String,
    /// Edition of the set.
    pub energy_edition: String,
    /// Year of the grid factor.
    pub grid_year: String,
    /// Area code of the region of the grid factor.
    pub grid_region: String,
    /// Kind of the grid factor.
    pub grid_kind: GridKind,
    /// How the energy accounting of a return is shown; absent where it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounting: Option<EnergyAccounting>,
}

impl FactorSettings {
    /// Reads the JSON document.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        parse_json(bytes)
    }

    pub(super) fn check_against(
        &self,
        energy: &EnergyFactors,
        co2: &Co2Factors,
        grid: &GridFactors,
        faults: &mut Vec<DocumentFault>,
    ) {
        if let Some(accounting) = &self.accounting {
            accounting.check_against((&self.energy_set, &self.energy_edition), energy, co2, faults);
        }
        if energy.of_set(&self.energy_set, &self.energy_edition).next().is_none() {
            faults.push(DocumentFault::of(
                DocumentCode::SettingsEnergySet,
                "/energy_set",
                format!(
                    "没有 {} {} 版的折标系数集。请改选或先导入。",
                    self.energy_set, self.energy_edition
                ),
                format!(
                    "There is no factor set {}, edition {}. Choose another or load it.",
                    self.energy_set, self.energy_edition
                ),
            ));
        }
        if grid.get(&self.grid_year, &self.grid_region, self.grid_kind).is_none() {
            faults.push(DocumentFault::of(
                DocumentCode::SettingsGrid,
                "/grid_region",
                format!(
                    "没有 {} 年地区 {} 的该类电网因子。请改选或先导入。",
                    self.grid_year, self.grid_region
                ),
                format!(
                    "There is no grid factor of that kind for {} and region {}. Choose another or load it.",
                    self.grid_year, self.grid_region
                ),
            ));
        }
    }
}
