//! One pass over the rows: block by block, each value is normalised in place and added to its parent.
//!
//! A block of each column fits the first-level cache, so that every value is fetched from memory once. Threads take whole
//! blocks and every row is summed in the order of the tree, so that the result does not depend on how many there are.

mod refusals;
mod slab;
mod tally;

use std::collections::BTreeMap;

use slab::Slab;

use super::{
    copeland::Others,
    error::CompositeError,
    fitting::{Fit, Sample},
    matrix::{Column, Matrix},
    mean::{Aggregation, Mean, Missing},
    scaler::{Line, Scaler},
    tree::{Aggregate, Child, Tree, in_tree_order},
};
use crate::parallel::{in_parallel, next_of_each, split_rows};

/// Rows per block: 2048 doubles are 16 KiB; the two or three blocks in use fit a first-level cache of 48 KiB.
const BLOCK_ROWS: usize = 2048;

/// What one pass needs besides the data.
pub(super) struct Pass<'a> {
    pub(super) tree: &'a Tree,
    /// One per indicator of the tree; none for an indicator that is on scale already.
    pub(super) lines: &'a [Option<Line>],
    pub(super) aggregation: Aggregation,
    pub(super) threads: usize,
    /// One per aggregate of the tree; none for one whose score goes up as it is.
    pub(super) rescales: &'a [Option<Scaler>],
    /// Only so many aggregates are computed, children before parents.
    pub(super) until: usize,
    /// Where the data are those of one unit: for each aggregate that compares units, by its place, the others.
    pub(super) others: Option<&'a BTreeMap<usize, Others<'a>>>,
}

/// The scale of every aggregate that has one, fitted to its scores in all samples: node by node, since a score hangs on the
/// scales below it. `scores` computes so many aggregates of every sample with the scales found so far.
pub(super) fn fit_rescales(
    tree: &Tree,
    scores: impl Fn(usize, &[Option<Scaler>]) -> Result<Vec<Matrix>, CompositeError>,
) -> Result<Vec<Option<Scaler>>, CompositeError> {
    let mut found = vec![None; tree.aggregates.len()];
    for (at, node) in tree.aggregates.iter().enumerate() {
        let Some(scale) = &node.rescale else { continue };
        let computed = scores(at + 1, &found)?;
        let samples = computed.iter().filter_map(|data| {
            let column = data.columns().get(at)?;
            Some((Sample { data, peers: None }, column))
        });
        let fit = Fit {
            code: &node.code,
            sign: 1.0,
            samples: &samples.collect::<Vec<_>>(),
            group: None,
        };
        found[at] = Some(fit.scaler(scale)?);
    }
    Ok(found)
}

impl Pass<'_> {
    fn mean(&self, node: &Aggregate) -> Mean {
        node.mean.unwrap_or(self.aggregation.mean)
    }

    fn missing(&self, node: &Aggregate) -> Missing {
        node.missing.unwrap_or(self.aggregation.missing)
    }

    /// Whether a node compares every unit with every other, so that all rows must be there before it.
    fn compares_units(&self) -> bool {
        self.tree
            .aggregates
            .iter()
            .any(|node| self.mean(node) == Mean::Copeland)
    }
}

/// Normalises (where lines are given) and aggregates: returns the indicators and the aggregates.
pub(super) fn pass(data: Matrix, pass: &Pass<'_>) -> Result<(Matrix, Matrix), CompositeError> {
    let data = in_tree_order(data, pass.tree)?;
    let (units, columns) = (data.shared_units(), data.into_columns());
    let rows = units.len();
    let (mut codes, mut indicators, mut presence) = (Vec::new(), Vec::new(), Vec::new());
    for column in columns {
        let (code, values, present) = column.into_parts();
        codes.push(code);
        indicators.push(values);
        presence.push(present);
    }
    let complete = complete_nodes(pass, &presence);
    // Each asked for by itself, so that the threads and not this one alone fetch fresh memory.
    let mut scores: Vec<Vec<f64>> = complete.iter().map(|_| vec![0.0; rows]).collect();
    let mut scored: Vec<Vec<bool>> = complete
        .iter()
        .map(|complete| vec![true; if *complete { 0 } else { rows }])
        .collect();

    let slab_rows = if pass.compares_units() { rows.max(1) } else { BLOCK_ROWS };
    let mut indicator_runs = split_rows(&mut indicators, slab_rows);
    let mut score_runs = split_rows(&mut scores, slab_rows);
    let mut scored_runs = split_rows(&mut scored, slab_rows);
    let slabs = (0..rows.div_ceil(slab_rows))
        .map(|at| Slab {
            pass,
            units: &units,
            complete: &complete,
            first_row: at * slab_rows,
            indicators: next_of_each(&mut indicator_runs),
            presence: presence.iter().map(Option::as_deref).collect(),
            scores: next_of_each(&mut score_runs),
            scored: next_of_each(&mut scored_runs),
        })
        .collect::<Vec<_>>();
    let done = in_parallel(slabs, pass.threads, |tally, slab| slab.run(tally));
    done.into_iter().collect::<Result<(), _>>()?;

    let columns = codes.into_iter().zip(indicators).zip(presence);
    let normalised = columns
        .map(|((code, values), present)| Column::from_parts(code, values, present))
        .collect();
    let aggregates = pass.tree.aggregates.iter().zip(scores).zip(scored);
    let aggregates = aggregates
        .map(|((node, values), present)| {
            let present = Some(present).filter(|present| present.len() == values.len());
            Column::from_parts(node.code.clone(), values, present)
        })
        .collect();
    let normalised = Matrix::from_checked(units, normalised);
    let scores = normalised.with_columns(aggregates);
    Ok((normalised, scores))
}

/// Which aggregates can have no missing value, because nothing below them has one or because it counts as zero.
fn complete_nodes(pass: &Pass<'_>, presence: &[Option<Vec<bool>>]) -> Vec<bool> {
    let tree = pass.tree;
    let mut complete: Vec<bool> = Vec::with_capacity(tree.aggregates.len());
    for node in &tree.aggregates {
        let all_children = node.children.iter().all(|(child, _)| match child {
            Child::Indicator(at) => presence[*at].is_none(),
            Child::Aggregate(at) => complete[*at],
        });
        complete.push(all_children || pass.missing(node) == Missing::Zero);
    }
    complete
}
