//! Which cells of a table may be told without telling of anybody in particular.
//!
//! A cell with few members is not told (primary suppression). It must not follow from the total either: as long as the
//! members of all hidden cells together are few, or one hidden cell could be had by subtraction, the next smallest cell is
//! hidden too (complementary suppression), and in the end the total. Source: Hundepool et al., Statistical Disclosure
//! Control (2012), chapter 4, for a table of one dimension; one whose cells are grouped by a code that says more the longer
//! it is, is told level by level, so that the tables of all lengths may be laid side by side.

use std::collections::BTreeMap;

/// What of a table is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// For each cell whether it is told.
    pub cells: Vec<bool>,
    /// Whether the total is told.
    pub total: bool,
}

/// Which of the cells with these counts may be told, if none with fewer members than `least` may. An empty cell tells of
/// nobody and stays.
pub fn told(counts: &[u64], least: u64) -> Told {
    let mut cells: Vec<bool> = counts.iter().map(|count| *count == 0 || *count >= least).collect();
    let all: u64 = counts.iter().sum();
    if cells.iter().all(|told| *told) {
        return Told {
            cells,
            total: all >= least || all == 0,
        };
    }
    loop {
        let hidden = || {
            counts
                .iter()
                .zip(&cells)
                .filter(|(_, told)| !**told)
                .map(|(count, _)| *count)
        };
        if hidden().count() > 1 && hidden().sum::<u64>() >= least {
            return Told { cells, total: true };
        }
        let smallest = counts
            .iter()
            .zip(&cells)
            .enumerate()
            .filter(|(_, (count, told))| **told && **count > 0)
            .min_by_key(|(_, (count, _))| **count)
            .map(|(at, _)| at);
        match smallest.and_then(|at| cells.get_mut(at)) {
            Some(cell) => *cell = false,
            None => return Told { cells, total: false },
        }
    }
}

/// As [`told`] for cells whose keys are codes of up to so many characters, if the tables of shorter codes are told by the
/// same rule: of a group that is hidden in one of those nothing is told, and what is hidden within a group does not follow
/// from the group. The keys are unique.
pub fn told_by_code(keys: &[Option<&str>], counts: &[u64], least: u64) -> Told {
    let longest = keys.iter().flatten().map(|key| key.chars().count()).max().unwrap_or(0);
    let mut cells = vec![true; counts.len()];
    let mut total = true;
    // Groups of the level above whose members are told, by the beginning of the code; at first all as one.
    let mut open: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::from([(None, (0..counts.len()).collect())]);
    for length in 1..=longest.max(1) {
        let mut next = BTreeMap::new();
        for members in open.into_values() {
            let mut groups: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
            for at in members {
                let code = keys.get(at).copied().flatten();
                let beginning = code.map(|code| code.chars().take(length).collect());
                groups.entry(beginning).or_default().push(at);
            }
            let count = |members: &Vec<usize>| members.iter().filter_map(|at| counts.get(*at)).sum();
            let found = told(&groups.values().map(count).collect::<Vec<u64>>(), least);
            // Only the first level is a part of everything; below it the group stands for its total.
            total &= length > 1 || found.total;
            for ((beginning, members), told) in groups.into_iter().zip(found.cells) {
                if told {
                    next.insert(beginning, members);
                } else {
                    for at in members {
                        if let Some(cell) = cells.get_mut(at) {
                            *cell = false;
                        }
                    }
                }
            }
        }
        open = next;
    }
    Told { cells, total }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_cells_and_what_would_betray_them_are_hidden() {
        let check = |counts: &[u64], cells: &[bool], total| {
            let expected = Told {
                cells: cells.to_vec(),
                total,
            };
            assert_eq!(told(counts, 3), expected, "{counts:?}");
        };
        check(&[5, 3, 0], &[true, true, true], true);
        // Alone, the 2 would be the total less the others.
        check(&[9, 2, 5], &[true, false, false], true);
        // Two ones make two, which are still few.
        check(&[1, 1, 4, 9], &[false, false, false, true], true);
        check(&[1, 2, 9], &[false, false, true], true);
        check(&[2], &[false], false);
        check(&[2, 0], &[false, true], false);
        check(&[], &[], true);
    }

    #[test]
    fn tables_of_shorter_and_longer_codes_do_not_betray_each_other() {
        let check = |table: &[(&str, u64)], cells: &[bool], total| {
            let keys: Vec<Option<&str>> = table
                .iter()
                .map(|(key, _)| Some(*key).filter(|key| !key.is_empty()))
                .collect();
            let counts: Vec<u64> = table.iter().map(|(_, count)| *count).collect();
            let cells = cells.to_vec();
            assert_eq!(told_by_code(&keys, &counts, 3), Told { cells, total }, "{table:?}");
        };
        // Of one length it is the plain rule.
        check(&[("A", 5), ("B", 3), ("", 9)], &[true, true, true], true);
        check(&[("A", 9), ("B", 2), ("C", 5)], &[true, false, false], true);
        check(&[("", 2)], &[false], false);
        check(&[], &[], true);
        // A has 9 in the shorter table: A2 would be what A1 leaves of it, while B is of no help there.
        check(&[("A1", 7), ("A2", 2), ("B1", 3)], &[false, false, true], true);
        // The 7 and the 9 are hidden to protect B in the shorter table; so are parts of which they are the sum.
        check(
            &[("A1", 4), ("A2", 3), ("B1", 2), ("C1", 9)],
            &[false, false, false, true],
            true,
        );
        // A code as short as its group is a part of it.
        check(
            &[("A", 1), ("A1", 4), ("A2", 5), ("B1", 3)],
            &[false, false, true, true],
            true,
        );
    }

    /// Cells of the table of the codes of one length, with whether they are told there.
    fn shortened(table: &BTreeMap<String, u64>, length: usize) -> BTreeMap<String, (u64, bool)> {
        let mut groups: BTreeMap<String, u64> = BTreeMap::new();
        for (code, count) in table {
            *groups.entry(code.chars().take(length).collect()).or_default() += count;
        }
        let keys: Vec<Option<&str>> = groups.keys().map(|key| Some(key.as_str())).collect();
        let found = told_by_code(&keys, &groups.values().copied().collect::<Vec<_>>(), 3);
        let told = groups.iter().zip(found.cells);
        told.map(|((code, count), told)| (code.clone(), (*count, told)))
            .collect()
    }

    proptest! {
        #[test]
        fn no_group_follows_from_tables_of_two_lengths(
            table in prop::collection::btree_map("[AB][12]{2}", 0_u64..7, 1..8),
        ) {
            let tables = [1, 2, 3].map(|length| shortened(&table, length));
            for pair in tables.windows(2) {
                for (code, (_, told)) in &pair[0] {
                    let parts: Vec<_> = pair[1].iter().filter(|(part, _)| part.starts_with(code.as_str())).collect();
                    let hidden: Vec<u64> =
                        parts.iter().filter(|(_, (_, told))| !told).map(|(_, (count, _))| *count).collect();
                    if *told {
                        prop_assert!(hidden.is_empty() || hidden.len() > 1 && hidden.iter().sum::<u64>() >= 3);
                    } else {
                        prop_assert_eq!(hidden.len(), parts.len());
                    }
                }
            }
        }

        #[test]
        fn nothing_hidden_can_be_computed(counts in prop::collection::vec(0_u64..12, 0..9)) {
            let found = told(&counts, 3);
            let hidden: Vec<u64> = counts.iter().zip(&found.cells).filter(|(_, told)| !**told).map(|(n, _)| *n).collect();
            for (count, told) in counts.iter().zip(&found.cells) {
                prop_assert!(!told || *count == 0 || *count >= 3);
            }
            if found.total && !hidden.is_empty() {
                prop_assert!(hidden.len() > 1 && hidden.iter().sum::<u64>() >= 3);
            }
        }
    }
}
