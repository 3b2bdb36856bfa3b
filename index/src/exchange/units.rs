//! Units by row: COINr's iData.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use survey::document::DocumentFault;

use super::{
    sheet::{Numbers, Sheet, fault, no_column},
    typed::{TypedTable, line},
};
use crate::{
    codes::TableCode,
    composite::{Column, CompositeError, Matrix, YearInput},
};

/// Units by row: COINr's iData.
#[derive(Clone, Debug)]
pub struct UnitTable {
    cells: Cells,
    units: Vec<String>,
    years: Option<Vec<i64>>,
}

/// Where the cells of the units stand.
#[derive(Clone, Debug)]
enum Cells {
    Text(Sheet),
    Typed(TypedTable),
}

impl UnitTable {
    /// Reads an iData table on up to so many threads, with which the result does not change. The column uCode is needed; a
    /// unit stands once, or once for each year of the column Time.
    pub fn parse(text: String, threads: NonZeroUsize) -> Result<Self, Vec<DocumentFault>> {
        Self::of_cells(Cells::Text(Sheet::read(text, threads)?))
    }

    /// The same of a table whose columns have kinds; its faults name rows, from 1.
    pub fn of_typed(table: TypedTable) -> Result<Self, Vec<DocumentFault>> {
        Self::of_cells(Cells::Typed(table))
    }

    fn of_cells(cells: Cells) -> Result<Self, Vec<DocumentFault>> {
        let codes = cells.column("uCode").ok_or_else(|| vec![no_column("uCode")])?;
        if let Some(fault) = cells.unread(codes) {
            return Err(vec![fault]);
        }
        let time = cells.column("Time");
        let rows = 0..cells.len();
        let units: Vec<Option<Cow<'_, str>>> = rows.clone().map(|row| cells.text(row, codes)).collect();
        let years: Option<Vec<Option<i64>>> =
            time.map(|time| rows.clone().map(|row| cells.whole_year(row, time)).collect());
        let year_of = |row: usize| years.as_ref().map(|years| years[row]);
        // Sorted by unit and year, then by row: the second and later rows of each are wrong.
        let mut order: Vec<usize> = rows.clone().filter(|row| units[*row].is_some()).collect();
        order.sort_unstable_by(|one, other| {
            let key = |row: usize| (&units[row], year_of(row), row);
            key(*one).cmp(&key(*other))
        });
        let pairs = order.windows(2).filter_map(|pair| pair.try_into().ok());
        let is_same = |[one, other]: &[usize; 2]| units[*one] == units[*other] && year_of(*one) == year_of(*other);
        let doubled: BTreeSet<usize> = pairs.filter(is_same).map(|[_, second]| second).collect();
        let mut faults = Vec::new();
        for row in rows {
            if units[row].is_none() {
                faults.push(fault(
                    TableCode::NoCode,
                    cells.line(row),
                    "uCode",
                    "缺少单位代码，请补充。",
                    "The code of the unit is missing; supply it.",
                ));
            }
            if year_of(row) == Some(None) {
                faults.push(fault(
                    TableCode::BadYear,
                    cells.line(row),
                    "Time",
                    "年份应为整数。",
                    "Time is a whole number, the year.",
                ));
            }
            if let Some(unit) = units[row].as_deref().filter(|_| doubled.contains(&row)) {
                faults.push(twice(cells.line(row), unit, time.is_some()));
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
        if !faults.is_empty() {
            return Err(faults);
        }
        // Every row has a code and, where there are years, a year.
        let units = units.into_iter().flatten().map(Cow::into_owned).collect();
        let years = years.map(|years| years.into_iter().flatten().collect());
        Ok(Self { cells, units, years })
    }

    /// The name of each unit, where the table has names.
    pub fn names(&self) -> BTreeMap<String, String> {
        let Some(at) = self.cells.column("uName") else {
            return BTreeMap::new();
        };
        let rows = self.units.iter().enumerate();
        rows.filter_map(|(row, unit)| Some((unit.clone(), self.cells.text(row, at)?.into_owned())))
            .collect()
    }

    /// Whether it has a column of that name.
    pub fn has(&self, name: &str) -> bool {
        self.cells.column(name).is_some()
    }

    /// The data year by year, in the order of the years: indicators, denominators and groups by the names of their columns.
    /// A year alone has no number when the table has no column Time or only one year.
    pub fn years<'a>(
        &self,
        indicators: impl Iterator<Item = &'a str>,
        denominators: &BTreeSet<String>,
        groups: &BTreeSet<String>,
    ) -> Result<Vec<YearInput>, Vec<DocumentFault>> {
        let indicators: Vec<&str> = indicators.collect();
        let all: Vec<&str> = indicators
            .iter()
            .copied()
            .chain(denominators.iter().map(String::as_str))
            .collect();
        let (numbers, mut faults) = match self.cells.numbers(&all) {
            Ok(numbers) => (numbers, Vec::new()),
            Err(faults) => (Vec::new(), faults),
        };
        let mut texts = Vec::new();
        for name in groups {
            match self.cells.column(name) {
                Some(at) => match self.cells.unread(at) {
                    Some(fault) => faults.push(fault),
                    None => texts.push((name.clone(), self.texts(at))),
                },
                None => faults.push(no_column(name)),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut columns: Vec<(String, Numbers)> = all.into_iter().map(str::to_owned).zip(numbers).collect();
        let denominators = columns.split_off(indicators.len());
        let whole = Wide {
            units: self.units.clone(),
            indicators: columns,
            denominators,
            groups: texts,
        };
        let years = self.years.as_deref().unwrap_or_default();
        let different: BTreeSet<i64> = years.iter().copied().collect();
        let inputs: Result<Vec<_>, _> = if different.len() > 1 {
            let of = |year: i64| {
                let rows: Vec<usize> = (0..years.len()).filter(|row| years[*row] == year).collect();
                whole.of_rows(&rows).into_input(Some(year))
            };
            different.into_iter().map(of).collect()
        } else {
            whole.into_input(None).map(|input| vec![input])
        };
        inputs.map_err(|error| {
            let message = error.message();
            vec![DocumentFault::of(error.coded(), "", message.zh, message.en)]
        })
    }

    fn texts(&self, column: usize) -> Vec<Option<String>> {
        let text = |row| self.cells.text(row, column).map(Cow::into_owned);
        (0..self.units.len()).map(text).collect()
    }
}

/// Columns as they are read, of all years or of one.
struct Wide {
    units: Vec<String>,
    indicators: Vec<(String, Numbers)>,
    denominators: Vec<(String, Numbers)>,
    groups: Vec<(String, Vec<Option<String>>)>,
}

impl Wide {
    fn of_rows(&self, rows: &[usize]) -> Self {
        let numbers = |columns: &[(String, Numbers)]| {
            let columns = columns
                .iter()
                .map(|(name, numbers)| (name.clone(), numbers.of_rows(rows)));
            columns.collect()
        };
        let groups = self.groups.iter().map(|(name, texts)| {
            let texts = rows.iter().map(|row| texts[*row].clone()).collect();
            (name.clone(), texts)
        });
        Self {
            units: rows.iter().map(|row| self.units[*row].clone()).collect(),
            indicators: numbers(&self.indicators),
            denominators: numbers(&self.denominators),
            groups: groups.collect(),
        }
    }

    fn into_input(self, year: Option<i64>) -> Result<YearInput, CompositeError> {
        let matrix = |units: Vec<String>, columns: Vec<(String, Numbers)>| {
            let columns = columns
                .into_iter()
                .map(|(name, numbers)| Column::from_parts(name, numbers.values, Some(numbers.present)));
            Matrix::new(units, columns.collect())
        };
        Ok(YearInput {
            year,
            denominators: matrix(self.units.clone(), self.denominators)?,
            data: matrix(self.units, self.indicators)?,
            groups: self.groups.into_iter().collect(),
        })
    }
}

impl Cells {
    fn len(&self) -> usize {
        match self {
            Self::Text(sheet) => sheet.len(),
            Self::Typed(table) => table.len(),
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        match self {
            Self::Text(sheet) => sheet.column(name),
            Self::Typed(table) => table.column(name),
        }
    }

    fn text(&self, row: usize, column: usize) -> Option<Cow<'_, str>> {
        match self {
            Self::Text(sheet) => sheet.row(row)?.text(column),
            Self::Typed(table) => table.text(row, column),
        }
    }

    fn unread(&self, column: usize) -> Option<DocumentFault> {
        match self {
            Self::Text(_) => None,
            Self::Typed(table) => table.unread(column),
        }
    }

    /// The year of a row, none where it is no whole number.
    fn whole_year(&self, row: usize, time: usize) -> Option<i64> {
        let number = match self {
            Self::Text(sheet) => sheet.row(row)?.number(time),
            Self::Typed(table) => table.number(row, time),
        };
        format!("{}", number.ok()??).parse().ok()
    }

    fn numbers(&self, names: &[&str]) -> Result<Vec<Numbers>, Vec<DocumentFault>> {
        match self {
            Self::Text(sheet) => sheet.numbers(names),
            Self::Typed(table) => table.numbers(names),
        }
    }

    /// The line by which a fault names a row.
    fn line(&self, row: usize) -> u64 {
        match self {
            Self::Text(sheet) => sheet.line(row),
            Self::Typed(_) => line(row),
        }
    }
}

fn twice(line: u64, unit: &str, has_years: bool) -> DocumentFault {
    let (zh, en) = if has_years {
        (
            format!("单位 {unit} 在同一年份重复，请只保留一行。"),
            format!("The unit {unit} stands twice in the same year; keep one row."),
        )
    } else {
        (
            format!("单位 {unit} 重复，请只保留一行；各行属于不同年份的，请补充 Time 列。"),
            format!(
                "The unit {unit} stands twice; keep one row, or add the column Time if the rows are of different years."
            ),
        )
    };
    fault(TableCode::DuplicateUnit, line, "uCode", &zh, &en)
}
