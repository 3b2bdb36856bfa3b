//! One pass over the rows: block by block, each value is normalised in place and added to its parent.
//!
//! A block of each column fits the first-level cache, so that every value is fetched from memory once. Threads take whole
//! blocks and every row is summed in the order of the tree, so that the result does not depend on how many there are.

use std::ops::Range;

use super::{
    aggregate::{Aggregation, Mean},
    engine::in_tree_order,
    error::CompositeError,
    matrix::{Column, Matrix},
    normalise::Scaling,
    parallel::{next_of_each, run_all, split_rows},
    tree::{Aggregate, Child, Tree},
};

/// Rows per block: 2048 doubles are 16 KiB; the two or three blocks in use fit a first-level cache of 48 KiB.
const BLOCK_ROWS: usize = 2048;

/// What one pass needs besides the data.
pub(super) struct Pass<'a> {
    pub(super) tree: &'a Tree,
    /// One per indicator of the tree; none when the data are normalised already.
    pub(super) scalings: Option<&'a [Scaling]>,
    pub(super) aggregation: Aggregation,
    pub(super) threads: usize,
}

/// Normalises (where scalings are given) and aggregates: returns the indicators and the aggregates.
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
    let complete = complete_nodes(pass.tree, &presence);
    let mut scores = vec![vec![0.0; rows]; complete.len()];
    let mut scored: Vec<Vec<bool>> = complete
        .iter()
        .map(|complete| vec![true; if *complete { 0 } else { rows }])
        .collect();

    let blocks_per_thread = rows.div_ceil(BLOCK_ROWS).div_ceil(pass.threads.max(1)).max(1);
    let slab_rows = blocks_per_thread * BLOCK_ROWS;
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
    run_all(slabs, Slab::run)?;

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

/// Which aggregates can have no missing value, because nothing below them has one.
fn complete_nodes(tree: &Tree, presence: &[Option<Vec<bool>>]) -> Vec<bool> {
    let mut complete: Vec<bool> = Vec::with_capacity(tree.aggregates.len());
    for node in &tree.aggregates {
        let all_children = node.children.iter().all(|(child, _)| match child {
            Child::Indicator(at) => presence[*at].is_none(),
            Child::Aggregate(at) => complete[*at],
        });
        complete.push(all_children);
    }
    complete
}

/// A run of whole blocks that one thread works on: its part of every column.
struct Slab<'a> {
    pass: &'a Pass<'a>,
    units: &'a [String],
    /// Which aggregates have no missing value.
    complete: &'a [bool],
    first_row: usize,
    indicators: Vec<&'a mut [f64]>,
    /// Presence of the indicators over all rows, not of this slab alone.
    presence: Vec<Option<&'a [bool]>>,
    scores: Vec<&'a mut [f64]>,
    /// Empty for a complete aggregate.
    scored: Vec<&'a mut [bool]>,
}

impl Slab<'_> {
    fn run(mut self) -> Result<(), CompositeError> {
        let rows = self.scores.first().map_or(0, |s| s.len());
        let mut tally = Tally::default();
        for start in (0..rows).step_by(BLOCK_ROWS) {
            let block = start..rows.min(start + BLOCK_ROWS);
            for (at, node) in self.pass.tree.aggregates.iter().enumerate() {
                self.aggregate(at, node, block.clone(), &mut tally)?;
            }
        }
        Ok(())
    }

    /// One aggregate over one block of rows, normalising the indicators under it on the way.
    fn aggregate(
        &mut self,
        at: usize,
        node: &Aggregate,
        block: Range<usize>,
        tally: &mut Tally,
    ) -> Result<(), CompositeError> {
        let complete = self.complete[at];
        let mean = node.mean.unwrap_or(self.pass.aggregation.mean);
        let own = std::mem::take(&mut self.scores[at]);
        let totals = &mut own[block.clone()];
        tally.reset(if complete { 0 } else { totals.len() });
        for (child, weight) in &node.children {
            if let (true, Mean::Arithmetic, Child::Indicator(i), Some(scalings)) =
                (complete, mean, *child, self.pass.scalings)
            {
                scale_and_add(totals, &mut self.indicators[i][block.clone()], scalings[i], *weight);
                continue;
            }
            let (values, present) = self.child_block(*child, block.clone());
            match mean {
                Mean::Arithmetic => tally.add(totals, values, present, *weight, |v| v),
                Mean::Geometric => {
                    if let Some(row) = first_not_positive(values, present) {
                        return Err(self.not_positive(node, *child, block.start + row));
                    }
                    tally.add(totals, values, present, *weight, f64::ln);
                }
            }
        }
        let needed = self.pass.aggregation.availability.unwrap_or(0.0) * node.children.len() as f64;
        let finish = if mean == Mean::Geometric { f64::exp } else { |v| v };
        if complete {
            let weight: f64 = node.children.iter().map(|(_, w)| w).sum();
            for total in totals {
                *total = finish(*total / weight);
            }
        } else {
            tally.finish(totals, &mut self.scored[at][block], needed, finish);
        }
        self.scores[at] = own;
        Ok(())
    }

    /// The values and the presence of a child over a block, normalised.
    fn child_block(&mut self, child: Child, block: Range<usize>) -> (&[f64], Option<&[bool]>) {
        match child {
            Child::Aggregate(at) => {
                let present = (!self.complete[at]).then(|| &self.scored[at][block.clone()]);
                (&self.scores[at][block], present)
            }
            Child::Indicator(at) => {
                let of_all_rows = self.first_row + block.start..self.first_row + block.end;
                let present = self.presence[at].map(|p| &p[of_all_rows]);
                let values = &mut self.indicators[at][block];
                if let Some(scaling) = self.pass.scalings.map(|s| s[at]) {
                    scale(values, present, scaling);
                }
                (values, present)
            }
        }
    }

    fn not_positive(&self, node: &Aggregate, child: Child, row: usize) -> CompositeError {
        let child = match child {
            Child::Indicator(at) => &self.pass.tree.indicators[at].code,
            Child::Aggregate(at) => &self.pass.tree.aggregates[at].code,
        };
        let unit = self.units.get(self.first_row + row).cloned().unwrap_or_default();
        CompositeError::NotPositive {
            node: node.code.clone(),
            child: child.clone(),
            unit,
        }
    }
}

/// Normalises in place; a missing value stays zero.
fn scale(values: &mut [f64], present: Option<&[bool]>, scaling: Scaling) {
    match present {
        None => values.iter_mut().for_each(|v| *v = scaling.apply(*v)),
        Some(present) => {
            for (value, here) in values.iter_mut().zip(present) {
                *value = if *here { scaling.apply(*value) } else { 0.0 };
            }
        }
    }
}

/// Normalises in place and adds to the parent in one go: the usual case, and half the loads of two.
fn scale_and_add(totals: &mut [f64], values: &mut [f64], scaling: Scaling, weight: f64) {
    for (total, value) in totals.iter_mut().zip(values) {
        let scaled = scaling.apply(*value);
        *value = scaled;
        *total += weight * scaled;
    }
}

fn first_not_positive(values: &[f64], present: Option<&[bool]>) -> Option<usize> {
    let here = |row: usize| present.is_none_or(|p| p[row]);
    (0..values.len()).find(|row| here(*row) && values[*row] <= 0.0)
}

/// Weight and number of the present children, row by row; empty when every child is present.
#[derive(Default)]
struct Tally {
    weights: Vec<f64>,
    counts: Vec<f64>,
}

impl Tally {
    fn reset(&mut self, rows: usize) {
        self.weights.clear();
        self.weights.resize(rows, 0.0);
        self.counts.clear();
        self.counts.resize(rows, 0.0);
    }

    /// Adds one child. Where it is missing, nothing is added to the sum, the weight and the count.
    #[inline]
    fn add(
        &mut self,
        totals: &mut [f64],
        values: &[f64],
        present: Option<&[bool]>,
        weight: f64,
        of: impl Fn(f64) -> f64,
    ) {
        match present.filter(|_| !self.weights.is_empty()) {
            None => {
                for (total, value) in totals.iter_mut().zip(values) {
                    *total += weight * of(*value);
                }
                self.weights.iter_mut().for_each(|sum| *sum += weight);
                self.counts.iter_mut().for_each(|count| *count += 1.0);
            }
            Some(present) => {
                let sums = totals.iter_mut().zip(&mut self.weights).zip(&mut self.counts);
                for (((total, sum), count), (value, here)) in sums.zip(values.iter().zip(present)) {
                    *total += if *here { weight * of(*value) } else { 0.0 };
                    *sum += if *here { weight } else { 0.0 };
                    *count += if *here { 1.0 } else { 0.0 };
                }
            }
        }
    }

    /// Turns sums into means; a row with too few children or without weight is missing.
    #[inline]
    fn finish(&self, totals: &mut [f64], scored: &mut [bool], needed: f64, finish: impl Fn(f64) -> f64) {
        let tallies = self.weights.iter().zip(&self.counts);
        for ((total, scored), (weight, count)) in totals.iter_mut().zip(scored).zip(tallies) {
            *scored = *weight > 0.0 && *count >= needed;
            *total = if *scored { finish(*total / weight) } else { 0.0 };
        }
    }
}
