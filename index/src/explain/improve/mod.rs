//! The smallest change that reaches the next level or stage: of one value alone, and of several.
//!
//! Only changes that the score functions can give are proposed: another option, another choice more, the next interval, the
//! least value on a line. A value that is not relevant or agreed not to apply is not touched. What is small is measured as
//! the share of an indicator's own range; a combination is found greedily, most of the shortfall for the least share first,
//! and then freed of everything it does not need. It is a way, not proved to be the cheapest.

use std::{collections::BTreeMap, sync::Arc};

use survey::text::Text;

use super::improvement::{Change, Gain, Improvement, listed};
use crate::{
    card::{
        Figure, MissingReason, Scored,
        compiled::{Card, Leaf},
        standing::{Rung, State},
    },
    compile::CompiledCard,
    document::{ScoreFunction, Select, Step},
    exact::Fixed,
};

/// What would reach the next level or stage; none where there is no result or nothing above.
/// `scored` must come from `methodology`.
pub fn improvement(scored: &Scored, methodology: &CompiledCard) -> Option<Improvement> {
    let card = &methodology.card;
    let rung = Rung::next(card, scored)?;
    let search = Search {
        card,
        rung,
        start: State::of(card, scored)?,
        levers: levers(card, scored),
    };
    Some(Improvement {
        value: rung.value(card),
        label: rung.label(card),
        single: search.single(),
        combination: search.combination(),
    })
}

/// A value that can be changed, with everything that hangs on it.
struct Lever<'a> {
    source: Arc<str>,
    leaves: Vec<(usize, &'a Leaf)>,
    scene: Option<usize>,
    current: Option<Figure>,
    /// Better values, rising in share.
    steps: Vec<Candidate>,
}

impl Lever<'_> {
    /// Decimals of the numbers that are proposed.
    fn decimals(&self, card: &Card) -> u32 {
        let whole = self.leaves.iter().any(|(_, leaf)| leaf.whole);
        if whole { 0 } else { card.rounding.value_decimals }
    }
}

/// A better value.
#[derive(Clone)]
struct Candidate {
    figure: Figure,
    /// The scores it gives, in the order of the lever's leaves.
    scores: Vec<Fixed>,
    scene: Option<Fixed>,
    share: Fixed,
}

struct Search<'a> {
    card: &'a Card,
    rung: Rung,
    start: State,
    levers: Vec<Lever<'a>>,
}

impl State {
    /// Takes a candidate of a lever for real.
    fn apply(&mut self, lever: &Lever<'_>, candidate: &Candidate) {
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

impl Search<'_> {
    fn reaches(&self, state: &State) -> bool {
        self.rung.is_reached(self.card, &state.joined(self.card))
    }

    fn reaches_with(&self, base: &State, lever: &Lever<'_>, candidate: &Candidate) -> bool {
        let mut state = base.clone();
        state.apply(lever, candidate);
        self.reaches(&state)
    }

    /// The first of the lever's better values that reaches the rung from a state, and on a line the least value that does.
    fn least(&self, base: &State, lever: &Lever<'_>, up_to: usize) -> Option<Candidate> {
        let steps = lever.steps.get(..=up_to).unwrap_or(&lever.steps);
        let at = steps.iter().position(|step| self.reaches_with(base, lever, step))?;
        let reached = steps.get(at)?;
        let before = match at.checked_sub(1).and_then(|before| steps.get(before)) {
            Some(before) => Some(&before.figure),
            None => lever.current.as_ref(),
        };
        let (Figure::Number(high), Some(Figure::Number(low))) = (&reached.figure, before) else {
            return Some(reached.clone());
        };
        let (mut low, mut high, mut found) = (*low, *high, reached.clone());
        let decimals = lever.decimals(self.card);
        loop {
            let middle =
                Fixed::weighted_quotient([(Fixed::ONE, low), (Fixed::ONE, high)], Fixed::from_int(2), decimals)?;
            if middle == low || middle == high {
                return Some(found);
            }
            let candidate = candidate(self.card, lever, Figure::Number(middle));
            match candidate.filter(|candidate| self.reaches_with(base, lever, candidate)) {
                Some(candidate) => (high, found) = (middle, candidate),
                None => low = middle,
            }
        }
    }

    fn single(&self) -> Vec<Change> {
        let last = |lever: &Lever<'_>| lever.steps.len().saturating_sub(1);
        let levers = self.levers.iter();
        listed(levers.filter_map(|lever| Some(self.change(lever, &self.least(&self.start, lever, last(lever))?))))
    }

    fn combination(&self) -> Option<Vec<Change>> {
        // Of each lever the step taken so far.
        let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
        let mut state = self.start.clone();
        let mut shortfall = self.shortfall(&state);
        while !self.reaches(&state) {
            let (place, step, next, lacking) = self.best_step(&state, &taken, shortfall)?;
            taken.insert(place, step);
            (state, shortfall) = (next, lacking);
        }
        self.freed(taken)
    }

    /// The step that takes away most of the shortfall for its share.
    fn best_step(
        &self,
        state: &State,
        taken: &BTreeMap<usize, usize>,
        shortfall: f64,
    ) -> Option<(usize, usize, State, f64)> {
        let mut best: Option<(f64, (usize, usize, State, f64))> = None;
        for (place, lever) in self.levers.iter().enumerate() {
            let done = taken.get(&place).copied();
            let share_done = done
                .and_then(|at| lever.steps.get(at))
                .map_or(Fixed::ZERO, |step| step.share);
            for (at, step) in lever.steps.iter().enumerate().skip(done.map_or(0, |at| at + 1)) {
                let mut next = state.clone();
                next.apply(lever, step);
                let lacking = self.shortfall(&next);
                let share = (step.share - share_done).to_f64().max(f64::EPSILON);
                let worth = (shortfall - lacking) / share;
                let better = best.as_ref().is_none_or(|(most, _)| worth > *most);
                if lacking < shortfall && better {
                    best = Some((worth, (place, at, next, lacking)));
                }
            }
        }
        best.map(|(_, step)| step)
    }

    /// Takes back what is not needed, the last first, and lowers the rest as far as it goes.
    fn freed(&self, mut taken: BTreeMap<usize, usize>) -> Option<Vec<Change>> {
        let places: Vec<usize> = taken.keys().copied().rev().collect();
        let mut kept: BTreeMap<usize, Candidate> = BTreeMap::new();
        for (place, step) in &taken {
            let candidate = self.levers.get(*place)?.steps.get(*step)?;
            kept.insert(*place, candidate.clone());
        }
        for place in places {
            let lever = self.levers.get(place)?;
            let mut others = self.start.clone();
            for (other, candidate) in kept.iter().filter(|(other, _)| **other != place) {
                others.apply(self.levers.get(*other)?, candidate);
            }
            let step = taken.remove(&place)?;
            if self.reaches(&others) {
                kept.remove(&place);
            } else {
                kept.insert(place, self.least(&others, lever, step)?);
            }
        }
        let changes = kept.iter().filter_map(|(place, candidate)| {
            let lever = self.levers.get(*place)?;
            Some(self.change(lever, candidate))
        });
        Some(changes.collect())
    }

    /// How much the rung lacks: each condition that fails as a share of what it can be.
    fn shortfall(&self, state: &State) -> f64 {
        let standings = self.rung.standings(self.card, &state.joined(self.card));
        let failing = standings.iter().filter(|standing| !standing.holds);
        failing
            .map(|standing| match (standing.found, standing.required, standing.span) {
                (Some(found), Some(required), Some(span)) if span > Fixed::ZERO => {
                    (required - found).abs().to_f64() / span.to_f64()
                }
                _ => 1.0,
            })
            .sum()
    }

    fn change(&self, lever: &Lever<'_>, candidate: &Candidate) -> Change {
        let scene = lever.scene.and_then(|at| self.card.scenes.get(at));
        let first = lever.leaves.first().map(|(_, leaf)| *leaf);
        let label = first
            .map(|leaf| leaf.label.clone())
            .or(scene.map(|scene| scene.label.clone()));
        let mut questions: Vec<String> = Vec::new();
        let of_leaves = lever.leaves.iter().flat_map(|(_, leaf)| leaf.depends_on.iter());
        for question in of_leaves.chain(scene.iter().flat_map(|scene| scene.depends_on.iter())) {
            if !questions.contains(question) {
                questions.push(question.clone());
            }
        }
        let gains = lever.leaves.iter().zip(&candidate.scores).map(|((at, leaf), to)| Gain {
            code: leaf.code.clone(),
            from: self.start.leaves.get(*at).and_then(|(score, _)| *score),
            to: *to,
        });
        Change {
            source: lever.source.clone(),
            label: label.unwrap_or_else(|| Arc::new(Text::new("", ""))),
            unit: first.map(|leaf| leaf.unit.clone()).unwrap_or_default(),
            from: lever.current.clone(),
            to: candidate.figure.clone(),
            questions,
            gains: gains.collect(),
            share: candidate.share,
        }
    }
}

/// Every value that can be changed, in the order of the methodology.
fn levers<'a>(card: &'a Card, scored: &Scored) -> Vec<Lever<'a>> {
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
fn candidate(card: &Card, lever: &Lever<'_>, figure: Figure) -> Option<Candidate> {
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

/// Values that a score function tells apart.
fn values(leaf: &Leaf, current: Option<&Figure>, decimals: u32) -> Vec<Figure> {
    match leaf.rule.function() {
        ScoreFunction::OptionPoints {
            points,
            select: Select::One,
        } => points.keys().cloned().map(Figure::Choice).collect(),
        ScoreFunction::OptionPoints {
            points,
            select: Select::Many,
        } => {
            // What brings nothing, such as the option that means none, gives way.
            let chosen = chosen(current).filter(|code| points.get(*code).is_some_and(|p| *p > Fixed::ZERO));
            let mut others: Vec<(&String, &Fixed)> = points.iter().filter(|(_, p)| **p > Fixed::ZERO).collect();
            others.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
            added(
                chosen.map(str::to_owned).collect(),
                others.into_iter().map(|(code, _)| code),
            )
        }
        ScoreFunction::MultiShare { .. } => {
            let counted = leaf.rule.counted();
            let chosen = chosen(current).filter(|code| counted.contains(*code));
            added(chosen.map(str::to_owned).collect(), counted.iter())
        }
        ScoreFunction::LevelPoints { points } => {
            let levels = points.keys().filter_map(|level| Fixed::parse(level));
            levels.map(Figure::Number).collect()
        }
        ScoreFunction::Boolean { .. } => vec![Figure::Boolean(true), Figure::Boolean(false)],
        ScoreFunction::Steps { steps, .. } => interval_ends(steps, decimals),
        ScoreFunction::LinearBands { points } => points.iter().map(|(x, _)| Figure::Number(*x)).collect(),
    }
}

/// A number that has more decimals than a proposal gives way to those beside it.
fn proposable(figure: Figure, decimals: u32) -> Vec<Figure> {
    match figure {
        Figure::Number(number) if number.decimals() > decimals => {
            let rounded = number.round(decimals);
            let other = if rounded > number {
                rounded - least_step(decimals)
            } else {
                rounded + least_step(decimals)
            };
            vec![Figure::Number(rounded), Figure::Number(other)]
        }
        figure => vec![figure],
    }
}

fn chosen(current: Option<&Figure>) -> impl Iterator<Item = &str> {
    let codes = match current {
        Some(Figure::Choices(codes)) => codes.as_slice(),
        _ => &[],
    };
    codes.iter().map(String::as_str)
}

/// The choices with one more of the others, two more, and so on.
fn added<'a>(mut choices: Vec<String>, others: impl Iterator<Item = &'a String>) -> Vec<Figure> {
    let mut found = Vec::new();
    for code in others {
        if !choices.contains(code) {
            choices.push(code.clone());
            found.push(Figure::Choices(choices.clone()));
        }
    }
    found
}

/// The values at both ends of every interval: its last, and the first of the next.
fn interval_ends(steps: &[Step], decimals: u32) -> Vec<Figure> {
    let least = least_step(decimals);
    let ends = steps.iter().filter_map(|step| {
        let to = step.to?;
        Some(if step.to_inclusive {
            [to, to + least]
        } else {
            [to - least, to]
        })
    });
    ends.flatten().map(Figure::Number).collect()
}

/// The distance of two neighbouring numbers with so many decimals.
#[expect(
    clippy::expect_used,
    reason = "a power of ten within the decimals of a number is one"
)]
fn least_step(decimals: u32) -> Fixed {
    Fixed::parse(&format!("1e-{}", decimals.min(Fixed::DECIMALS))).expect("a power of ten")
}
