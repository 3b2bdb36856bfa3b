//! Which missing answers moved weight, and where it went.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::{
    card::{
        MissingReason, NodeKind, Scored, ScoredNode,
        compiled::{Branch, Card, Join, NodeRef},
    },
    compile::CompiledCard,
    exact::Fixed,
};

/// Effects of missing values on a score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// Nodes whose weight was redistributed to their siblings, by parent node.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<MovedWeight>,
    /// Indicators that scored zero because the value is missing; their weights are unchanged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zeroed: Vec<Zeroed>,
}

/// Redistribution of weight within one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MovedWeight {
    /// Code of the parent node.
    pub node: Arc<str>,
    /// Nodes left out whose weight was redistributed.
    pub left_out: Vec<LeftOut>,
    /// Nodes that received the weight, in proportion to their own weights.
    pub receivers: Vec<Receiver>,
}

/// A node left out of the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// Reason for the missing value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReason>,
    /// Weight that was redistributed.
    pub weight: Fixed,
}

/// A node whose weight increases because others are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receiver {
    /// Code.
    pub code: Arc<str>,
    /// Original weight of the node.
    pub weight: Fixed,
    /// Weight after redistribution, to nine decimals.
    pub effective_weight: Fixed,
}

/// An indicator that scored zero because its value is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Zeroed {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// Reason for the missing value.
    pub missing: MissingReason,
    /// Code of the parent node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Arc<str>>,
    /// Weight counted with a score of zero.
    pub weight: Fixed,
    /// Codes of the questions to answer.
    pub questions: Vec<String>,
}

/// What missing values did to a score. `scored` must come from `methodology`.
pub fn missing(scored: &Scored, methodology: &CompiledCard) -> Missing {
    let card = &methodology.card;
    let nodes: BTreeMap<&str, &ScoredNode> = scored.nodes.iter().map(|node| (&*node.code, node)).collect();
    let branches = card.branches.iter().filter(|branch| branch.join == Join::WeightedMean);
    let zeroed = scored.nodes.iter().filter_map(|node| {
        let zero = node.kind == NodeKind::Indicator && node.score == Some(Fixed::ZERO);
        Some(Zeroed {
            code: node.code.clone(),
            label: node.label.clone(),
            missing: node.missing.filter(|_| zero)?,
            node: node.parent.clone(),
            weight: node.effective_weight?,
            questions: node.depends_on.to_vec(),
        })
    });
    Missing {
        moved: branches
            .filter_map(|branch| moved_within(card, branch, &nodes))
            .collect(),
        zeroed: zeroed.collect(),
    }
}

/// What moved below a branch that has a score; none when nothing did.
fn moved_within(card: &Card, branch: &Branch, nodes: &BTreeMap<&str, &ScoredNode>) -> Option<MovedWeight> {
    nodes.get(&*branch.code)?.score?;
    let children = branch.children.iter().filter_map(|(child, weight)| {
        let code = match child {
            NodeRef::Leaf(at) => &card.leaves.get(*at)?.code,
            NodeRef::Branch(at) => &card.branches.get(*at)?.code,
        };
        Some((*nodes.get(&**code)?, *weight))
    });
    let (counted, without): (Vec<_>, Vec<_>) = children.partition(|(node, _)| node.score.is_some());
    if without.is_empty() {
        return None;
    }
    let left_out = without.into_iter().map(|(node, weight)| LeftOut {
        code: node.code.clone(),
        label: node.label.clone(),
        missing: node.missing,
        weight,
    });
    let receivers = counted.into_iter().map(|(node, weight)| Receiver {
        code: node.code.clone(),
        weight,
        effective_weight: node.effective_weight.unwrap_or(weight),
    });
    Some(MovedWeight {
        node: branch.code.clone(),
        left_out: left_out.collect(),
        receivers: receivers.collect(),
    })
}
