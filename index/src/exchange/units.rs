//! Units by row: COINr's iData.

use std::collections::{BTreeMap, BTreeSet};

use survey::document::DocumentFault;

use super::sheet::{Sheet, fault, no_column, text};
use crate::{
    codes::TableCode,
    composite::{Column, CompositeError, Matrix, YearInput},
};

/// Units by row: COINr's iData.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitTable {
    sheet: Sheet,
    units: Vec<String>,
    years: Option<Vec<i64>>,
}

impl UnitTable {
    /// Reads an iData table. The column uCode is needed; a unit stands once, or once for each year of the column Time.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let sheet = Sheet::parse(bytes)?;
        let codes = sheet.column("uCode").ok_or_else(|| vec![no_column("uCode")])?;
        let mut faults = Vec::new();
        let times = match sheet.column("Time") {
            Some(_) => sheet.numbers("Time", &mut faults),
            None => None,
        };
        let whole = |time: Option<f64>| time.and_then(|time| format!("{time}").parse::<i64>().ok());
        let mut years: Option<Vec<i64>> = times.as_ref().map(|_| Vec::new());
        let (mut units, mut seen) = (Vec::new(), BTreeSet::new());
        for (at, (line, row)) in sheet.rows.iter().enumerate() {
            let unit = text(row, codes).unwrap_or("");
            if unit.is_empty() {
                faults.push(fault(
                    TableCode::NoCode,
                    *line,
                    "uCode",
                    "缺少单位代码，请补充。",
                    "The code of the unit is missing; supply it.",
                ));
            }
            let year = times.as_ref().map(|times| whole(times.get(at).copied().flatten()));
            if year == Some(None) {
                faults.push(fault(
                    TableCode::BadYear,
                    *line,
                    "Time",
                    "年份应为整数。",
                    "Time is a whole number, the year.",
                ));
            }
            if !unit.is_empty() && !seen.insert((year, unit)) {
                let (zh, en) = match times {
                    Some(_) => (
                        format!("单位 {unit} 在同一年份重复，请只保留一行。"),
                        format!("The unit {unit} stands twice in the same year; keep one row."),
                    ),
                    None => (
                        format!("单位 {unit} 重复，请只保留一行；各行属于不同年份的，请补充 Time 列。"),
                        format!(
                            "The unit {unit} stands twice; keep one row, or add the column Time if the rows are of different years."
                        ),
                    ),
                };
                faults.push(fault(TableCode::DuplicateUnit, *line, "uCode", &zh, &en));
            }
            units.push(unit.to_owned());
            if let Some(years) = &mut years {
                years.extend(year.flatten());
            }
        }
        if units.is_empty() {
            faults.push(fault(
                TableCode::Empty,
                1,
                "",
                "表中没有单位。",
                "The table has no unit.",
            ));
        }
        if faults.is_empty() {
            Ok(Self { sheet, units, years })
        } else {
            Err(faults)
        }
    }

    /// The name of each unit, where the table has names.
    pub fn names(&self) -> BTreeMap<String, String> {
        let Some(at) = self.sheet.column("uName") else {
            return BTreeMap::new();
        };
        let rows = self.units.iter().zip(&self.sheet.rows);
        rows.filter_map(|(unit, (_, row))| Some((unit.clone(), text(row, at)?.to_owned())))
            .collect()
    }

    /// Whether it has a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.sheet.column(name).is_some()
    }

    /// The data year by year, in the order of the years: indicators, denominators and groups by the names of their columns.
    /// A year alone has no number when the table has no column Time or only one year.
    pub fn years<'a>(
        &self,
        indicators: impl Iterator<Item = &'a str>,
        denominators: &BTreeSet<String>,
        groups: &BTreeSet<String>,
    ) -> Result<Vec<YearInput>, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let mut read = |name: &str| {
            self.sheet
                .numbers(name, &mut faults)
                .map(|cells| (name.to_owned(), cells))
        };
        let indicators: Vec<_> = indicators.filter_map(&mut read).collect();
        let denominators: Vec<_> = denominators.iter().filter_map(|name| read(name)).collect();
        let mut texts = Vec::new();
        for name in groups {
            match self.sheet.column(name) {
                Some(at) => texts.push((name, at)),
                None => faults.push(no_column(name)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let years: Vec<Option<i64>> = match &self.years {
            None => vec![None; self.units.len()],
            Some(years) => years.iter().copied().map(Some).collect(),
        };
        let different: BTreeSet<Option<i64>> = years.iter().copied().collect();
        let several = different.len() > 1;
        let input = |year: Option<i64>| -> Result<YearInput, CompositeError> {
            let rows: Vec<usize> = (0..years.len()).filter(|row| years[*row] == year).collect();
            let units: Vec<String> = rows.iter().map(|row| self.units[*row].clone()).collect();
            let matrix = |columns: &[(String, Vec<Option<f64>>)]| {
                let columns = columns
                    .iter()
                    .map(|(name, cells)| Column::new(name, rows.iter().map(|row| cells[*row])));
                Matrix::new(units.clone(), columns.collect::<Result<_, _>>()?)
            };
            let group = |at: usize| {
                let cells = rows
                    .iter()
                    .map(|row| text(&self.sheet.rows[*row].1, at).map(str::to_owned));
                cells.collect::<Vec<_>>()
            };
            Ok(YearInput {
                year: year.filter(|_| several),
                data: matrix(&indicators)?,
                denominators: matrix(&denominators)?,
                groups: texts.iter().map(|(name, at)| ((*name).clone(), group(*at))).collect(),
            })
        };
        let inputs: Result<Vec<_>, _> = different.into_iter().map(input).collect();
        inputs.map_err(|error| {
            let message = error.message();
            vec![DocumentFault::of(error.coded(), "", message.zh, message.en)]
        })
    }
}
