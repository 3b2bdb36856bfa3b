//! Which groups of a table may be told where an enterprise may stand in several of them.
//!
//! The members that stand in the same groups are one part of everybody. What is told of groups and of all together are sums
//! over parts; a part with few members must not follow from them, nor two such parts with few members together. A sum follows
//! when it lies in the span of what is told (Hundepool et al., Statistical Disclosure Control (2012), chapter 4: linked
//! tables). The total comes first, then the groups from the largest down, each as long as nothing follows from it.

use std::collections::BTreeMap;

use crate::disclosure::Told;

/// Arithmetic is done modulo this prime, so that nothing is rounded.
const PRIME: u64 = (1 << 61) - 1;

/// Which groups with these members may be told if nothing may be told of fewer than `least`, which is three at most. For each
/// member the groups it stands in; a group without members tells of nobody and stays.
pub fn told_overlapping(memberships: &[Vec<usize>], groups: usize, least: u64) -> Told {
    let mut parts: BTreeMap<Vec<usize>, u64> = BTreeMap::new();
    for own in memberships {
        let mut own = own.clone();
        own.sort_unstable();
        own.dedup();
        *parts.entry(own).or_default() += 1;
    }
    let counts: Vec<u64> = parts.values().copied().collect();
    let sums = |group: usize| -> Vec<u64> { parts.keys().map(|own| u64::from(own.contains(&group))).collect() };
    let size = |sums: &[u64]| -> u64 { sums.iter().zip(&counts).map(|(has, count)| has * count).sum() };
    let mut told = Span::default();
    let all = vec![1; counts.len()];
    let total = counts.is_empty() || size(&all) >= least && told.takes(all, &counts, least);
    let mut cells = vec![true; groups];
    let mut wanted: Vec<(u64, usize, Vec<u64>)> = (0..groups)
        .map(|group| {
            let sums = sums(group);
            (size(&sums), group, sums)
        })
        .filter(|(size, ..)| *size > 0)
        .collect();
    wanted.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    for (size, group, sums) in wanted {
        let may = size >= least && told.takes(sums, &counts, least);
        if let Some(cell) = cells.get_mut(group) {
            *cell = may;
        }
    }
    Told { cells, total }
}

/// Sums that are told, as rows in echelon form.
#[derive(Clone, Default)]
struct Span(Vec<(usize, Vec<u64>)>);

impl Span {
    /// Adds a sum unless something of few members follows from all of them together.
    fn takes(&mut self, sums: Vec<u64>, counts: &[u64], least: u64) -> bool {
        let mut next = self.clone();
        next.add(sums);
        let may = !next.betrays(counts, least);
        if may {
            *self = next;
        }
        may
    }

    fn add(&mut self, mut row: Vec<u64>) {
        for (pivot, known) in &self.0 {
            let times = row.get(*pivot).copied().unwrap_or(0);
            subtract(&mut row, known, times);
        }
        let Some(pivot) = row.iter().position(|value| *value != 0) else {
            return;
        };
        let inverse = power(row.get(pivot).copied().unwrap_or(1), PRIME - 2);
        for value in &mut row {
            *value = multiply(*value, inverse);
        }
        for (_, known) in &mut self.0 {
            let times = known.get(pivot).copied().unwrap_or(0);
            subtract(known, &row, times);
        }
        self.0.push((pivot, row));
    }

    /// Whether a sum over one part, or over two, with fewer than `least` members together follows from what is told.
    fn betrays(&self, counts: &[u64], least: u64) -> bool {
        let small: Vec<usize> = (0..counts.len()).filter(|at| counts[*at] < least).collect();
        let free: Vec<usize> = (0..counts.len())
            .filter(|at| self.0.iter().all(|(pivot, _)| pivot != at))
            .collect();
        // What is told leaves each part a linear function of the free ones; without any it is known.
        let left = |at: usize| -> Vec<u64> {
            match self.0.iter().find(|(pivot, _)| *pivot == at) {
                Some((_, row)) => free.iter().map(|free| row.get(*free).copied().unwrap_or(0)).collect(),
                None => free
                    .iter()
                    .map(|free| if *free == at { PRIME - 1 } else { 0 })
                    .collect(),
            }
        };
        let left: Vec<Vec<u64>> = small.iter().map(|at| left(*at)).collect();
        for (at, (one, own)) in small.iter().zip(&left).enumerate() {
            if own.iter().all(|value| *value == 0) {
                return true;
            }
            for (other, others) in small.iter().zip(&left).skip(at + 1) {
                if counts[*one] + counts[*other] < least && parallel(own, others) {
                    return true;
                }
            }
        }
        false
    }
}

/// Whether some sum of multiples of the two is nothing.
fn parallel(one: &[u64], other: &[u64]) -> bool {
    let Some(at) = one.iter().position(|value| *value != 0) else {
        return true;
    };
    let (a, b) = (one[at], other[at]);
    one.iter().zip(other).all(|(x, y)| multiply(*x, b) == multiply(*y, a))
}

fn subtract(row: &mut [u64], other: &[u64], times: u64) {
    if times == 0 {
        return;
    }
    for (value, other) in row.iter_mut().zip(other) {
        *value = (*value + PRIME - multiply(*other, times)) % PRIME;
    }
}

fn multiply(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other) % u128::from(PRIME);
    u64::try_from(product).unwrap_or(0)
}

fn power(mut base: u64, mut exponent: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = multiply(result, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    result
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::disclosure::told;

    /// Members that stand in these groups, so many of each.
    fn members(of: &[(&[usize], usize)]) -> Vec<Vec<usize>> {
        of.iter().flat_map(|(own, count)| vec![own.to_vec(); *count]).collect()
    }

    #[test]
    fn what_overlaps_is_not_betrayed() {
        let check = |of: &[(&[usize], usize)], groups: usize, cells: &[bool], total: bool| {
            let found = told_overlapping(&members(of), groups, 3);
            assert_eq!((found.cells.as_slice(), found.total), (cells, total), "{of:?}");
        };
        check(&[(&[0], 5), (&[1], 3), (&[], 9)], 2, &[true, true], true);
        check(&[(&[0], 5), (&[1], 2), (&[], 9)], 2, &[true, false], true);
        // Outside of both stands one alone: what the total and the two leave.
        check(&[(&[0], 5), (&[1], 4), (&[], 1)], 2, &[true, false], true);
        // A group but for one: their difference would tell of it.
        check(&[(&[0], 1), (&[0, 1], 6), (&[], 5)], 2, &[true, false], true);
        // One stands in both, and who stands in neither is not told: nothing follows.
        check(&[(&[0], 5), (&[1], 4), (&[0, 1], 1), (&[], 8)], 2, &[true, true], true);
        // Nobody stands in neither: the two and the total tell of the one in both.
        check(&[(&[0], 5), (&[1], 4), (&[0, 1], 1)], 2, &[true, false], true);
        check(&[(&[0], 2)], 2, &[false, true], false);
        check(&[], 1, &[true], true);
    }

    proptest! {
        #[test]
        fn groups_that_do_not_overlap_tell_no_more_than_a_plain_table(
            counts in prop::collection::vec(0_usize..7, 1..7),
        ) {
            let of: Vec<Vec<usize>> = counts
                .iter()
                .enumerate()
                .flat_map(|(group, count)| vec![vec![group]; *count])
                .collect();
            let found = told_overlapping(&of, counts.len(), 3);
            let hidden: u64 = counts.iter().zip(&found.cells).filter(|(_, told)| !**told).map(|(n, _)| *n as u64).sum();
            for (count, told) in counts.iter().zip(&found.cells) {
                prop_assert!(!told || *count == 0 || *count >= 3);
            }
            if found.total && hidden > 0 {
                prop_assert!(hidden >= 3);
            }
            let plain: Vec<u64> = counts.iter().map(|count| *count as u64).collect();
            let all_told = told(&plain, 3).cells.iter().all(|told| *told);
            prop_assert_eq!(found.cells.iter().all(|told| *told), all_told);
        }

        #[test]
        fn no_member_follows_from_two_groups_and_the_total(
            of in prop::collection::vec(prop::collection::vec(0_usize..3, 0..3), 0..14),
        ) {
            let found = told_overlapping(&of, 3, 3);
            let size = |has: &dyn Fn(&[usize]) -> bool| of.iter().filter(|own| has(own)).count();
            for one in 0..3 {
                for other in 0..3 {
                    if one != other && found.cells[one] && found.cells[other] {
                        // Where one holds the other, the difference is known.
                        let outside = size(&|own| own.contains(&other) && !own.contains(&one));
                        let rest = size(&|own| own.contains(&one) && !own.contains(&other));
                        if outside == 0 {
                            prop_assert!(rest == 0 || rest >= 3);
                        }
                    }
                }
                if found.cells[one] && found.total {
                    let rest = size(&|own| !own.contains(&one));
                    prop_assert!(rest == 0 || rest >= 3);
                }
            }
        }
    }
}
