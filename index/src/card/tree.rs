//! The scored tree: branches from leaves, contributions back down, nodes for the reader.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    MissingReason, NodeKind, ScoredNode,
    compiled::{Branch, Card, Join, Leaf, NodeRef},
    outcome::LeafOutcome,
};
use crate::{document::WholeBlockPolicy, exact::Fixed};

/// What became of a branch.
struct BranchOutcome {
    score: Option<Fixed>,
    /// The weight of all children.
    given: Fixed,
    /// The weight of the children that count.
    weight: Fixed,
    /// Whether the reviewer's consent is behind a leaf that is left out below it.
    consented: bool,
    /// Whether it has no score because something below it was left out without the consent that this needs.
    unresolved: bool,
}

/// A scored tree.
pub(super) struct Tree<'a> {
    card: &'a Card,
    leaves: Vec<LeafOutcome>,
    branches: Vec<BranchOutcome>,
}

impl<'a> Tree<'a> {
    /// Scores the branches, children before parents.
    pub(super) fn new(card: &'a Card, leaves: Vec<LeafOutcome>) -> Self {
        let mut tree = Self {
            card,
            leaves,
            branches: Vec::with_capacity(card.branches.len()),
        };
        for branch in &card.branches {
            let outcome = tree.branch_outcome(branch);
            tree.branches.push(outcome);
        }
        tree
    }

    /// Whether a score is missing because something was left out without the consent that this needs.
    pub(super) fn is_unresolved(&self) -> bool {
        self.branches.iter().any(|branch| branch.unresolved)
    }

    /// The scores of the branches.
    pub(super) fn scores(&self) -> Vec<Option<Fixed>> {
        self.branches.iter().map(|branch| branch.score).collect()
    }

    /// The scores of the branches that have one, by code.
    pub(super) fn totals(&self) -> BTreeMap<Arc<str>, Fixed> {
        let scores = self.card.branches.iter().zip(&self.branches);
        scores
            .filter_map(|(branch, outcome)| Some((branch.code.clone(), outcome.score?)))
            .collect()
    }

    fn score_of(&self, node: NodeRef) -> Option<Fixed> {
        match node {
            NodeRef::Leaf(at) => self.leaves.get(at)?.score,
            NodeRef::Branch(at) => self.branches.get(at)?.score,
        }
    }

    fn branch_outcome(&self, branch: &Branch) -> BranchOutcome {
        let below = branch.children.iter().filter_map(|(child, _)| match child {
            NodeRef::Branch(at) => self.branches.get(*at),
            NodeRef::Leaf(_) => None,
        });
        let consented = below.clone().any(|child| child.consented)
            || branch.children.iter().any(|(child, _)| match child {
                NodeRef::Leaf(at) => self
                    .leaves
                    .get(*at)
                    .is_some_and(|leaf| leaf.missing == Some(MissingReason::NotApplicable)),
                NodeRef::Branch(_) => false,
            });
        let may_spread =
            self.card.policy.whole_block_left_out == Some(WholeBlockPolicy::SpreadOverOtherBlocksWithApproval);
        let unresolved = below
            .into_iter()
            .any(|child| child.score.is_none() && !(may_spread && child.consented));
        let counted = branch
            .children
            .iter()
            .filter_map(|(child, weight)| Some((*weight, self.score_of(*child)?)));
        let weight: Fixed = counted.clone().map(|(weight, _)| weight).sum();
        let score = match branch.join {
            _ if unresolved => None,
            Join::WeightedMean => Fixed::weighted_quotient(counted, weight, branch.decimals),
            Join::Sum => Some(counted.map(|(_, score)| score).sum::<Fixed>().round(branch.decimals)),
        };
        let given = branch.children.iter().map(|(_, weight)| *weight).sum();
        BranchOutcome {
            score,
            given,
            weight,
            consented,
            unresolved,
        }
    }

    /// All nodes in the order of display.
    pub(super) fn nodes(&self) -> Vec<ScoredNode> {
        // A branch without a score is given no contributions, so that nothing is left over of it.
        let mut residuals: Vec<Fixed> = self.branches.iter().map(|b| b.score.unwrap_or(Fixed::ZERO)).collect();
        let mut contributions = Vec::new();
        let mut nodes: Vec<ScoredNode> = Vec::with_capacity(self.card.order.len() + self.card.scenes.len());
        for node in &self.card.order {
            match *node {
                NodeRef::Leaf(at) => {
                    if let (Some(leaf), Some(outcome)) = (self.card.leaves.get(at), self.leaves.get(at)) {
                        let above = Some((leaf.parent, leaf.weight));
                        self.contribute(outcome.score, above, &mut contributions);
                        for (branch, contribution) in &contributions {
                            if let Some(residual) = residuals.get_mut(*branch) {
                                *residual = *residual - *contribution;
                            }
                        }
                        nodes.push(self.leaf_node(leaf, outcome, &contributions));
                    }
                }
                NodeRef::Branch(at) => {
                    if let (Some(branch), Some(outcome)) = (self.card.branches.get(at), self.branches.get(at)) {
                        self.contribute(outcome.score, branch.parent, &mut contributions);
                        nodes.push(self.branch_node(branch, outcome, &contributions));
                    }
                }
            }
        }
        for (node, place) in nodes.iter_mut().zip(&self.card.order) {
            if let NodeRef::Branch(at) = *place
                && node.score.is_some()
            {
                node.rounding_residual = residuals.get(at).copied();
            }
        }
        nodes
    }

    /// What a node adds to each branch above it that has a score, from the nearest up.
    fn contribute(&self, score: Option<Fixed>, above: Option<(usize, Fixed)>, found: &mut Vec<(usize, Fixed)>) {
        found.clear();
        let (Some(mut amount), mut above) = (score, above) else {
            return;
        };
        while let Some((at, weight)) = above {
            let (Some(branch), Some(outcome)) = (self.card.branches.get(at), self.branches.get(at)) else {
                break;
            };
            if outcome.score.is_none() {
                break;
            }
            if branch.join == Join::WeightedMean {
                let share = Fixed::weighted_quotient([(weight, amount)], outcome.weight, Fixed::DECIMALS);
                let Some(share) = share else { break };
                amount = share;
            }
            found.push((at, amount));
            above = branch.parent;
        }
    }

    fn leaf_node(&self, leaf: &Leaf, outcome: &LeafOutcome, contributions: &[(usize, Fixed)]) -> ScoredNode {
        ScoredNode {
            code: leaf.code.clone(),
            label: leaf.label.clone(),
            kind: NodeKind::Indicator,
            parent: self.card.shared_code(leaf.parent),
            source: Some(leaf.source.clone()),
            depends_on: leaf.depends_on.clone(),
            value: outcome.figure.clone(),
            score: outcome.score,
            weight: Some(leaf.weight),
            effective_weight: self.effective_weight(outcome.score, (leaf.parent, leaf.weight)),
            contributions: self.by_code(contributions),
            rounding_residual: None,
            missing: outcome.missing,
        }
    }

    fn branch_node(&self, branch: &Branch, outcome: &BranchOutcome, contributions: &[(usize, Fixed)]) -> ScoredNode {
        ScoredNode {
            code: branch.code.clone(),
            label: branch.label.clone(),
            kind: branch.kind,
            parent: branch.parent.and_then(|(at, _)| self.card.shared_code(at)),
            source: None,
            depends_on: Arc::default(),
            value: None,
            score: outcome.score,
            weight: branch.parent.map(|(_, weight)| weight),
            effective_weight: branch
                .parent
                .and_then(|place| self.effective_weight(outcome.score, place)),
            contributions: self.by_code(contributions),
            rounding_residual: None,
            missing: outcome.score.is_none().then_some(MissingReason::NothingBelow),
        }
    }

    /// The weight after that of the siblings left out has been spread in proportion.
    fn effective_weight(&self, score: Option<Fixed>, (parent, weight): (usize, Fixed)) -> Option<Fixed> {
        let (branch, outcome) = (self.card.branches.get(parent)?, self.branches.get(parent)?);
        if score.is_none() {
            return Some(Fixed::ZERO);
        }
        match branch.join {
            Join::Sum => Some(weight),
            _ if outcome.given == outcome.weight => Some(weight),
            Join::WeightedMean => Fixed::weighted_quotient([(weight, outcome.given)], outcome.weight, Fixed::DECIMALS),
        }
    }

    fn by_code(&self, contributions: &[(usize, Fixed)]) -> BTreeMap<Arc<str>, Fixed> {
        let named = contributions.iter();
        named
            .filter_map(|(at, amount)| Some((self.card.shared_code(*at)?, *amount)))
            .collect()
    }
}
