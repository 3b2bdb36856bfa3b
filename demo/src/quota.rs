//! How many enterprises fall to each of several shares, exactly instead of by chance.

use super::dice::Dice;

/// For each of `count` places the position of its share, in random order.
///
/// Places are given out one by one to the share with the greatest claim (Sainte-Laguë), so the result follows the weights
/// as closely as whole numbers can. As soon as there are as many places as shares of positive weight, each of these has
/// at least one. Empty when no weight is positive.
pub(super) fn allot(weights: &[f64], count: usize, dice: &mut Dice) -> Vec<usize> {
    let positive: Vec<usize> = (0..weights.len()).filter(|at| weight(weights, *at) > 0.0).collect();
    let mut places = if count >= positive.len() {
        positive.clone()
    } else {
        Vec::new()
    };
    let mut held: Vec<usize> = vec![places.len().min(1); weights.len()];
    while places.len() < count {
        let claim = |at: usize| weight(weights, at) / (2.0 * held.get(at).copied().unwrap_or(0) as f64 + 1.0);
        let Some(next) = positive
            .iter()
            .copied()
            .reduce(|best, at| if claim(at) > claim(best) { at } else { best })
        else {
            break;
        };
        places.push(next);
        if let Some(held) = held.get_mut(next) {
            *held += 1;
        }
    }
    dice.shuffle(&mut places);
    places
}

fn weight(weights: &[f64], at: usize) -> f64 {
    weights.get(at).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(weights: &[f64], count: usize, expected: &[usize]) {
        let places = allot(weights, count, &mut Dice::new(1, 0, "quota"));
        let counts: Vec<usize> = (0..weights.len())
            .map(|at| places.iter().filter(|p| **p == at).count())
            .collect();
        assert_eq!(counts, expected, "{weights:?} x {count}");
    }

    #[test]
    fn shares_are_kept() {
        check(&[0.85, 0.15], 100, &[85, 15]);
        check(&[3.0, 1.0], 8, &[6, 2]);
        check(&[100.0, 1.0, 1.0], 3, &[1, 1, 1]);
        check(&[100.0, 1.0, 1.0], 2, &[2, 0, 0]);
        check(&[0.0, 1.0], 3, &[0, 3]);
        check(&[0.0], 3, &[0]);
        check(&[], 3, &[]);
        check(&[1.0], 0, &[0]);
    }
}
