//! Seeded chance. The only source of randomness of the demo county.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use sha2::{Digest, Sha256};

/// Chance for one purpose of one enterprise.
///
/// Every step has dice of its own, found by name. Changing one step of a profile therefore leaves all other steps as
/// they were, and last year's answers are drawn with this year's luck: the same firm, a year younger. Only exact
/// floating point operations are used (no `ln`, `cos`, `exp`), so that the bytes are the same on every machine.
#[derive(Clone, Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice for a purpose: the same seed, enterprise and purpose give the same numbers.
    pub(super) fn new(seed: u64, enterprise: u64, purpose: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_le_bytes());
        hash.update(enterprise.to_le_bytes());
        hash.update(purpose.as_bytes());
        Self(ChaCha8Rng::from_seed(hash.finalize().into()))
    }

    /// A number in 0 (inclusive) to 1 (exclusive), with 53 random bits.
    pub(super) fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number between two bounds.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Whether something of the given probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A nearly normal number: the sum of twelve uniform ones less six has variance 1 and never lies beyond 6.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..12).map(|_| self.unit()).sum();
        mean + deviation * (sum - 6.0)
    }

    /// A nearly lognormal number around a median; `spread` is the standard deviation of its logarithm.
    pub(super) fn lognormal(&mut self, median: f64, spread: f64) -> f64 {
        median * exponential(self.normal(0.0, spread))
    }

    /// A position below `count`; 0 when there is none.
    pub(super) fn position(&mut self, count: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * count as u128;
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// One of the items, with chances in proportion to the weights; none when no weight is positive.
    pub(super) fn weighted<'a, T>(&mut self, items: impl Iterator<Item = (&'a T, f64)> + Clone) -> Option<&'a T> {
        let total: f64 = items.clone().map(|(_, weight)| weight).sum();
        let mut left = total * self.unit();
        let mut chosen = None;
        for (item, weight) in items.filter(|(_, weight)| *weight > 0.0) {
            chosen = Some(item);
            left -= weight;
            if left < 0.0 {
                break;
            }
        }
        chosen
    }

    /// Puts items into a random order (Fisher and Yates).
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.position(last + 1);
            items.swap(last, other);
        }
    }
}

/// e to the power of x as (1 + x/1024)^1024 by ten squarings: exact enough for chance, the same on every machine.
fn exponential(x: f64) -> f64 {
    (0..10).fold((1.0 + x / 1024.0).max(0.0), |power, _| power * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_are_independent_and_repeatable() {
        let first = |seed, enterprise, purpose| Dice::new(seed, enterprise, purpose).unit().to_bits();
        assert_eq!(first(1, 2, "a"), first(1, 2, "a"));
        assert_ne!(first(1, 2, "a"), first(1, 2, "b"));
        assert_ne!(first(1, 2, "a"), first(1, 3, "a"));
        assert_ne!(first(1, 2, "a"), first(2, 2, "a"));
    }

    #[test]
    fn distributions_have_the_promised_moments() {
        let mut dice = Dice::new(7, 0, "moments");
        let count = 20_000;
        let normal: Vec<f64> = (0..count).map(|_| dice.normal(2.0, 0.5)).collect();
        let mean = normal.iter().sum::<f64>() / f64::from(count);
        let variance = normal.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / f64::from(count);
        assert!((mean - 2.0).abs() < 0.02, "{mean}");
        assert!((variance - 0.25).abs() < 0.02, "{variance}");
        let mut lognormal: Vec<f64> = (0..count).map(|_| dice.lognormal(100.0, 1.0)).collect();
        lognormal.sort_by(f64::total_cmp);
        assert!((lognormal[10_000] - 100.0).abs() < 5.0, "{}", lognormal[10_000]);
        assert!(lognormal[0] > 0.0);
    }

    #[test]
    fn positions_and_weights_stay_inside() {
        let mut dice = Dice::new(7, 0, "inside");
        assert_eq!(dice.position(0), 0);
        assert!((0..1000).all(|_| dice.position(3) < 3));
        let items = [("never", 0.0), ("often", 3.0), ("rarely", 1.0)];
        let drawn: Vec<_> = (0..1000)
            .filter_map(|_| dice.weighted(items.iter().map(|(i, w)| (i, *w))))
            .collect();
        let often = drawn.iter().filter(|i| ***i == "often").count();
        assert!(!drawn.contains(&&"never") && (700..800).contains(&often), "{often}");
        assert_eq!(dice.weighted(items[..1].iter().map(|(i, w)| (i, *w))), None);
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Dice::new(7, 0, "shuffle").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
