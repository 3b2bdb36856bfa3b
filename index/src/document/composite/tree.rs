//! The indicator tree and its weights.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::document::Direction;

/// A node of the tree. One that is named as a parent is an aggregate, any other an indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeNode {
    /// Code; an indicator's is its column's.
    pub code: String,
    /// Label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
    /// Code of its parent; absent for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Weight among its siblings.
    #[serde(default = "super::one")]
    pub weight: f64,
    /// Whether more is better.
    #[serde(default = "higher")]
    pub direction: Direction,
    /// Unit of measurement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

fn higher() -> Direction {
    Direction::HigherIsBetter
}

/// Weights and where they come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WeightSet {
    /// Where they come from.
    pub origin: WeightOrigin,
    /// The weight of each node that has another than in the tree; with the origin `equal` every node that is not named
    /// weighs 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub of: BTreeMap<String, f64>,
    /// In words: who was asked, which matrix, which year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Where weights come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WeightOrigin {
    /// Set by an authority or by agreement.
    Given,
    /// Equal weights.
    Equal,
    /// Analytic hierarchy process.
    Ahp,
    /// Entropy of the data.
    Entropy,
    /// CRITIC.
    Critic,
    /// Standard deviation of the data.
    StandardDeviation,
    /// Principal components.
    Pca,
    /// Sought so that correlations are balanced.
    Balanced,
}
