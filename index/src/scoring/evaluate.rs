//! Scoring one enterprise: leaves from figures, branches from leaves, contributions back down.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use survey::finding::Findings;

use super::{
    Facts, Figure, MissingReason, NodeKind, NotScored, Scored, ScoredNode, attain,
    card::{Branch, Card, Join, Leaf, NodeRef, SceneNode},
};
use crate::{
    exact::Fixed,
    methodology::{BlankPolicy, NotApplicablePolicy, NotRelevantPolicy, OpenFindingPolicy, WholeBlockPolicy},
};

/// Scores one return. `not_applicable` are the questions of which the reviewer has agreed that they do not apply.
pub(crate) fn score(card: &Card, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> Scored {
    let mut scored = Scored::empty(card);
    if card
        .applies_when
        .as_ref()
        .is_some_and(|condition| !condition.holds(facts.scope()))
    {
        scored.applies = false;
        scored.not_scored = Some(NotScored::new(
            "applies_when",
            "本评价方法不适用于该企业。",
            "This methodology is not meant for the enterprise.",
        ));
        return scored;
    }
    let leaves: Vec<Outcome> = card
        .leaves
        .iter()
        .map(|leaf| leaf_outcome(card, leaf, facts, not_applicable))
        .collect();
    let mut tree = Tree {
        card,
        leaves,
        branches: Vec::with_capacity(card.branches.len()),
    };
    for branch in &card.branches {
        let outcome = tree.branch_outcome(branch);
        tree.branches.push(outcome);
    }
    let unresolved = tree.branches.iter().any(|branch| branch.unresolved);
    if unresolved {
        scored.not_scored = Some(NotScored::new(
            "block_left_out",
            "有整块指标被剔除且未经审核人同意，相关总分不出结果。",
            "A whole block is left out without the reviewer's consent; totals that need it have no result.",
        ));
    }
    let scenes: Vec<SceneOutcome> = card
        .scenes
        .iter()
        .map(|scene| scene_outcome(scene, facts, not_applicable))
        .collect();
    scored.totals = tree.totals();
    scored.nodes = tree.nodes();
    scored.nodes.extend(
        card.scenes
            .iter()
            .zip(&scenes)
            .map(|(scene, outcome)| scene_node(scene, outcome)),
    );
    let scores: Vec<Option<Fixed>> = tree.branches.iter().map(|branch| branch.score).collect();
    (scored.scene_counts, scored.attained) = attain::attained(card, &scores, &scenes);
    scored.attained = scored.attained.filter(|_| !unresolved);
    scored
}

/// The result for a return that an open blocking finding keeps from being scored; none when the policy lets it be.
pub(crate) fn refuse_open_findings(card: &Card, findings: &Findings) -> Option<Scored> {
    let refused = findings.blocks() && card.policy.open_block_finding == OpenFindingPolicy::NoResult;
    refused.then(|| Scored {
        not_scored: Some(NotScored::new(
            "open_block_finding",
            "填报表有未解决的阻断问题，改正后才能测算。",
            "The return has an open blocking finding; it is scored once that is corrected.",
        )),
        ..Scored::empty(card)
    })
}

impl Scored {
    fn empty(card: &Card) -> Self {
        Self {
            methodology: card.code.clone(),
            version: card.version.clone(),
            applies: true,
            not_scored: None,
            nodes: Vec::new(),
            totals: BTreeMap::new(),
            scene_counts: Vec::new(),
            attained: None,
        }
    }
}

/// What became of a leaf: without a score it is left out.
struct Outcome {
    figure: Option<Figure>,
    score: Option<Fixed>,
    missing: Option<MissingReason>,
}

fn leaf_outcome(card: &Card, leaf: &Leaf, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> Outcome {
    let zero = Some(Fixed::ZERO);
    let missing = |score, reason| Outcome {
        figure: None,
        score,
        missing: Some(reason),
    };
    if leaf.depends_on.iter().any(|question| !facts.is_relevant(question)) {
        return match card.policy.not_relevant {
            NotRelevantPolicy::Zero => missing(zero, MissingReason::NotRelevant),
            NotRelevantPolicy::SpreadInBlock => missing(None, MissingReason::NotRelevant),
        };
    }
    if card.policy.not_applicable == NotApplicablePolicy::SpreadInBlockWithApproval
        && leaf.depends_on.iter().any(|question| not_applicable.contains(question))
    {
        return missing(None, MissingReason::NotApplicable);
    }
    let value = facts.scope().get(&leaf.source);
    let figure = Figure::of(value, card.rounding.value_decimals);
    let score = figure
        .as_ref()
        .and_then(|figure| leaf.rule.score(figure, card.rounding.item_decimals));
    if score.is_some() {
        return Outcome {
            figure,
            score,
            missing: None,
        };
    }
    let answered = |question: &String| !facts.scope().get(question).is_null();
    let computable = value.is_null() && !leaf.depends_on.iter().all(answered);
    let reason = if computable {
        MissingReason::Blank
    } else {
        MissingReason::NotComputable
    };
    match card.policy.blank {
        BlankPolicy::ZeroAndFlag => missing(zero, reason),
    }
}

/// What became of a branch.
struct BranchOutcome {
    score: Option<Fixed>,
    /// The weight of the children that count.
    weight: Fixed,
    /// Whether the reviewer's consent is behind a leaf that is left out below it.
    consented: bool,
    /// Whether it has no score because something below it was left out without the consent that this needs.
    unresolved: bool,
}

/// The tree while it is scored.
struct Tree<'a> {
    card: &'a Card,
    leaves: Vec<Outcome>,
    /// As many as are scored so far; children come before parents.
    branches: Vec<BranchOutcome>,
}

impl Tree<'_> {
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
        BranchOutcome {
            score,
            weight,
            consented,
            unresolved,
        }
    }

    fn totals(&self) -> BTreeMap<Arc<str>, Fixed> {
        let scores = self.card.branches.iter().zip(&self.branches);
        scores
            .filter_map(|(branch, outcome)| Some((branch.code.clone(), outcome.score?)))
            .collect()
    }

    /// All nodes in the order of display.
    fn nodes(&self) -> Vec<ScoredNode> {
        let mut residuals: Vec<Fixed> = self.branches.iter().map(|b| b.score.unwrap_or_default()).collect();
        let mut nodes: Vec<ScoredNode> = Vec::with_capacity(self.card.order.len() + self.card.scenes.len());
        for node in &self.card.order {
            match *node {
                NodeRef::Leaf(at) => {
                    if let (Some(leaf), Some(outcome)) = (self.card.leaves.get(at), self.leaves.get(at)) {
                        let above = Some((leaf.parent, leaf.weight));
                        let contributions = self.contributions(outcome.score, above);
                        for (branch, contribution) in &contributions {
                            if let Some(residual) = residuals.get_mut(*branch) {
                                *residual = *residual - *contribution;
                            }
                        }
                        nodes.push(self.leaf_node(leaf, outcome, contributions));
                    }
                }
                NodeRef::Branch(at) => {
                    if let (Some(branch), Some(outcome)) = (self.card.branches.get(at), self.branches.get(at)) {
                        nodes.push(self.branch_node(branch, outcome));
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
    fn contributions(&self, score: Option<Fixed>, above: Option<(usize, Fixed)>) -> Vec<(usize, Fixed)> {
        let mut found = Vec::new();
        let (Some(mut amount), mut above) = (score, above) else {
            return found;
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
        found
    }

    fn leaf_node(&self, leaf: &Leaf, outcome: &Outcome, contributions: Vec<(usize, Fixed)>) -> ScoredNode {
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

    fn branch_node(&self, branch: &Branch, outcome: &BranchOutcome) -> ScoredNode {
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
            contributions: self.by_code(self.contributions(outcome.score, branch.parent)),
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
        let given: Fixed = branch.children.iter().map(|(_, weight)| *weight).sum();
        match branch.join {
            Join::Sum => Some(weight),
            _ if given == outcome.weight => Some(weight),
            Join::WeightedMean => Fixed::weighted_quotient([(weight, given)], outcome.weight, Fixed::DECIMALS),
        }
    }

    fn by_code(&self, contributions: Vec<(usize, Fixed)>) -> BTreeMap<Arc<str>, Fixed> {
        let named = contributions.into_iter();
        named
            .filter_map(|(at, amount)| Some((self.card.shared_code(at)?, amount)))
            .collect()
    }
}

/// What became of a scene.
pub(super) struct SceneOutcome {
    pub(super) level: Option<Fixed>,
    missing: Option<MissingReason>,
}

fn scene_outcome(scene: &SceneNode, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> SceneOutcome {
    let missing = |reason| SceneOutcome {
        level: None,
        missing: Some(reason),
    };
    if !facts.is_relevant(&scene.code) {
        return missing(MissingReason::NotRelevant);
    }
    if not_applicable.contains(&*scene.code) {
        return missing(MissingReason::NotApplicable);
    }
    match Figure::of(facts.scope().get(&scene.code), Fixed::DECIMALS) {
        Some(Figure::Number(level)) => SceneOutcome {
            level: Some(level),
            missing: None,
        },
        _ => missing(MissingReason::Blank),
    }
}

fn scene_node(scene: &SceneNode, outcome: &SceneOutcome) -> ScoredNode {
    ScoredNode {
        code: scene.code.clone(),
        label: scene.label.clone(),
        kind: NodeKind::Scene,
        parent: None,
        source: Some(scene.code.clone()),
        depends_on: Arc::clone(&scene.depends_on),
        value: outcome.level.map(Figure::Number),
        score: None,
        weight: None,
        effective_weight: None,
        contributions: BTreeMap::new(),
        rounding_residual: None,
        missing: outcome.missing,
    }
}
