//! What is asked for, and what comes of it.

use std::num::NonZeroUsize;

use crate::{ladder::ScoreStages, rank::Precision, robustness::interval::UnitRobustness};

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Code of the node whose scores are ranked.
    pub node: &'a str,
    /// Scores from which a level begins, rising.
    pub cuts: &'a [f64],
    /// Stages by the scores of several nodes, where levels are not given by cuts of the one that is ranked.
    pub stages: Option<&'a ScoreStages>,
    /// Numbers of first places, such as 3 and 10, among which the probability to be is wanted.
    pub first: &'a [u32],
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

impl Request<'_> {
    /// How many levels or stages there are.
    pub(super) fn levels(&self) -> usize {
        self.stages.map_or(self.cuts.len(), ScoreStages::count)
    }
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
