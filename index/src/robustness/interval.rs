//! From the ranks of all replications to one line per unit.

use crate::{parallel::in_parallel, rank::whole};

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
    /// For each number of first places asked for, the probability of being among them: the share of the replications in
    /// which the unit was ranked; empty when it was never ranked.
    pub among_first: Vec<f64>,
    /// Probability of each level, from level 0 up: the share of the replications in which it was scored.
    pub levels: Vec<f64>,
}

/// Units looked at together: their ranks in one replication fill four cache lines.
const UNITS: usize = 64;

/// The interval of every unit. `ranks` holds one row of `units` ranks per replication, zero where there is none; only rows
/// that are `counted` take part.
pub(super) fn intervals(ranks: &[u32], units: usize, counted: &[bool], threads: usize) -> Vec<Option<RankInterval>> {
    let blocks: Vec<usize> = (0..units).step_by(UNITS).collect();
    let rows = counted.iter().filter(|counted| **counted).count();
    if rows == 0 {
        return vec![None; units];
    }
    in_parallel(&blocks, threads, |buffers: &mut Buffers, first| {
        let width = UNITS.min(units - first);
        // Turned over into one list per unit, so that each list is read in order.
        let mut lists = std::mem::take(&mut buffers.lists);
        lists.resize(width * rows, 0);
        let counted_rows = ranks.chunks_exact(units).zip(counted).filter(|(_, counted)| **counted);
        for (at, (row, _)) in counted_rows.enumerate() {
            let own = &row[*first..first + width];
            for (list, rank) in lists.chunks_exact_mut(rows).zip(own) {
                list[at] = *rank;
            }
        }
        let found: Vec<_> = lists
            .chunks_exact_mut(rows)
            .map(|list| buffers.interval(list))
            .collect();
        buffers.lists = lists;
        found
    })
    .into_iter()
    .flatten()
    .collect()
}

/// The probability of every unit to be among the first so many, for each number asked for. `ranks` and `counted` as for
/// [`intervals`].
pub(super) fn among_first(ranks: &[u32], units: usize, counted: &[bool], first: &[u32]) -> Vec<Vec<f64>> {
    if first.is_empty() {
        return vec![Vec::new(); units];
    }
    let (mut ranked, mut among) = (vec![0_u32; units], vec![vec![0_u32; first.len()]; units]);
    for (row, _) in ranks
        .chunks_exact(units.max(1))
        .zip(counted)
        .filter(|(_, counted)| **counted)
    {
        for (at, rank) in row.iter().enumerate().filter(|(_, rank)| **rank > 0) {
            ranked[at] += 1;
            for (count, first) in among[at].iter_mut().zip(first) {
                *count += u32::from(rank <= first);
            }
        }
    }
    let shares = ranked.into_iter().zip(among).map(|(ranked, among)| match ranked {
        0 => Vec::new(),
        ranked => among
            .into_iter()
            .map(|count| f64::from(count) / f64::from(ranked))
            .collect(),
    });
    shares.collect()
}

/// Buckets into which the ranks of a unit are put, evenly between its best and its worst.
const BUCKETS: usize = 1 << BUCKET_BITS;
const BUCKET_BITS: u32 = 9;

#[derive(Default)]
struct Buffers {
    lists: Vec<u32>,
    bucketed: Vec<u32>,
}

impl Buffers {
    /// The interval of one unit; its ranks are put into another order.
    fn interval(&mut self, ranks: &mut [u32]) -> Option<RankInterval> {
        let ranks = ranked_of(ranks);
        if ranks.is_empty() {
            return None;
        }
        let count = ranks.len();
        // As many 32-bit numbers as fit memory never wrap, and unchecked they are added side by side.
        let total = ranks
            .iter()
            .fold(0_u64, |total, rank| total.wrapping_add(u64::from(*rank)));
        let (best, worst) = ranks
            .iter()
            .fold((u32::MAX, 0), |(low, high), r| (low.min(*r), high.max(*r)));
        let ends = self.bucket(ranks, best, worst);
        let [q5, median, q95] = [0.05, 0.5, 0.95].map(|p| self.quantile(&ends, p));
        Some(RankInterval {
            ranked: count,
            mean: total as f64 / count as f64,
            median,
            q5,
            q95,
            best,
            worst,
        })
    }

    /// Puts ranks into buckets in rising order and says where each bucket ends. Only the few that a quantile falls into
    /// need to be sorted.
    fn bucket(&mut self, ranks: &[u32], best: u32, worst: u32) -> [u32; BUCKETS] {
        let shift = (u32::BITS - (worst - best).leading_zeros()).saturating_sub(BUCKET_BITS);
        let bucket_of = |rank: u32| ((rank - best) >> shift) as usize % BUCKETS;
        let mut places = [0_u32; BUCKETS];
        for rank in ranks {
            places[bucket_of(*rank)] += 1;
        }
        let mut start = 0;
        for place in &mut places {
            start += std::mem::replace(place, start);
        }
        self.bucketed.resize(ranks.len(), 0);
        for rank in ranks {
            let place = &mut places[bucket_of(*rank)];
            self.bucketed[*place as usize] = *rank;
            *place += 1;
        }
        places
    }

    /// The quantile of type 7, see [`quantile_of_sorted`](crate::statistics::quantile_of_sorted).
    fn quantile(&mut self, ends: &[u32; BUCKETS], p: f64) -> f64 {
        let place = (self.bucketed.len() - 1) as f64 * p;
        let below = whole(place);
        let low = f64::from(self.nth(ends, below));
        let high = f64::from(self.nth(ends, (below + 1).min(self.bucketed.len() - 1)));
        low + (place - place.floor()) * (high - low)
    }

    /// What stands at a place when all is sorted.
    fn nth(&mut self, ends: &[u32; BUCKETS], place: usize) -> u32 {
        let bucket = ends.partition_point(|end| *end as usize <= place);
        let start = bucket.checked_sub(1).map_or(0, |before| ends[before] as usize);
        self.bucketed[start..ends[bucket] as usize].sort_unstable();
        self.bucketed[place]
    }
}

/// The ranks other than zero, in another order.
fn ranked_of(ranks: &mut [u32]) -> &[u32] {
    let mut unranked = 0;
    if ranks.contains(&0) {
        for at in 0..ranks.len() {
            if ranks[at] == 0 {
                ranks.swap(at, unranked);
                unranked += 1;
            }
        }
    }
    &ranks[unranked..]
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
        assert_eq!(intervals(&[1, 2], 2, &[false], 1), [None, None]);
        assert!(intervals(&[], 0, &[], 1).is_empty());
    }

    #[test]
    fn the_probability_of_the_first_places_is_the_share_of_the_ranks() {
        // As above: the first unit is 1, 2, 1, the second 2, 1 and once not ranked; the third is never ranked.
        let ranks = [1, 2, 0, 2, 1, 0, 1, 0, 0, 9, 9, 9];
        let found = among_first(&ranks, 3, &[true, true, true, false], &[1, 2]);
        assert_eq!(found, [vec![2.0 / 3.0, 1.0], vec![0.5, 1.0], Vec::new()]);
        assert_eq!(among_first(&ranks, 3, &[true; 4], &[]), vec![Vec::<f64>::new(); 3]);
        assert!(among_first(&[], 0, &[], &[1]).is_empty());
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
