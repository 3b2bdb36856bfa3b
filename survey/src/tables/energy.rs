//! Factors of coal equivalent, checked against the net calorific value.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::csv_rows::{self, CsvRow};
use crate::{codes::DocumentCode, document::DocumentFault};

/// Heat of one kilogram of coal equivalent in kJ. Source: GB/T 2589-2020, 3.7.
pub const KJ_PER_KGCE: f64 = 29307.6;

/// Printed factors are rounded to four decimals; this much of a kgce may lie between factor and calorific value.
const NCV_TOLERANCE: f64 = 0.0003;
/// ... or this share of the factor, where the unit is large.
const RELATIVE_TOLERANCE: f64 = 0.001;

const COLUMNS: [&str; 13] = [
    "set",
    "edition",
    "code",
    "name_zh",
    "name_en",
    "unit",
    "kgce_per_unit",
    "ncv_kj_per_unit",
    "low",
    "high",
    "basis",
    "source",
    "confidence",
];

const BASES: [(&str, EnergyBasis); 2] = [("equal", EnergyBasis::Equal), ("equivalent", EnergyBasis::Equivalent)];

/// All factors by set, edition and code.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyFactors {
    factors: BTreeMap<(String, String, String), EnergyFactor>,
}

/// A factor of coal equivalent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnergyFactor {
    /// Factor set, such as `form-205-1`.
    pub set: String,
    /// Edition of the set.
    pub edition: String,
    /// Code of the fuel.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// Unit of quantity.
    pub unit: String,
    /// kgce per unit.
    pub kgce_per_unit: f64,
    /// Net calorific value in kJ per unit.
    pub ncv_kj_per_unit: Option<f64>,
    /// Lower end of a published range, kgce per unit.
    pub low: Option<f64>,
    /// Upper end of a published range, kgce per unit.
    pub high: Option<f64>,
    /// Whether heat content (当量) or energy used to produce it (等价).
    pub basis: EnergyBasis,
    /// Source.
    pub source: String,
}

/// Basis of a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnergyBasis {
    /// 当量值: its own heat.
    Equal,
    /// 等价值: the energy spent to make it.
    Equivalent,
}

impl EnergyFactors {
    /// Reads the CSV file. A factor must equal its calorific value over [`KJ_PER_KGCE`] within rounding, and lie in its
    /// own published range.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let mut factors = BTreeMap::new();
        for row in csv_rows::read(bytes, &COLUMNS, &mut faults) {
            let Some(factor) = read_factor(&row, &mut faults) else {
                continue;
            };
            check_factor(&row, &factor, &mut faults);
            let key = (factor.set.clone(), factor.edition.clone(), factor.code.clone());
            if factors.contains_key(&key) {
                faults.push(csv_rows::duplicate(&row, "code", &factor.code));
            }
            factors.insert(key, factor);
        }
        if faults.is_empty() {
            Ok(Self { factors })
        } else {
            Err(faults)
        }
    }

    /// The factor of a fuel in a set and edition.
    pub fn get(&self, set: &str, edition: &str, code: &str) -> Option<&EnergyFactor> {
        self.factors.get(&(set.to_owned(), edition.to_owned(), code.to_owned()))
    }

    /// The factors of a set and edition, in the order of their codes.
    pub fn of_set<'a>(&'a self, set: &'a str, edition: &'a str) -> impl Iterator<Item = &'a EnergyFactor> {
        self.factors
            .values()
            .filter(move |factor| factor.set == set && factor.edition == edition)
    }

    /// All factors in the order of set, edition and code.
    pub fn iter(&self) -> impl Iterator<Item = &EnergyFactor> {
        self.factors.values()
    }
}

impl EnergyFactor {
    /// tce per unit.
    pub fn tce_per_unit(&self) -> f64 {
        // A printed factor has few digits: the nearest double of the quotient, not the quotient of the nearest doubles.
        let quotient = self.kgce_per_unit / 1000.0;
        format!("{quotient:.12}").parse().unwrap_or(quotient)
    }
}

fn read_factor(row: &CsvRow, faults: &mut Vec<DocumentFault>) -> Option<EnergyFactor> {
    Some(EnergyFactor {
        set: row.required("set", faults),
        edition: row.required("edition", faults),
        code: row.required("code", faults),
        name_zh: row.required("name_zh", faults),
        name_en: row.required("name_en", faults),
        unit: row.required("unit", faults),
        ncv_kj_per_unit: row.optional_number("ncv_kj_per_unit", faults),
        low: row.optional_number("low", faults),
        high: row.optional_number("high", faults),
        basis: row.one_of("basis", &BASES, faults)?,
        source: row.required("source", faults),
        kgce_per_unit: row.number("kgce_per_unit", faults)?,
    })
}

fn check_factor(row: &CsvRow, factor: &EnergyFactor, faults: &mut Vec<DocumentFault>) {
    let value = factor.kgce_per_unit;
    if value <= 0.0 {
        faults.push(DocumentFault::of(
            DocumentCode::FactorNotPositive,
            row.place("kgce_per_unit"),
            "折标系数必须大于零。请改正。",
            "A factor must be above zero. Correct it.",
        ));
    }
    if let Some(ncv) = factor.ncv_kj_per_unit {
        let by_ncv = ncv / KJ_PER_KGCE;
        if (value - by_ncv).abs() > NCV_TOLERANCE.max(RELATIVE_TOLERANCE * value) {
            faults.push(DocumentFault::of(
                DocumentCode::FactorAgainstNcv,
                row.place("kgce_per_unit"),
                format!("系数 {value} 与热值折算的 {by_ncv:.6} 不符，可能丢了一位。请核对原文。"),
                format!("The factor {value} does not fit its calorific value, {by_ncv:.6}; a digit may be lost. Check the source."),
            ));
        }
    }
    let below = factor.low.is_some_and(|low| value < low);
    let above = factor.high.is_some_and(|high| value > high);
    if below || above || factor.low.is_some() != factor.high.is_some() {
        faults.push(DocumentFault::of(
            DocumentCode::FactorRange,
            row.place("low"),
            "系数应在 low 与 high 之间，且两者同有同无。请改正。",
            "The factor must lie between low and high, and both must be given or none. Correct it.",
        ));
    }
}
