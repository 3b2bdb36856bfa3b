//! Scoring one enterprise: whether it is scored at all, its leaves and scenes; the tree does the rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use survey::finding::Findings;

use super::{
    Facts, Figure, MissingReason, NodeKind, NotScored, Scored, ScoredNode, attain,
    compiled::{Card, Leaf, SceneNode},
    outcome::{LeafOutcome, SceneOutcome},
    tree::Tree,
};
use crate::{
    document::{BlankPolicy, NotApplicablePolicy, NotRelevantPolicy, OpenFindingPolicy},
    exact::Fixed,
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
    let leaves: Vec<LeafOutcome> = card
        .leaves
        .iter()
        .map(|leaf| leaf_outcome(card, leaf, facts, not_applicable))
        .collect();
    let tree = Tree::new(card, leaves);
    let unresolved = tree.is_unresolved();
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
    let scores = tree.scores();
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
            "填报表有未更正的强制性错误，更正后才能测算。",
            "The return has errors; it is scored once they are corrected.",
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
            composite: None,
        }
    }
}

fn leaf_outcome(card: &Card, leaf: &Leaf, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> LeafOutcome {
    let zero = Some(Fixed::ZERO);
    let missing = |score, reason| LeafOutcome {
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
        return LeafOutcome {
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
