//! Size classes of enterprises: limits by industry prefix.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::IndustryTable;
use crate::{
    codes::DocumentCode,
    document::{DocumentFault, parse_json},
    questionnaire::Confidence,
    text::Text,
};

/// The limits of the size classes, as written in `data/size_classes.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeClassRules {
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// Units of the three limits.
    pub units: SizeUnits,
    /// How a class is found.
    pub rule: Text,
    /// How the industry is found.
    pub match_rule: Text,
    /// Limits by industry.
    pub industries: Vec<SizeIndustry>,
    /// Rules that were in force before.
    pub older_rules: Vec<OlderSizeRule>,
    /// What counts as an industrial enterprise above designated size.
    pub designated_size: DesignatedSize,
}

/// Units of the limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeUnits {
    /// Of employees.
    pub employees: String,
    /// Of revenue.
    pub revenue: String,
    /// Of assets.
    pub assets: String,
}

/// Limits of one industry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeIndustry {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Prefixes of industry codes that belong to it.
    #[serde(rename = "match")]
    pub prefixes: Vec<String>,
    /// Prefixes that do not, although a longer or shorter one does.
    pub exclude: Vec<String>,
    /// Classes from the largest down.
    pub classes: Vec<SizeClass>,
    /// Confidence.
    pub confidence: Confidence,
}

/// Lower limits of one class; all that are given must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeClass {
    /// Class, such as `large`.
    pub class: String,
    /// Least number of employees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_employees: Option<f64>,
    /// Least revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_revenue: Option<f64>,
    /// Least assets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_assets: Option<f64>,
}

/// A rule of earlier years, for the reader only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OlderSizeRule {
    /// Last year in which it held.
    pub until: String,
    /// Industries it spoke of.
    pub scope: String,
    /// Confidence.
    pub confidence: Confidence,
    /// What it said.
    pub note: Text,
}

/// Designated size (规模以上).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignatedSize {
    /// Limits for industry.
    pub industry: DesignatedIndustry,
    /// Confidence.
    pub confidence: Confidence,
    /// What it means.
    pub note: Text,
}

/// Designated size in industry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DesignatedIndustry {
    /// Least revenue of the main business.
    pub min_main_revenue: f64,
    /// First year of this limit.
    pub since: String,
    /// The limit before.
    pub before: f64,
}

/// The class of an enterprise that reaches no lower limit. The rules name only limits that are reached.
pub const SMALLEST: &str = "micro";
/// The entry that holds for industries no prefix matches.
const OTHER: &str = "other";

impl SizeClassRules {
    /// Reads the JSON document and checks that codes are unique, classes the same everywhere and one entry is `other`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let rules: Self = parse_json(bytes)?;
        let mut faults = Vec::new();
        rules.check(&mut faults);
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }

    /// The size class: from the largest down the first class all of whose limits hold, else [`SMALLEST`].
    ///
    /// A limit on a figure that is missing does not hold. Source: 统计上大中小微型企业划分办法（2017）.
    pub fn classify(&self, industry: &str, employees: f64, revenue: f64, assets: Option<f64>) -> &str {
        let reaches = |limit: Option<f64>, value: Option<f64>| {
            limit.is_none_or(|limit| value.is_some_and(|value| value >= limit))
        };
        self.limits_of(industry)
            .and_then(|entry| {
                entry.classes.iter().find(|class| {
                    reaches(class.min_employees, Some(employees))
                        && reaches(class.min_revenue, Some(revenue))
                        && reaches(class.min_assets, assets)
                })
            })
            .map_or(SMALLEST, |class| class.class.as_str())
    }

    /// Every class there is, [`SMALLEST`] last.
    pub fn classes(&self) -> Vec<&str> {
        let first = self
            .industries
            .first()
            .map_or(&[][..], |entry| entry.classes.as_slice());
        first
            .iter()
            .map(|class| class.class.as_str())
            .chain([SMALLEST])
            .collect()
    }

    /// The entry of an industry code: excluded entries fall away, then the longest matching prefix wins, else `other`.
    pub fn limits_of(&self, industry: &str) -> Option<&SizeIndustry> {
        let longest = |entry: &SizeIndustry| {
            entry
                .prefixes
                .iter()
                .filter(|prefix| industry.starts_with(prefix.as_str()))
                .map(String::len)
                .max()
        };
        let excluded = |entry: &SizeIndustry| entry.exclude.iter().any(|prefix| industry.starts_with(prefix.as_str()));
        let mut best: Option<(usize, &SizeIndustry)> = None;
        for entry in self.industries.iter().filter(|entry| !excluded(entry)) {
            if let Some(length) = longest(entry)
                && best.is_none_or(|(length_before, _)| length > length_before)
            {
                best = Some((length, entry));
            }
        }
        best.map(|(_, entry)| entry)
            .or_else(|| self.industries.iter().find(|entry| entry.code == OTHER))
    }

    fn check(&self, faults: &mut Vec<DocumentFault>) {
        let classes = self.classes();
        for (index, entry) in self.industries.iter().enumerate() {
            if self
                .industries
                .iter()
                .take(index)
                .any(|before| before.code == entry.code)
            {
                faults.push(DocumentFault::of(
                    DocumentCode::CodeDuplicate,
                    format!("/industries/{index}/code"),
                    format!("行业“{}”出现了两次。请合并。", entry.code),
                    format!("The industry '{}' is there twice. Merge them.", entry.code),
                ));
            }
            let own: Vec<&str> = entry
                .classes
                .iter()
                .map(|class| class.class.as_str())
                .chain([SMALLEST])
                .collect();
            if own != classes {
                faults.push(DocumentFault::of(
                    DocumentCode::SizeClasses,
                    format!("/industries/{index}/classes"),
                    "各行业的规模等级及次序必须相同。请改正。",
                    "Every industry must have the same classes in the same order. Correct it.",
                ));
            }
        }
        if !self.industries.iter().any(|entry| entry.code == OTHER) {
            faults.push(DocumentFault::of(
                DocumentCode::SizeOtherMissing,
                "/industries",
                "缺少 other 一行，未列出的行业无从判定。请补上。",
                "The entry 'other' is missing, so unlisted industries cannot be classified. Add it.",
            ));
        }
    }

    pub(super) fn check_against(&self, industries: &IndustryTable, faults: &mut Vec<DocumentFault>) {
        for (index, entry) in self.industries.iter().enumerate() {
            let lists = [("match", &entry.prefixes), ("exclude", &entry.exclude)];
            for (field, prefixes) in lists {
                for (at, prefix) in prefixes.iter().enumerate() {
                    if !industries
                        .iter()
                        .any(|industry| industry.code.starts_with(prefix.as_str()))
                    {
                        faults.push(DocumentFault::of(
                            DocumentCode::SizeUnknownPrefix,
                            format!("/industries/{index}/{field}/{at}"),
                            format!("没有以“{prefix}”开头的行业代码。请改正。"),
                            format!("No industry code begins with '{prefix}'. Correct it."),
                        ));
                    }
                }
            }
        }
    }
}
