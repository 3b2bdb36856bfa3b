//! How values go up the tree.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scale::ScaleRule;
use crate::composite::Variance;

/// How values go up the tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AggregationRule {
    /// Every node that does not say itself.
    #[serde(default)]
    pub all: NodeRule,
    /// All nodes of a level (`2`: the parents of the indicators).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub levels: BTreeMap<u32, NodeRule>,
    /// Nodes by themselves.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub nodes: BTreeMap<String, NodeRule>,
}

/// How a node is made of its children; what is left out is as for its level, then as for all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NodeRule {
    /// The mean. Absent: `arithmetic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<MeanRule>,
    /// The exponent of `generalised`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub power: Option<f64>,
    /// The sign of the penalty of `mazziotta_pareto`. Absent: `subtracted`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub penalty: Option<Penalty>,
    /// The variance of `mazziotta_pareto`. Absent: `population`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variance: Option<Variance>,
    /// How much an unbalance counts under `mean_min`, 0 to 1. Absent: 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alpha: Option<f64>,
    /// How far `mean_min` passes over weak unbalances, zero or more. Absent: 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// The weights of `owa`, one per child, from the best to the worst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_weights: Option<Vec<f64>>,
    /// The scale that the score is brought to before it goes up, fitted to the scores of all units. Absent: as computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rescale: Option<ScaleRule>,
    /// What becomes of missing children. Absent: `skip`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingRule>,
    /// With `skip`, the least share of children that must be there. Absent: one child will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
}

/// How children become their parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeanRule {
    /// Weighted arithmetic mean.
    Arithmetic,
    /// Weighted geometric mean.
    Geometric,
    /// Weighted harmonic mean.
    Harmonic,
    /// Weighted generalised mean.
    Generalised,
    /// Mean less a penalty for imbalance.
    MazziottaPareto,
    /// Mean less a penalty for how far it lies above the least child.
    MeanMin,
    /// Mean weighed in the order from the best child to the worst.
    Owa,
    /// Weighted median.
    Median,
    /// Wins less losses against every other unit.
    Copeland,
}

/// The sign of a penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// Subtracted: more of the composite is good.
    Subtracted,
    /// Added: more of it is bad.
    Added,
}

/// What becomes of missing children.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingRule {
    /// Their weights are spread over the others.
    Skip,
    /// They count as zero.
    Zero,
    /// The unit has no score here.
    NotRanked,
    /// Refused, naming node, child and unit.
    Refuse,
}
