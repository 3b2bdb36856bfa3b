//! Programmes, eligibility and designation.
//!
//! For now the document types: a programme as data, checked when it is published. Eligibility, scoring, quotas and the
//! way to a certificate follow.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{
    codes::{Row, rows},
    document::{DocumentFault, parse_json},
    text::Text,
};

survey::codes! {
    /// What is wrong with a set of programmes.
    pub enum ProgrammeCode {
        CodeTwice "programme.code_twice"
            "两个认定项目的代码相同。"
            "Two programmes have the same code."
            "请改成不同的代码。"
            "Use different codes."
        CriterionTwice "programme.criterion_twice"
            "同一认定项目的两个条件代码相同。"
            "Two criteria of a programme have the same code."
            "请改成不同的代码。"
            "Use different codes."
        Validity "programme.validity"
            "有效年限不足 1 年。"
            "A designation is valid for less than a year."
            "请改成 1 或更大的数。"
            "Set it to 1 or more."
    }
}

/// Every code that this crate gives.
pub fn all_codes() -> Vec<Row> {
    rows::<ProgrammeCode>().collect()
}

/// A set of designation programmes, as written in `data/programmes.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Programmes {
    /// Code of the set.
    pub code: String,
    /// Version of the set.
    pub version: String,
    /// The programmes.
    pub programmes: Vec<Programme>,
}

/// A designation programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Programme {
    /// Code, unique in the set.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Criteria an application must meet.
    pub eligibility: Vec<Criterion>,
    /// Criteria that rule an application out when they hold.
    pub vetoes: Vec<Criterion>,
    /// Years for which a designation is valid.
    pub validity_years: u32,
}

/// A criterion of a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    /// Code, unique in the programme.
    pub code: String,
    /// CEL condition over enterprise, return, scores, application and parameters.
    pub expression: String,
}

impl Programmes {
    /// Reads and checks a set of programmes; all faults at once.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let programmes: Self = parse_json(bytes)?;
        let faults = programmes.faults();
        if faults.is_empty() { Ok(programmes) } else { Err(faults) }
    }

    fn faults(&self) -> Vec<DocumentFault> {
        let mut faults = Vec::new();
        let codes = self.programmes.iter().map(|programme| programme.code.as_str());
        faults.extend(repeated(codes, "/programmes", ProgrammeCode::CodeTwice));
        for (at, programme) in self.programmes.iter().enumerate() {
            let pointer = format!("/programmes/{at}");
            let criteria = programme
                .eligibility
                .iter()
                .chain(&programme.vetoes)
                .map(|criterion| criterion.code.as_str());
            faults.extend(repeated(criteria, &pointer, ProgrammeCode::CriterionTwice));
            if programme.validity_years == 0 {
                faults.push(DocumentFault::of(
                    ProgrammeCode::Validity,
                    format!("{pointer}/validity_years"),
                    "有效年限至少为 1 年。",
                    "A designation is valid for a year at least.",
                ));
            }
        }
        faults
    }
}

/// A fault for every code that occurs a second time.
fn repeated<'a>(codes: impl Iterator<Item = &'a str>, pointer: &str, fault: ProgrammeCode) -> Vec<DocumentFault> {
    let mut seen = std::collections::BTreeSet::new();
    let twice = codes.filter(|code| !seen.insert(*code));
    twice
        .map(|code| {
            DocumentFault::of(
                fault,
                pointer,
                format!("代码“{code}”出现两次；请改成不同的代码。"),
                format!("The code \"{code}\" occurs twice; use different codes."),
            )
        })
        .collect()
}

/// The JSON Schema of the document, as committed in `data/schema`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Programmes).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schema_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/schema/programmes.schema.json");
        let current = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
        #[expect(clippy::disallowed_methods, reason = "a switch of the test itself")]
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == current,
            "data/schema/programmes.schema.json is not current: run `UPDATE=1 cargo test -p designation`"
        );
    }

    const SHIPPED: &str = include_str!("../../data/programmes.json");

    #[test]
    fn the_shipped_programmes_are_sound() {
        assert_eq!(Programmes::parse(SHIPPED.as_bytes()).unwrap().programmes.len(), 4);
    }

    #[test]
    fn broken_programmes_are_refused_with_the_place() {
        let check = |change: fn(&mut serde_json::Value), code: &str, pointer: &str| {
            let mut document: serde_json::Value = serde_json::from_str(SHIPPED).unwrap();
            change(&mut document);
            let faults = Programmes::parse(document.to_string().as_bytes()).unwrap_err();
            assert!(
                faults
                    .iter()
                    .any(|fault| fault.code == code && fault.pointer == pointer),
                "{faults:?}"
            );
        };
        check(
            |d| d["programmes"][1]["code"] = d["programmes"][0]["code"].clone(),
            "programme.code_twice",
            "/programmes",
        );
        check(
            |d| d["programmes"][2]["validity_years"] = 0.into(),
            "programme.validity",
            "/programmes/2/validity_years",
        );
        check(
            |d| d["programmes"][0]["vetoes"][0]["code"] = d["programmes"][0]["eligibility"][0]["code"].clone(),
            "programme.criterion_twice",
            "/programmes/0",
        );
    }
}
