//! One difference: what it is, where and what it is about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use survey::text::Text;

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Whether something was added, removed or changed.
    pub kind: ChangeKind,
    /// What it is about.
    pub area: ChangeArea,
    /// JSON pointer into the later document; into the earlier one for what was removed.
    pub pointer: String,
    /// What it was; absent for what was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What it is; absent for what was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
    /// In words.
    pub message: Text,
}

/// Whether something was added, removed or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is otherwise.
    Changed,
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeArea {
    /// The tree: which nodes there are and where they belong.
    Tree,
    /// Weights.
    Weight,
    /// How a value becomes points.
    Points,
    /// Levels, stages and their conditions.
    Cuts,
    /// What is scored, and whom it is meant for.
    Source,
    /// Missing values, rounding and other policies.
    Policy,
    /// Words, references and confidence: nothing that changes a score.
    Words,
}
