//! Kendall's rank correlation in n log n steps.

use std::cmp::Ordering;

/// Tau-b over the pairs that are both present: `(C - D) / sqrt((n0 - n1)(n0 - n2))`, where C and D are the concordant and
/// discordant pairs, n0 all pairs, n1 and n2 those tied in either. None below two pairs or when one of them is constant.
///
/// Discordant pairs are the exchanges of a merge sort. Source: Kendall (1945), Biometrika 33, 239-251; Knight (1966),
/// Journal of the American Statistical Association 61, 436-439.
pub fn kendall(a: impl IntoIterator<Item = Option<f64>>, b: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    let mut pairs: Vec<(f64, f64)> = a.into_iter().zip(b).filter_map(|(x, y)| x.zip(y)).collect();
    pairs.sort_by(|p, q| order(p.0, q.0).then(order(p.1, q.1)));
    let all = pairs_of(pairs.len());
    let tied_first = ties(&pairs, |p, q| order(p.0, q.0).is_eq());
    let tied_both = ties(&pairs, |p, q| order(p.0, q.0).is_eq() && order(p.1, q.1).is_eq());
    let mut second: Vec<f64> = pairs.iter().map(|p| p.1).collect();
    let mut spare = second.clone();
    let discordant = exchanges(&mut second, &mut spare);
    let tied_second = ties(&second, |p, q| order(*p, *q).is_eq());
    // The root of the product is exact where both are alike, so that a perfect order is exactly one.
    let scale = ((all - tied_first) as f64 * (all - tied_second) as f64).sqrt();
    // Pairs tied in either are neither concordant nor discordant; those tied in both were taken off twice.
    let untied = all + tied_both - tied_first - tied_second;
    (scale > 0.0).then(|| ((untied as f64 - 2.0 * discordant as f64) / scale).clamp(-1.0, 1.0))
}

/// Zero and minus zero are equal; nothing else is not ordered, since columns hold finite values.
fn order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

fn pairs_of(n: usize) -> u64 {
    let n = n as u64;
    n * n.saturating_sub(1) / 2
}

/// Pairs within runs of equals.
fn ties<T>(sorted: &[T], same: impl Fn(&T, &T) -> bool) -> u64 {
    sorted.chunk_by(|p, q| same(p, q)).map(|run| pairs_of(run.len())).sum()
}

/// Sorts and counts how many pairs stood in the wrong order.
fn exchanges(values: &mut [f64], spare: &mut [f64]) -> u64 {
    let n = values.len();
    if n < 2 {
        return 0;
    }
    let middle = n / 2;
    let (left, right) = values.split_at_mut(middle);
    let (spare_left, spare_right) = spare.split_at_mut(middle);
    let mut count = exchanges(left, spare_left) + exchanges(right, spare_right);
    let (mut i, mut j) = (0, 0);
    for place in spare.iter_mut() {
        let take_right = i == left.len() || (j < right.len() && right[j] < left[i]);
        if take_right {
            *place = right[j];
            j += 1;
            count += (left.len() - i) as u64;
        } else {
            *place = left[i];
            i += 1;
        }
    }
    values.copy_from_slice(spare);
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tau(a: &[f64], b: &[f64]) -> Option<f64> {
        kendall(a.iter().copied().map(Some), b.iter().copied().map(Some))
    }

    #[test]
    fn known_values() {
        assert_eq!(tau(&[1.0, 2.0, 3.0], &[3.0, 5.0, 9.0]), Some(1.0));
        assert_eq!(tau(&[1.0, 2.0, 3.0], &[9.0, 5.0, 3.0]), Some(-1.0));
        // scipy.stats.kendalltau([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]) as its manual prints it.
        let have = tau(&[12.0, 2.0, 1.0, 12.0, 2.0], &[1.0, 4.0, 7.0, 1.0, 0.0]).unwrap();
        assert!((have + 0.471_404_520_791_031_7).abs() < 1e-15, "{have}");
        let five = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_eq!(tau(&five, &[9.0, 5.0, 3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(tau(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(tau(&[1.0], &[1.0]), None);
        assert_eq!(
            kendall([Some(1.0), None, Some(2.0)], [Some(1.0), Some(2.0), None]),
            None
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn it_is_the_count_of_pairs(pairs in prop::collection::vec((0_i32..7, 0_i32..7), 2..60)) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(x, y)| (f64::from(*x), f64::from(*y))).unzip();
            let (mut score, mut untied_a, mut untied_b) = (0, 0, 0);
            for (i, p) in pairs.iter().enumerate() {
                for q in &pairs[..i] {
                    score += (p.0 - q.0).signum() * (p.1 - q.1).signum();
                    untied_a += i32::from(p.0 != q.0);
                    untied_b += i32::from(p.1 != q.1);
                }
            }
            let expected = (untied_a > 0 && untied_b > 0)
                .then(|| f64::from(score) / (f64::from(untied_a).sqrt() * f64::from(untied_b).sqrt()));
            match (tau(&a, &b), expected) {
                (Some(have), Some(want)) => prop_assert!((have - want).abs() < 1e-13, "{} {}", have, want),
                (have, want) => prop_assert_eq!(have, want),
            }
        }
    }
}
