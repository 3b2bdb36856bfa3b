//! The tables by which composite indicators are exchanged: COINr's iData (units), iMeta (indicators and tree) and tables of
//! parameters by indicator.
//!
//! Columns are found by name, cells may be quoted, and an empty cell, `NA` or `NaN` is missing. Every fault names its place
//! as `line:column name`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use survey::document::{DocumentFault, without_mark};

use crate::{
    codes::TableCode,
    composite::{Column, CompositeError, Matrix, YearInput},
};

/// A table of text with named columns.
#[derive(Clone, Debug, PartialEq)]
struct Sheet {
    columns: Vec<String>,
    /// Cells and the line of each row.
    rows: Vec<(u64, Vec<String>)>,
}

/// Units by row: COINr's iData.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitTable {
    sheet: Sheet,
    units: Vec<String>,
    years: Option<Vec<i64>>,
}

/// Indicators, aggregates, groups and denominators by row: COINr's iMeta.
#[derive(Clone, Debug, PartialEq)]
pub struct MetaTable {
    /// Rows in order.
    pub rows: Vec<MetaRow>,
    /// Its numeric columns that are not of the tree, for parameters.
    pub parameters: ParameterTable,
}

/// One row of the iMeta table.
#[derive(Clone, Debug, PartialEq)]
pub struct MetaRow {
    /// Code.
    pub code: String,
    /// Name.
    pub name: Option<String>,
    /// What it is.
    pub kind: MetaKind,
    /// Level, 1 for indicators.
    pub level: Option<u32>,
    /// Whether less is better.
    pub negative: bool,
    /// Weight.
    pub weight: f64,
    /// Unit of measurement.
    pub unit: Option<String>,
    /// Code of the denominator.
    pub denominator: Option<String>,
    /// Code of the parent.
    pub parent: Option<String>,
}

/// What a row of the iMeta table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetaKind {
    /// An indicator.
    Indicator,
    /// An aggregate.
    Aggregate,
    /// A column of groups.
    Group,
    /// A column of denominators.
    Denominator,
    /// Any other column.
    Other,
}

/// Numbers by indicator and name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ParameterTable {
    of: BTreeMap<String, BTreeMap<String, f64>>,
}

impl ParameterTable {
    /// Reads a table with a column iCode; every other column whose cells are numbers (or TRUE and FALSE) is a parameter.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let sheet = Sheet::parse(bytes)?;
        let codes = sheet.column("iCode").ok_or_else(|| vec![no_column("iCode")])?;
        let mut seen = BTreeSet::new();
        let rows = sheet
            .rows
            .iter()
            .filter_map(|(line, row)| Some((*line, text(row, codes)?)));
        let twice = rows.filter(|(_, code)| !seen.insert(*code)).map(|(line, code)| {
            fault(
                TableCode::DuplicateRow,
                line,
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

    fn of_sheet(sheet: &Sheet, codes: usize, without: &[&str]) -> Self {
        let mut of: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
        for (_, row) in &sheet.rows {
            let Some(code) = text(row, codes) else { continue };
            let own = of.entry(code.to_owned()).or_default();
            for (at, name) in sheet
                .columns
                .iter()
                .enumerate()
                .filter(|(_, name)| !without.contains(&name.as_str()))
            {
                let value = text(row, at).and_then(|text| match text {
                    "TRUE" | "true" => Some(1.0),
                    "FALSE" | "false" => Some(0.0),
                    _ => text.parse::<f64>().ok().filter(|value| value.is_finite()),
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

impl MetaTable {
    /// Reads an iMeta table. The columns iCode and Type are needed; Direction and Weight are 1 where they are not given.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let sheet = Sheet::parse(bytes)?;
        let (codes, kinds) = (sheet.column("iCode"), sheet.column("Type"));
        let (Some(codes), Some(_)) = (codes, kinds) else {
            let needed = [("iCode", codes), ("Type", kinds)];
            return Err(needed
                .into_iter()
                .filter(|(_, at)| at.is_none())
                .map(|(name, _)| no_column(name))
                .collect());
        };
        let mut faults = Vec::new();
        let rows: Vec<MetaRow> = sheet
            .rows
            .iter()
            .map(|(line, row)| sheet.meta_row(*line, row, &mut faults))
            .collect();
        let known = [
            "Level",
            "iCode",
            "iName",
            "Direction",
            "Weight",
            "Unit",
            "Denominator",
            "Parent",
            "Type",
        ];
        let parameters = ParameterTable::of_sheet(&sheet, codes, &known);
        if faults.is_empty() && !rows.iter().any(|row| row.kind == MetaKind::Indicator) {
            faults.push(fault(
                TableCode::NoIndicators,
                1,
                "Type",
                "表中没有指标（Type 为 Indicator 的行），无可计算。",
                "The table has no indicator (row of Type Indicator), so nothing can be computed.",
            ));
        }
        if faults.is_empty() {
            Ok(Self { rows, parameters })
        } else {
            Err(faults)
        }
    }

    /// The rows of one kind.
    pub fn of_kind(&self, kind: MetaKind) -> impl Iterator<Item = &MetaRow> {
        self.rows.iter().filter(move |row| row.kind == kind)
    }
}

impl Sheet {
    fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let bytes = without_mark(bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let unreadable = |error: &csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            vec![fault(
                TableCode::Unreadable,
                line,
                "",
                &format!("无法读取该行：{error}。请保存为 UTF-8 编码的 CSV。"),
                &format!("The line cannot be read: {error}. Save the table as CSV in UTF-8."),
            )]
        };
        let columns: Vec<String> = reader
            .headers()
            .map_err(|error| unreadable(&error))?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if let [only] = columns.as_slice()
            && only.contains([';', '\t'])
        {
            return Err(vec![fault(
                TableCode::Separator,
                1,
                "",
                "表中的列不是用逗号分隔的：请另存为逗号分隔的 CSV，小数点用“.”。",
                "The columns are not separated by commas: save the table as CSV with commas, and with points in numbers.",
            )]);
        }
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for name in columns.iter().filter(|name| !name.is_empty()) {
            if !seen.insert(name) {
                faults.push(fault(
                    TableCode::DuplicateColumn,
                    1,
                    name,
                    &format!("列 {name} 重复，请只保留一列。"),
                    &format!("The column {name} stands twice; keep one."),
                ));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| unreadable(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != columns.len() {
                let (found, expected) = (record.len(), columns.len());
                faults.push(fault(
                    TableCode::RowLength,
                    line,
                    "",
                    &format!("该行有 {found} 个单元格，表头有 {expected} 列。"),
                    &format!("The row has {found} cells, the header {expected}."),
                ));
            }
            rows.push((line, record.iter().map(|cell| cell.trim().to_owned()).collect()));
        }
        if faults.is_empty() {
            Ok(Self { columns, rows })
        } else {
            Err(faults)
        }
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The numbers of a column.
    fn numbers(&self, name: &str, faults: &mut Vec<DocumentFault>) -> Option<Vec<Option<f64>>> {
        let Some(at) = self.column(name) else {
            faults.push(no_column(name));
            return None;
        };
        let before = faults.len();
        let cells = self
            .rows
            .iter()
            .map(|(line, row)| number(row, at, *line, name, faults))
            .collect();
        (faults.len() == before).then_some(cells)
    }

    fn meta_row(&self, line: u64, row: &[String], faults: &mut Vec<DocumentFault>) -> MetaRow {
        let cell = |name: &str| self.column(name).and_then(|at| text(row, at));
        let mut value = |name: &str| self.column(name).and_then(|at| number(row, at, line, name, faults));
        let (level, direction, weight) = (value("Level"), value("Direction"), value("Weight"));
        let code = cell("iCode").unwrap_or("").to_owned();
        if code.is_empty() {
            faults.push(fault(
                TableCode::NoCode,
                line,
                "iCode",
                "缺少代码，请补充。",
                "The code is missing; supply it.",
            ));
        }
        let kind = match cell("Type") {
            Some("Indicator") => MetaKind::Indicator,
            Some("Aggregate") => MetaKind::Aggregate,
            Some("Group") => MetaKind::Group,
            Some("Denominator") => MetaKind::Denominator,
            Some("Other") => MetaKind::Other,
            other => {
                let found = other.unwrap_or("");
                faults.push(fault(
                    TableCode::UnknownType,
                    line,
                    "Type",
                    &format!("Type 为“{found}”，应为 Indicator、Aggregate、Group、Denominator 或 Other。"),
                    &format!("Type is \"{found}\"; use Indicator, Aggregate, Group, Denominator or Other."),
                ));
                MetaKind::Other
            }
        };
        if direction.is_some_and(|direction| (direction.abs() - 1.0).abs() > 0.0) {
            faults.push(fault(
                TableCode::BadDirection,
                line,
                "Direction",
                "方向应为 1（越大越好）或 -1（越小越好）。",
                "Direction is 1 (more is better) or -1 (less is better).",
            ));
        }
        let level = level.and_then(|level| format!("{level}").parse().ok());
        MetaRow {
            name: cell("iName").map(str::to_owned),
            kind,
            level,
            negative: direction.is_some_and(|direction| direction < 0.0),
            weight: weight.unwrap_or(1.0),
            unit: cell("Unit").map(str::to_owned),
            denominator: cell("Denominator").map(str::to_owned),
            parent: cell("Parent").map(str::to_owned),
            code,
        }
    }
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
                faults.push(fault(
                    TableCode::DuplicateUnit,
                    *line,
                    "uCode",
                    &format!("单位 {unit} 在同一年份重复，请只保留一行。"),
                    &format!("The unit {unit} stands twice in the same year; keep one row."),
                ));
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
            vec![DocumentFault::new(error.code(), "", message.zh, message.en)]
        })
    }
}

/// The text of a cell; none when it is missing.
fn text(row: &[String], at: usize) -> Option<&str> {
    let cell = row.get(at)?.as_str();
    (!matches!(cell, "" | "NA" | "NaN")).then_some(cell)
}

fn number(row: &[String], at: usize, line: u64, name: &str, faults: &mut Vec<DocumentFault>) -> Option<f64> {
    let cell = text(row, at)?;
    let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
    if number.is_none() {
        faults.push(fault(
            TableCode::NotANumber,
            line,
            name,
            &format!("“{cell}”不是数字；缺失值请留空或写 NA。"),
            &format!("\"{cell}\" is not a number; leave the cell empty or write NA where the value is missing."),
        ));
    }
    number
}

fn no_column(name: &str) -> DocumentFault {
    fault(
        TableCode::NoColumn,
        1,
        name,
        &format!("缺少列 {name}，请补充。"),
        &format!("The column {name} is missing; supply it."),
    )
}

fn fault(code: TableCode, line: u64, column: &str, zh: &str, en: &str) -> DocumentFault {
    DocumentFault::of(code, format!("{line}:{column}"), zh, en)
}
