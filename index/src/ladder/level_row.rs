//! A level by points and scenes, as a document states it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::exact::Fixed;

/// A level and what it asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRow {
    /// Level.
    pub level: u32,
    /// Label.
    pub label: Text,
    /// The least total.
    pub min_score: Fixed,
    /// The least number of scenes of at least this level.
    pub min_scenes: u32,
    /// The least number of constrained scenes among them.
    pub min_constrained: u32,
}
