//! Numbers by indicator and name.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use survey::document::DocumentFault;

use super::sheet::{Sheet, fault, no_column};
use crate::codes::TableCode;

/// Numbers by indicator and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterTable {
    of: BTreeMap<String, BTreeMap<String, f64>>,
}

impl ParameterTable {
    /// Reads a table with a column iCode; every other column whose cells are numbers (or TRUE and FALSE) is a parameter.
    pub fn parse(text: &str) -> Result<Self, Vec<DocumentFault>> {
        let sheet = Sheet::read(text.to_owned(), NonZeroUsize::MIN)?;
        let codes = sheet.column("iCode").ok_or_else(|| vec![no_column("iCode")])?;
        let mut seen = BTreeSet::new();
        let rows = sheet.rows().filter_map(|row| Some((row, row.text(codes)?)));
        let twice = rows.filter(|(_, code)| !seen.insert(code.clone())).map(|(row, code)| {
            fault(
                TableCode::DuplicateRow,
                row.line(),
                "iCode",
                &format!("指标 {code} 出现了两次，请删去一行。"),
                &format!("The indicator {code} stands twice; remove one of the rows."),
            )
        });
        let twice: Vec<DocumentFault> = twice.collect();
        if twice.is_empty() {
            Ok(Self::of_sheet(&sheet, codes, &[]))
        } else {
            Err(twice)
        }
    }

    pub(super) fn of_sheet(sheet: &Sheet, codes: usize, without: &[&str]) -> Self {
        let mut of: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for row in sheet.rows() {
            let Some(code) = row.text(codes) else { continue };
            let own = of.entry(code.into_owned()).or_default();
            for (at, name) in sheet
                .columns
                .iter()
                .enumerate()
                .filter(|(_, name)| !without.contains(&name.as_str()))
            {
                let value = row.text(at).and_then(|text| match text.as_ref() {
                    "TRUE" | "true" => Some(1.0),
                    "FALSE" | "false" => Some(0.0),
                    text => text.parse::<f64>().ok().filter(|value| value.is_finite()),
                });
                if let Some(value) = value {
                    own.insert(name.to_lowercase(), value);
                }
            }
        }
        Self { of }
    }

    /// The parameter of an indicator; upper and lower case are alike.
    pub fn get(&self, code: &str, name: &str) -> Option<f64> {
        self.of.get(code)?.get(&name.to_lowercase()).copied()
    }

    /// These parameters, and those of another table where these have none.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        for (code, parameters) in &other.of {
            let own = self.of.entry(code.clone()).or_default();
            for (name, value) in parameters {
                own.entry(name.clone()).or_insert(*value);
            }
        }
        self
    }
}
