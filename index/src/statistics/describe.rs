//! One line of figures per column.

use std::collections::BTreeMap;

use super::quantile::quantile_of_sorted;
use crate::composite::{
    Column,
    moments::{mean, mean_and_sd, skew_and_kurtosis},
};

/// When a column is flagged. The defaults are those of COINr's `get_stats`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DescriptionLimits {
    /// The least share of present values.
    pub available: f64,
    /// The least share of values that are not zero, of all units.
    pub not_zero: f64,
    /// The least share of different values, of all units.
    pub unique: f64,
    /// Outliers are likely above this absolute skewness ...
    pub skew: f64,
    /// ... and above this excess kurtosis.
    pub kurtosis: f64,
}

impl Default for DescriptionLimits {
    fn default() -> Self {
        Self {
            available: 0.65,
            not_zero: 0.5,
            unique: 0.5,
            skew: 2.0,
            kurtosis: 3.5,
        }
    }
}

/// What a column looks like. A figure that is not defined for its values is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Code of the column.
    pub code: String,
    /// Present values.
    pub present: usize,
    /// Missing values.
    pub missing: usize,
    /// Present values other than zero.
    pub not_zero: usize,
    /// Different present values.
    pub unique: usize,
    /// Size of the largest set of equal values.
    pub same: usize,
    /// Arithmetic mean.
    pub mean: Option<f64>,
    /// Standard deviation (divisor n - 1), from two values.
    pub sd: Option<f64>,
    /// Smallest value.
    pub min: Option<f64>,
    /// First quartile (R's type 7).
    pub q1: Option<f64>,
    /// Median.
    pub median: Option<f64>,
    /// Third quartile.
    pub q3: Option<f64>,
    /// Largest value.
    pub max: Option<f64>,
    /// Sample skewness G1 (Joanes and Gill's type 2), from four values that differ.
    pub skew: Option<f64>,
    /// Excess kurtosis G2 (type 2), from four values that differ.
    pub kurtosis: Option<f64>,
    /// What should be looked at.
    pub flags: DescriptionFlags,
}

/// What should be looked at in a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DescriptionFlags {
    /// Few values are present.
    pub low_availability: bool,
    /// Many values are zero.
    pub many_zeros: bool,
    /// Few values differ.
    pub few_unique: bool,
    /// Skewness and kurtosis are both beyond their limits: outliers are likely.
    pub outliers: bool,
    /// All present values are equal.
    pub constant: bool,
}

/// Describes a column, as COINr's `get_stats`, with quartiles.
pub fn describe(column: &Column, limits: &DescriptionLimits) -> Description {
    let mut sorted: Vec<f64> = column.present_values().collect();
    let moments = skew_and_kurtosis(&sorted);
    let (mean, sd) = (mean(&sorted), mean_and_sd(&sorted).map(|(_, sd)| sd));
    sorted.sort_unstable_by(f64::total_cmp);
    let runs: Vec<usize> = sorted.chunk_by(|a, b| a >= b).map(<[f64]>::len).collect();
    let not_zero = sorted.iter().filter(|v| v.abs() > 0.0).count();
    let share = |count: usize| count as f64 / column.len() as f64;
    let constant = runs.len() == 1;
    let flags = DescriptionFlags {
        low_availability: share(sorted.len()) < limits.available,
        many_zeros: share(not_zero) < limits.not_zero,
        few_unique: share(runs.len()) < limits.unique,
        outliers: moments.is_some_and(|(skew, kurtosis)| skew.abs() > limits.skew && kurtosis > limits.kurtosis),
        constant,
    };
    Description {
        code: column.code().to_owned(),
        present: sorted.len(),
        missing: column.len() - sorted.len(),
        not_zero,
        unique: runs.len(),
        same: runs.iter().copied().max().unwrap_or(0),
        mean,
        // Equal values may leave a trace of rounding.
        sd: if constant { sd.map(|_| 0.0) } else { sd },
        min: sorted.first().copied(),
        q1: quantile_of_sorted(&sorted, 0.25),
        median: quantile_of_sorted(&sorted, 0.5),
        q3: quantile_of_sorted(&sorted, 0.75),
        max: sorted.last().copied(),
        skew: moments.filter(|_| !constant).map(|(skew, _)| skew),
        kurtosis: moments.filter(|_| !constant).map(|(_, kurtosis)| kurtosis),
        flags,
    }
}

impl Description {
    /// The figures by name, in a fixed order of names: what a table of descriptions has as columns.
    pub fn figures(&self) -> BTreeMap<&'static str, Option<f64>> {
        BTreeMap::from([
            ("mean", self.mean),
            ("sd", self.sd),
            ("min", self.min),
            ("q1", self.q1),
            ("median", self.median),
            ("q3", self.q3),
            ("max", self.max),
            ("skew", self.skew),
            ("kurtosis", self.kurtosis),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(cells: &[Option<f64>]) -> Description {
        describe(
            &Column::new("c", cells.iter().copied()).unwrap(),
            &DescriptionLimits::default(),
        )
    }

    #[test]
    fn figures_by_hand() {
        let cells = [Some(4.0), None, Some(1.0), Some(0.0), Some(1.0), Some(9.0)];
        let have = described(&cells);
        assert_eq!(
            (have.present, have.missing, have.not_zero, have.unique, have.same),
            (5, 1, 4, 4, 2)
        );
        assert_eq!(
            (have.min, have.q1, have.median, have.q3, have.max),
            (Some(0.0), Some(1.0), Some(1.0), Some(4.0), Some(9.0))
        );
        assert_eq!(have.mean, Some(3.0));
        // Squares 1 + 4 + 9 + 4 + 36 over four.
        assert!((have.sd.unwrap() - 13.5_f64.sqrt()).abs() < 1e-15);
        assert_eq!(have.flags, DescriptionFlags::default());
    }

    #[test]
    fn what_should_be_looked_at_is_flagged() {
        let empty = described(&[None, None]);
        assert_eq!((empty.mean, empty.sd, empty.min, empty.skew), (None, None, None, None));
        assert!(empty.flags.low_availability && empty.flags.few_unique && !empty.flags.constant);
        let constant = described(&[Some(0.1); 6]);
        assert_eq!((constant.sd, constant.skew, constant.kurtosis), (Some(0.0), None, None));
        assert!(constant.flags.constant && constant.flags.few_unique && !constant.flags.outliers);
        let outlier: Vec<_> = (1..=10).map(f64::from).chain([1000.0]).map(Some).collect();
        assert!(described(&outlier).flags.outliers);
        assert!(described(&[Some(0.0), Some(0.0), Some(2.0)]).flags.many_zeros);
    }
}
