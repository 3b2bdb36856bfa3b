//! One difference: what it is, where and what it is about.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use survey::text::Text;

/// One difference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Kind of the difference: added, removed or changed.
    pub kind: ChangeKind,
    /// Subject of the difference.
    pub area: ChangeArea,
    /// JSON pointer into the later document; into the earlier one for what was removed.
    pub pointer: String,
    /// Previous value; absent for an addition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// Current value; absent for a removal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
    /// Description in words.
    pub message: Text,
}

/// Kind of the difference: added, removed or changed.
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

/// Subject of a difference.
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
