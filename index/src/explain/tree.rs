//! A score as a tree one can read: what each node is worth, by which formula, from which questions.
//!
//! The service joins it with the answers and their cells, by question code.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::{
    card::{
        Figure, MissingReason, NodeKind, Scored, ScoredNode,
        compiled::{Branch, Card, Join, Leaf, NodeRef},
    },
    compile::CompiledCard,
    document::{ScoreFunction, Select, Step},
    exact::Fixed,
};

/// A node with all nodes below it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExplainNode {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// Kind of node.
    pub kind: NodeKind,
    /// Question or derived value that is scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
    /// Value used for scoring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Figure>,
    /// Unit of the value; empty if there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Score; absent if the node is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Fixed>,
    /// Weight specified by the methodology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Fixed>,
    /// Weight after redistribution of the weights of siblings left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_weight: Option<Fixed>,
    /// Contribution to the parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contribution: Option<Fixed>,
    /// Contribution to each node above, by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contributions: BTreeMap<Arc<str>, Fixed>,
    /// Rounding residual: the score less the contributions of all indicators below the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_residual: Option<Fixed>,
    /// Reason for the missing value; absent if the value is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReason>,
    /// Codes of the questions that the node depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// Scoring rule in words.
    pub formula: Text,
    /// Child nodes in the order of the methodology.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<ExplainNode>,
}

/// The score as trees: the whole first, then topics, then scenes. Empty where there is no score.
///
/// `scored` must come from `methodology`; nodes that it does not have are left out.
pub fn tree(scored: &Scored, methodology: &CompiledCard) -> Vec<ExplainNode> {
    let card = &methodology.card;
    let nodes: BTreeMap<&str, &ScoredNode> = scored.nodes.iter().map(|node| (&*node.code, node)).collect();
    let is_root = |node: &&NodeRef| match node {
        NodeRef::Branch(at) => card.branches.get(*at).is_some_and(|branch| branch.parent.is_none()),
        NodeRef::Leaf(_) => false,
    };
    let roots = card
        .order
        .iter()
        .filter(is_root)
        .filter_map(|root| explain(card, *root, &nodes));
    let scenes = card.scenes.iter().filter_map(|scene| {
        let zh = "场景等级按题项所选，计入达到该级的场景数。";
        let en = "The level as chosen; it counts among the scenes that reach a level.";
        Some(explain_node(
            nodes.get(&*scene.code)?,
            String::new(),
            Text::new(zh, en),
            Vec::new(),
        ))
    });
    roots.chain(scenes).collect()
}

fn explain(card: &Card, node: NodeRef, nodes: &BTreeMap<&str, &ScoredNode>) -> Option<ExplainNode> {
    match node {
        NodeRef::Leaf(at) => {
            let leaf = card.leaves.get(at)?;
            let scored = nodes.get(&*leaf.code)?;
            let node = explain_node(scored, leaf.unit.clone(), leaf_formula(card, leaf), Vec::new());
            Some(ExplainNode {
                questions: leaf.questions.to_vec(),
                ..node
            })
        }
        NodeRef::Branch(at) => {
            let branch = card.branches.get(at)?;
            let scored = nodes.get(&*branch.code)?;
            // As deep as the document nests aggregates, each named in a document of limited size.
            let children = branch
                .children
                .iter()
                .filter_map(|(child, _)| explain(card, *child, nodes))
                .collect();
            Some(explain_node(scored, String::new(), branch_formula(branch), children))
        }
    }
}

pub(super) fn explain_node(node: &ScoredNode, unit: String, formula: Text, children: Vec<ExplainNode>) -> ExplainNode {
    ExplainNode {
        code: node.code.clone(),
        label: node.label.clone(),
        kind: node.kind,
        source: node.source.clone(),
        value: node.value.clone(),
        unit,
        score: node.score,
        weight: node.weight,
        effective_weight: node.effective_weight,
        contribution: node.contribution(),
        contributions: node.contributions.clone(),
        rounding_residual: node.rounding_residual,
        missing: node.missing,
        questions: node.depends_on.to_vec(),
        formula,
        children,
    }
}

/// How the score of a branch comes about, in words: the weights stand beside the nodes below it.
pub(crate) fn branch_formula(branch: &Branch) -> Text {
    let decimals = branch.decimals;
    match branch.join {
        Join::Sum => Text::new("下级各项得分之和。", "Sum of the scores below it."),
        Join::WeightedMean => Text::new(
            format!("下级各项得分的加权平均；未计分的项剔除，其权重按比例分给其余各项；四舍五入到 {decimals} 位小数。"),
            format!(
                "Weighted mean of the scores below it. The weight of an item without a score is spread over the others in \
                 proportion. Rounded half up to {decimals} decimals."
            ),
        ),
    }
}

pub(crate) fn leaf_formula(card: &Card, leaf: &Leaf) -> Text {
    let (zh, en) = match leaf.rule.function() {
        ScoreFunction::OptionPoints { points, select } => {
            let list = pairs(points);
            match select {
                Select::One => (
                    format!("按所选项取分：{list}"),
                    format!("Points of the chosen option: {list}"),
                ),
                Select::Many => (
                    format!("所选项分值相加：{list}"),
                    format!("Points of the chosen options add up: {list}"),
                ),
            }
        }
        ScoreFunction::LevelPoints { points } => {
            let list = pairs(points);
            (format!("按等级取分：{list}"), format!("Points of the level: {list}"))
        }
        ScoreFunction::MultiShare { of, none_code } => (
            format!("所选项数 ÷ {of} × 100，选项 {none_code} 不计"),
            format!("Chosen options ÷ {of} × 100; option {none_code} does not count"),
        ),
        ScoreFunction::Boolean { yes, no } => (format!("是 {yes}，否 {no}"), format!("yes {yes}, no {no}")),
        ScoreFunction::Steps { steps, .. } => {
            let list = |otherwise: &str| {
                steps
                    .iter()
                    .map(|step| step_text(step, otherwise))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            (
                format!("取第一个成立的区间：{}", list("其余")),
                format!("The first interval that holds: {}", list("otherwise")),
            )
        }
        ScoreFunction::LinearBands { points } => {
            let list: Vec<String> = points.iter().map(|(x, score)| format!("{x} → {score}")).collect();
            let list = list.join(", ");
            (
                format!("折点之间按直线取分，两端之外取端点分：{list}"),
                format!("Straight line between the points, the end score outside: {list}"),
            )
        }
    };
    let rounding = &card.rounding;
    let (value, item) = (rounding.value_decimals, rounding.item_decimals);
    Text::new(
        format!("{zh}。数值先四舍五入到 {value} 位，得分保留 {item} 位。"),
        format!("{en}. Numbers are rounded half up to {value} decimals before, the score to {item}."),
    )
}

fn pairs(points: &BTreeMap<String, Fixed>) -> String {
    points
        .iter()
        .map(|(code, points)| format!("{code} {points}"))
        .collect::<Vec<_>>()
        .join(", ")
}

fn step_text(step: &Step, otherwise: &str) -> String {
    match step.to {
        Some(to) => format!("{} {to} → {}", if step.to_inclusive { "≤" } else { "<" }, step.score),
        None => format!("{otherwise} → {}", step.score),
    }
}
