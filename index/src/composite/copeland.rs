//! Copeland's rule: every unit against every other, without a matrix of all pairs.
//!
//! Source: OECD/JRC Handbook (2008), step 7, "non-compensatory multi-criteria approach"; COINr, `a_copeland`. COINr compares
//! only the upper half of the pairs, so that with missing values its result depends on the order of the rows; here a pair
//! is compared over the children that both units have, which is the same for both.

use super::mean::weight_of_present;
use crate::parallel::in_parallel;

/// One child of the node: what units are compared by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contest<'a> {
    pub(super) values: &'a [f64],
    pub(super) present: Option<&'a [bool]>,
    pub(super) weight: f64,
}

impl Contest<'_> {
    /// The value of a unit; none where it is missing.
    pub(super) fn get(&self, unit: usize) -> Option<f64> {
        let here = self.present.is_none_or(|present| present[unit]);
        here.then(|| self.values[unit])
    }

    /// Adds something to the margins of a unit over every other that has a value here, by that value.
    fn add(&self, margins: &mut [f64], margin: impl Fn(f64) -> f64) {
        match self.present {
            None => {
                for (sum, other) in margins.iter_mut().zip(self.values) {
                    *sum += margin(*other);
                }
            }
            Some(present) => {
                for ((sum, other), here) in margins.iter_mut().zip(self.values).zip(present) {
                    *sum += if *here { margin(*other) } else { 0.0 };
                }
            }
        }
    }
}

/// One where a value is ahead of another, minus one where it is behind; nothing for what is not a number.
fn ahead(own: f64, other: f64) -> f64 {
    f64::from(u8::from(own > other)) - f64::from(u8::from(own < other))
}

/// Units of one part of the work.
const PART: usize = 64;

/// Wins less losses of every unit; none for a unit with fewer present children than needed, which meets nobody.
pub(super) fn copeland(children: &[Contest<'_>], units: usize, needed: usize, threads: usize) -> Vec<Option<f64>> {
    let takes_part = who_takes_part(children, units, needed);
    let starts: Vec<usize> = (0..units).step_by(PART).collect();
    let parts = in_parallel(&starts, threads, |margins: &mut Vec<f64>, start| {
        let part = *start..units.min(start + PART);
        let own = part.map(|unit| takes_part[unit].then(|| standing(children, unit, &takes_part, margins)));
        own.collect::<Vec<_>>()
    });
    parts.into_iter().flatten().collect()
}

fn who_takes_part(children: &[Contest<'_>], units: usize, needed: usize) -> Vec<bool> {
    let weight = |unit: usize| weight_of(children, children.iter().map(|child| child.get(unit)), needed);
    (0..units).map(|unit| weight(unit).is_some()).collect()
}

/// The weight of the children in which a unit has a value; none where there are too few, or none with a weight.
fn weight_of(children: &[Contest<'_>], own: impl Iterator<Item = Option<f64>>, needed: usize) -> Option<f64> {
    let present = children.iter().zip(own).filter(|(_, own)| own.is_some());
    weight_of_present(present.map(|(child, _)| child.weight), needed)
}

/// Wins less losses of one unit: child by child, so that the inner loop runs over memory in order.
fn standing(children: &[Contest<'_>], unit: usize, takes_part: &[bool], margins: &mut Vec<f64>) -> f64 {
    margins.clear();
    margins.resize(takes_part.len(), 0.0);
    let mut whole = 0.0;
    for child in children {
        if let Some(own) = child.get(unit) {
            whole += child.weight;
            child.add(margins, |other| ahead(own, other) * child.weight);
        }
    }
    wins_less_losses(margins, takes_part, whole)
}

fn wins_less_losses(margins: &[f64], takes_part: &[bool], whole: f64) -> f64 {
    // A margin of rounding only is a draw.
    let draw = 1e-12 * whole;
    let result = |margin: f64| i32::from(margin > draw) - i32::from(margin < -draw);
    // Whole numbers, unchecked as fewer units than they can count fit memory, are added side by side.
    let results = margins.iter().zip(takes_part);
    let balance = results.fold(0_i32, |balance, (margin, here)| {
        balance.wrapping_add(if *here { result(*margin) } else { 0 })
    });
    f64::from(balance)
}

/// All others that one unit is compared with, as they are, to see where it would stand with other values of its own.
#[derive(Clone, Debug)]
pub(super) struct Others<'a> {
    children: Vec<Contest<'a>>,
    /// Whom it meets: not itself.
    met: Vec<bool>,
    needed: usize,
    /// Its own values as they are, its margins with them, and how it stands.
    own: Vec<Option<f64>>,
    margins: Vec<f64>,
    standing: Option<f64>,
}

impl<'a> Others<'a> {
    pub(super) fn of(children: Vec<Contest<'a>>, units: usize, unit: usize, needed: usize) -> Self {
        let mut met = who_takes_part(&children, units, needed);
        met[unit] = false;
        let own: Vec<Option<f64>> = children.iter().map(|child| child.get(unit)).collect();
        let without = Self {
            met,
            needed,
            own: vec![None; children.len()],
            margins: vec![0.0; units],
            standing: None,
            children,
        };
        without.with(own)
    }

    /// The same with other values of the unit, in the order of the children.
    pub(super) fn with(&self, own: Vec<Option<f64>>) -> Self {
        let margins = self.margins_with(&own);
        Self {
            standing: self.counted(&own, &margins),
            margins,
            own,
            children: self.children.clone(),
            met: self.met.clone(),
            needed: self.needed,
        }
    }

    /// Wins less losses with these values, in the order of the children.
    pub(super) fn standing(&self, own: &[Option<f64>]) -> Option<f64> {
        if own == self.own {
            return self.standing;
        }
        self.counted(own, &self.margins_with(own))
    }

    /// Only the children in which the unit has another value than it had are looked at.
    fn margins_with(&self, own: &[Option<f64>]) -> Vec<f64> {
        let mut margins = self.margins.clone();
        let changed = self.children.iter().zip(&self.own).zip(own);
        for ((child, before), now) in changed.filter(|((_, before), now)| before != now) {
            let [before, now] = [before, now].map(|value| value.unwrap_or(f64::NAN));
            child.add(&mut margins, |other| {
                (ahead(now, other) - ahead(before, other)) * child.weight
            });
        }
        margins
    }

    fn counted(&self, own: &[Option<f64>], margins: &[f64]) -> Option<f64> {
        let whole = weight_of(&self.children, own.iter().copied(), self.needed)?;
        Some(wins_less_losses(margins, &self.met, whole))
    }
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
        fn one_unit_among_others_stands_as_all_of_them_would_have_it(
            cells in prop::collection::vec(prop::collection::vec(prop::option::of(0..4_i32), 3), 1..30),
            unit in any::<prop::sample::Index>(),
            now in prop::collection::vec(prop::option::of(0..5_i32), 3),
            needed in 0..4_usize,
        ) {
            let unit = unit.index(cells.len());
            let columns = columns_of(&cells);
            let others = Others::of(contests(&columns), cells.len(), unit, needed);
            let mut changed = cells.clone();
            changed[unit].clone_from(&now);
            let changed = columns_of(&changed);
            let own: Vec<Option<f64>> = now.iter().map(|value| value.map(f64::from)).collect();
            let expected = copeland(&contests(&changed), cells.len(), needed, 1)[unit];
            prop_assert_eq!(others.standing(&own), expected);
            prop_assert_eq!(others.with(own.clone()).standing(&own), expected);
            let back: Vec<Option<f64>> = contests(&columns).iter().map(|child| child.get(unit)).collect();
            prop_assert_eq!(others.with(own).standing(&back), others.standing(&back));
        }

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

    type Columns = Vec<(Vec<f64>, Vec<bool>)>;

    fn columns_of(rows: &[Vec<Option<i32>>]) -> Columns {
        let column = |child: usize| {
            let cells = rows.iter().map(|row| row[child]);
            cells
                .map(|cell| (f64::from(cell.unwrap_or_default()), cell.is_some()))
                .unzip()
        };
        (0..3).map(column).collect()
    }

    fn contests(columns: &Columns) -> Vec<Contest<'_>> {
        let contest = |((values, present), weight)| Contest {
            values,
            present: Some(present),
            weight,
        };
        columns
            .iter()
            .map(|(values, present)| (values.as_slice(), present.as_slice()))
            .zip([1.0, 2.0, 0.5])
            .map(contest)
            .collect()
    }

    fn of_rows(rows: &[Vec<Option<i32>>]) -> Vec<Option<f64>> {
        copeland(&contests(&columns_of(rows)), rows.len(), 1, 2)
    }
}
