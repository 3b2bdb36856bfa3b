//! Indicators, aggregates, groups and denominators by row: COINr's iMeta.

use std::{borrow::Cow, num::NonZeroUsize};

use survey::document::DocumentFault;

use super::{
    parameters::ParameterTable,
    sheet::{Row, Sheet, fault, no_column, not_a_number},
};
use crate::codes::TableCode;

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

impl MetaTable {
    /// Reads an iMeta table. The columns iCode and Type are needed; Direction and Weight are 1 where they are not given.
    pub fn parse(text: &str) -> Result<Self, Vec<DocumentFault>> {
        let sheet = Sheet::read(text.to_owned(), NonZeroUsize::MIN)?;
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
        let rows: Vec<MetaRow> = sheet.rows().map(|row| sheet.meta_row(row, &mut faults)).collect();
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
    fn meta_row(&self, row: Row<'_>, faults: &mut Vec<DocumentFault>) -> MetaRow {
        let cell = |name: &str| self.column(name).and_then(|at| row.text(at));
        let mut value = |name: &str| {
            row.number(self.column(name)?).unwrap_or_else(|cell| {
                faults.push(not_a_number(row.line(), name, &cell));
                None
            })
        };
        let (level, direction, weight) = (value("Level"), value("Direction"), value("Weight"));
        // No code is a fault.
        let code = cell("iCode").map_or_else(String::new, Cow::into_owned);
        if code.is_empty() {
            faults.push(fault(
                TableCode::NoCode,
                row.line(),
                "iCode",
                "缺少代码，请补充。",
                "The code is missing; supply it.",
            ));
        }
        let kind = match cell("Type").as_deref() {
            Some("Indicator") => MetaKind::Indicator,
            Some("Aggregate") => MetaKind::Aggregate,
            Some("Group") => MetaKind::Group,
            Some("Denominator") => MetaKind::Denominator,
            Some("Other") => MetaKind::Other,
            other => {
                let found = other.unwrap_or("");
                faults.push(fault(
                    TableCode::UnknownType,
                    row.line(),
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
                row.line(),
                "Direction",
                "方向应为 1（越大越好）或 -1（越小越好）。",
                "Direction is 1 (more is better) or -1 (less is better).",
            ));
        }
        let level = level.and_then(|level| format!("{level}").parse().ok());
        MetaRow {
            name: cell("iName").map(Cow::into_owned),
            kind,
            level,
            negative: direction.is_some_and(|direction| direction < 0.0),
            weight: weight.unwrap_or(1.0),
            unit: cell("Unit").map(Cow::into_owned),
            denominator: cell("Denominator").map(Cow::into_owned),
            parent: cell("Parent").map(Cow::into_owned),
            code,
        }
    }
}
