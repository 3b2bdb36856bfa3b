//! What becomes of the scores: panels, ranks, levels, stages, publication.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::document::StageRule;

/// How several years are compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PanelRule {
    /// To what the scales are fitted.
    #[serde(default)]
    pub bounds: PanelBounds,
    /// The base year of `base_year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_year: Option<i64>,
}

/// To what the scales of a panel are fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PanelBounds {
    /// All years together: scores of different years can be compared.
    #[default]
    AllYears,
    /// Each year by itself: they cannot.
    EachYear,
    /// The base year, frozen for all others.
    BaseYear,
}

/// How units are ranked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RankRule {
    /// What is ranked.
    #[serde(default)]
    pub on: ScoreForm,
    /// Scores within this relative distance of the best of their group share a rank.
    #[serde(default = "a_billionth")]
    pub tolerance: f64,
    /// Columns of groups within which units are ranked besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<String>,
}

impl Default for RankRule {
    fn default() -> Self {
        Self {
            on: ScoreForm::Score,
            tolerance: a_billionth(),
            within: Vec::new(),
        }
    }
}

fn a_billionth() -> f64 {
    1e-9
}

/// Which form of a score decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScoreForm {
    /// The score as computed.
    #[default]
    Score,
    /// The score as published, rounded.
    Published,
}

/// Levels by cuts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CutRule {
    /// The node whose score is cut. Absent: the first root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Which form of the score is cut.
    #[serde(default)]
    pub on: ScoreForm,
    /// From the highest level down; the first whose limit is reached counts.
    pub cuts: Vec<Cut>,
}

/// One level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// Code.
    pub code: String,
    /// Label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// The least score; absent for the lowest level, which has no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
}

/// Stages by conditions over scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeStages {
    /// Which form of the scores is compared.
    #[serde(default)]
    pub on: ScoreForm,
    /// Rules over the scores of aggregates, from the highest stage down; the first that holds decides, the last always
    /// holds. A unit that is not ranked has no stage.
    pub rules: Vec<StageRule>,
}

/// What is published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// Decimals of published scores, rounded half away from zero.
    pub decimals: u32,
}
