//! What stands where the form had worked out a value by itself. It is never an answer; it is compared (WF18).

use std::collections::BTreeSet;

use survey::{
    cell::{Place, RawValue},
    questionnaire::Questionnaire,
};

use super::find::text_of;
use crate::extract::{RawSheet, RawWorkbook};

/// How far right of its code a computed value stands on the sheet of checks.
const VALUE_FROM_CODE: u32 = 2;

/// A computed cell that holds a value and no formula any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Overwritten {
    /// Code of the derived value.
    pub derived: String,
    /// What stands there.
    pub value: f64,
    /// Where.
    pub place: Place,
}

/// The computed cells of the form whose formula was overwritten with a number.
pub(super) fn overwritten(
    workbook: &RawWorkbook,
    questionnaire: &Questionnaire,
    is_form: impl Fn(&RawSheet) -> bool,
) -> Vec<Overwritten> {
    let derived: BTreeSet<&str> = questionnaire
        .derived
        .iter()
        .map(|derived| derived.code.as_str())
        .collect();
    let mut found = Vec::new();
    // Sheets of answers have no derived codes, the hidden ones hold no numbers by hand.
    for sheet in workbook.sheets.iter().filter(|sheet| is_form(sheet)) {
        for cell in &sheet.cells {
            let Some(code) = text_of(cell).filter(|text| derived.contains(text)) else {
                continue;
            };
            let Some(beside) = sheet.cell(cell.row, cell.column.saturating_add(VALUE_FROM_CODE)) else {
                continue;
            };
            if let (RawValue::Number(value), false) = (&beside.value, beside.formula) {
                found.push(Overwritten {
                    derived: code.to_owned(),
                    value: *value,
                    place: sheet.place(beside.row, beside.column),
                });
            }
        }
    }
    found
}
