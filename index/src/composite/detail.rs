//! What a composite score has besides its nodes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::explain::Contribution;

/// Details of a composite score at full precision, in addition to its nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CompositeDetail {
    /// Contribution of every node to its parent, roots first.
    pub contributions: Vec<Contribution>,
    /// Imputed figures where the return has none: the indicator and the figure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imputed: Vec<ImputedFigure>,
    /// Percentile of the main score: percentage of the other ranked units that it outranks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percentile: Option<f64>,
    /// Rank within each group named by the methodology, by the column of groups.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranks_within: BTreeMap<String, u32>,
}

/// An imputed figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImputedFigure {
    /// Code of the indicator.
    pub indicator: String,
    /// Imputed figure.
    pub value: f64,
}
