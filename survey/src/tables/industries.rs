//! Industries of GB/T 4754: sections (门类), divisions (大类), groups (中类) and classes (小类).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ListRow, blank_when_absent,
    csv_rows::{self, CsvRow},
};
use crate::{codes::DocumentCode, document::DocumentFault};

/// Name of the list.
pub(super) const LIST: &str = "industry";

const COLUMNS: [&str; 5] = ["code", "code_digits", "level", "parent", "name"];

/// All industries of one edition by code (letter of the section, then the digits), in the order of the codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndustryTable {
    edition: String,
    industries: BTreeMap<String, Industry>,
}

/// An industry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Industry {
    /// Letter of the section and digits, such as `C3831`.
    pub code: String,
    /// The digits alone, empty for a section.
    pub digits: String,
    /// Level.
    pub level: IndustryLevel,
    /// Code of the industry above, absent for a section.
    pub parent: Option<String>,
    /// Name.
    pub name: String,
}

/// Level of an industry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IndustryLevel {
    /// 门类, a letter.
    Section,
    /// 大类, two digits.
    Division,
    /// 中类, three digits.
    Group,
    /// 小类, four digits.
    Class,
}

const LEVELS: [(&str, IndustryLevel); 4] = [
    ("门类", IndustryLevel::Section),
    ("大类", IndustryLevel::Division),
    ("中类", IndustryLevel::Group),
    ("小类", IndustryLevel::Class),
];

impl IndustryTable {
    /// Reads the CSV file of an edition, such as `GB/T 4754-2017`, and checks codes, digits and parents.
    pub fn parse(edition: impl Into<String>, bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let mut faults = Vec::new();
        let rows = csv_rows::read(bytes, &COLUMNS, &mut faults);
        let mut industries = BTreeMap::new();
        for row in &rows {
            let Some(industry) = read_industry(row, &mut faults) else {
                continue;
            };
            let code = industry.code.clone();
            if industries.insert(code.clone(), industry).is_some() {
                faults.push(csv_rows::duplicate(row, "code", &code));
            }
        }
        for row in &rows {
            check_parent(row, &industries, &mut faults);
        }
        if faults.is_empty() {
            Ok(Self {
                edition: edition.into(),
                industries,
            })
        } else {
            Err(faults)
        }
    }

    /// The edition, as given when the table was read.
    pub fn edition(&self) -> &str {
        &self.edition
    }

    /// The industry of a code.
    pub fn get(&self, code: &str) -> Option<&Industry> {
        self.industries.get(code)
    }

    /// All industries in the order of their codes.
    pub fn iter(&self) -> impl Iterator<Item = &Industry> {
        self.industries.values()
    }

    /// The industries directly below, in the order of their codes.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &Industry> {
        self.industries
            .values()
            .filter(move |industry| industry.parent.as_deref() == Some(code))
    }

    /// The industry and all above it, from the section down; empty for an unknown code.
    pub fn path(&self, code: &str) -> Vec<&Industry> {
        let mut path: Vec<&Industry> = Vec::new();
        let mut next = self.get(code);
        while let Some(industry) = next {
            path.push(industry);
            // Every parent is of a higher level, so this ends after at most four steps.
            next = industry.parent.as_deref().and_then(|parent| self.get(parent));
        }
        path.reverse();
        path
    }

    /// The industry of the given level to which a code belongs: itself or one above it.
    pub fn ancestor(&self, code: &str, level: IndustryLevel) -> Option<&Industry> {
        self.path(code).into_iter().find(|industry| industry.level == level)
    }
}

impl Industry {
    pub(super) fn row(&self) -> ListRow {
        let level = LEVELS
            .iter()
            .find(|(_, level)| *level == self.level)
            .map_or("", |(word, _)| *word);
        ListRow::from([
            ("code", self.code.clone()),
            ("code_digits", self.digits.clone()),
            ("level", level.to_owned()),
            ("parent", blank_when_absent(self.parent.as_ref())),
            ("name", self.name.clone()),
        ])
    }
}

fn read_industry(row: &CsvRow, faults: &mut Vec<DocumentFault>) -> Option<Industry> {
    let level = row.one_of("level", &LEVELS, faults)?;
    let industry = Industry {
        code: row.required("code", faults),
        digits: row.text("code_digits"),
        level,
        parent: row.optional("parent"),
        name: row.required("name", faults),
    };
    let digits_wanted = match level {
        IndustryLevel::Section => 0,
        IndustryLevel::Division => 2,
        IndustryLevel::Group => 3,
        IndustryLevel::Class => 4,
    };
    let letter_and_digits = industry.code.strip_suffix(industry.digits.as_str());
    let well_formed = industry.digits.len() == digits_wanted
        && industry.digits.bytes().all(|b| b.is_ascii_digit())
        && letter_and_digits.is_some_and(|letter| letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_uppercase()));
    if !well_formed {
        faults.push(DocumentFault::of(
            DocumentCode::IndustryCode,
            row.place("code"),
            format!("代码“{}”与其级别或数字不符。请改成门类字母加数字。", industry.code),
            format!(
                "The code '{}' does not fit its level or digits. Write the letter and the digits.",
                industry.code
            ),
        ));
    }
    if industry.name.trim() != industry.name {
        faults.push(DocumentFault::of(
            DocumentCode::IndustryName,
            row.place("name"),
            "名称首尾有空格。请删去。",
            "The name begins or ends with a blank. Remove it.",
        ));
    }
    Some(industry)
}

fn check_parent(row: &CsvRow, industries: &BTreeMap<String, Industry>, faults: &mut Vec<DocumentFault>) {
    let Some(industry) = industries.get(&row.text("code")) else {
        return;
    };
    let above = match industry.level {
        IndustryLevel::Section => None,
        IndustryLevel::Division => Some(IndustryLevel::Section),
        IndustryLevel::Group => Some(IndustryLevel::Division),
        IndustryLevel::Class => Some(IndustryLevel::Group),
    };
    let parent = industry.parent.as_ref().map(|code| (code, industries.get(code)));
    if let Some((code, None)) = parent {
        faults.push(csv_rows::unknown(row.place("parent"), "parent", code));
    } else if parent.and_then(|(_, parent)| parent).map(|parent| parent.level) != above {
        faults.push(DocumentFault::of(
            DocumentCode::IndustryParentLevel,
            row.place("parent"),
            "上级必须正好高一级。请改正 parent。",
            "The parent must be exactly one level up. Correct it.",
        ));
    }
}
