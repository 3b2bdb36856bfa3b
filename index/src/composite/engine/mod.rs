//! Normalise, aggregate and rank in one go.

use std::{collections::BTreeMap, num::NonZeroUsize};

use super::{
    copeland::Others,
    error::CompositeError,
    fitting::Sample,
    matrix::{Column, Matrix},
    mean::Aggregation,
    normalisation::Normalisation,
    normalise::{Scale, Scales, fit_scale},
    pass::{Pass, fit_rescales, pass},
    scaler::{Scaler, scores},
    tree::{Tree, in_tree_order},
};
use crate::{
    parallel::in_parallel,
    rank::{Precision, Ranker},
};

/// Everything that decides a composite besides data and tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How indicators are brought to one scale that do not say themselves.
    pub normalisation: Normalisation,
    /// How they go up the tree.
    pub aggregation: Aggregation,
    /// Scores within this relative distance of the best of their group share a rank.
    pub rank_tolerance: f64,
    /// Whether an indicator without spread, which no relative normalisation can take, is left out as missing instead of
    /// refused.
    pub constant_is_missing: bool,
    /// Threads to use. The result is the same for any number.
    pub threads: NonZeroUsize,
}

impl Default for Plan {
    /// Minimum 0 to maximum 100, arithmetic means over what is present, ranks to 1e-9, one thread.
    fn default() -> Self {
        Self {
            normalisation: Normalisation::PERCENT,
            aggregation: Aggregation::default(),
            rank_tolerance: 1e-9,
            constant_is_missing: false,
            threads: NonZeroUsize::MIN,
        }
    }
}

/// Scores and ranks of every unit at every node.
#[derive(Clone, Debug, PartialEq)]
pub struct Composite {
    /// The indicators on one scale, in the tree's order.
    pub normalised: Matrix,
    /// The aggregates, children before parents.
    pub scores: Matrix,
    /// Ranks under each aggregate, in the order of `scores`: 1 is the highest; none where the score is missing.
    pub ranks: Vec<Vec<Option<u32>>>,
}

/// Normalises, aggregates and ranks. The data need exactly the indicators of the tree, in any order.
pub fn compute(data: Matrix, tree: &Tree, plan: &Plan) -> Result<Composite, CompositeError> {
    let data = in_tree_order(data, tree)?;
    let scales = fit_ordered(
        &[Sample {
            data: &data,
            peers: None,
        }],
        tree,
        plan,
    )?;
    compute_ordered(data, None, tree, plan, &scales, None)
}

/// Fits the scale of every indicator to samples: one year, several years together, or peers group by group.
pub fn fit(samples: &[Sample<'_>], tree: &Tree, plan: &Plan) -> Result<Scales, CompositeError> {
    let ordered = samples
        .iter()
        .map(|sample| in_tree_order(sample.data.clone(), tree))
        .collect::<Result<Vec<_>, _>>()?;
    let samples: Vec<Sample<'_>> = ordered
        .iter()
        .zip(samples)
        .map(|(data, sample)| Sample {
            data,
            peers: sample.peers,
        })
        .collect();
    fit_ordered(&samples, tree, plan)
}

/// As [`compute`], with scales fitted before, to these data or others: frozen bounds. `peers` names the group of each unit
/// where the scales were fitted by group.
pub fn compute_with(
    data: Matrix,
    peers: Option<&[String]>,
    tree: &Tree,
    plan: &Plan,
    scales: &Scales,
) -> Result<Composite, CompositeError> {
    compute_ordered(in_tree_order(data, tree)?, peers, tree, plan, scales, None)
}

/// As [`compute_with`], for one unit among others that stay as they are.
pub(super) fn compute_among(
    data: Matrix,
    peers: Option<&[String]>,
    tree: &Tree,
    plan: &Plan,
    scales: &Scales,
    others: &BTreeMap<usize, Others<'_>>,
) -> Result<Composite, CompositeError> {
    compute_ordered(in_tree_order(data, tree)?, peers, tree, plan, scales, Some(others))
}

/// Fits scales to samples whose columns stand in the order of the tree.
fn fit_ordered(samples: &[Sample<'_>], tree: &Tree, plan: &Plan) -> Result<Scales, CompositeError> {
    for sample in samples {
        check_peers(sample.data, sample.peers)?;
    }
    let indicators: Vec<_> = tree.indicators.iter().enumerate().collect();
    let scales = in_parallel(&indicators, plan.threads.get(), |(), (at, indicator)| {
        let own: Vec<_> = samples
            .iter()
            .filter_map(|sample| sample.data.columns().get(*at).map(|column| (*sample, column)))
            .collect();
        fit_scale(indicator, &own, &plan.normalisation, plan.constant_is_missing)
    });
    let mut scales = Scales {
        of: scales.into_iter().collect::<Result<Vec<_>, _>>()?,
        of_aggregates: Vec::new(),
    };
    if tree.aggregates.iter().any(|node| node.rescale.is_some()) {
        scales.of_aggregates = fit_rescales(tree, |until, found| {
            let parts = samples.iter().map(|sample| {
                let with = Among {
                    peers: sample.peers,
                    rescales: found,
                    until,
                    others: None,
                };
                scored(sample.data.clone(), tree, plan, &scales, &with).map(|(_, scores)| scores)
            });
            parts.collect()
        })?;
    }
    Ok(scales)
}

fn check_peers(data: &Matrix, peers: Option<&[String]>) -> Result<(), CompositeError> {
    match peers {
        Some(peers) if peers.len() != data.units().len() => Err(CompositeError::ColumnLength {
            code: "groups".to_owned(),
            expected: data.units().len(),
            found: peers.len(),
        }),
        _ => Ok(()),
    }
}

fn compute_ordered(
    data: Matrix,
    peers: Option<&[String]>,
    tree: &Tree,
    plan: &Plan,
    scales: &Scales,
    others: Option<&BTreeMap<usize, Others<'_>>>,
) -> Result<Composite, CompositeError> {
    let tolerance = plan.rank_tolerance;
    if !(0.0..1.0).contains(&tolerance) {
        return Err(CompositeError::BadSetting {
            setting: "rank_tolerance",
            value: tolerance,
        });
    }
    check_peers(&data, peers)?;
    let threads = plan.threads.get();
    let with = Among {
        peers,
        rescales: &scales.of_aggregates,
        until: tree.aggregates.len(),
        others,
    };
    let (normalised, scores) = scored(data, tree, plan, scales, &with)?;
    let ranks = in_parallel(scores.columns(), threads, |ranker: &mut Ranker, column| {
        ranker.rank(column.values(), column.presence(), Precision::Within(tolerance))
    });
    Ok(Composite {
        normalised,
        scores,
        ranks,
    })
}

/// What scores are computed with besides data, tree, plan and the scales of indicators.
struct Among<'a> {
    peers: Option<&'a [String]>,
    rescales: &'a [Option<Scaler>],
    until: usize,
    others: Option<&'a BTreeMap<usize, Others<'a>>>,
}

/// Normalised indicators and scores.
fn scored(
    mut data: Matrix,
    tree: &Tree,
    plan: &Plan,
    scales: &Scales,
    with: &Among<'_>,
) -> Result<(Matrix, Matrix), CompositeError> {
    let threads = plan.threads.get();
    let lines: Vec<_> = scales
        .of
        .iter()
        .map(|scale| match scale {
            Scale::Whole(scaler) => scaler.straight_line(),
            Scale::ByGroup(_) => None,
        })
        .collect();
    if lines.iter().any(Option::is_none) {
        data = scale_the_others(data, with.peers, scales, threads)?;
    }
    let settings = Pass {
        tree,
        lines: &lines,
        aggregation: plan.aggregation.checked()?,
        threads,
        rescales: with.rescales,
        until: with.until,
        others: with.others,
    };
    pass(data, &settings)
}

/// Brings on scale the columns that the one pass cannot: those without a straight line.
fn scale_the_others(
    data: Matrix,
    peers: Option<&[String]>,
    scales: &Scales,
    threads: usize,
) -> Result<Matrix, CompositeError> {
    let units = data.shared_units();
    let work: Vec<(&Column, &Scale)> = data.columns().iter().zip(&scales.of).collect();
    let scaled = in_parallel(&work, threads, |(), (column, scale)| match scale {
        Scale::Whole(scaler) if scaler.straight_line().is_some() => Ok(None),
        Scale::Whole(scaler) => scaler.map(column, &units).map(Some),
        Scale::ByGroup(scalers) => {
            let scaler_of = |row: usize| {
                peers
                    .and_then(|peers| peers.get(row))
                    .and_then(|peer| scalers.get(peer))
            };
            let lost = (0..column.len()).find(|row| scaler_of(*row).is_none());
            if let Some(row) = lost {
                return Err(CompositeError::NoGroup {
                    unit: units[row].clone(),
                });
            }
            let score = |row: usize, value: f64| scaler_of(row).and_then(|scaler| scaler.apply(value));
            scores(column, &units, score, "normalisation").map(Some)
        }
    });
    let scaled = scaled.into_iter().collect::<Result<Vec<_>, _>>()?;
    let columns = data.into_columns().into_iter().zip(scaled);
    let columns = columns.map(|(column, scaled)| scaled.unwrap_or(column)).collect();
    Ok(Matrix::from_checked(units, columns))
}

#[cfg(test)]
mod tests;
