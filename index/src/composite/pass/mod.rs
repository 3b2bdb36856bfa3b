//! One pass over the rows: block by block, each value is normalised in place and added to its parent.
//!
//! A block of each column fits the first-level cache, so that every value is fetched from memory once. Threads take whole
//! blocks and every row is summed in the order of the tree, so that the result does not depend on how many there are.

use std::{collections::BTreeMap, ops::Range};

use super::{
    copeland::{Contest, Others, copeland},
    error::CompositeError,
    matrix::{Column, Matrix},
    mean::{Aggregation, Mean, Missing, weight_of_present},
    parallel::{in_parallel, next_of_each, split_rows},
    row_mean::{mazziotta_pareto, median},
    scaler::Line,
    tree::{Aggregate, Child, Tree, in_tree_order},
};
use crate::exact::Fixed;

/// Rows per block: 2048 doubles are 16 KiB; the two or three blocks in use fit a first-level cache of 48 KiB.
const BLOCK_ROWS: usize = 2048;

/// What one pass needs besides the data.
pub(super) struct Pass<'a> {
    pub(super) tree: &'a Tree,
    /// One per indicator of the tree; none for an indicator that is on scale already.
    pub(super) lines: &'a [Option<Line>],
    pub(super) aggregation: Aggregation,
    pub(super) threads: usize,
    /// Where the data are those of one unit: for each aggregate that compares units, by its place, the others.
    pub(super) others: Option<&'a BTreeMap<usize, Others<'a>>>,
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

/// A run of rows that one thread works on, its part of every column: one block, or all rows where units are compared.
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
    fn run(mut self, tally: &mut Tally) -> Result<(), CompositeError> {
        let pass = self.pass;
        let rows = self.scores.first().map_or(0, |s| s.len());
        let blocks = || {
            (0..rows)
                .step_by(BLOCK_ROWS)
                .map(|start| start..rows.min(start + BLOCK_ROWS))
        };
        let nodes = pass.tree.aggregates.iter().enumerate();
        if pass.compares_units() {
            // Node by node: one that compares units needs its children over all rows.
            for (at, node) in nodes {
                if pass.mean(node) == Mean::Copeland {
                    blocks().try_for_each(|block| self.ready(node, &block))?;
                    self.compare(at, node);
                } else {
                    blocks().try_for_each(|block| self.aggregate(at, node, block, tally))?;
                }
            }
            return Ok(());
        }
        for block in blocks() {
            for (at, node) in nodes.clone() {
                self.aggregate(at, node, block.clone(), tally)?;
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
        let rows = block.clone();
        match self.pass.mean(node) {
            Mean::Arithmetic => self.sum(at, node, block, tally, |v| v, |mean| mean),
            Mean::Geometric => {
                self.refuse(node, &block, |v| v <= 0.0)?;
                self.sum(at, node, block, tally, f64::ln, f64::exp)
            }
            Mean::Harmonic => {
                self.refuse(node, &block, |v| v <= 0.0)?;
                self.sum(at, node, block, tally, f64::recip, f64::recip)
            }
            Mean::Generalised { power } => {
                if power < 0.0 {
                    self.refuse(node, &block, |v| v <= 0.0)?;
                } else if (power - 1.0).abs() > 0.0 {
                    self.refuse(node, &block, |v| v < 0.0)?;
                }
                let root = power.recip();
                self.sum(at, node, block, tally, |v| v.powf(power), |mean| mean.powf(root))
            }
            Mean::MazziottaPareto { added } => self.row_by_row(at, node, &block, |row| mazziotta_pareto(row, added)),
            Mean::Median => self.row_by_row(at, node, &block, median),
            // Done over all rows at once; whole numbers.
            Mean::Copeland => return Ok(()),
        }?;
        self.refuse_overflow(at, node, &rows)?;
        if let Some(decimals) = node.decimals {
            let rounded = |score: &mut f64| *score = Fixed::round_observed(*score, decimals);
            self.scores[at][rows].iter_mut().for_each(rounded);
        }
        Ok(())
    }

    /// A weighted mean of what `of` makes of the children, turned back by `back`.
    #[inline]
    fn sum(
        &mut self,
        at: usize,
        node: &Aggregate,
        block: Range<usize>,
        tally: &mut Tally,
        of: impl Fn(f64) -> f64 + Copy,
        back: impl Fn(f64) -> f64 + Copy,
    ) -> Result<(), CompositeError> {
        let pass = self.pass;
        let missing = pass.missing(node);
        let complete = self.complete[at];
        let arithmetic = pass.mean(node) == Mean::Arithmetic;
        if missing == Missing::Refuse {
            self.refuse_missing(node, &block)?;
        }
        let own = std::mem::take(&mut self.scores[at]);
        let totals = &mut own[block.clone()];
        // Fresh memory that is read before it is written is fetched twice.
        totals.fill(0.0);
        // One present child is enough to have a weight; more of them are counted only where more are needed.
        let needed = missing.needed(node.children.len());
        tally.reset(if complete { 0 } else { totals.len() }, needed > 1);
        for (child, weight) in &node.children {
            if let (true, true, Child::Indicator(i)) = (complete, arithmetic, *child)
                && let (Some(line), None) = (pass.lines[i], self.presence[i])
            {
                scale_and_add(totals, &mut self.indicators[i][block.clone()], line, *weight);
                continue;
            }
            if let (false, true, false, Child::Indicator(i)) = (complete, arithmetic, missing == Missing::Zero, *child)
                && let (Some(line), Some(present)) = (pass.lines[i], self.presence[i])
            {
                let of_all_rows = self.first_row + block.start..self.first_row + block.end;
                let values = &mut self.indicators[i][block.clone()];
                tally.scale_and_add(totals, values, &present[of_all_rows], line, *weight);
                continue;
            }
            self.scale_child(*child, &block);
            let (values, present) = self.child_block(*child, &block);
            tally.add(
                totals,
                values,
                present.filter(|_| missing != Missing::Zero),
                *weight,
                of,
            );
        }
        if complete {
            let weight: f64 = node.children.iter().map(|(_, w)| w).sum();
            for total in totals {
                *total = back(*total / weight);
            }
        } else {
            tally.finish(totals, &mut self.scored[at][block], needed as f64, back);
        }
        self.scores[at] = own;
        Ok(())
    }

    /// An aggregate that needs the children of a row side by side: (value, weight) of the present ones.
    fn row_by_row(
        &mut self,
        at: usize,
        node: &Aggregate,
        block: &Range<usize>,
        mean: impl Fn(&mut [(f64, f64)]) -> Option<f64>,
    ) -> Result<(), CompositeError> {
        self.ready(node, block)?;
        let missing = self.pass.missing(node);
        let needed = missing.needed(node.children.len());
        let own = std::mem::take(&mut self.scores[at]);
        let scored = std::mem::take(&mut self.scored[at]);
        let children: Vec<_> = node
            .children
            .iter()
            .map(|(child, weight)| (self.child_block(*child, block), *weight))
            .collect();
        let mut row_values: Vec<(f64, f64)> = Vec::with_capacity(children.len());
        for row in 0..block.len() {
            row_values.clear();
            for ((values, present), weight) in &children {
                if missing == Missing::Zero || present.is_none_or(|present| present[row]) {
                    row_values.push((values[row], *weight));
                }
            }
            let enough = weight_of_present(row_values.iter().map(|(_, weight)| *weight), needed).is_some();
            if enough {
                own[block.start + row] = mean(&mut row_values).ok_or_else(|| CompositeError::NoMean {
                    node: node.code.clone(),
                    unit: self.unit(block.start + row),
                })?;
            }
            if let Some(scored) = scored.get_mut(block.start + row) {
                *scored = enough;
            }
        }
        self.scores[at] = own;
        self.scored[at] = scored;
        Ok(())
    }

    /// The Copeland scores of a node whose children are ready. The slab has all rows.
    fn compare(&mut self, at: usize, node: &Aggregate) {
        let missing = self.pass.missing(node);
        let rows = 0..self.scores[at].len();
        let own = std::mem::take(&mut self.scores[at]);
        let scored = std::mem::take(&mut self.scored[at]);
        let children = node.children.iter().map(|(child, weight)| {
            let (values, present) = self.child_block(*child, &rows);
            Contest {
                values,
                present: present.filter(|_| missing != Missing::Zero),
                weight: *weight,
            }
        });
        let children: Vec<Contest<'_>> = children.collect();
        let found = match self.pass.others.and_then(|others| others.get(&at)) {
            Some(others) => {
                let own: Vec<Option<f64>> = children.iter().map(|child| child.get(0)).collect();
                vec![others.standing(&own)]
            }
            None => copeland(&children, rows.len(), missing.needed(children.len()), self.pass.threads),
        };
        for (row, score) in found.into_iter().enumerate() {
            // What is missing is held as zero; its presence tells.
            own[row] = score.unwrap_or(0.0);
            if let Some(scored) = scored.get_mut(row) {
                *scored = score.is_some();
            }
        }
        self.scores[at] = own;
        self.scored[at] = scored;
    }

    /// Brings the children of a node on scale over a block and refuses what its missing policy refuses.
    fn ready(&mut self, node: &Aggregate, block: &Range<usize>) -> Result<(), CompositeError> {
        if self.pass.missing(node) == Missing::Refuse {
            self.refuse_missing(node, block)?;
        }
        for (child, _) in &node.children {
            self.scale_child(*child, block);
        }
        self.refuse_overflow_below(node, block)
    }

    /// Refuses scores that are no numbers. A sum shows those below it too, where it is taken; other means may hide them.
    fn refuse_overflow(&self, at: usize, node: &Aggregate, block: &Range<usize>) -> Result<(), CompositeError> {
        let own = not_finite(&self.scores[at][block.clone()]);
        let all_scored = self.complete[at] || self.scored[at][block.clone()].iter().all(|scored| *scored);
        if own.is_some() || !all_scored || self.pass.mean(node) != Mean::Arithmetic {
            self.refuse_overflow_below(node, block)?;
        }
        match own {
            Some(row) => Err(self.overflow(node.code.clone(), block.start + row)),
            None => Ok(()),
        }
    }

    fn refuse_overflow_below(&self, node: &Aggregate, block: &Range<usize>) -> Result<(), CompositeError> {
        for (child, _) in &node.children {
            let (values, _) = self.child_block(*child, block);
            if let Some(row) = not_finite(values) {
                return Err(self.overflow(self.code(*child).to_owned(), block.start + row));
            }
        }
        Ok(())
    }

    fn overflow(&self, code: String, row: usize) -> CompositeError {
        CompositeError::Overflow {
            code,
            unit: self.unit(row),
        }
    }

    /// Normalises a child that is an indicator. Each has one parent, so that this happens once.
    fn scale_child(&mut self, child: Child, block: &Range<usize>) {
        if let Child::Indicator(at) = child
            && let Some(line) = self.pass.lines[at]
        {
            let of_all_rows = self.first_row + block.start..self.first_row + block.end;
            let present = self.presence[at].map(|p| &p[of_all_rows]);
            scale(&mut self.indicators[at][block.clone()], present, line);
        }
    }

    /// The values and the presence of a child over a block.
    fn child_block(&self, child: Child, block: &Range<usize>) -> (&[f64], Option<&[bool]>) {
        match child {
            Child::Aggregate(at) => {
                let present = (!self.complete[at]).then(|| &self.scored[at][block.clone()]);
                (&self.scores[at][block.clone()], present)
            }
            Child::Indicator(at) => {
                let of_all_rows = self.first_row + block.start..self.first_row + block.end;
                let present = self.presence[at].map(|p| &p[of_all_rows]);
                (&self.indicators[at][block.clone()], present)
            }
        }
    }

    /// Refuses a block in which a child has a value that the mean cannot take. Under the policy that counts a missing child
    /// as zero, the zero is looked at too. A row that is not scored anyway, having too few children, is passed over.
    fn refuse(
        &mut self,
        node: &Aggregate,
        block: &Range<usize>,
        unusable: impl Fn(f64) -> bool,
    ) -> Result<(), CompositeError> {
        let as_zero = self.pass.missing(node) == Missing::Zero;
        for (child, _) in &node.children {
            let line = match child {
                Child::Indicator(at) => self.pass.lines[*at],
                Child::Aggregate(_) => None,
            };
            let (values, present) = self.child_block(*child, block);
            let here = |row: usize| present.is_none_or(|present| present[row]);
            let score = |row: usize| match line {
                _ if !here(row) => 0.0,
                Some(line) => line.apply(values[row]),
                None => values[row],
            };
            let refused = |row: &usize| (as_zero || here(*row)) && unusable(score(*row));
            let mut rows = (0..values.len()).filter(refused);
            if let Some(row) = rows.find(|row| self.has_enough(node, block, *row)) {
                return Err(self.not_positive(node, *child, block.start + row));
            }
        }
        Ok(())
    }

    /// Whether a row of a block has as many children as it needs to be scored.
    fn has_enough(&self, node: &Aggregate, block: &Range<usize>, row: usize) -> bool {
        let missing = self.pass.missing(node);
        let is_here = |child: Child| {
            let (_, present) = self.child_block(child, block);
            present.is_none_or(|present| present[row])
        };
        let here = node.children.iter().filter(|(child, _)| is_here(*child));
        let needed = missing.needed(node.children.len());
        missing == Missing::Zero || weight_of_present(here.map(|(_, weight)| *weight), needed).is_some()
    }

    fn refuse_missing(&self, node: &Aggregate, block: &Range<usize>) -> Result<(), CompositeError> {
        for (child, _) in &node.children {
            let (_, present) = self.child_block(*child, block);
            if let Some(row) = present.and_then(|present| present.iter().position(|here| !here)) {
                return Err(CompositeError::MissingChild {
                    node: node.code.clone(),
                    child: self.code(*child).to_owned(),
                    unit: self.unit(block.start + row),
                });
            }
        }
        Ok(())
    }

    fn code(&self, child: Child) -> &str {
        match child {
            Child::Indicator(at) => &self.pass.tree.indicators[at].code,
            Child::Aggregate(at) => &self.pass.tree.aggregates[at].code,
        }
    }

    fn unit(&self, row: usize) -> String {
        self.units[self.first_row + row].clone()
    }

    fn not_positive(&self, node: &Aggregate, child: Child, row: usize) -> CompositeError {
        CompositeError::NotPositive {
            node: node.code.clone(),
            child: self.code(child).to_owned(),
            unit: self.unit(row),
        }
    }
}

/// The first that is no number.
fn not_finite(values: &[f64]) -> Option<usize> {
    // All of them without a way out, so that they are looked at side by side.
    let all = values.iter().fold(true, |all, value| all & value.is_finite());
    if all {
        None
    } else {
        values.iter().position(|value| !value.is_finite())
    }
}

/// Normalises in place; a missing value stays zero.
fn scale(values: &mut [f64], present: Option<&[bool]>, line: Line) {
    match present {
        None => values.iter_mut().for_each(|v| *v = line.straight(*v)),
        Some(present) => {
            for (value, here) in values.iter_mut().zip(present) {
                *value = if *here { line.straight(*value) } else { 0.0 };
            }
        }
    }
}

/// Normalises in place and adds to the parent in one go: the usual case, and half the loads of two.
fn scale_and_add(totals: &mut [f64], values: &mut [f64], line: Line, weight: f64) {
    for (total, value) in totals.iter_mut().zip(values) {
        let scaled = line.straight(*value);
        *value = scaled;
        *total += weight * scaled;
    }
}

/// Weight and number of the present children, row by row; empty when every child is present.
#[derive(Default)]
struct Tally {
    weights: Vec<f64>,
    /// Empty where a weight says enough.
    counts: Vec<f64>,
}

impl Tally {
    fn reset(&mut self, rows: usize, counting: bool) {
        self.weights.clear();
        self.weights.resize(rows, 0.0);
        self.counts.clear();
        self.counts.resize(if counting { rows } else { 0 }, 0.0);
    }

    /// Normalises an indicator in place and adds it, all in one go; a missing value stays zero and adds nothing.
    fn scale_and_add(&mut self, totals: &mut [f64], values: &mut [f64], present: &[bool], line: Line, weight: f64) {
        let sums = totals.iter_mut().zip(&mut self.weights);
        for ((total, sum), (value, here)) in sums.zip(values.iter_mut().zip(present)) {
            let scaled = if *here { line.straight(*value) } else { 0.0 };
            *value = scaled;
            *total += weight * scaled;
            *sum += if *here { weight } else { 0.0 };
        }
        self.count(present);
    }

    fn count(&mut self, present: &[bool]) {
        for (count, here) in self.counts.iter_mut().zip(present) {
            *count += if *here { 1.0 } else { 0.0 };
        }
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
                let sums = totals.iter_mut().zip(&mut self.weights);
                for ((total, sum), (value, here)) in sums.zip(values.iter().zip(present)) {
                    *total += if *here { weight * of(*value) } else { 0.0 };
                    *sum += if *here { weight } else { 0.0 };
                }
                self.count(present);
            }
        }
    }

    /// Turns sums into means; a row with too few children or without weight is missing.
    #[inline]
    fn finish(&self, totals: &mut [f64], scored: &mut [bool], needed: f64, finish: impl Fn(f64) -> f64) {
        let means = totals.iter_mut().zip(scored.iter_mut()).zip(&self.weights);
        for ((total, scored), weight) in means {
            *scored = *weight > 0.0;
            *total = if *scored { finish(*total / weight) } else { 0.0 };
        }
        for ((total, scored), count) in totals.iter_mut().zip(scored).zip(&self.counts) {
            if *count < needed {
                (*total, *scored) = (0.0, false);
            }
        }
    }
}
