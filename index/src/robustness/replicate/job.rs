//! The replications that one thread works on.

use std::{borrow::Cow, collections::BTreeMap};

use super::request::{Nominal, Request};
use crate::{
    composite::CompositeError,
    rank::{Precision, Ranker},
    robustness::{
        draws::{Draw, Draws},
        error::RobustnessError,
        kernel::{BATCH, Evaluator, Scores},
        prepared::Prepared,
    },
};

/// A run of replications that one thread works on.
pub(super) struct Job<'a, P> {
    pub(super) draws: &'a Draws,
    pub(super) request: &'a Request<'a>,
    pub(super) nominal: &'a Nominal,
    pub(super) prepare: &'a P,
    /// Which draws, those with equal settings after each other.
    pub(super) order: &'a [usize],
    /// Which of them count for intervals and levels.
    pub(super) counted: &'a [bool],
    pub(super) ranks: &'a mut [u32],
    /// Empty unless scores are kept.
    pub(super) scores: &'a mut [Option<f64>],
    pub(super) shifts: &'a mut [f64],
    /// Replications per unit and level.
    pub(super) counts: &'a mut [u32],
}

impl<'p, P: Fn(usize, &Draw) -> Result<Cow<'p, Prepared>, RobustnessError>> Job<'_, P> {
    pub(super) fn run(mut self) -> Result<(), RobustnessError> {
        let (mut scores, mut ranker) = (Vec::new(), Ranker::default());
        // Of each node that stages look at, the scores of each replication of a batch.
        let nodes = self.request.stages.iter().flat_map(|stages| stages.nodes());
        let nodes: Vec<&str> = nodes.collect();
        let mut looked_at: Vec<Vec<Scores>> = nodes.iter().map(|_| Vec::new()).collect();
        let draws = &self.draws.draws;
        let refused = |at: usize, error| RobustnessError::Refused {
            replication: at + 1,
            error,
        };
        let mut place = 0;
        for group in self.order.chunk_by(|a, b| draws[*a].settings == draws[*b].settings) {
            let first = group[0];
            let prepared = (self.prepare)(first + 1, &draws[first])?;
            let rows = rows_among(&prepared, self.nominal).map_err(|error| refused(first, error))?;
            let evaluator = |node: &str| {
                let evaluator = Evaluator::new(&prepared, node, &self.draws.codes);
                evaluator.map_err(|error| refused(first, error))
            };
            let of_nodes = nodes
                .iter()
                .map(|node| evaluator(node))
                .collect::<Result<Vec<_>, _>>()?;
            let evaluator = evaluator(self.request.node)?;
            for batch in group.chunks(BATCH) {
                let batch_draws: Vec<&Draw> = batch.iter().map(|at| &draws[*at]).collect();
                let outs = looked_at.iter_mut().chain([&mut scores]);
                for (evaluator, out) in of_nodes.iter().chain([&evaluator]).zip(outs) {
                    let done = evaluator.scores(&batch_draws, out);
                    done.map_err(|(at, error)| refused(batch[at], error))?;
                }
                for scores in looked_at.iter_mut().flatten() {
                    scores.bring_to(self.request.level_precision);
                }
                for (at, scores) in scores.iter().enumerate() {
                    self.record(place, scores, rows.as_deref(), &mut ranker);
                    if self.counted[place] {
                        let of_nodes: Vec<&Scores> = looked_at.iter().map(|of_node| &of_node[at]).collect();
                        self.count(scores, &of_nodes, rows.as_deref());
                    }
                    place += 1;
                }
                if self.request.watch.is_some_and(|go_on| !go_on(batch.len())) {
                    return Err(RobustnessError::Stopped);
                }
            }
        }
        Ok(())
    }

    /// Puts the results of one replication where they belong. `rows` says to which nominal unit a row belongs; none when
    /// the units are the same.
    fn record(&mut self, place: usize, scores: &Scores, rows: Option<&[usize]>, ranker: &mut Ranker) {
        let units = self.nominal.units.len();
        let unit_of = |row: usize| rows.map_or(row, |rows| rows[row]);
        let own = place * units..(place + 1) * units;
        let ranks = &mut self.ranks[own.clone()];
        ranker.each_rank(
            &scores.values,
            scores.present.as_deref(),
            self.request.rank_precision,
            |row, rank| {
                ranks[unit_of(row)] = rank;
            },
        );
        // Sums of as many 32-bit numbers as fit memory never wrap, and unchecked ones are added side by side.
        let (mut moved, mut compared) = (0_u64, 0_u64);
        for (rank, nominal) in ranks.iter().zip(&self.nominal.ranks) {
            if let (1.., Some(nominal)) = (*rank, nominal) {
                moved = moved.wrapping_add(u64::from(rank.abs_diff(*nominal)));
                compared = compared.wrapping_add(1);
            }
        }
        self.shifts[place] = if compared == 0 {
            0.0
        } else {
            moved as f64 / compared as f64
        };

        if let Some(kept) = self.scores.get_mut(own) {
            for (row, score) in scores.by_row() {
                kept[unit_of(row)] = Some(score);
            }
        }
    }

    /// Counts the levels of one replication, from the scores of the node that is ranked and of those that stages look at,
    /// the latter in the form in which they are compared.
    fn count(&mut self, scores: &Scores, of_nodes: &[&Scores], rows: Option<&[usize]>) {
        let (levels, precision) = (self.request.levels(), self.request.level_precision);
        if levels == 0 {
            return;
        }
        for (row, score) in scores.by_row() {
            let reached = match self.request.stages {
                Some(stages) => stages.reached(|node| of_nodes.get(node)?.get(row), precision),
                None => level(self.request.cuts, precision.form(score), precision),
            };
            let unit = rows.map_or(row, |rows| rows[row]);
            self.counts[unit * (levels + 1) + reached] += 1;
        }
    }
}

/// How many cuts a score reaches; one that it misses by rounding alone is reached.
pub(super) fn level(cuts: &[f64], score: f64, precision: Precision) -> usize {
    let reached = |cut: &&f64| precision.against(score, **cut) >= **cut;
    cuts.iter().take_while(reached).count()
}

/// The nominal row of every row; none when the units are the same in the same order.
fn rows_among(prepared: &Prepared, nominal: &Nominal) -> Result<Option<Vec<usize>>, CompositeError> {
    let units = prepared.data.units();
    if units == nominal.units {
        return Ok(None);
    }
    let places: BTreeMap<&String, usize> = nominal.units.iter().zip(0..).collect();
    let place = |unit: &String| {
        let unknown = || CompositeError::MissingColumn { code: unit.clone() };
        places.get(unit).copied().ok_or_else(unknown)
    };
    units.iter().map(place).collect::<Result<_, _>>().map(Some)
}
