//! The level or stage that was given, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::exact::Fixed;

/// How many scenes reach a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SceneCount {
    /// Level.
    pub level: u32,
    /// Scenes of at least this level.
    pub scenes: u32,
    /// Constrained scenes among them.
    pub constrained: u32,
}

/// A level or stage and why it was given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attained {
    /// Level or stage.
    pub kind: AttainedKind,
    /// Its number.
    pub value: u32,
    /// Its label.
    pub label: Text,
    /// The conditions that held, as written in the rule.
    pub rule: String,
    /// Text shown until a reviewer has confirmed it; absent where no confirmation is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_confirmed: Option<Text>,
    /// The rows above, from the highest, each with the first condition that failed.
    pub missed: Vec<MissedRow>,
}

/// Whether a level or a stage was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttainedKind {
    /// A level by points and scenes.
    Level,
    /// A stage by conditions over scores.
    Stage,
}

/// A row of the rule that did not hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MissedRow {
    /// Level or stage of the row.
    pub value: u32,
    /// Its label.
    pub label: Text,
    /// The first condition that failed.
    pub condition: String,
    /// What was found; absent where the condition is no plain comparison or the score is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Fixed>,
    /// What is asked for; absent where the condition is no plain comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Fixed>,
    /// How far what was found is from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_by: Option<Fixed>,
    /// In words.
    pub message: Text,
}
