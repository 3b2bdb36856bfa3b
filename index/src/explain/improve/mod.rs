//! The smallest change that reaches the next level or stage: of one value alone, and of several.
//!
//! Only changes that the score functions can give are proposed: another option, another choice more, the next interval, the
//! least value on a line. A value that is not relevant or agreed not to apply is not touched. What is small is measured as
//! the share of an indicator's own range; a combination is found greedily, most of the shortfall for the least share first,
//! and then freed of everything it does not need. It is a way, not proved to be the cheapest.

mod lever;
mod values;

use std::{collections::BTreeMap, sync::Arc};

use lever::{Candidate, Lever, candidate, levers};
use survey::text::Text;

use super::improvement::{Change, Gain, Improvement, listed};
use crate::{
    card::{
        Figure, Scored,
        compiled::Card,
        standing::{Rung, State},
    },
    compile::CompiledCard,
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

struct Search<'a> {
    card: &'a Card,
    rung: Rung,
    start: State,
    levers: Vec<Lever<'a>>,
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
