//! The level or stage that was given, and why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::exact::Fixed;

/// Number of scenes that reach a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SceneCount {
    /// Level.
    pub level: u32,
    /// Number of scenes at this level or higher.
    pub scenes: u32,
    /// Number of constrained scenes among them.
    pub constrained: u32,
}

/// The level or stage of an enterprise, with the rule that determined it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attained {
    /// Level or stage.
    pub kind: AttainedKind,
    /// Number of the level or stage.
    pub value: u32,
    /// Label.
    pub label: Text,
    /// Conditions that were met, as written in the rule.
    pub rule: String,
    /// Text shown until a reviewer has confirmed the level or stage; absent if no confirmation is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_confirmed: Option<Text>,
    /// The higher levels or stages that were not reached, highest first, each with the first condition that failed.
    pub missed: Vec<MissedRow>,
}

/// Kind of the result: level or stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttainedKind {
    /// A level, determined by points and scenes.
    Level,
    /// A stage, determined by conditions on scores.
    Stage,
}

/// A level or stage whose conditions were not met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MissedRow {
    /// Number of the level or stage.
    pub value: u32,
    /// Label.
    pub label: Text,
    /// First condition that failed.
    pub condition: String,
    /// Current value; absent if the condition is not a simple comparison or the score is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Fixed>,
    /// Value required; absent if the condition is not a simple comparison.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required: Option<Fixed>,
    /// Difference between the value required and the current value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_by: Option<Fixed>,
    /// Description in words.
    pub message: Text,
}
