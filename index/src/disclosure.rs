//! Which cells of a table may be told without telling of anybody in particular.
//!
//! A cell with few members is not told (primary suppression). It must not follow from the total either: as long as the
//! members of all hidden cells together are few, or one hidden cell could be had by subtraction, the next smallest cell is
//! hidden too (complementary suppression), and in the end the total. Source: Hundepool et al., Statistical Disclosure
//! Control (2012), chapter 4, for a table of one dimension.

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

    proptest! {
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
