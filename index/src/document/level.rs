//! The document of a digital level: items with points, scenes with levels, and the rule that joins them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{questionnaire::Confidence, text::Text};

use super::{MissingPolicy, Rounding, ScoreFunction};
use crate::{exact::Fixed, ladder::LevelRow};

/// A methodology that gives an enterprise a level by points and scenes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelMethodology {
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Code of the questionnaire it scores.
    pub questionnaire: String,
    /// Whether the product must not offer to edit it.
    pub locked: bool,
    /// CEL condition over the answers: only where it holds is an enterprise scored.
    pub applies_when: String,
    /// Source.
    pub source: String,
    /// Confidence of the whole.
    pub confidence: Confidence,
    /// The greatest total.
    pub max_total: Fixed,
    /// Rounding.
    pub rounding: Rounding,
    /// The score kinds in words.
    pub score_kinds: BTreeMap<String, Text>,
    /// What becomes of missing values.
    pub missing_policy: MissingPolicy,
    /// Dimensions in order.
    pub dimensions: Vec<Dimension>,
    /// Items in order.
    pub items: Vec<LevelItem>,
    /// Scenes in order.
    pub scenes: Vec<Scene>,
    /// The level rule.
    pub level_rule: LevelRule,
    /// Items without which no level is given; none so far.
    pub veto_items: Vec<String>,
    /// What an assessor asks to see.
    pub evidence: Vec<Evidence>,
    /// The edition before.
    pub previous_edition: EarlierEdition,
    /// What the level is used for.
    pub uses: Vec<Text>,
}

/// A dimension: items whose points are shown together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// The points of all its items.
    pub weight: Fixed,
}

/// An item: one question of the official form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelItem {
    /// Number in the official form.
    pub no: u32,
    /// Code.
    pub code: String,
    /// Code of its dimension.
    pub dimension: String,
    /// The way down the official tree: the weights, in percent of the step above, give the item's points.
    pub path: Vec<PathStep>,
    /// Label.
    pub label: Text,
    /// How the official form asks.
    pub select: ItemSelect,
    /// The question or derived value that is scored.
    pub source: String,
    /// Codes of the questions that the node depends on.
    pub depends_on: Vec<String>,
    /// How the value becomes points.
    pub score: ScoreFunction,
    /// The greatest number of points.
    pub max_points: Fixed,
    /// Questions to fill in beside it.
    pub fill_in: Vec<String>,
    /// Confidence.
    pub confidence: Confidence,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// A step down the official tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathStep {
    /// Name.
    pub name: Text,
    /// Weight in percent of the step above.
    pub weight: Fixed,
}

/// How the official form asks an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ItemSelect {
    /// One choice.
    Single,
    /// Several choices.
    Multi,
}

/// A business scene, whose level is a question of the same code.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scene {
    /// Code of scene and question.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Domain.
    pub domain: Text,
    /// Whether it is a constrained scene.
    pub constrained: bool,
}

/// How points and scenes make a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRule {
    /// The order in which rows are compared.
    pub test_order: TestOrder,
    /// Confidence.
    pub confidence: Confidence,
    /// Description in words.
    pub note: Text,
    /// Rows from the highest level down; the last asks for nothing.
    pub levels: Vec<LevelRow>,
    /// How scenes are counted, in words.
    pub counting: Text,
}

/// The order in which rows are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TestOrder {
    /// From the top; the first row whose conditions all hold is the level.
    TopDown,
}

/// What an assessor asks to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Codes of items.
    pub items: Vec<String>,
    /// Materials.
    pub materials: Vec<Text>,
}

/// The levels of an earlier edition, for the reader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlierEdition {
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
    /// How it compares.
    pub note: Text,
    /// Its levels.
    pub levels: Vec<EarlierLevel>,
}

/// A level of an earlier edition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlierLevel {
    /// Level.
    pub level: u32,
    /// The least total.
    pub min_score: Fixed,
}
