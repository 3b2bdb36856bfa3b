//! One alternative of each choice for every replication.

mod source;
mod table;

use std::{collections::BTreeMap, fmt};

use crate::composite::Tree;

pub use source::{draw, draw_sobol};
pub use table::DrawRow;

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

impl Draws {
    /// Draws in each block of a sensitivity analysis.
    pub fn base(&self) -> Option<usize> {
        self.draws.len().checked_div(self.blocks.len())
    }

    /// How many of the draws are random ones: those of A and B, or all of an uncertainty analysis.
    pub fn random(&self) -> usize {
        self.base().map_or(self.draws.len(), |base| 2 * base)
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

#[cfg(test)]
mod tests;
