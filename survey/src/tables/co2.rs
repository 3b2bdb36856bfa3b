//! CO2 per unit of fuel, recomputed from calorific value, carbon content and oxidation.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::csv_rows::{self, CsvRow};
use crate::{codes::DocumentCode, document::DocumentFault};

/// Mass of CO2 over mass of carbon.
const CO2_PER_CARBON: f64 = 44.0 / 12.0;
/// Printed factors have four decimals.
const TOLERANCE: f64 = 0.0001;

const COLUMNS: [&str; 9] = [
    "code",
    "name_zh",
    "name_en",
    "unit",
    "ncv_gj_per_unit",
    "carbon_tc_per_tj",
    "oxidation",
    "tco2_per_unit",
    "source",
];

/// All CO2 factors by code.
#[derive(Clone, Debug, PartialEq)]
pub struct Co2Factors {
    factors: BTreeMap<String, Co2Factor>,
}

/// A CO2 factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Co2Factor {
    /// Code of the fuel.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Unit of quantity.
    pub unit: String,
    /// Net calorific value in GJ per unit.
    pub ncv_gj_per_unit: Option<f64>,
    /// Carbon content in tonnes of carbon per TJ.
    pub carbon_tc_per_tj: Option<f64>,
    /// Share of the carbon that burns, 0 to 1.
    pub oxidation: Option<f64>,
    /// Tonnes of CO2 per unit.
    pub tco2_per_unit: f64,
    /// Source.
    pub source: String,
}

impl Co2Factors {
    /// Reads the CSV file; a factor given with its parts must be their product.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let mut factors = BTreeMap::new();
        for row in csv_rows::read(bytes, &COLUMNS, &mut faults) {
            let Some(factor) = read_factor(&row, &mut faults) else {
                continue;
            };
            check_product(&row, &factor, &mut faults);
            if factors.contains_key(&factor.code) {
                faults.push(csv_rows::duplicate(&row, "code", &factor.code));
            }
            factors.insert(factor.code.clone(), factor);
        }
        if faults.is_empty() {
            Ok(Self { factors })
        } else {
            Err(faults)
        }
    }

    /// The factor of a fuel.
    pub fn get(&self, code: &str) -> Option<&Co2Factor> {
        self.factors.get(code)
    }

    /// All factors in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Co2Factor> {
        self.factors.values()
    }
}

fn read_factor(row: &CsvRow, faults: &mut Vec<DocumentFault>) -> Option<Co2Factor> {
    Some(Co2Factor {
        code: row.required("code", faults),
        name_zh: row.required("name_zh", faults),
        name_en: row.required("name_en", faults),
        unit: row.required("unit", faults),
        ncv_gj_per_unit: row.optional_number("ncv_gj_per_unit", faults),
        carbon_tc_per_tj: row.optional_number("carbon_tc_per_tj", faults),
        oxidation: row.optional_number("oxidation", faults),
        source: row.required("source", faults),
        tco2_per_unit: row.number("tco2_per_unit", faults)?,
    })
}

fn check_product(row: &CsvRow, factor: &Co2Factor, faults: &mut Vec<DocumentFault>) {
    let place = row.place("tco2_per_unit");
    if factor.tco2_per_unit <= 0.0 {
        faults.push(DocumentFault::of(
            DocumentCode::FactorNotPositive,
            place,
            "排放因子必须大于零。请改正。",
            "A factor must be above zero. Correct it.",
        ));
        return;
    }
    match (factor.ncv_gj_per_unit, factor.carbon_tc_per_tj, factor.oxidation) {
        (None, None, None) => {}
        (Some(ncv), Some(carbon), Some(oxidation)) => {
            // GJ/unit × tC/TJ × share × 44/12, and 1000 GJ are one TJ.
            let product = ncv * carbon * oxidation * CO2_PER_CARBON / 1000.0;
            if (product - factor.tco2_per_unit).abs() > TOLERANCE {
                faults.push(DocumentFault::of(
                    DocumentCode::FactorAgainstParts,
                    place,
                    format!(
                        "因子 {} 与各项相乘的 {product:.4} 不符。请核对原文。",
                        factor.tco2_per_unit
                    ),
                    format!(
                        "The factor {} is not the product of its parts, {product:.4}. Check the source.",
                        factor.tco2_per_unit
                    ),
                ));
            }
        }
        _ => faults.push(DocumentFault::of(
            DocumentCode::FactorPartsMissing,
            place,
            "热值、含碳量、氧化率须同有同无。请补齐。",
            "Give calorific value, carbon content and oxidation together or not at all.",
        )),
    }
}
