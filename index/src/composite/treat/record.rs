//! What was done to the columns.

use crate::composite::{matrix::Matrix, transform::Transform};

/// Skewness G1 and excess kurtosis G2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Skewness.
    pub skew: f64,
    /// Excess kurtosis.
    pub kurtosis: f64,
}

/// One point that was changed.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatedPoint {
    /// Unit code.
    pub unit: String,
    /// Value before.
    pub before: f64,
    /// Value after.
    pub after: f64,
}

/// The record of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatmentRecord {
    /// Code of the indicator.
    pub code: String,
    /// The steps that made the result, in order; empty when the column stayed as it was.
    pub steps: Vec<&'static str>,
    /// Its shape before; none when it has fewer than four values or they are all equal, so that nothing can be told.
    pub before: Option<Shape>,
    /// Its shape after.
    pub after: Option<Shape>,
    /// Whether it is tame now; none when nothing can be told or it is not to be treated.
    pub tame: Option<bool>,
    /// Points changed, in row order.
    pub points: Vec<TreatedPoint>,
    /// What the steps do to a value, in order.
    pub(super) transforms: Vec<Transform>,
    /// The least and the greatest value before.
    pub(super) range: Option<(f64, f64)>,
}

impl TreatmentRecord {
    /// What would have become of a value of the column, had it not been among those the treatment was fitted to. Where a
    /// formula is not defined so far out, the nearest value of the column stands for it.
    pub(in crate::composite) fn treat(&self, value: f64) -> f64 {
        let treated = |value| {
            self.transforms
                .iter()
                .fold(value, |value, transform| transform.apply(value))
        };
        match (treated(value), self.range) {
            (found, _) if found.is_finite() => found,
            (_, Some((least, greatest))) => treated(value.max(least).min(greatest)),
            (_, None) => value,
        }
    }
}

/// Treated data and the record of every column, in column order.
#[derive(Clone, Debug, PartialEq)]
pub struct Treated {
    /// The data after treatment.
    pub data: Matrix,
    /// One record per column.
    pub records: Vec<TreatmentRecord>,
}
