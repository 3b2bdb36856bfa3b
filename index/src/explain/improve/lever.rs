//! The values that can be changed, and the better ones of each.

use std::sync::Arc;

use super::values::{proposable, values};
use crate::{
    card::{
        Figure, MissingReason, Scored,
        compiled::{Card, Leaf},
        standing::State,
    },
    exact::Fixed,
};

/// A value that can be changed, with everything that hangs on it.
pub(super) struct Lever<'a> {
    pub(super) source: Arc<str>,
    pub(super) leaves: Vec<(usize, &'a Leaf)>,
    pub(super) scene: Option<usize>,
    pub(super) current: Option<Figure>,
    /// Better values, rising in share.
    pub(super) steps: Vec<Candidate>,
}

impl Lever<'_> {
    /// Decimals of the numbers that are proposed.
    pub(super) fn decimals(&self, card: &Card) -> u32 {
        let whole = self.leaves.iter().any(|(_, leaf)| leaf.whole);
        if whole { 0 } else { card.rounding.value_decimals }
    }
}

/// A better value.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) figure: Figure,
    /// The scores it gives, in the order of the lever's leaves.
    pub(super) scores: Vec<Fixed>,
    pub(super) scene: Option<Fixed>,
    pub(super) share: Fixed,
}

impl State {
    /// Takes a candidate of a lever for real.
    pub(super) fn apply(&mut self, lever: &Lever<'_>, candidate: &Candidate) {
        for ((at, _), score) in lever.leaves.iter().zip(&candidate.scores) {
            if let Some(leaf) = self.leaves.get_mut(*at) {
                *leaf = (Some(*score), None);
            }
        }
        if let (Some(scene), Some(level)) = (lever.scene.and_then(|at| self.scenes.get_mut(at)), candidate.scene) {
            *scene = (Some(level), None);
        }
    }
}

/// Every value that can be changed, in the order of the methodology.
pub(super) fn levers<'a>(card: &'a Card, scored: &Scored) -> Vec<Lever<'a>> {
    let fixed = |missing: Option<MissingReason>| {
        matches!(
            missing,
            Some(MissingReason::NotRelevant | MissingReason::NotApplicable | MissingReason::NothingBelow)
        )
    };
    let mut levers: Vec<Lever<'a>> = Vec::new();
    for (at, leaf) in card.leaves.iter().enumerate() {
        let Some(node) = scored.node(&leaf.code).filter(|node| !fixed(node.missing)) else {
            continue;
        };
        match levers.iter_mut().find(|lever| lever.source == leaf.source) {
            Some(lever) => lever.leaves.push((at, leaf)),
            None => levers.push(Lever {
                source: leaf.source.clone(),
                leaves: vec![(at, leaf)],
                scene: None,
                current: node.value.clone(),
                steps: Vec::new(),
            }),
        }
    }
    for (at, scene) in card.scenes.iter().enumerate() {
        let Some(node) = scored.node(&scene.code).filter(|node| !fixed(node.missing)) else {
            continue;
        };
        match levers.iter_mut().find(|lever| lever.source == scene.code) {
            Some(lever) => lever.scene = Some(at),
            None => levers.push(Lever {
                source: scene.code.clone(),
                leaves: Vec::new(),
                scene: Some(at),
                current: node.value.clone(),
                steps: Vec::new(),
            }),
        }
    }
    for lever in &mut levers {
        lever.steps = steps(card, lever, scored);
    }
    levers
}

/// The better values of a lever, rising in share, of each share the first.
fn steps(card: &Card, lever: &Lever<'_>, scored: &Scored) -> Vec<Candidate> {
    let mut figures: Vec<Figure> = Vec::new();
    let decimals = lever.decimals(card);
    for (_, leaf) in &lever.leaves {
        let values = values(leaf, lever.current.as_ref(), decimals).into_iter();
        figures.extend(values.flat_map(|figure| proposable(figure, decimals)));
    }
    if lever.scene.is_some() {
        let levels = card.ladder.rungs().into_iter();
        figures.extend(levels.map(|level| Figure::Number(Fixed::from_int(i64::from(level)))));
    }
    let before = |leaf: &Leaf| {
        scored
            .node(&leaf.code)
            .and_then(|node| node.score)
            .unwrap_or(Fixed::ZERO)
    };
    let level = match &lever.current {
        Some(Figure::Number(level)) => *level,
        _ => Fixed::ZERO,
    };
    let better = |candidate: &Candidate| {
        let mut pairs = lever.leaves.iter().zip(&candidate.scores);
        let none_falls = pairs.clone().all(|((_, leaf), score)| *score >= before(leaf));
        let scene_falls = candidate.scene.is_some_and(|found| found < level);
        let rises = pairs.any(|((_, leaf), score)| *score > before(leaf));
        none_falls && !scene_falls && (rises || candidate.scene.is_some_and(|found| found > level))
    };
    let candidates = figures.into_iter().filter_map(|figure| {
        let mut candidate = candidate(card, lever, figure)?;
        candidate.share = share(card, lever, &candidate, &before, level);
        Some(candidate).filter(&better)
    });
    let mut steps: Vec<Candidate> = candidates.collect();
    steps.sort_by_key(|step| step.share);
    steps.dedup_by(|later, first| later.share == first.share);
    steps
}

/// What a value would give; none when a score function does not take it.
pub(super) fn candidate(card: &Card, lever: &Lever<'_>, figure: Figure) -> Option<Candidate> {
    let decimals = card.rounding.item_decimals;
    let scores = lever.leaves.iter().map(|(_, leaf)| leaf.rule.score(&figure, decimals));
    let scores = scores.collect::<Option<Vec<Fixed>>>()?;
    let scene = match (lever.scene, &figure) {
        (None, _) => None,
        (Some(_), Figure::Number(level)) => Some(*level),
        (Some(_), _) => return None,
    };
    let mut found = Candidate {
        figure,
        scores,
        scene,
        share: Fixed::ZERO,
    };
    let current = |leaf: &Leaf| match &lever.current {
        Some(figure) => leaf.rule.score(figure, decimals).unwrap_or(Fixed::ZERO),
        None => Fixed::ZERO,
    };
    let level = match &lever.current {
        Some(Figure::Number(level)) => *level,
        _ => Fixed::ZERO,
    };
    found.share = share(card, lever, &found, &current, level);
    Some(found)
}

/// The greatest share of its own range by which a score, or the level of the scene, rises; to nine decimals.
fn share(
    card: &Card,
    lever: &Lever<'_>,
    candidate: &Candidate,
    before: &dyn Fn(&Leaf) -> Fixed,
    level: Fixed,
) -> Fixed {
    let over = |rise: Fixed, range: Fixed| {
        Fixed::weighted_quotient([(Fixed::ONE, rise)], range, Fixed::DECIMALS).unwrap_or(Fixed::ZERO)
    };
    let scores = lever.leaves.iter().zip(&candidate.scores).map(|((_, leaf), score)| {
        let (low, high) = leaf.rule.range();
        over(*score - before(leaf), high - low)
    });
    let top = card.ladder.rungs().first().copied().unwrap_or(1).max(1);
    let scene = candidate
        .scene
        .map(|found| over(found - level, Fixed::from_int(i64::from(top))));
    scores.chain(scene).max().unwrap_or(Fixed::ZERO)
}
