//! Identifiers and randomness as parameters.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use uuid::{Builder, Uuid};

/// Gives identifiers (UUIDv7: ordered by time) and random bytes.
pub trait IdSource: Send + Sync {
    /// A new identifier made at `now`.
    fn next_id(&self, now: DateTime<Utc>) -> Uuid;
    /// 32 random bytes for tokens and salts.
    fn random_bytes(&self) -> [u8; 32];
}

/// Identifiers from a cryptographic generator; seeded from the machine, or by hand for demos and tests.
///
/// The millisecond and a counter keep the identifiers of one source in the order in which they were asked for.
pub struct SeededIds(Mutex<State>);

struct State {
    random: ChaCha20Rng,
    last_millis: u64,
    counter: u16,
}

impl SeededIds {
    /// A source seeded by the machine.
    pub fn from_system() -> Arc<Self> {
        Self::from_rng(rand::make_rng())
    }

    /// A source that always gives the same identifiers for the same seed and times.
    pub fn from_seed(seed: u64) -> Arc<Self> {
        Self::from_rng(ChaCha20Rng::seed_from_u64(seed))
    }

    fn from_rng(random: ChaCha20Rng) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            random,
            last_millis: 0,
            counter: 0,
        })))
    }
}

impl IdSource for SeededIds {
    fn next_id(&self, now: DateTime<Utc>) -> Uuid {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let millis = u64::try_from(now.timestamp_millis())
            .unwrap_or(0)
            .max(state.last_millis);
        if millis > state.last_millis {
            state.last_millis = millis;
            state.counter = 0;
        } else {
            state.counter += 1;
            if state.counter >= 0x1000 {
                // The 12-bit counter is used up: borrow the next millisecond, order stays strict.
                state.last_millis += 1;
                state.counter = 0;
            }
        }
        let mut bytes = [0_u8; 10];
        state.random.fill_bytes(&mut bytes);
        let [high, low] = state.counter.to_be_bytes();
        (bytes[0], bytes[1]) = (high, low);
        Builder::from_unix_timestamp_millis(state.last_millis, &bytes).into_uuid()
    }

    fn random_bytes(&self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .random
            .fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_ordered_and_repeatable() {
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        let ids = |seed| {
            let source = SeededIds::from_seed(seed);
            (0..10_000).map(|_| source.next_id(now)).collect::<Vec<_>>()
        };
        let first = ids(1);
        assert!(
            first.is_sorted_by(|a, b| a < b),
            "strictly increasing, also within one millisecond"
        );
        assert_eq!(first, ids(1));
        assert_ne!(first, ids(2));
        assert_eq!(first[0].get_version_num(), 7);
    }
}
