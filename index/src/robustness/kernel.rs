//! The scores of one node for many sets of weights at once.
//!
//! Where every mean below the node is arithmetic (or every one geometric), none is rounded or rescaled and nothing is missing, the tree
//! collapses into one weighted sum of the indicators (of their logarithms) with the effective weights: replications that
//! differ in weights alone become one product of matrices, in which a value fetched from memory serves many replications.
//! In all other cases the composite engine aggregates a tree with other weights, replication by replication.

use std::collections::BTreeMap;

use super::{draws::Draw, prepared::Prepared};
use crate::{
    composite::{
        Column, CompositeError, Matrix, Mean, Tree, aggregate,
        matrix::refuse_duplicates,
        tree::{Aggregate, Child, check_weight_sum},
    },
    rank::Precision,
};

/// Replications computed together: their scores of 10 000 units are 1.3 MB.
pub(super) const BATCH: usize = 16;
/// Rows and replications of one tile: sixteen sums, as many as fit the registers of any 64-bit processor.
const TILE: usize = 4;

/// Scores of one replication, zero where missing.
#[derive(Default)]
pub(super) struct Scores {
    pub(super) values: Vec<f64>,
    /// None when all are present.
    pub(super) present: Option<Vec<bool>>,
}

impl Scores {
    /// The score of a row; none where missing.
    pub(super) fn get(&self, row: usize) -> Option<f64> {
        let is_present = self.present.as_ref().is_none_or(|present| present[row]);
        self.values.get(row).copied().filter(|_| is_present)
    }

    /// Brings the scores into the form in which they are compared.
    pub(super) fn bring_to(&mut self, precision: Precision) {
        if let Precision::Rounded(_) = precision {
            self.values.iter_mut().for_each(|score| *score = precision.form(*score));
        }
    }

    /// The scores that there are, with their rows.
    pub(super) fn by_row(&self) -> impl Iterator<Item = (usize, f64)> {
        let rows = 0..self.values.len();
        rows.filter_map(|row| Some((row, self.get(row)?)))
    }
}

/// One combination of settings, made ready for any weights.
pub(super) struct Evaluator<'a> {
    prepared: &'a Prepared,
    /// Place of the node among the aggregates.
    node: usize,
    /// For each drawn code its aggregate and its place among the children.
    places: Vec<(usize, usize)>,
    codes: &'a [String],
    collapsed: Option<Collapsed>,
}

/// The indicators below the node, four rows of each after the other.
struct Collapsed {
    /// Tile by tile, within a tile indicator by indicator.
    tiles: Vec<[f64; TILE]>,
    indicators: Vec<usize>,
    rows: usize,
    geometric: bool,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(prepared: &'a Prepared, node: &str, codes: &'a [String]) -> Result<Self, CompositeError> {
        let tree = &prepared.tree;
        let unknown = |code: &str| CompositeError::ColumnNotInTree { code: code.to_owned() };
        let node = tree
            .aggregates
            .iter()
            .position(|a| a.code == node)
            .ok_or_else(|| unknown(node))?;
        refuse_duplicates(codes.iter().map(String::as_str))?;
        let by_code: BTreeMap<&str, (usize, usize)> = tree
            .aggregates
            .iter()
            .enumerate()
            .flat_map(|(at, parent)| {
                let children = parent.children.iter().enumerate();
                children.map(move |(place, (child, _))| (tree.code_of(*child), (at, place)))
            })
            .collect();
        let places = codes
            .iter()
            .map(|code| by_code.get(code.as_str()).copied().ok_or_else(|| unknown(code)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            prepared,
            node,
            places,
            codes,
            collapsed: Collapsed::new(prepared, node),
        })
    }

    /// The scores of each draw, in order. On a refusal, the place of the draw it is about.
    pub(super) fn scores(&self, draws: &[&Draw], out: &mut Vec<Scores>) -> Result<(), (usize, CompositeError)> {
        out.resize_with(draws.len(), Scores::default);
        match &self.collapsed {
            Some(collapsed) => {
                let mut weights = Vec::with_capacity(draws.len());
                for (at, draw) in draws.iter().enumerate() {
                    let effective = self.effective(draw).map_err(|error| (at, error))?;
                    weights.push(collapsed.indicators.iter().map(|i| effective[*i]).collect::<Vec<f64>>());
                }
                collapsed.multiply(&weights, out);
            }
            None => {
                for (at, (draw, scores)) in draws.iter().zip(out.iter_mut()).enumerate() {
                    *scores = self.aggregated(draw).map_err(|error| (at, error))?;
                }
            }
        }
        Ok(())
    }

    /// Weights of every child of every aggregate with those of the draw in their places, checked.
    fn drawn(&self, draw: &Draw) -> Result<Vec<Vec<f64>>, CompositeError> {
        let aggregates = &self.prepared.tree.aggregates;
        let mut weights: Vec<Vec<f64>> = aggregates
            .iter()
            .map(|node| node.children.iter().map(|(_, w)| *w).collect())
            .collect();
        for ((code, (at, place)), weight) in self.codes.iter().zip(&self.places).zip(&draw.weights) {
            if !weight.is_finite() || *weight < 0.0 {
                return Err(CompositeError::BadWeight {
                    code: code.clone(),
                    weight: *weight,
                });
            }
            weights[*at][*place] = *weight;
        }
        Ok(weights)
    }

    /// The effective weight of every indicator in the node.
    fn effective(&self, draw: &Draw) -> Result<Vec<f64>, CompositeError> {
        let tree = &self.prepared.tree;
        let weights = self.drawn(draw)?;
        let mut of_aggregates = vec![0.0; tree.aggregates.len()];
        let mut of_indicators = vec![0.0; tree.indicators.len()];
        of_aggregates[self.node] = 1.0;
        for at in (0..=self.node).rev() {
            let total: f64 = weights[at].iter().sum();
            check_weight_sum(&tree.aggregates[at].code, total)?;
            for ((child, _), weight) in tree.aggregates[at].children.iter().zip(&weights[at]) {
                let effective = of_aggregates[at] * (weight / total);
                match child {
                    Child::Aggregate(below) => of_aggregates[*below] = effective,
                    Child::Indicator(below) => of_indicators[*below] = effective,
                }
            }
        }
        Ok(of_indicators)
    }

    fn aggregated(&self, draw: &Draw) -> Result<Scores, CompositeError> {
        let tree = &self.prepared.tree;
        let new = self.codes.iter().cloned().zip(draw.weights.iter().copied()).collect();
        let scores = aggregate(&self.prepared.data, &tree.reweighted(&new)?, self.prepared.aggregation)?;
        let (_, values, present) = scores.into_columns().swap_remove(self.node).into_parts();
        Ok(Scores { values, present })
    }
}

impl Collapsed {
    /// None where the tree does not collapse.
    fn new(prepared: &Prepared, node: usize) -> Option<Self> {
        let tree = &prepared.tree;
        let below = aggregates_below(tree, node);
        let mean_of = |at: &usize| own_mean(&tree.aggregates[*at], prepared);
        let geometric = mean_of(&node) == Mean::Geometric;
        let kind = if geometric { Mean::Geometric } else { Mean::Arithmetic };
        let rounds = |at: &usize| tree.aggregates[*at].decimals.is_some() || tree.aggregates[*at].rescale.is_some();
        if below.iter().any(|at| mean_of(at) != kind || rounds(at)) {
            return None;
        }
        let mut indicators: Vec<usize> = below
            .iter()
            .flat_map(|at| &tree.aggregates[*at].children)
            .filter_map(|(child, _)| match child {
                Child::Indicator(at) => Some(*at),
                Child::Aggregate(_) => None,
            })
            .collect();
        indicators.sort_unstable();
        let columns = indicators
            .iter()
            .map(|at| complete_column(&prepared.data, &tree.indicators[*at].code))
            .collect::<Option<Vec<&[f64]>>>()?;
        // The engine names the unit that has no logarithm.
        if geometric && columns.iter().any(|values| values.iter().any(|v| *v <= 0.0)) {
            return None;
        }
        let rows = prepared.data.units().len();
        let mut tiles = Vec::with_capacity(rows.div_ceil(TILE) * columns.len());
        for first in (0..rows).step_by(TILE) {
            for column in &columns {
                let mut tile = [0.0; TILE];
                for (place, value) in tile.iter_mut().zip(&column[first..rows.min(first + TILE)]) {
                    *place = if geometric { value.ln() } else { *value };
                }
                tiles.push(tile);
            }
        }
        Some(Self {
            tiles,
            indicators,
            rows,
            geometric,
        })
    }

    /// The scores of every set of weights. Each score is summed in the order of the indicators, whatever stands beside it.
    fn multiply(&self, weights: &[Vec<f64>], out: &mut [Scores]) {
        for scores in out.iter_mut() {
            scores.present = None;
            scores.values.resize(self.rows, 0.0);
        }
        let indicators = self.indicators.len();
        // Four sets beside each other, indicator by indicator.
        let lanes: Vec<Vec<[f64; TILE]>> = weights
            .chunks(TILE)
            .map(|sets| {
                let lane = |at: usize| std::array::from_fn(|set| sets.get(set).map_or(0.0, |set| set[at]));
                (0..indicators).map(lane).collect()
            })
            .collect();
        for (at, tile) in self.tiles.chunks_exact(indicators.max(1)).enumerate() {
            let first = at * TILE;
            let last = self.rows.min(first + TILE);
            for (lanes, out) in lanes.iter().zip(out.chunks_mut(TILE)) {
                let sums = tile_sums(tile, lanes);
                for (scores, sums) in out.iter_mut().zip(&sums) {
                    // A whole tile is four stores; only the last may be cut.
                    let place = &mut scores.values[first..last];
                    match place.first_chunk_mut() {
                        Some(whole) => *whole = *sums,
                        None => place.copy_from_slice(&sums[..last - first]),
                    }
                }
            }
        }
        if self.geometric {
            for value in out.iter_mut().flat_map(|scores| &mut scores.values) {
                *value = value.exp();
            }
        }
    }
}

/// Four rows times four sets of weights.
fn tile_sums(tile: &[[f64; TILE]], lanes: &[[f64; TILE]]) -> [[f64; TILE]; TILE] {
    let mut sums = [[0.0; TILE]; TILE];
    for (values, weights) in tile.iter().zip(lanes) {
        for (sums, weight) in sums.iter_mut().zip(weights) {
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum += weight * value;
            }
        }
    }
    sums
}

fn own_mean(node: &Aggregate, prepared: &Prepared) -> Mean {
    node.mean.unwrap_or(prepared.aggregation.mean)
}

fn complete_column<'a>(data: &'a Matrix, code: &str) -> Option<&'a [f64]> {
    data.column(code).filter(|c| c.presence().is_none()).map(Column::values)
}

/// The node and the aggregates below it.
fn aggregates_below(tree: &Tree, node: usize) -> Vec<usize> {
    let mut found = vec![node];
    let mut at = 0;
    while let Some(next) = found.get(at).copied() {
        found.extend(
            tree.aggregates[next]
                .children
                .iter()
                .filter_map(|(child, _)| match child {
                    Child::Aggregate(below) => Some(*below),
                    Child::Indicator(_) => None,
                }),
        );
        at += 1;
    }
    found
}
