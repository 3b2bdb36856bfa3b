//! The lowest and the highest of many numbers.

/// The lowest and the highest number; what is not a number is passed over. In lanes, so that the compiler can turn it into
/// vector instructions. Infinity and minus infinity where there is none.
pub(crate) fn extremes(numbers: &[f64]) -> (f64, f64) {
    let mut lanes = Lanes::default();
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        lanes.take(chunk);
    }
    lanes.extremes(rest.iter().copied())
}

/// The same over the numbers that are present.
pub(crate) fn extremes_of_present(numbers: &[f64], present: &[bool]) -> (f64, f64) {
    let mut lanes = Lanes::default();
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    let (presence, rest_present) = present.as_chunks::<LANES>();
    for (chunk, here) in chunks.iter().zip(presence) {
        lanes.take(&std::array::from_fn(
            |lane| if here[lane] { chunk[lane] } else { f64::NAN },
        ));
    }
    let rest = rest.iter().zip(rest_present).filter(|(_, here)| **here);
    lanes.extremes(rest.map(|(number, _)| *number))
}

/// Numbers that are compared side by side.
const LANES: usize = 8;

/// The lowest and the highest number of each lane so far.
struct Lanes {
    low: [f64; LANES],
    high: [f64; LANES],
}

impl Default for Lanes {
    fn default() -> Self {
        Self {
            low: [f64::INFINITY; LANES],
            high: [f64::NEG_INFINITY; LANES],
        }
    }
}

impl Lanes {
    #[inline]
    fn take(&mut self, chunk: &[f64; LANES]) {
        // Written as comparisons: what is not a number is neither lower nor higher.
        for (low, number) in self.low.iter_mut().zip(chunk) {
            *low = if *number < *low { *number } else { *low };
        }
        for (high, number) in self.high.iter_mut().zip(chunk) {
            *high = if *number > *high { *number } else { *high };
        }
    }

    fn extremes(&self, rest: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
        let low = self
            .low
            .iter()
            .copied()
            .chain(rest.clone())
            .fold(f64::INFINITY, f64::min);
        let high = self.high.iter().copied().chain(rest).fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    }
}
