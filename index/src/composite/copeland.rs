//! Copeland's rule: every unit against every other, without a matrix of all pairs.
//!
//! Source: OECD/JRC Handbook (2008), step 7, "non-compensatory multi-criteria approach"; COINr, `a_copeland`. COINr compares
//! only the upper half of the pairs, so that with missing values its result depends on the order of the rows; here a pair
//! is compared over the children that both units have, which is the same for both.

use super::parallel::in_parallel;

/// One child of the node: what units are compared by.
pub(super) struct Contest<'a> {
    pub(super) values: &'a [f64],
    pub(super) present: Option<&'a [bool]>,
    pub(super) weight: f64,
}

/// Units of one part of the work.
const PART: usize = 64;

/// Wins less losses of every unit; none for a unit with fewer present children than needed, which meets nobody.
pub(super) fn copeland(children: &[Contest<'_>], units: usize, needed: usize, threads: usize) -> Vec<Option<f64>> {
    let present = |unit: usize, child: &Contest<'_>| child.present.is_none_or(|present| present[unit]);
    let takes_part: Vec<bool> = (0..units)
        .map(|unit| {
            let own = children.iter().filter(|child| present(unit, child));
            let (count, weight) = own.fold((0, 0.0), |(count, weight), child| (count + 1, weight + child.weight));
            count >= needed && weight > 0.0
        })
        .collect();
    let starts: Vec<usize> = (0..units).step_by(PART).collect();
    let parts = in_parallel(&starts, threads, |margins: &mut Vec<f64>, start| {
        let part = *start..units.min(start + PART);
        let own = part.map(|unit| takes_part[unit].then(|| standing(children, unit, &takes_part, margins)));
        own.collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}

/// Wins less losses of one unit: child by child, so that the inner loop runs over memory in order.
fn standing(children: &[Contest<'_>], unit: usize, takes_part: &[bool], margins: &mut Vec<f64>) -> f64 {
    margins.clear();
    margins.resize(takes_part.len(), 0.0);
    let mut whole = 0.0;
    for child in children {
        if !child.present.is_none_or(|present| present[unit]) {
            continue;
        }
        whole += child.weight;
        let own = child.values[unit];
        let margin = |other: f64| {
            let ahead = f64::from(u8::from(own > other)) - f64::from(u8::from(own < other));
            ahead * child.weight
        };
        match child.present {
            None => {
                for (sum, other) in margins.iter_mut().zip(child.values) {
                    *sum += margin(*other);
                }
            }
            Some(present) => {
                for ((sum, other), here) in margins.iter_mut().zip(child.values).zip(present) {
                    *sum += if *here { margin(*other) } else { 0.0 };
                }
            }
        }
    }
    // A margin of rounding only is a draw.
    let draw = 1e-12 * whole;
    let results = margins.iter().zip(takes_part).filter(|(_, here)| **here);
    results
        .map(|(margin, _)| f64::from(u8::from(*margin > draw)) - f64::from(u8::from(*margin < -draw)))
        .sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_example_of_coinr() {
        // Its test of a_copeland: three children of equal weight, four units.
        let columns = [[1.0, 2.0, 3.0, 4.0], [3.0, 2.0, 1.0, 5.0], [2.0, 3.0, 1.0, 4.0]];
        let children: Vec<Contest<'_>> = columns
            .iter()
            .map(|values| Contest {
                values,
                present: None,
                weight: 1.0,
            })
            .collect();
        // 4 beats all; 2 beats 1 (two of three) and 3; 1 beats 3 (two of three).
        let expected = [-1.0, 1.0, -3.0, 3.0].map(Some);
        assert_eq!(copeland(&children, 4, 1, 2), expected);
    }

    #[test]
    fn a_pair_is_compared_over_what_both_have() {
        let (a, b) = ([1.0, 2.0, 0.0], [5.0, 0.0, 0.0]);
        let (in_a, in_b) = ([true, true, false], [true, false, false]);
        let child = |values, present, weight| Contest {
            values,
            present: Some(present),
            weight,
        };
        let children = [child(&a, &in_a, 1.0), child(&b, &in_b, 9.0)];
        assert_eq!(copeland(&children, 3, 1, 1), [Some(-1.0), Some(1.0), None]);
        assert_eq!(copeland(&children, 3, 2, 1), [Some(0.0), None, None]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_order_of_the_units_does_not_matter_and_wins_balance_losses(
            cells in prop::collection::vec(prop::collection::vec(prop::option::of(0..4_i32), 3), 1..90),
        ) {
            let found = of_rows(&cells);
            let mut turned = cells.clone();
            turned.reverse();
            let mut again = of_rows(&turned);
            again.reverse();
            prop_assert_eq!(&found, &again);
            let sum: f64 = found.iter().flatten().sum();
            prop_assert!(sum.abs() < 0.5);
        }
    }

    fn of_rows(rows: &[Vec<Option<i32>>]) -> Vec<Option<f64>> {
        let columns: Vec<(Vec<f64>, Vec<bool>)> = (0..3)
            .map(|child| {
                let cells = rows.iter().map(|row| row[child]);
                cells
                    .map(|cell| (f64::from(cell.unwrap_or_default()), cell.is_some()))
                    .unzip()
            })
            .collect();
        let children: Vec<Contest<'_>> = columns
            .iter()
            .zip([1.0, 2.0, 0.5])
            .map(|((values, present), weight)| Contest {
                values,
                present: Some(present),
                weight,
            })
            .collect();
        copeland(&children, rows.len(), 1, 2)
    }
}
