//! The index computed once per draw.

mod job;
mod request;

use std::{borrow::Cow, collections::BTreeMap};

use job::Job;

use super::{
    draws::{Draw, Draws, Setting},
    error::RobustnessError,
    interval::{UnitRobustness, among_first, intervals},
    kernel::{BATCH, Evaluator},
    prepared::Prepared,
};
use crate::{
    parallel::in_parallel,
    rank::{Precision, Ranker},
};

pub use request::{Kept, Nominal, Replicated, Request};

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
    let among_first = among_first(&ranks, units, &counted, request.first);
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
        units: lines(base, intervals, among_first, &level_counts, levels),
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
    among_first: Vec<Vec<f64>>,
    counts: &[u32],
    levels: usize,
) -> Vec<UnitRobustness> {
    let places = intervals.into_iter().zip(among_first);
    let scored = nominal.scores.into_iter().zip(nominal.ranks).zip(places);
    let counts = counts.chunks(levels);
    nominal
        .units
        .into_iter()
        .zip(scored)
        .zip(counts)
        .map(|((unit, ((score, rank), (interval, among_first))), counts)| {
            let total: u32 = counts.iter().sum();
            let share = |count: &u32| f64::from(*count) / f64::from(total);
            UnitRobustness {
                unit,
                score,
                rank,
                interval,
                among_first,
                levels: if total == 0 {
                    Vec::new()
                } else {
                    counts.iter().map(share).collect()
                },
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
