//! One alternative of each choice for every replication.

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt};

use super::{
    columns::{BLOCK, REPLICATION, WEIGHT_PREFIX},
    design::{Alternatives, Design, WeightSet, WeightUncertainty},
    error::RobustnessError,
    noise::{noisy_nodes, with_noise},
};
use crate::{composite::Tree, rank::whole};

/// The most numbers and choices that are drawn: eight bytes each and more.
const MOST_DRAWN: usize = 1 << 27;

/// What a setting is in one replication.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// The alternative of this name.
    Choice(String),
    /// A number out of the range.
    Number(f64),
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Choice(label) => f.write_str(label),
            Self::Number(number) => write!(f, "{number}"),
        }
    }
}

/// One replication: a setting per uncertain one of the design, and a weight per code of the draws.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draw {
    /// Settings, in the order of the design.
    pub settings: Vec<Setting>,
    /// Weights, in the order of [`Draws::codes`].
    pub weights: Vec<f64>,
}

/// Draws for all replications. They are all that a replication hangs on besides data and methodology: stored, they give
/// the same results again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draws {
    /// Names of the settings.
    pub names: Vec<String>,
    /// Codes of the nodes whose weights are drawn.
    pub codes: Vec<String>,
    /// One draw per replication.
    pub draws: Vec<Draw>,
    /// Names of the blocks of a sensitivity analysis, `A`, `B` and one per parameter, each of equally many draws; empty for
    /// an uncertainty analysis.
    pub blocks: Vec<String>,
}

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
        return Err(RobustnessError::UnknownNode { code: code.clone() });
    }
    let full = |set: &WeightSet| {
        let weight = |code: &String| set.get(code).copied().unwrap_or_else(|| own[code]);
        codes.iter().map(weight).collect()
    };
    Ok((Weights::Sets(sets.values().map(full).collect()), codes))
}

impl Draws {
    /// Draws in each block of a sensitivity analysis.
    pub fn base(&self) -> Option<usize> {
        self.draws.len().checked_div(self.blocks.len())
    }

    /// How many of the draws are random ones: those of A and B, or all of an uncertainty analysis.
    pub fn random(&self) -> usize {
        self.base().map_or(self.draws.len(), |base| 2 * base)
    }

    /// The names of the columns of the table of draws: `replication`, for a sensitivity analysis `block`, one per setting,
    /// and `weight:CODE` per node whose weight is drawn.
    pub fn header(&self) -> Vec<String> {
        let block = (!self.blocks.is_empty()).then(|| BLOCK.to_owned());
        std::iter::once(REPLICATION.to_owned())
            .chain(block)
            .chain(self.names.iter().cloned())
            .chain(self.codes.iter().map(|code| format!("{WEIGHT_PREFIX}{code}")))
            .collect()
    }

    /// The rows of the table of draws. A number is written so that it reads back the same.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> + '_ {
        let base = self.base();
        self.draws.iter().enumerate().map(move |(at, draw)| {
            let block = base.and_then(|base| self.blocks.get(at.checked_div(base)?));
            std::iter::once((at + 1).to_string())
                .chain(block.cloned())
                .chain(draw.settings.iter().map(ToString::to_string))
                .chain(draw.weights.iter().map(ToString::to_string))
                .collect()
        })
    }

    /// Reads a table of draws, whoever made it. Columns may stand in any order, rows are taken as they come; a column that
    /// the design does not know is refused, and so are a setting or a weight that the design names without a column, and a
    /// number outside its range. Blocks must follow each other, `A` and `B` first, each as long as the first.
    pub fn from_table(design: &Design, header: &[String], rows: &[Vec<String>]) -> Result<Self, RobustnessError> {
        design.check()?;
        let other = |name: &str| RobustnessError::OtherParameters { name: name.to_owned() };
        let place = |name: &str| header.iter().position(|column| column == name);
        let mut settings = Vec::new();
        for uncertain in &design.uncertain {
            settings.push(place(&uncertain.name).ok_or_else(|| other(&uncertain.name))?);
        }
        let mut weights = Vec::new();
        for (at, column) in header.iter().enumerate() {
            if let Some(code) = column.strip_prefix(WEIGHT_PREFIX) {
                weights.push((at, code.to_owned()));
            } else if !settings.contains(&at) && column != REPLICATION && column != BLOCK {
                return Err(other(column));
            }
        }
        let is_column = |code: &&String| weights.iter().any(|(_, own)| own == *code);
        if let Some(code) = design.named_weights().into_iter().find(|code| !is_column(code)) {
            return Err(other(&format!("{WEIGHT_PREFIX}{code}")));
        }
        let mut draws = Vec::with_capacity(rows.len());
        for (row, cells) in rows.iter().enumerate() {
            let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
            let number = |at: usize| {
                let parsed = cell(at).parse::<f64>().ok().filter(|number| number.is_finite());
                parsed.ok_or_else(|| RobustnessError::BadCell {
                    replication: row + 1,
                    column: header[at].clone(),
                    value: cell(at).to_owned(),
                })
            };
            let mut own = Vec::with_capacity(settings.len());
            for (uncertain, at) in design.uncertain.iter().zip(&settings) {
                own.push(match &uncertain.alternatives {
                    Alternatives::Range([low, high]) => {
                        let drawn = number(*at)?;
                        if !(*low..=*high).contains(&drawn) {
                            return Err(RobustnessError::UnknownAlternative {
                                name: uncertain.name.clone(),
                                value: cell(*at).to_owned(),
                            });
                        }
                        Setting::Number(drawn)
                    }
                    Alternatives::Choices(choices) if choices.contains_key(cell(*at)) => {
                        Setting::Choice(cell(*at).to_owned())
                    }
                    Alternatives::Choices(_) => {
                        return Err(RobustnessError::UnknownAlternative {
                            name: uncertain.name.clone(),
                            value: cell(*at).to_owned(),
                        });
                    }
                });
            }
            let weights = weights.iter().map(|(at, _)| number(*at)).collect::<Result<_, _>>()?;
            draws.push(Draw { settings: own, weights });
        }
        let blocks = match place(BLOCK) {
            Some(at) => blocks_of(
                rows.iter().map(|cells| cells.get(at).map_or("", String::as_str)),
                design,
            )?,
            None => Vec::new(),
        };
        Ok(Self {
            names: design.uncertain.iter().map(|u| u.name.clone()).collect(),
            codes: weights.into_iter().map(|(_, code)| code).collect(),
            draws,
            blocks,
        })
    }
}

/// The names of equally long blocks that follow each other.
fn blocks_of<'a>(cells: impl Iterator<Item = &'a str>, design: &Design) -> Result<Vec<String>, RobustnessError> {
    let cells: Vec<&str> = cells.collect();
    let runs: Vec<&[&str]> = cells.chunk_by(|a, b| a == b).collect();
    let expected: Vec<String> = ["A", "B"]
        .map(str::to_owned)
        .into_iter()
        .chain(design.parameters())
        .collect();
    let base = runs.first().map_or(0, |run| run.len());
    let fits = runs.len() == expected.len()
        && runs
            .iter()
            .zip(&expected)
            .all(|(run, name)| run.len() == base && run.first() == Some(&name.as_str()));
    if fits {
        Ok(expected)
    } else {
        Err(RobustnessError::Length {
            expected: base * expected.len(),
            found: cells.len(),
        })
    }
}

impl Tree {
    /// The weight of every node but the roots, as given.
    pub(crate) fn given_weights(&self) -> BTreeMap<String, f64> {
        let children = self.aggregates.iter().flat_map(|node| &node.children);
        children
            .map(|(child, weight)| (self.code_of(*child).to_owned(), *weight))
            .collect()
    }
}
