//! What a composite score has besides its nodes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::explain::Contribution;

/// What a composite score has besides its nodes, at full precision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompositeDetail {
    /// What every node brought to its parent, roots first.
    pub contributions: Vec<Contribution>,
    /// Figures that were put in where the return has none: the indicator and the figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imputed: Vec<ImputedFigure>,
    /// Percentile of the main score: the share, in percent, of the other ranked units it is ahead of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentile: Option<f64>,
    /// Rank within each group that the methodology names, by the column of groups.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranks_within: BTreeMap<String, u32>,
}

/// A figure that was put in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImputedFigure {
    /// Code of the indicator.
    pub indicator: String,
    /// The figure.
    pub value: f64,
}
