//! The part of every column that one thread works on.

use std::ops::Range;

use super::{
    BLOCK_ROWS, Pass,
    tally::{Tally, scale, scale_and_add},
};
use crate::{
    composite::{
        copeland::{Contest, copeland},
        error::CompositeError,
        mean::{Mean, Missing, weight_of_present},
        row_mean::{mazziotta_pareto, mean_min, median, ordered, power_mean},
        tree::{Aggregate, Child},
    },
    exact::Fixed,
};

/// A run of rows that one thread works on, its part of every column: one block, or all rows where units are compared.
pub(super) struct Slab<'a> {
    pub(super) pass: &'a Pass<'a>,
    pub(super) units: &'a [String],
    /// Which aggregates have no missing value.
    pub(super) complete: &'a [bool],
    pub(super) first_row: usize,
    pub(super) indicators: Vec<&'a mut [f64]>,
    /// Presence of the indicators over all rows, not of this slab alone.
    pub(super) presence: Vec<Option<&'a [bool]>>,
    pub(super) scores: Vec<&'a mut [f64]>,
    /// Empty for a complete aggregate.
    pub(super) scored: Vec<&'a mut [bool]>,
}

impl Slab<'_> {
    pub(super) fn run(mut self, tally: &mut Tally) -> Result<(), CompositeError> {
        let pass = self.pass;
        let rows = self.scores.first().map_or(0, |s| s.len());
        let blocks = || {
            (0..rows)
                .step_by(BLOCK_ROWS)
                .map(|start| start..rows.min(start + BLOCK_ROWS))
        };
        let nodes = pass.tree.aggregates.iter().enumerate().take(pass.until);
        if pass.compares_units() {
            // Node by node: one that compares units needs its children over all rows.
            for (at, node) in nodes {
                if pass.mean(node) == Mean::Copeland {
                    blocks().try_for_each(|block| self.ready(node, &block))?;
                    self.compare(at, node);
                    blocks().for_each(|block| self.rescale(at, &block));
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
                self.sum(at, node, block, tally, f64::recip, f64::recip)?;
                self.mend(at, node, &rows, -1.0)
            }
            Mean::Generalised { power } => {
                if power < 0.0 {
                    self.refuse(node, &block, |v| v <= 0.0)?;
                } else if (power - 1.0).abs() > 0.0 {
                    self.refuse(node, &block, |v| v < 0.0)?;
                }
                let root = power.recip();
                self.sum(at, node, block, tally, |v| v.powf(power), |mean| mean.powf(root))?;
                self.mend(at, node, &rows, power)
            }
            Mean::MazziottaPareto { added, variance } => {
                self.row_by_row(at, node, &block, |row| mazziotta_pareto(row, added, variance))
            }
            Mean::MeanMin { alpha, beta } => self.row_by_row(at, node, &block, |row| mean_min(row, alpha, beta)),
            Mean::Ordered => self.row_by_row(at, node, &block, |row| ordered(row, &node.order_weights)),
            Mean::Median => self.row_by_row(at, node, &block, median),
            // Done over all rows at once; whole numbers.
            Mean::Copeland => return Ok(()),
        }?;
        self.rescale(at, &rows);
        self.refuse_overflow(at, node, &rows)?;
        if let Some(decimals) = node.decimals {
            let rounded = |score: &mut f64| *score = Fixed::round_observed(*score, decimals);
            self.scores[at][rows].iter_mut().for_each(rounded);
        }
        Ok(())
    }

    /// Brings the scores of an aggregate to its own scale; what has no place there is no number and is refused as such.
    fn rescale(&mut self, at: usize, block: &Range<usize>) {
        let Some(Some(scaler)) = self.pass.rescales.get(at) else {
            return;
        };
        for row in block.clone() {
            if self.complete[at] || self.scored[at][row] {
                self.scores[at][row] = scaler.apply(self.scores[at][row]).unwrap_or(f64::NAN);
            }
        }
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

    /// Takes again the generalised means whose powers have left, or come near, the range of a double: there a sum of powers
    /// is nothing, infinite or short of digits, and a mean of it would pass for a score.
    fn mend(&mut self, at: usize, node: &Aggregate, block: &Range<usize>, power: f64) -> Result<(), CompositeError> {
        // Well inside of e^-708 to e^709: what such a sum has lost does not show.
        const FAR: f64 = 600.0;
        let missing = self.pass.missing(node);
        for row in 0..block.len() {
            let place = block.start + row;
            let scored = self.complete[at] || self.scored[at][place];
            if !scored || (power * self.scores[at][place].ln()).abs() < FAR {
                continue;
            }
            let children = node.children.iter().filter_map(|(child, weight)| {
                let (values, present) = self.child_block(*child, block);
                let here = missing == Missing::Zero || present.is_none_or(|present| present[row]);
                here.then(|| (values[row], *weight))
            });
            let children: Vec<(f64, f64)> = children.collect();
            self.scores[at][place] = power_mean(&children, power).ok_or_else(|| CompositeError::NoMean {
                node: node.code.clone(),
                unit: self.unit(place),
            })?;
        }
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
    pub(super) fn child_block(&self, child: Child, block: &Range<usize>) -> (&[f64], Option<&[bool]>) {
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

    pub(super) fn code(&self, child: Child) -> &str {
        match child {
            Child::Indicator(at) => &self.pass.tree.indicators[at].code,
            Child::Aggregate(at) => &self.pass.tree.aggregates[at].code,
        }
    }

    pub(super) fn unit(&self, row: usize) -> String {
        self.units[self.first_row + row].clone()
    }
}
