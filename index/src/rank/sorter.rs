//! The rows of a column of scores in the order of their scores.

use std::cmp::Ordering;

use super::{extremes::extremes, place::whole};

/// Slots on the way from the highest score to the lowest, less one.
const LAST_SLOT: f64 = u32::MAX as f64;
/// Added to a number below it, it leaves the nearest whole number in the lower bits of the double.
const TO_WHOLE: f64 = (1_u64 << 52) as f64;
/// Buckets of one scatter: eleven bits of a slot.
const BUCKETS: usize = 1 << 11;
/// Where in a word the two digits of a slot begin by which words are scattered, the lower digit first.
const DIGITS: [u32; 2] = [42, 53];
/// Fewer rows than this are sorted by comparison alone.
const FEW: usize = 2_048;

/// Sorts the rows of columns of scores. It keeps its buffers: fresh memory for each of many columns costs more than
/// sorting them.
#[derive(Default)]
pub(super) struct Sorter {
    words: Vec<u64>,
    spare: Vec<u64>,
}

/// Rows in the order of their scores, the highest first, equal scores in their order.
pub(super) struct Order<'a> {
    /// A slot in the upper half, a row in the lower.
    pub(super) words: &'a [u64],
    /// How many slots two scores within the tolerance can lie apart at most.
    pub(super) slots_within: u64,
}

impl Sorter {
    /// Puts the rows of the present scores in order; none means that all are present.
    ///
    /// Few rows are sorted by comparison. For many, each score gets one of 2^32 slots, evenly between the highest and the
    /// lowest. Two scatters put the rows in the order of the upper 22 bits of their slots; the few that share those are
    /// then sorted among themselves. Far outliers that crowd the others together make it slower, never wrong.
    pub(super) fn sort(&mut self, scores: &[f64], present: Option<&[bool]>, tolerance: f64) -> Order<'_> {
        let (lowest, highest) = extremes(scores);
        let per_unit = LAST_SLOT / (highest - lowest);
        if scores.len() < FEW || !per_unit.is_normal() {
            self.fill(scores, present, |_| 0);
            sort_by_score(&mut self.words, scores);
            return Order {
                words: &self.words,
                slots_within: 0,
            };
        }
        // Rounding keeps the order of what it rounds, so that a higher score never has a later slot.
        self.fill(scores, present, |score| {
            ((highest - score) * per_unit + TO_WHOLE).to_bits() << u32::BITS
        });
        self.spare.resize(self.words.len(), 0);
        for digit in DIGITS {
            scatter(&self.words, &mut self.spare, digit);
            std::mem::swap(&mut self.words, &mut self.spare);
        }
        sort_crowded(&mut self.words, scores);
        Order {
            words: &self.words,
            // One more for the rounding to whole slots, one for the rounding of both.
            slots_within: (whole(tolerance * lowest.abs().max(highest.abs()) * per_unit) as u64).saturating_add(2),
        }
    }

    /// A word for every present score. More than four thousand million rows are beyond any memory; the surplus would go
    /// without rank.
    fn fill(&mut self, scores: &[f64], present: Option<&[bool]>, slot: impl Fn(f64) -> u64) {
        self.words.resize(scores.len().min(u32::MAX as usize), 0);
        for ((word, score), row) in self.words.iter_mut().zip(scores).zip(0..) {
            *word = slot(*score) | row;
        }
        if let Some(present) = present {
            let mut kept = 0;
            for (row, here) in (0..self.words.len()).zip(present) {
                self.words[kept] = self.words[row];
                kept += usize::from(*here);
            }
            self.words.truncate(kept);
        }
    }
}

/// Writes the words in the order of one digit, those with equal digits in their order.
fn scatter(words: &[u64], to: &mut [u64], digit: u32) {
    let mut places = [0_u32; BUCKETS];
    for word in words {
        places[bucket_of(*word, digit)] += 1;
    }
    let mut start = 0;
    for place in &mut places {
        start += std::mem::replace(place, start);
    }
    for word in words {
        let place = &mut places[bucket_of(*word, digit)];
        to[*place as usize] = *word;
        *place += 1;
    }
}

/// Sorts those among themselves that no scatter told apart. Most words are in their place and are passed over at one
/// comparison.
fn sort_crowded(words: &mut [u64], scores: &[f64]) {
    let mut at = 1;
    while at < words.len() {
        if slot_of(words[at - 1]) < slot_of(words[at]) {
            at += 1;
            continue;
        }
        let digits = words[at] >> DIGITS[0];
        let other = |word: &u64| word >> DIGITS[0] != digits;
        let start = words[..at].iter().rposition(other).map_or(0, |before| before + 1);
        let end = words[at..]
            .iter()
            .position(other)
            .map_or(words.len(), |after| at + after);
        let crowd = &mut words[start..end];
        crowd.sort_unstable();
        for same in crowd.chunk_by_mut(|a, b| slot_of(*a) == slot_of(*b)) {
            sort_by_score(same, scores);
        }
        at = end;
    }
}

/// Sorts words by the scores of their rows, the highest first, equal ones by row. Their slots must not say otherwise.
fn sort_by_score(words: &mut [u64], scores: &[f64]) {
    words.sort_unstable_by(|a, b| {
        let order = scores[row_of(*b)].partial_cmp(&scores[row_of(*a)]);
        order.unwrap_or(Ordering::Equal).then_with(|| a.cmp(b))
    });
}

#[expect(clippy::cast_possible_truncation, reason = "eleven bits are left")]
fn bucket_of(word: u64, digit: u32) -> usize {
    (word >> digit) as usize % BUCKETS
}

pub(super) fn slot_of(word: u64) -> u64 {
    word >> u32::BITS
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is a row")]
pub(super) fn row_of(word: u64) -> usize {
    word as u32 as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sorted(scores: &[f64], present: Option<&[bool]>) -> Vec<usize> {
        let mut sorter = Sorter::default();
        let order = sorter.sort(scores, present, 0.0);
        order.words.iter().map(|word| row_of(*word)).collect()
    }

    #[test]
    fn the_highest_come_first_and_equals_in_their_order() {
        assert_eq!(sorted(&[], None), [0_usize; 0]);
        assert_eq!(sorted(&[7.0], None), [0]);
        assert_eq!(sorted(&[1.0, 3.0, 2.0, 3.0], None), [1, 3, 2, 0]);
        assert_eq!(sorted(&[5.0; 4], None), [0, 1, 2, 3]);
        assert_eq!(sorted(&[0.0, -0.0, 1.0], None), [2, 0, 1]);
        assert_eq!(sorted(&[1.0, f64::INFINITY, f64::NEG_INFINITY], None), [1, 0, 2]);
        assert_eq!(sorted(&[f64::MIN, 0.0, f64::MAX], None), [2, 1, 0]);
    }

    #[test]
    fn what_is_not_present_is_left_out() {
        let present = [true, false, true, false];
        assert_eq!(sorted(&[1.0, f64::NAN, 2.0, 0.0], Some(&present)), [2, 0]);
        assert_eq!(sorted(&[1.0, 2.0], Some(&[false, false])), [0_usize; 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_order_is_that_of_the_standard_sort(
            mut scores in prop::collection::vec(any::<f64>().prop_filter("a number", |s| !s.is_nan()), 0..4_000),
            shape in 0..5,
        ) {
            // All doubles, all finite ones, an even spread, a narrow range with ties, and a far outlier that puts all
            // others into one slot.
            match shape {
                0 => {}
                1 => scores.iter_mut().for_each(|s| *s = if s.is_finite() { *s / 4.0 } else { 0.0 }),
                2 => scores.iter_mut().for_each(|s| *s = (s.to_bits() >> 12) as f64 / 7.0 - 9.0),
                3 => scores.iter_mut().for_each(|s| *s = (s.to_bits() % 500) as f64 / 7.0),
                _ => scores.iter_mut().skip(1).for_each(|s| *s = 50.0 + (s.to_bits() % 5_000) as f64 * f64::EPSILON),
            }
            let mut expected: Vec<usize> = (0..scores.len()).collect();
            expected.sort_by(|a, b| scores[*b].partial_cmp(&scores[*a]).unwrap());
            prop_assert_eq!(sorted(&scores, None), expected);
        }

        #[test]
        fn scores_within_the_tolerance_lie_no_further_apart_than_said(
            scores in prop::collection::vec(-1e3..1e3_f64, 2_100..2_200),
            tolerance in prop::sample::select(vec![0.0, 1e-9, 1e-3, 0.05, 0.9]),
        ) {
            let mut sorter = Sorter::default();
            let order = sorter.sort(&scores, None, tolerance);
            for pair in order.words.windows(2) {
                let (a, b) = (scores[row_of(pair[0])], scores[row_of(pair[1])]);
                if super::super::within(tolerance, a, b) {
                    prop_assert!(slot_of(pair[1]) - slot_of(pair[0]) <= order.slots_within);
                }
            }
        }
    }
}
