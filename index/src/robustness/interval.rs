//! From the ranks of all replications to one line per unit.

use crate::{composite::parallel::in_parallel, statistics::whole};

/// Between which ranks a unit lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankInterval {
    /// Replications in which it was ranked.
    pub ranked: usize,
    /// Mean rank.
    pub mean: f64,
    /// Median rank.
    pub median: f64,
    /// Rank below which it lies in one of twenty replications (quantile of R's type 7).
    pub q5: f64,
    /// Rank below which it lies in nineteen of twenty.
    pub q95: f64,
    /// Best rank.
    pub best: u32,
    /// Worst rank.
    pub worst: u32,
}

/// What is known of a unit after all replications.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitRobustness {
    /// Code of the unit.
    pub unit: String,
    /// Score of the methodology as it is; none when missing.
    pub score: Option<f64>,
    /// Its rank; none when the score is missing.
    pub rank: Option<u32>,
    /// Between which ranks it lies; none when it was never ranked.
    pub interval: Option<RankInterval>,
    /// Probability of each level, from level 0 up: the share of the replications in which it was scored.
    pub levels: Vec<f64>,
}

/// Units looked at together: their ranks in one replication fill four cache lines.
const UNITS: usize = 64;

/// The interval of every unit. `ranks` holds one row of `units` ranks per replication, zero where there is none; only rows
/// that are `counted` take part.
pub(super) fn intervals(ranks: &[u32], units: usize, counted: &[bool], threads: usize) -> Vec<Option<RankInterval>> {
    let blocks: Vec<usize> = (0..units).step_by(UNITS).collect();
    let rows = || {
        ranks
            .chunks_exact(units.max(1))
            .zip(counted)
            .filter(|(_, counted)| **counted)
    };
    in_parallel(&blocks, threads, |buffers: &mut Buffers, first| {
        let width = UNITS.min(units - first);
        // Turned over into one list per unit, so that each list is read in order.
        let mut lists: Vec<Vec<u32>> = vec![Vec::with_capacity(counted.len()); width];
        for (row, _) in rows() {
            for (list, rank) in lists.iter_mut().zip(&row[*first..first + width]) {
                if *rank > 0 {
                    list.push(*rank);
                }
            }
        }
        lists.iter_mut().map(|list| buffers.interval(list)).collect::<Vec<_>>()
    })
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Default)]
struct Buffers {
    counts: Vec<u32>,
}

impl Buffers {
    fn interval(&mut self, ranks: &mut [u32]) -> Option<RankInterval> {
        let (best, worst) = ranks
            .iter()
            .fold((u32::MAX, 0), |(low, high), r| (low.min(*r), high.max(*r)));
        if ranks.is_empty() {
            return None;
        }
        self.sort(ranks, best, worst);
        let total: u64 = ranks.iter().map(|r| u64::from(*r)).sum();
        let quantile = |p: f64| {
            let place = (ranks.len() - 1) as f64 * p;
            let below = whole(place);
            let low = f64::from(ranks[below]);
            let high = ranks.get(below + 1).map_or(low, |r| f64::from(*r));
            low + (place - place.floor()) * (high - low)
        };
        Some(RankInterval {
            ranked: ranks.len(),
            mean: total as f64 / ranks.len() as f64,
            median: quantile(0.5),
            q5: quantile(0.05),
            q95: quantile(0.95),
            best,
            worst,
        })
    }

    /// Counting beats comparing where the ranks lie close together, as those of one unit do.
    fn sort(&mut self, ranks: &mut [u32], best: u32, worst: u32) {
        let range = (worst - best) as usize + 1;
        if range > 8 * ranks.len() {
            ranks.sort_unstable();
            return;
        }
        self.counts.clear();
        self.counts.resize(range, 0);
        for rank in ranks.iter() {
            self.counts[(rank - best) as usize] += 1;
        }
        let mut at = 0;
        for (rank, count) in (best..).zip(&self.counts) {
            let next = at + *count as usize;
            ranks[at..next].fill(rank);
            at = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::quantile;

    #[test]
    fn by_hand() {
        // Two units in four replications, the last not counted; the second unit not ranked in one.
        let ranks = [1, 2, 2, 1, 1, 0, 9, 9];
        let found = intervals(&ranks, 2, &[true, true, true, false], 1);
        let first = found[0].unwrap();
        assert_eq!((first.ranked, first.best, first.worst), (3, 1, 2));
        assert!((first.mean - 4.0 / 3.0).abs() < 1e-15 && (first.q95 - 1.9).abs() < 1e-15);
        assert_eq!(found[1].unwrap().ranked, 2);
        assert_eq!(intervals(&[0, 0], 1, &[true, true], 1), [None]);
        assert!(intervals(&[], 0, &[], 1).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn quantiles_are_those_of_the_sorted_ranks(
            ranks in prop::collection::vec(1_u32..5_000, 1..300), units in 1_usize..130,
        ) {
            let rows = ranks.len();
            // Unit u holds the ranks turned by u, so that all have the same interval.
            let table: Vec<u32> = (0..rows).flat_map(|row| {
                let ranks = &ranks;
                (0..units).map(move |unit| ranks[(row + unit) % rows])
            }).collect();
            let values: Vec<f64> = ranks.iter().map(|r| f64::from(*r)).collect();
            for found in intervals(&table, units, &vec![true; rows], 3) {
                let found = found.unwrap();
                prop_assert_eq!(Some(found.median), quantile(&values, 0.5));
                prop_assert_eq!(Some(found.q5), quantile(&values, 0.05));
                prop_assert_eq!(Some(found.q95), quantile(&values, 0.95));
                prop_assert!(f64::from(found.best) <= found.q5 && found.q5 <= found.median);
                prop_assert!(found.median <= found.q95 && found.q95 <= f64::from(found.worst));
            }
        }
    }
}
