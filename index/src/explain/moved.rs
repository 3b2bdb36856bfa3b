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

/// What missing values did to a score.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    /// Nodes whose weight was spread over their siblings, by the node they count under.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<MovedWeight>,
    /// Indicators that score zero because their value is missing; their weight stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zeroed: Vec<Zeroed>,
}

/// Weight that was spread within one node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MovedWeight {
    /// Code of the node they all count under.
    pub node: Arc<str>,
    /// Whose weight it was.
    pub left_out: Vec<LeftOut>,
    /// Who got it, in proportion to their own weights.
    pub receivers: Vec<Receiver>,
}

/// A node that is left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReason>,
    /// The weight that moved.
    pub weight: Fixed,
}

/// A node that weighs more because others are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receiver {
    /// Code.
    pub code: Arc<str>,
    /// Its own weight.
    pub weight: Fixed,
    /// Its weight with what it got, to nine decimals.
    pub effective_weight: Fixed,
}

/// An indicator that scores zero because its value is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Zeroed {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// Why.
    pub missing: MissingReason,
    /// Code of the node it counts under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<Arc<str>>,
    /// The weight that counts as nothing.
    pub weight: Fixed,
    /// The questions to answer.
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
