//! Ranks and distributions. Competition ranking throughout: two firsts are followed by a third (1, 1, 3).

use std::collections::BTreeMap;

mod extremes;
mod place;
mod precision;
mod sorter;

use self::sorter::{Sorter, row_of, slot_of};
use crate::exact::Fixed;

pub(crate) use extremes::{extremes, extremes_of_present};
pub(crate) use place::{counted, whole};
pub use precision::Precision;

/// The rank of each score as published: 1 is the highest, equal scores share a rank, no score has none.
///
/// The result stands in the order of the input and does not depend on it.
pub fn rank<Id>(scores: &[(Id, Option<Fixed>)]) -> Vec<Option<u32>> {
    let mut highest_first: Vec<Fixed> = scores.iter().filter_map(|(_, score)| *score).collect();
    highest_first.sort_unstable_by(|a, b| b.cmp(a));
    let above = |score: Fixed| highest_first.partition_point(|other| *other > score);
    scores
        .iter()
        .map(|(_, score)| score.map(|s| rank_after(above(s))))
        .collect()
}

/// The ids in the order of their rank, those without a score last, equals by id: the order of a published list.
pub fn in_rank_order<Id: Ord + Clone>(scores: &[(Id, Option<Fixed>)]) -> Vec<Id> {
    let mut order: Vec<&(Id, Option<Fixed>)> = scores.iter().collect();
    // None is less than any score, so that turning the comparison round puts it last.
    order.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    order.into_iter().map(|(id, _)| id.clone()).collect()
}

/// Ranks of f64 scores of which two are equal when they lie within a relative tolerance of each other.
///
/// From the highest down, a score ties with the highest score of the group before it when their distance is at most
/// `tolerance` times the greater of their magnitudes; ties do not chain, so that no group is wider than the tolerance.
/// A value that is not a number has no rank.
pub fn rank_with_tolerance(scores: &[f64], tolerance: f64) -> Vec<Option<u32>> {
    let present: Vec<bool> = scores.iter().map(|score| !score.is_nan()).collect();
    Ranker::default().rank(scores, Some(&present), Precision::Within(tolerance))
}

/// Ranks of f64 scores within groups, as [`rank_with_tolerance`] for each group by itself. A unit without score or group has
/// no rank.
pub fn rank_within(scores: &[Option<f64>], groups: &[Option<String>], tolerance: f64) -> Vec<Option<u32>> {
    let mut members: BTreeMap<&String, Vec<usize>> = BTreeMap::new();
    for (row, group) in groups.iter().enumerate() {
        if let Some(group) = group {
            members.entry(group).or_default().push(row);
        }
    }
    let mut ranks = vec![None; scores.len()];
    for rows in members.values() {
        let own: Vec<f64> = rows
            .iter()
            .map(|row| scores.get(*row).copied().flatten().unwrap_or(f64::NAN))
            .collect();
        for (row, rank) in rows.iter().zip(rank_with_tolerance(&own, tolerance)) {
            if let Some(place) = ranks.get_mut(*row) {
                *place = rank;
            }
        }
    }
    ranks
}

/// For each rank the share, in percent, of the other ranked ones that come after it or tie with it: 100 for the first, 0 for
/// the last by itself, 100 for one alone.
pub fn percentiles(ranks: &[Option<u32>]) -> Vec<Option<f64>> {
    let ranked = ranks.iter().flatten().count();
    let others = ranked.saturating_sub(1) as f64;
    let share = |rank: u32| {
        let behind = ranked as f64 - f64::from(rank);
        if others > 0.0 { behind / others * 100.0 } else { 100.0 }
    };
    ranks.iter().map(|rank| rank.map(share)).collect()
}

/// How many there are of each, those of `all` that do not occur with zero.
pub fn distribution<T: Ord + Copy>(all: &[T], found: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts: BTreeMap<T, usize> = all.iter().map(|value| (*value, 0)).collect();
    for value in found {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

/// The rank that follows so many better ones.
fn rank_after(above: usize) -> u32 {
    counted(above) + 1
}

/// Ranks columns of scores, keeping its buffers from one to the next.
#[derive(Default)]
pub(crate) struct Ranker {
    sorter: Sorter,
    /// Ranks by row, zero where there is none: written in the order of the scores, so better small.
    by_row: Vec<u32>,
    /// Scores in the form in which they are ranked, where that is not the one they have.
    rounded: Vec<f64>,
}

impl Ranker {
    /// As [`rank_with_tolerance`], in the form that `precision` says, with the presence of each score apart; none means that
    /// all are present.
    pub(crate) fn rank(&mut self, scores: &[f64], present: Option<&[bool]>, precision: Precision) -> Vec<Option<u32>> {
        let mut by_row = std::mem::take(&mut self.by_row);
        by_row.clear();
        by_row.resize(scores.len(), 0);
        self.each_rank(scores, present, precision, |row, rank| by_row[row] = rank);
        let ranks = by_row.iter().map(|rank| (*rank > 0).then_some(*rank)).collect();
        self.by_row = by_row;
        ranks
    }

    /// As [`Self::rank`], telling the rank of every row that has one, the highest first.
    pub(crate) fn each_rank(
        &mut self,
        scores: &[f64],
        present: Option<&[bool]>,
        precision: Precision,
        tell: impl FnMut(usize, u32),
    ) {
        let mut rounded = std::mem::take(&mut self.rounded);
        let scores = match precision {
            Precision::Within(_) => scores,
            Precision::Rounded(_) => {
                rounded.clear();
                rounded.extend(scores.iter().map(|score| precision.form(*score)));
                &rounded
            }
        };
        self.each_rank_within(scores, present, precision.tolerance(), tell);
        self.rounded = rounded;
    }

    fn each_rank_within(
        &mut self,
        scores: &[f64],
        present: Option<&[bool]>,
        tolerance: f64,
        mut tell: impl FnMut(usize, u32),
    ) {
        let order = self.sorter.sort(scores, present, tolerance);
        let (mut leader, mut rank) = (None, 0);
        for (above, word) in order.words.iter().copied().enumerate() {
            // Slots too far apart spare a look at the scores, which lie scattered in memory.
            let tied = leader.is_some_and(|leader| {
                slot_of(word) - slot_of(leader) <= order.slots_within
                    && within(tolerance, scores[row_of(leader)], scores[row_of(word)])
            });
            if !tied {
                (leader, rank) = (Some(word), rank_after(above));
            }
            tell(row_of(word), rank);
        }
    }
}

fn within(tolerance: f64, leader: f64, score: f64) -> bool {
    (leader - score).abs() <= tolerance * leader.abs().max(score.abs())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scored(scores: &[Option<i64>]) -> Vec<(usize, Option<Fixed>)> {
        scores
            .iter()
            .enumerate()
            .map(|(id, score)| (id, score.map(Fixed::from_int)))
            .collect()
    }

    #[test]
    fn equal_scores_share_a_rank_and_the_next_one_skips() {
        let scores = scored(&[Some(5), Some(9), None, Some(5), Some(1)]);
        assert_eq!(rank(&scores), [Some(2), Some(1), None, Some(2), Some(4)]);
        assert_eq!(in_rank_order(&scores), [1, 0, 3, 4, 2]);
    }

    #[test]
    fn ties_within_the_tolerance_do_not_chain() {
        let check = |scores: &[f64], expected: &[u32]| {
            let expected: Vec<_> = expected.iter().map(|r| Some(*r)).collect();
            assert_eq!(rank_with_tolerance(scores, 0.01), expected, "{scores:?}");
        };
        check(&[100.0, 99.5, 98.9], &[1, 1, 3]);
        check(&[98.9, 99.5, 100.0], &[3, 1, 1]);
        check(&[-100.0, -99.5, 0.0], &[2, 2, 1]);
        check(&[0.0, -0.0, 1.0], &[2, 2, 1]);
        assert_eq!(
            rank_with_tolerance(&[1.0, f64::NAN, 2.0], 0.0),
            [Some(2), None, Some(1)]
        );
    }

    #[test]
    fn ranks_within_groups_and_percentiles_by_hand() {
        let groups = ["x", "y", "x", "x"].map(|group| Some(group.to_owned()));
        let scores = [Some(1.0), Some(9.0), Some(5.0), None];
        assert_eq!(rank_within(&scores, &groups, 0.0), [Some(2), Some(1), Some(1), None]);
        assert_eq!(rank_within(&scores, &[None, None, None, None], 0.0), [None; 4]);
        let found = percentiles(&[Some(1), Some(2), Some(2), None, Some(4), Some(5)]);
        assert_eq!(
            found,
            [Some(100.0), Some(75.0), Some(75.0), None, Some(25.0), Some(0.0)]
        );
        assert_eq!(percentiles(&[Some(1)]), [Some(100.0)]);
    }

    #[test]
    fn a_distribution_shows_what_does_not_occur() {
        assert_eq!(
            distribution(&[0, 1, 2], [2, 0, 2]),
            BTreeMap::from([(0, 1), (1, 0), (2, 2)])
        );
    }

    /// What a rank is by definition, the slow way.
    fn better(scores: &[f64], score: f64) -> u32 {
        1 + u32::try_from(scores.iter().filter(|other| **other > score).count()).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn without_tolerance_a_rank_counts_the_better_ones(
            scores in prop::collection::vec((-50..50_i32).prop_map(|n| f64::from(n) / 7.0), 0..200),
        ) {
            let expected: Vec<_> = scores.iter().map(|s| Some(better(&scores, *s))).collect();
            prop_assert_eq!(rank_with_tolerance(&scores, 0.0), expected);
        }

        #[test]
        fn ranks_of_many_are_those_of_the_definition(
            mut scores in prop::collection::vec(0_u32..3_000, 2_100..2_300),
            tolerance in prop::sample::select(vec![0.0, 1e-9, 1e-3, 0.05]),
        ) {
            scores[0] = 0;
            let scores: Vec<f64> = scores.into_iter().map(|s| f64::from(s) / 30.0 - 20.0).collect();
            let found = rank_with_tolerance(&scores, tolerance);
            // From the highest down, a score ties with the first of the group before it.
            let mut order: Vec<usize> = (0..scores.len()).collect();
            order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
            let mut leader = (f64::NAN, 0);
            for (above, row) in (0..).zip(order) {
                if !within(tolerance, leader.0, scores[row]) {
                    leader = (scores[row], above + 1);
                }
                prop_assert_eq!(found[row], Some(leader.1));
            }
        }
    }
}
