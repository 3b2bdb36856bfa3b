//! The nodes of the tree with their weights and levels.

use std::collections::{BTreeMap, BTreeSet};

use survey::document::segment;

use super::{context::Context, refusals::unknown};
use crate::{
    codes::CompositeCode,
    compile::{checks::check_unique, faults::Faults},
    composite::{Direction, NodeKind, NodeSpec, Tree},
    document::{self, WeightOrigin},
    exchange::{MetaKind, MetaTable},
    rank::counted,
};

pub(super) fn nodes_of_document(tree: &[document::CompositeNode], faults: &mut Faults) -> Vec<NodeSpec> {
    check_unique(
        tree.iter().map(|node| node.code.as_str()),
        |at| format!("/tree/{at}/code"),
        faults,
    );
    if tree.is_empty() {
        faults.add(
            CompositeCode::NoNodes,
            "/tree",
            "指标树没有节点：请写出节点，或删去 tree 而用 iMeta 表。",
            "The tree has no nodes: name them, or leave tree out and give an iMeta table.",
        );
    }
    let parents: BTreeSet<&String> = tree.iter().filter_map(|node| node.parent.as_ref()).collect();
    let codes: BTreeSet<&String> = tree.iter().map(|node| &node.code).collect();
    for (at, node) in tree.iter().enumerate() {
        if let Some(parent) = node.parent.as_ref().filter(|parent| !codes.contains(parent)) {
            faults.add(
                CompositeCode::UnknownParent,
                format!("/tree/{at}/parent"),
                format!("指标树中没有节点 {parent}。"),
                format!("The tree has no node {parent}."),
            );
        }
        if !(node.weight.is_finite() && node.weight >= 0.0) {
            faults.add(
                CompositeCode::BadWeight,
                format!("/tree/{at}/weight"),
                format!("权重 {} 应不小于零。", node.weight),
                format!("The weight {} must not be below zero.", node.weight),
            );
        }
    }
    let direction = |node: &document::CompositeNode| match node.direction {
        document::Direction::HigherIsBetter => Direction::Positive,
        document::Direction::LowerIsBetter => Direction::Negative,
    };
    let spec = |node: &document::CompositeNode| NodeSpec {
        code: node.code.clone(),
        parent: node.parent.clone(),
        kind: if parents.contains(&node.code) {
            NodeKind::Aggregate
        } else {
            NodeKind::Indicator
        },
        weight: node.weight,
        direction: direction(node),
        unit: node.unit.clone(),
        mean: None,
        order_weights: Vec::new(),
        missing: None,
        normalisation: None,
        decimals: None,
    };
    tree.iter().map(spec).collect()
}

pub(super) fn nodes_of_meta(meta: &MetaTable) -> Vec<NodeSpec> {
    let nodes = meta.rows.iter().filter_map(|row| {
        let kind = match row.kind {
            MetaKind::Indicator => NodeKind::Indicator,
            MetaKind::Aggregate => NodeKind::Aggregate,
            _ => return None,
        };
        Some(NodeSpec {
            code: row.code.clone(),
            parent: row.parent.clone(),
            kind,
            weight: row.weight,
            direction: if row.negative {
                Direction::Negative
            } else {
                Direction::Positive
            },
            unit: row.unit.clone(),
            mean: None,
            order_weights: Vec::new(),
            missing: None,
            normalisation: None,
            decimals: None,
        })
    });
    nodes.collect()
}

impl Context<'_> {
    /// Puts the weights of the document in the place of those of the tree.
    pub(super) fn weigh(&self, nodes: &mut [NodeSpec], faults: &mut Faults) {
        let Some(weights) = &self.document.weights else { return };
        if weights.origin == WeightOrigin::Equal {
            for node in nodes.iter_mut() {
                node.weight = 1.0;
            }
        }
        for (code, weight) in &weights.of {
            let pointer = format!("/weights/of/{}", segment(code));
            match nodes.iter_mut().find(|node| node.code == *code) {
                None => unknown(code, &pointer, faults),
                Some(node) if node.parent.is_none() => faults.add(
                    CompositeCode::Misplaced,
                    pointer,
                    format!("{code} 是指标树的根节点，没有同级，权重不起作用，请删去。"),
                    format!("{code} is the root of the tree: it has no siblings, so that its weight means nothing; take it away."),
                ),
                Some(_) if !(weight.is_finite() && *weight >= 0.0) => faults.add(
                    CompositeCode::BadWeight,
                    pointer,
                    format!("权重 {weight} 应不小于零。"),
                    format!("The weight {weight} must not be below zero."),
                ),
                Some(node) => node.weight = *weight,
            }
        }
    }

    /// The level of each node: that of the iMeta table where it says so.
    pub(super) fn levels(&self, nodes: &[NodeSpec]) -> BTreeMap<String, u32> {
        let mut levels: BTreeMap<String, u32> = BTreeMap::new();
        if let Ok(tree) = Tree::new(nodes) {
            for (node, level) in tree.nodes().iter().zip(tree.levels()) {
                levels.insert(node.code.clone(), counted(level));
            }
        }
        let of_meta = self.meta.filter(|_| self.document.tree.is_none());
        for row in of_meta.iter().flat_map(|meta| &meta.rows) {
            if let Some(level) = row.level {
                levels.insert(row.code.clone(), level);
            }
        }
        levels
    }
}
