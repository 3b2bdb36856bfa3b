//! The index computed once per draw.

#[cfg(test)]
mod tests;

use std::{borrow::Cow, collections::BTreeMap, num::NonZeroUsize};

use super::{
    draws::{Draw, Draws, Setting},
    error::RobustnessError,
    interval::{UnitRobustness, intervals},
    kernel::{BATCH, Evaluator, Scores},
    prepared::Prepared,
};
use crate::{
    composite::{CompositeError, parallel::in_parallel},
    ladder::ScoreStages,
    rank::{Precision, Ranker},
};

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Code of the node whose scores are ranked.
    pub node: &'a str,
    /// Scores from which a level begins, rising.
    pub cuts: &'a [f64],
    /// Stages by the scores of several nodes, where levels are not given by cuts of the one that is ranked.
    pub stages: Option<&'a ScoreStages>,
    /// In which form scores are ranked.
    pub rank_precision: Precision,
    /// In which form scores are compared with cuts and with the limits of stages.
    pub level_precision: Precision,
    /// Threads to use. The result is the same for any number.
    pub threads: NonZeroUsize,
    /// Whether scores and ranks of every replication are wanted: 12 bytes for each unit and replication.
    pub keep: bool,
    /// Told of every few replications how many they are, by any thread; where it says no, nothing more is computed.
    pub watch: Option<&'a (dyn Fn(usize) -> bool + Sync)>,
}

/// Scores and ranks of every replication, one row of units after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    /// Scores; none when missing.
    pub scores: Vec<Vec<Option<f64>>>,
    /// Ranks; none when the score is missing.
    pub ranks: Vec<Vec<Option<u32>>>,
}

/// Scores and ranks of the methodology as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Nominal {
    /// Codes of the units.
    pub units: Vec<String>,
    /// Scores.
    pub scores: Vec<Option<f64>>,
    /// Ranks, 1 the highest.
    pub ranks: Vec<Option<u32>>,
}

/// What all replications together say.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicated {
    /// One entry per unit of the nominal methodology, in its order. Of a sensitivity analysis only the random draws (A and
    /// B) are counted.
    pub units: Vec<UnitRobustness>,
    /// Per replication the mean over the units of how many places a rank lies from the nominal one: what a sensitivity
    /// analysis explains.
    pub mean_shifts: Vec<f64>,
    /// Scores and ranks, if asked for.
    pub kept: Option<Kept>,
}

/// The most ranks that are held: four bytes each.
const MOST_RANKS: usize = 1 << 30;

/// Computes every draw and compares it with the nominal methodology.
///
/// `prepare` treats and normalises for the settings of one draw; it is called once per thread and combination of settings,
/// not per replication. What is prepared already may be lent. Its units may be fewer than the nominal ones (screening):
/// those left out are not ranked. Besides the data of one combination per thread, four bytes per unit and replication are
/// held.
///
/// # Errors
/// What the engine refuses, naming the replication; [`RobustnessError::Stopped`] where the watch of the request says no.
pub fn replicate<'p>(
    nominal: &Prepared,
    draws: &Draws,
    request: &Request<'_>,
    prepare: impl Fn(usize, &Draw) -> Result<Cow<'p, Prepared>, RobustnessError> + Sync,
) -> Result<Replicated, RobustnessError> {
    check(nominal, draws, request)?;
    let base = nominal_of(nominal, request)?;
    let (units, replications) = (base.units.len(), draws.draws.len());
    let order = by_settings(draws);
    let levels = request.levels() + 1;
    let mut ranks = vec![0_u32; units * replications];
    let mut shifts = vec![0.0; replications];
    let mut scores = vec![None; if request.keep { units * replications } else { 0 }];
    let counted: Vec<bool> = order.iter().map(|at| *at < draws.random()).collect();

    // Whole batches per thread, so that no batch is cut.
    let threads = request.threads.get();
    let span = replications.div_ceil(threads).next_multiple_of(BATCH);
    let mut counts = vec![vec![0_u32; units * levels]; replications.div_ceil(span)];
    let mut jobs = Vec::new();
    {
        let mut rank_parts = ranks.chunks_mut(span * units.max(1));
        let mut score_parts = scores.chunks_mut(span * units.max(1));
        let parts = order
            .chunks(span)
            .zip(shifts.chunks_mut(span))
            .zip(&mut counts)
            .zip(counted.chunks(span));
        for (((order, shifts), counts), counted) in parts {
            jobs.push(Job {
                draws,
                request,
                nominal: &base,
                prepare: &prepare,
                order,
                counted,
                // Without units there are no ranks, and scores are held only where they are wanted.
                ranks: rank_parts.next().unwrap_or(&mut []),
                scores: score_parts.next().unwrap_or(&mut []),
                shifts,
                counts,
            });
        }
    }
    let done = in_parallel(jobs, threads, |(), job| job.run());
    done.into_iter().collect::<Result<(), _>>()?;

    let intervals = intervals(&ranks, units, &counted, threads);
    let level_counts = counts.into_iter().reduce(|mut total, part| {
        for (sum, more) in total.iter_mut().zip(part) {
            *sum += more;
        }
        total
    });
    let level_counts = level_counts.unwrap_or_else(|| vec![0; units * levels]);
    let kept = request.keep.then(|| kept(&order, units, &scores, &ranks));
    let mut mean_shifts = vec![0.0; replications];
    for (at, shift) in order.iter().zip(shifts) {
        mean_shifts[*at] = shift;
    }
    Ok(Replicated {
        units: lines(base, intervals, &level_counts, levels),
        mean_shifts,
        kept,
    })
}

fn check(nominal: &Prepared, draws: &Draws, request: &Request<'_>) -> Result<(), RobustnessError> {
    let (units, replications) = (nominal.data.units().len(), draws.draws.len());
    if replications == 0 {
        return Err(RobustnessError::Nothing);
    }
    if units.checked_mul(replications).is_none_or(|count| count > MOST_RANKS) {
        return Err(RobustnessError::TooMany { replications, units });
    }
    let tolerances = [request.rank_precision, request.level_precision].map(Precision::tolerance);
    if let Some(value) = tolerances.into_iter().find(|tolerance| !(0.0..1.0).contains(tolerance)) {
        return Err(RobustnessError::BadSetting {
            setting: "rank_tolerance",
            value,
        });
    }
    let of_stages = request.stages.iter().flat_map(|stages| stages.nodes());
    let unknown = std::iter::once(request.node)
        .chain(of_stages)
        .find(|node| !nominal.tree.aggregates().any(|code| code == *node));
    unknown.map_or(Ok(()), |code| {
        Err(RobustnessError::UnknownNode { code: code.to_owned() })
    })
}

fn nominal_of(nominal: &Prepared, request: &Request<'_>) -> Result<Nominal, RobustnessError> {
    let refused = |error| RobustnessError::Refused { replication: 0, error };
    let evaluator = Evaluator::new(nominal, request.node, &[]).map_err(refused)?;
    let mut scores = Vec::new();
    evaluator
        .scores(&[&Draw::default()], &mut scores)
        .map_err(|(_, error)| refused(error))?;
    let found = scores.swap_remove(0);
    let ranks = Ranker::default().rank(&found.values, found.present.as_deref(), request.rank_precision);
    let scores = found
        .values
        .iter()
        .zip(&ranks)
        .map(|(score, rank)| rank.map(|_| *score));
    Ok(Nominal {
        units: nominal.data.units().to_vec(),
        scores: scores.collect(),
        ranks,
    })
}

/// Places of the draws, those with equal settings after each other, else in their order.
fn by_settings(draws: &Draws) -> Vec<usize> {
    let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (at, draw) in draws.draws.iter().enumerate() {
        let key = draw.settings.iter().map(Setting::to_string).collect();
        groups.entry(key).or_default().push(at);
    }
    groups.into_values().flatten().collect()
}

/// A run of replications that one thread works on.
struct Job<'a, P> {
    draws: &'a Draws,
    request: &'a Request<'a>,
    nominal: &'a Nominal,
    prepare: &'a P,
    /// Which draws, those with equal settings after each other.
    order: &'a [usize],
    /// Which of them count for intervals and levels.
    counted: &'a [bool],
    ranks: &'a mut [u32],
    /// Empty unless scores are kept.
    scores: &'a mut [Option<f64>],
    shifts: &'a mut [f64],
    /// Replications per unit and level.
    counts: &'a mut [u32],
}

impl Request<'_> {
    /// How many levels or stages there are.
    fn levels(&self) -> usize {
        self.stages.map_or(self.cuts.len(), ScoreStages::count)
    }
}

impl<'p, P: Fn(usize, &Draw) -> Result<Cow<'p, Prepared>, RobustnessError>> Job<'_, P> {
    fn run(mut self) -> Result<(), RobustnessError> {
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
fn level(cuts: &[f64], score: f64, precision: Precision) -> usize {
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

fn kept(order: &[usize], units: usize, scores: &[Option<f64>], ranks: &[u32]) -> Kept {
    let mut kept = Kept {
        scores: vec![Vec::new(); order.len()],
        ranks: vec![Vec::new(); order.len()],
    };
    let rows = scores.chunks(units.max(1)).zip(ranks.chunks(units.max(1)));
    for (at, (scores, ranks)) in order.iter().zip(rows) {
        kept.scores[*at] = scores.to_vec();
        kept.ranks[*at] = ranks.iter().map(|rank| (*rank > 0).then_some(*rank)).collect();
    }
    kept
}

fn lines(
    nominal: Nominal,
    intervals: Vec<Option<super::RankInterval>>,
    counts: &[u32],
    levels: usize,
) -> Vec<UnitRobustness> {
    let scored = nominal.scores.into_iter().zip(nominal.ranks).zip(intervals);
    let counts = counts.chunks(levels);
    nominal
        .units
        .into_iter()
        .zip(scored)
        .zip(counts)
        .map(|((unit, ((score, rank), interval)), counts)| {
            let total: u32 = counts.iter().sum();
            let share = |count: &u32| f64::from(*count) / f64::from(total);
            UnitRobustness {
                unit,
                score,
                rank,
                interval,
                levels: if total == 0 {
                    Vec::new()
                } else {
                    counts.iter().map(share).collect()
                },
            }
        })
        .collect()
}
