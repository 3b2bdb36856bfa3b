//! Draws from uniform numbers.

use std::collections::BTreeMap;

use super::{Draw, Draws, Setting};
use crate::{
    composite::Tree,
    rank::whole,
    robustness::{
        design::{Alternatives, Design, WeightSet, WeightUncertainty},
        error::RobustnessError,
        noise::{no_weight, noisy_nodes, with_noise},
    },
};

/// The most numbers and choices that are drawn: eight bytes each and more.
pub(super) const MOST_DRAWN: usize = 1 << 27;

/// Draws `replications` times. `uniform` gives numbers from 0 up to, but not including, 1: one per setting and, for noise,
/// one per weight, or one for a set of weights.
pub fn draw(
    design: &Design,
    tree: &Tree,
    replications: usize,
    uniform: &mut impl FnMut() -> f64,
) -> Result<Draws, RobustnessError> {
    let source = Source::new(design, tree)?;
    source.check_size(replications, 1)?;
    let draws = (0..replications).map(|_| source.next(uniform)).collect();
    Ok(source.draws(draws, Vec::new()))
}

/// Draws the design of a sensitivity analysis: `base` draws A, as many B, and for each parameter (every setting, and the
/// weights together as one) the draws A with that parameter taken from B: N (d + 2) in all.
///
/// Source: Saltelli et al. (2010), Computer Physics Communications 181, 259-270, table 2; COINr's `SA_sample`. The weights
/// are a group of factors (Saltelli et al. 2008, section 1.2.15).
pub fn draw_sobol(
    design: &Design,
    tree: &Tree,
    base: usize,
    uniform: &mut impl FnMut() -> f64,
) -> Result<Draws, RobustnessError> {
    let source = Source::new(design, tree)?;
    source.check_size(base, design.parameters().len().saturating_add(2))?;
    let a: Vec<Draw> = (0..base).map(|_| source.next(uniform)).collect();
    let b: Vec<Draw> = (0..base).map(|_| source.next(uniform)).collect();
    let mut blocks = vec!["A".to_owned(), "B".to_owned()];
    let mut draws: Vec<Draw> = a.iter().chain(&b).cloned().collect();
    for (at, name) in design.parameters().into_iter().enumerate() {
        blocks.push(name);
        draws.extend(a.iter().zip(&b).map(|(a, b)| {
            let mut mixed = a.clone();
            match (mixed.settings.get_mut(at), b.settings.get(at)) {
                (Some(own), Some(other)) => own.clone_from(other),
                _ => mixed.weights.clone_from(&b.weights),
            }
            mixed
        }));
    }
    Ok(source.draws(draws, blocks))
}

/// A design made ready to be drawn from.
struct Source<'a> {
    design: &'a Design,
    weights: Weights,
    codes: Vec<String>,
}

enum Weights {
    Fixed,
    Noise(Vec<(String, f64, f64)>),
    Sets(Vec<Vec<f64>>),
}

impl<'a> Source<'a> {
    fn new(design: &'a Design, tree: &Tree) -> Result<Self, RobustnessError> {
        design.check()?;
        if design.parameters().is_empty() {
            return Err(RobustnessError::Nothing);
        }
        let (weights, codes) = match &design.weights {
            None => (Weights::Fixed, Vec::new()),
            Some(WeightUncertainty::Noise(noise)) => {
                let nodes = noisy_nodes(tree, noise)?;
                let codes = nodes.iter().map(|(code, _, _)| code.clone()).collect();
                (Weights::Noise(nodes), codes)
            }
            Some(WeightUncertainty::Sets(sets)) => complete(sets, tree)?,
        };
        Ok(Self { design, weights, codes })
    }

    /// Refuses more draws than can be held.
    fn check_size(&self, replications: usize, blocks: usize) -> Result<(), RobustnessError> {
        let of_one = self.design.uncertain.len() + self.codes.len() + 1;
        let drawn = replications
            .checked_mul(blocks)
            .and_then(|runs| runs.checked_mul(of_one));
        if drawn.is_none_or(|drawn| drawn > MOST_DRAWN) {
            return Err(RobustnessError::TooManyDraws { replications });
        }
        Ok(())
    }

    #[expect(clippy::expect_used, reason = "a design without alternatives is refused")]
    fn next(&self, uniform: &mut impl FnMut() -> f64) -> Draw {
        let settings = self
            .design
            .uncertain
            .iter()
            .map(|uncertain| match &uncertain.alternatives {
                Alternatives::Choices(choices) => {
                    let at = pick(choices.len(), uniform());
                    Setting::Choice(choices.keys().nth(at).cloned().expect("a choice"))
                }
                Alternatives::Range([low, high]) => Setting::Number(low + uniform() * (high - low)),
            });
        Draw {
            settings: settings.collect(),
            weights: match &self.weights {
                Weights::Fixed => Vec::new(),
                Weights::Noise(nodes) => with_noise(nodes, uniform),
                Weights::Sets(sets) => sets[pick(sets.len(), uniform())].clone(),
            },
        }
    }

    fn draws(self, draws: Vec<Draw>, blocks: Vec<String>) -> Draws {
        Draws {
            names: self.design.uncertain.iter().map(|u| u.name.clone()).collect(),
            codes: self.codes,
            draws,
            blocks,
        }
    }
}

/// Equal shares of 0 to 1 for each of `count`.
fn pick(count: usize, uniform: f64) -> usize {
    whole(count as f64 * uniform).min(count.saturating_sub(1))
}

/// Every set over all codes that any of them names; the tree's own weight where a set is silent.
fn complete(sets: &BTreeMap<String, WeightSet>, tree: &Tree) -> Result<(Weights, Vec<String>), RobustnessError> {
    let own = tree.given_weights();
    let mut codes: Vec<String> = sets.values().flat_map(|set| set.keys().cloned()).collect();
    codes.sort_unstable();
    codes.dedup();
    if let Some(code) = codes.iter().find(|code| !own.contains_key(*code)) {
        return Err(no_weight(tree, code));
    }
    let full = |set: &WeightSet| {
        let weight = |code: &String| set.get(code).copied().unwrap_or_else(|| own[code]);
        codes.iter().map(weight).collect()
    };
    Ok((Weights::Sets(sets.values().map(full).collect()), codes))
}
