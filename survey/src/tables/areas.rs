//! Administrative areas with their validity, successors and former names.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ListRow, blank_when_absent,
    csv_rows::{self, CsvRow},
};
use crate::{codes::DocumentCode, document::DocumentFault};

/// Name of the list.
pub(super) const LIST: &str = "areas";

const COLUMNS: [&str; 8] = [
    "code",
    "name",
    "level",
    "parent",
    "valid_from",
    "valid_to",
    "succeeded_by",
    "former_names",
];

/// All areas by code, in the order of the codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AreaTable {
    areas: BTreeMap<String, Area>,
}

/// An administrative area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// Code of GB/T 2260 (6 digits) or of the statistical division below it (9 digits).
    pub code: String,
    /// Name.
    pub name: String,
    /// Level.
    pub level: AreaLevel,
    /// Code of the area above, absent at the top.
    pub parent: Option<String>,
    /// First month in which it exists, `YYYY-MM`; absent where unknown.
    pub valid_from: Option<String>,
    /// First month in which it no longer exists, `YYYY-MM`; absent while it exists.
    pub valid_to: Option<String>,
    /// Code of the area that replaced it.
    pub succeeded_by: Option<String>,
    /// Former names.
    pub former_names: Vec<String>,
}

/// Level of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 省.
    Province,
    /// 市.
    City,
    /// 县、区.
    County,
    /// 乡镇、街道.
    Town,
}

const LEVELS: [(&str, AreaLevel); 4] = [
    ("province", AreaLevel::Province),
    ("city", AreaLevel::City),
    ("county", AreaLevel::County),
    ("town", AreaLevel::Town),
];

impl AreaTable {
    /// Reads the CSV file and checks codes, parents (one level up), successors and months.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let rows = csv_rows::read(bytes, &COLUMNS, &mut faults);
        let mut areas = BTreeMap::new();
        for row in &rows {
            let Some(area) = read_area(row, &mut faults) else {
                continue;
            };
            let code = area.code.clone();
            if areas.insert(code.clone(), area).is_some() {
                faults.push(csv_rows::duplicate(row, "code", &code));
            }
        }
        for row in &rows {
            check_references(row, &areas, &mut faults);
        }
        if faults.is_empty() {
            Ok(Self { areas })
        } else {
            Err(faults)
        }
    }

    /// The area of a code.
    pub fn get(&self, code: &str) -> Option<&Area> {
        self.areas.get(code)
    }

    /// All areas in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.areas.values()
    }

    /// The areas directly below, in the order of their codes.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &Area> {
        self.areas
            .values()
            .filter(move |area| area.parent.as_deref() == Some(code))
    }

    /// The area and all above it, from the top down; empty for an unknown code.
    pub fn path(&self, code: &str) -> Vec<&Area> {
        let mut path: Vec<&Area> = Vec::new();
        let mut next = self.get(code);
        while let Some(area) = next {
            path.push(area);
            // Every parent is of a higher level, so this ends after at most four steps.
            next = area.parent.as_deref().and_then(|parent| self.get(parent));
        }
        path.reverse();
        path
    }

    /// Whether `code` is `ancestor` or lies inside it.
    pub fn is_within(&self, code: &str, ancestor: &str) -> bool {
        self.path(code).iter().any(|area| area.code == ancestor)
    }
}

impl Area {
    /// Whether the area exists in a month, given as `YYYY-MM`: from `valid_from`, before `valid_to`.
    pub fn exists_in(&self, month: &str) -> bool {
        self.valid_from.as_deref().is_none_or(|from| from <= month)
            && self.valid_to.as_deref().is_none_or(|to| month < to)
    }

    pub(super) fn row(&self) -> ListRow {
        let level = LEVELS
            .iter()
            .find(|(_, level)| *level == self.level)
            .map_or("", |(word, _)| *word);
        ListRow::from([
            ("code", self.code.clone()),
            ("name", self.name.clone()),
            ("level", level.to_owned()),
            ("parent", blank_when_absent(self.parent.as_ref())),
            ("valid_from", blank_when_absent(self.valid_from.as_ref())),
            ("valid_to", blank_when_absent(self.valid_to.as_ref())),
            ("succeeded_by", blank_when_absent(self.succeeded_by.as_ref())),
        ])
    }
}

fn read_area(row: &CsvRow, faults: &mut Vec<DocumentFault>) -> Option<Area> {
    let code = row.required("code", faults);
    let name = row.required("name", faults);
    let level = row.one_of("level", &LEVELS, faults)?;
    let former_names = row.text("former_names");
    Some(Area {
        code,
        name,
        level,
        parent: row.optional("parent"),
        valid_from: month(row, "valid_from", faults),
        valid_to: month(row, "valid_to", faults),
        succeeded_by: row.optional("succeeded_by"),
        former_names: former_names
            .split(';')
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}

fn month(row: &CsvRow, column: &str, faults: &mut Vec<DocumentFault>) -> Option<String> {
    let text = row.optional(column)?;
    let real = text.len() == 7 && chrono::NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").is_ok();
    if !real {
        faults.push(DocumentFault::of(
            DocumentCode::AreaMonth,
            row.place(column),
            format!("{column} 应写成 YYYY-MM，现为“{text}”。请改正。"),
            format!("{column} must be YYYY-MM, found '{text}'. Correct it."),
        ));
    }
    Some(text)
}

fn check_references(row: &CsvRow, areas: &BTreeMap<String, Area>, faults: &mut Vec<DocumentFault>) {
    let Some(area) = areas.get(&row.text("code")) else {
        return;
    };
    if let Some(parent) = &area.parent {
        match areas.get(parent) {
            None => faults.push(csv_rows::unknown(row.place("parent"), "parent", parent)),
            Some(above) if above.level >= area.level => faults.push(DocumentFault::of(
                DocumentCode::AreaParentLevel,
                row.place("parent"),
                format!("上级 {parent} 的级别不高于本级。请改正 parent 或 level。"),
                format!("The parent {parent} is not of a higher level. Correct parent or level."),
            )),
            Some(_) => {}
        }
    }
    if let Some(successor) = area.succeeded_by.as_ref().filter(|code| !areas.contains_key(*code)) {
        faults.push(csv_rows::unknown(row.place("succeeded_by"), "succeeded_by", successor));
    }
    if let (Some(from), Some(to)) = (&area.valid_from, &area.valid_to)
        && from >= to
    {
        faults.push(DocumentFault::of(
            DocumentCode::AreaValidity,
            row.place("valid_to"),
            "valid_to 必须晚于 valid_from。请改正。",
            "valid_to must be after valid_from. Correct it.",
        ));
    }
}
