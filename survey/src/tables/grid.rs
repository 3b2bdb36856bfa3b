//! CO2 of electricity by year and region. Kinds are never mixed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::csv_rows;
use crate::{codes::DocumentCode, document::DocumentFault};

/// Outside these limits, in kg per kWh, a figure is in another unit. Source: all published regional means lie between.
const PLAUSIBLE: std::ops::Range<f64> = 0.05..1.2;

const COLUMNS: [&str; 6] = ["year", "region_code", "region_name", "kgco2_per_kwh", "kind", "source"];

const KINDS: [(&str, GridKind); 2] = [("average", GridKind::Average), ("ets_notice", GridKind::EtsNotice)];

/// All grid factors by year, region and kind.
#[derive(Clone, Debug, PartialEq)]
pub struct GridFactors {
    factors: BTreeMap<(String, String, GridKind), GridFactor>,
}

/// An emission factor of the electricity grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GridFactor {
    /// Year that the factor refers to.
    pub year: String,
    /// Area code of the region, `100000` for the nation.
    pub region_code: String,
    /// Name of the region.
    pub region_name: String,
    /// CO2 emissions per kWh, kg.
    pub kgco2_per_kwh: f64,
    /// Kind.
    pub kind: GridKind,
    /// Source.
    pub source: String,
}

/// Kind of grid factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GridKind {
    /// Published average of the grid.
    Average,
    /// Figure from a notice of the emissions trading scheme.
    EtsNotice,
}

impl GridFactors {
    /// Reads the CSV file.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let mut factors = BTreeMap::new();
        for row in csv_rows::read(bytes, &COLUMNS, &mut faults) {
            let kind = row.one_of("kind", &KINDS, &mut faults);
            let number = row.number("kgco2_per_kwh", &mut faults);
            let (Some(kind), Some(kgco2_per_kwh)) = (kind, number) else {
                continue;
            };
            if !PLAUSIBLE.contains(&kgco2_per_kwh) {
                faults.push(DocumentFault::of(
                    DocumentCode::FactorUnit,
                    row.place("kgco2_per_kwh"),
                    format!("{kgco2_per_kwh} 不像每千瓦时的千克数。请核对单位。"),
                    format!("{kgco2_per_kwh} does not look like kg per kWh. Check the unit."),
                ));
            }
            let factor = GridFactor {
                year: row.required("year", &mut faults),
                region_code: row.required("region_code", &mut faults),
                region_name: row.required("region_name", &mut faults),
                kgco2_per_kwh,
                kind,
                source: row.required("source", &mut faults),
            };
            let key = (factor.year.clone(), factor.region_code.clone(), kind);
            if factors.contains_key(&key) {
                faults.push(csv_rows::duplicate(&row, "region_code", &factor.region_code));
            }
            factors.insert(key, factor);
        }
        if faults.is_empty() {
            Ok(Self { factors })
        } else {
            Err(faults)
        }
    }

    /// The factor of a year, region and kind.
    pub fn get(&self, year: &str, region: &str, kind: GridKind) -> Option<&GridFactor> {
        self.factors.get(&(year.to_owned(), region.to_owned(), kind))
    }

    /// All factors in the order of year, region and kind.
    pub fn iter(&self) -> impl Iterator<Item = &GridFactor> {
        self.factors.values()
    }
}
