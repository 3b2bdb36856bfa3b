//! Code lists, factor tables and size rules: everything a questionnaire refers to but does not contain.

pub mod accounting;
pub mod areas;
pub mod co2;
mod csv_rows;
pub mod energy;
pub mod grid;
pub mod industries;
pub mod settings;
pub mod sizes;

use std::collections::BTreeMap;

pub use areas::AreaTable;
pub use co2::Co2Factors;
pub use energy::EnergyFactors;
pub use grid::GridFactors;
pub use industries::IndustryTable;
pub use settings::FactorSettings;
pub use sizes::SizeClassRules;

use crate::document::DocumentFault;

/// All tables of one round, frozen together.
#[derive(Clone, Debug)]
pub struct ReferenceTables {
    /// Administrative areas.
    pub areas: AreaTable,
    /// Industries (GB/T 4754) of one edition.
    pub industries: IndustryTable,
    /// Limits of the size classes.
    pub sizes: SizeClassRules,
    /// Factors of coal equivalent.
    pub energy: EnergyFactors,
    /// CO2 per unit of fuel.
    pub co2: Co2Factors,
    /// CO2 of electricity by year and region.
    pub grid: GridFactors,
    /// Which of the factors count.
    pub settings: FactorSettings,
}

/// One entry of a code list as options and conditions see it: column name to text.
pub type ListRow = BTreeMap<&'static str, String>;

impl ReferenceTables {
    /// Checks that the tables fit each other: the chosen factor set and the chosen grid factor exist, and the size rules
    /// speak of industries that exist.
    pub fn validate(&self) -> Result<(), Vec<DocumentFault>> {
        let mut faults = Vec::new();
        self.settings
            .check_against(&self.energy, &self.co2, &self.grid, &mut faults);
        self.sizes.check_against(&self.industries, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Coal equivalent of one unit of the statistical form in tce: `kgce_per_unit` over 1000, from the chosen set.
    pub fn factor(&self, code: &str) -> Option<f64> {
        let FactorSettings {
            energy_set,
            energy_edition,
            ..
        } = &self.settings;
        self.energy
            .get(energy_set, energy_edition, code)
            .map(energy::EnergyFactor::tce_per_unit)
    }

    /// CO2 of one unit in tonnes.
    pub fn co2(&self, code: &str) -> Option<f64> {
        self.co2.get(code).map(|factor| factor.tco2_per_unit)
    }

    /// CO2 of electricity in kg per kWh, of the chosen year, region and kind.
    pub fn grid(&self) -> Option<f64> {
        let FactorSettings {
            grid_year,
            grid_region,
            grid_kind,
            ..
        } = &self.settings;
        self.grid
            .get(grid_year, grid_region, *grid_kind)
            .map(|factor| factor.kgco2_per_kwh)
    }

    /// The entries of the code list kept in a file, with their columns; none when there is no such list.
    ///
    /// The name of a list is its file name up to the first underscore: `areas_fuyang.csv` holds the list `areas`,
    /// `industry_gbt4754_2017.csv` the list `industry`. The rest of the name tells the place or edition.
    pub fn list(&self, file: &str) -> Option<Vec<ListRow>> {
        match list_name(file) {
            areas::LIST => Some(self.areas.iter().map(areas::Area::row).collect()),
            industries::LIST => Some(self.industries.iter().map(industries::Industry::row).collect()),
            _ => None,
        }
    }

    /// Whether a code stands in the named list at its lowest level: towns in `areas`, four-digit classes in `industry`.
    pub fn listed(&self, list: &str, code: &str) -> bool {
        match list {
            areas::LIST => self
                .areas
                .get(code)
                .is_some_and(|area| area.level == areas::AreaLevel::Town),
            industries::LIST => self
                .industries
                .get(code)
                .is_some_and(|industry| industry.level == industries::IndustryLevel::Class),
            _ => false,
        }
    }

    /// The names of all code lists.
    pub const LISTS: [&str; 2] = [areas::LIST, industries::LIST];
}

/// A value as it stands in a code list.
fn blank_when_absent(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

fn list_name(file: &str) -> &str {
    let stem = file.strip_suffix(".csv").unwrap_or(file);
    stem.split_once('_').map_or(stem, |(name, _)| name)
}
