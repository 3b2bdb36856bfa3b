//! Words that bureaus and other systems use for one and the same thing: heads of enterprise lists, labels of questions and
//! units. A published document, so that a bureau adds its own without a new release.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    codes::DocumentCode,
    document::{DocumentFault, parse_json},
    justification::ReasonStatus,
    questionnaire::MistakenUnit,
    text::Text,
    width::{half, is_invisible},
};

/// The words, a published document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Synonyms {
    /// Code of the document.
    pub code: String,
    /// Version of the document.
    pub version: String,
    /// `proposed` until the bureau has adopted it, then `adopted`.
    pub status: ReasonStatus,
    /// Title.
    pub title: Text,
    /// Words of enterprise lists.
    pub enterprise_list: ListWords,
    /// Labels that ask for the same; each group stands for a question by its label.
    pub labels: Vec<Vec<String>>,
    /// Names of the same unit.
    pub units: Vec<Vec<String>>,
}

/// Words of enterprise lists.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListWords {
    /// Heads of each column, without units; the first is the one that messages use.
    pub columns: BTreeMap<ListColumn, Vec<String>>,
    /// Units of amounts, each with what one of it is in 万元.
    pub amounts: Vec<MistakenUnit>,
    /// Heads of columns that say nothing of an enterprise and are passed over.
    pub passed_over: Vec<String>,
    /// Heads of the column with the login of an enterprise, in lists for accounts.
    pub login: Vec<String>,
    /// Words with which rows begin that close a list: totals, signatures, notes.
    pub closing: Vec<String>,
}

/// A column of an enterprise list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ListColumn {
    /// Unified social credit code.
    Uscc,
    /// Name.
    Name,
    /// Town or street, by code or name.
    Area,
    /// Industry, by code or name.
    Industry,
    /// Employees.
    Employees,
    /// Revenue.
    Revenue,
    /// Total assets.
    Assets,
    /// Former names.
    FormerNames,
    /// Credit code of the parent.
    ParentUscc,
    /// Why a credit code with a wrong check character is right.
    UsccException,
}

impl ListColumn {
    /// All columns, in the order in which messages name them.
    pub const ALL: [Self; 10] = [
        Self::Uscc,
        Self::Name,
        Self::Area,
        Self::Industry,
        Self::Employees,
        Self::Revenue,
        Self::Assets,
        Self::FormerNames,
        Self::ParentUscc,
        Self::UsccException,
    ];

    /// Whether a list cannot do without it.
    pub fn is_required(self) -> bool {
        matches!(self, Self::Uscc | Self::Name | Self::Area | Self::Industry)
    }

    /// Whether it holds amounts of money.
    pub fn is_amount(self) -> bool {
        matches!(self, Self::Revenue | Self::Assets)
    }
}

impl Synonyms {
    /// Reads the JSON document. All faults are returned, each with its JSON pointer.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let document: Self = parse_json(bytes)?;
        let list = &document.enterprise_list;
        let mut faults = Vec::new();
        for column in ListColumn::ALL.into_iter().filter(|column| column.is_required()) {
            if list.columns.get(&column).is_none_or(Vec::is_empty) {
                faults.push(DocumentFault::of(
                    DocumentCode::SynonymsEmpty,
                    "/enterprise_list/columns",
                    format!("必需的列 {column:?} 没有列名。请至少写一个。"),
                    format!("The column {column:?}, which lists cannot do without, has no head. Give at least one."),
                ));
            }
        }
        if list.amounts.iter().any(|amount| amount.multiply_by <= 0.0) {
            faults.push(DocumentFault::of(
                DocumentCode::SynonymsAmount,
                "/enterprise_list/amounts",
                "换算系数应大于 0。请改正。",
                "A factor is above 0. Correct it.",
            ));
        }
        twice(list.columns.values(), "/enterprise_list/columns", &mut faults);
        twice(document.labels.iter(), "/labels", &mut faults);
        twice(document.units.iter(), "/units", &mut faults);
        if faults.is_empty() { Ok(document) } else { Err(faults) }
    }

    /// The other words for a label, as they stand in the document.
    pub fn of_label<'s>(&'s self, label: &str) -> impl Iterator<Item = &'s str> {
        let label = bare(label);
        let group = self
            .labels
            .iter()
            .find(|group| group.iter().any(|word| bare(word) == label));
        group.into_iter().flatten().map(String::as_str)
    }

    /// Whether two names are those of one unit.
    pub fn are_one_unit(&self, one: &str, other: &str) -> bool {
        let (one, other) = (bare(one), bare(other));
        let holds = |group: &&Vec<String>, name: &String| group.iter().any(|word| bare(word) == *name);
        one == other
            || self
                .units
                .iter()
                .any(|group| holds(&group, &one) && holds(&group, &other))
    }
}

/// A word without width, case, blanks and invisible marks.
pub fn bare(text: &str) -> String {
    text.chars()
        .map(half)
        .filter(|c| !c.is_whitespace() && !is_invisible(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A word in two groups, or twice in one, means nothing certain.
fn twice<'g>(groups: impl Iterator<Item = &'g Vec<String>>, pointer: &str, faults: &mut Vec<DocumentFault>) {
    let mut seen = std::collections::BTreeSet::new();
    for word in groups.flatten() {
        if bare(word).is_empty() || !seen.insert(bare(word)) {
            faults.push(DocumentFault::of(
                DocumentCode::SynonymsTwice,
                pointer,
                format!("“{word}”为空或出现了两次。请只留一处。"),
                format!("\"{word}\" is blank or stands twice. Keep one of them."),
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shipped() -> serde_json::Value {
        serde_json::from_str(include_str!("../../data/synonyms.json")).expect("JSON")
    }

    #[test]
    fn words_of_one_group_are_found_whatever_their_width() {
        let words = Synonyms::parse(shipped().to_string().as_bytes()).expect("the shipped words");
        assert!(words.of_label("利润总额").any(|word| word == "利润"));
        assert_eq!(words.of_label("没有这个词").count(), 0);
        assert!(words.are_one_unit("万度", "万 kWh") && words.are_one_unit("Ｍ３", "立方米"));
        assert!(!words.are_one_unit("万度", "度"));
    }

    #[test]
    fn faults_are_named() {
        let check = |change: fn(&mut serde_json::Value), code: &str| {
            let mut document = shipped();
            change(&mut document);
            let faults = Synonyms::parse(document.to_string().as_bytes()).expect_err("a fault");
            assert!(faults.iter().all(|fault| fault.code == code), "{faults:?}");
        };
        check(|d| d["labels"][0][0] = "利润".into(), "synonyms.twice");
        check(|d| d["units"][0][0] = " ".into(), "synonyms.twice");
        check(
            |d| d["enterprise_list"]["columns"]["uscc"] = serde_json::json!([]),
            "synonyms.empty",
        );
        check(
            |d| d["enterprise_list"]["amounts"][1]["multiply_by"] = 0.into(),
            "synonyms.amount",
        );
        check(
            |d| d["enterprise_list"]["columns"]["phone"] = serde_json::json!([]),
            "json.shape",
        );
    }
}
