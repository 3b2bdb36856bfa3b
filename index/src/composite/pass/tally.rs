//! Values of a block, normalised and added up.

use crate::composite::scaler::Line;

/// Normalises in place; a missing value stays zero.
pub(super) fn scale(values: &mut [f64], present: Option<&[bool]>, line: Line) {
    match present {
        None => values.iter_mut().for_each(|v| *v = line.straight(*v)),
        Some(present) => {
            for (value, here) in values.iter_mut().zip(present) {
                *value = if *here { line.straight(*value) } else { 0.0 };
            }
        }
    }
}

/// Normalises in place and adds to the parent in one go: the usual case, and half the loads of two.
pub(super) fn scale_and_add(totals: &mut [f64], values: &mut [f64], line: Line, weight: f64) {
    for (total, value) in totals.iter_mut().zip(values) {
        let scaled = line.straight(*value);
        *value = scaled;
        *total += weight * scaled;
    }
}

/// Weight and number of the present children, row by row; empty when every child is present.
#[derive(Default)]
pub(super) struct Tally {
    weights: Vec<f64>,
    /// Empty where a weight says enough.
    counts: Vec<f64>,
}

impl Tally {
    pub(super) fn reset(&mut self, rows: usize, counting: bool) {
        self.weights.clear();
        self.weights.resize(rows, 0.0);
        self.counts.clear();
        self.counts.resize(if counting { rows } else { 0 }, 0.0);
    }

    /// Normalises an indicator in place and adds it, all in one go; a missing value stays zero and adds nothing.
    pub(super) fn scale_and_add(
        &mut self,
        totals: &mut [f64],
        values: &mut [f64],
        present: &[bool],
        line: Line,
        weight: f64,
    ) {
        let sums = totals.iter_mut().zip(&mut self.weights);
        for ((total, sum), (value, here)) in sums.zip(values.iter_mut().zip(present)) {
            let scaled = if *here { line.straight(*value) } else { 0.0 };
            *value = scaled;
            *total += weight * scaled;
            *sum += if *here { weight } else { 0.0 };
        }
        self.count(present);
    }

    fn count(&mut self, present: &[bool]) {
        for (count, here) in self.counts.iter_mut().zip(present) {
            *count += if *here { 1.0 } else { 0.0 };
        }
    }

    /// Adds one child. Where it is missing, nothing is added to the sum, the weight and the count.
    #[inline]
    pub(super) fn add(
        &mut self,
        totals: &mut [f64],
        values: &[f64],
        present: Option<&[bool]>,
        weight: f64,
        of: impl Fn(f64) -> f64,
    ) {
        match present.filter(|_| !self.weights.is_empty()) {
            None => {
                for (total, value) in totals.iter_mut().zip(values) {
                    *total += weight * of(*value);
                }
                self.weights.iter_mut().for_each(|sum| *sum += weight);
                self.counts.iter_mut().for_each(|count| *count += 1.0);
            }
            Some(present) => {
                let sums = totals.iter_mut().zip(&mut self.weights);
                for ((total, sum), (value, here)) in sums.zip(values.iter().zip(present)) {
                    *total += if *here { weight * of(*value) } else { 0.0 };
                    *sum += if *here { weight } else { 0.0 };
                }
                self.count(present);
            }
        }
    }

    /// Turns sums into means; a row with too few children or without weight is missing.
    #[inline]
    pub(super) fn finish(&self, totals: &mut [f64], scored: &mut [bool], needed: f64, finish: impl Fn(f64) -> f64) {
        let means = totals.iter_mut().zip(scored.iter_mut()).zip(&self.weights);
        for ((total, scored), weight) in means {
            *scored = *weight > 0.0;
            *total = if *scored { finish(*total / weight) } else { 0.0 };
        }
        for ((total, scored), count) in totals.iter_mut().zip(scored).zip(&self.counts) {
            if *count < needed {
                (*total, *scored) = (0.0, false);
            }
        }
    }
}
