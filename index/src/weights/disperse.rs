//! Weights in proportion to how much the units differ in a column.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    error::WeightError,
    record::{Origin, Weighting},
    siblings::{Item, at_least, codes, directed, summable},
};
use crate::composite::moments::{mean_and_sd, sum};

/// A measure of dispersion over the current values of a column (divisor n - 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Dispersion {
    /// Standard deviation of the raw values; only for columns in the same unit (pymcdm, scikit-criteria).
    StandardDeviation,
    /// Standard deviation on the min-max scale (Diakoulaki et al. 1995).
    StandardDeviationMinMax,
    /// Variance on the min-max scale.
    VarianceMinMax,
    /// Coefficient of variation: standard deviation divided by the mean; for columns with a positive mean.
    CoefficientOfVariation,
    /// Gini coefficient; for columns without negative values: `sum_i sum_j |x_i - x_j| / (2 n^2 mean)`.
    Gini,
}

/// Weights in proportion to a measure of dispersion. A column without dispersion weighs nothing; on the min-max scale,
/// where it has no place, it is refused.
pub fn disperse(items: &[Item<'_>], measure: Dispersion) -> Result<Weighting, WeightError> {
    let values = items
        .iter()
        .map(|item| dispersion_of(*item, measure))
        .collect::<Result<Vec<_>, _>>()?;
    Weighting::of_shares(codes(items), &values.clone(), Origin::Dispersion { measure, values })
}

fn dispersion_of(item: Item<'_>, measure: Dispersion) -> Result<f64, WeightError> {
    let code = || item.column.code().to_owned();
    let raw = at_least(item.column, 2)?;
    let scaled = || directed(item).map(|cells| cells.into_iter().flatten().collect::<Vec<f64>>());
    let (low, high) = crate::rank::extremes(&raw);
    let deviation = |values: &[f64]| mean_and_sd(values).map_or(0.0, |(_, sd)| sd);
    match measure {
        // Equal values may leave a trace of rounding in the deviation: ask the values themselves.
        Dispersion::StandardDeviation if low >= high => Ok(0.0),
        Dispersion::StandardDeviation => Ok(deviation(&raw)),
        Dispersion::StandardDeviationMinMax => Ok(deviation(&scaled()?)),
        Dispersion::VarianceMinMax => Ok(deviation(&scaled()?).powi(2)),
        Dispersion::CoefficientOfVariation => match mean_and_sd(&raw) {
            Some((mean, _)) if mean <= 0.0 => Err(WeightError::ZeroTotal { code: code() }),
            Some((mean, sd)) if low < high => Ok(sd / mean),
            _ => Ok(0.0),
        },
        Dispersion::Gini => {
            if let Some((row, value)) = item
                .column
                .cells()
                .enumerate()
                .filter_map(|(row, cell)| cell.map(|v| (row, v)))
                .find(|(_, v)| *v < 0.0)
            {
                return Err(WeightError::Negative {
                    code: code(),
                    row,
                    value,
                });
            }
            gini(raw).ok_or_else(|| WeightError::ZeroTotal { code: code() })
        }
    }
}

/// The Gini coefficient from sorted values: `sum((2 i - n - 1) x_i) / (n sum(x))`, i from 1.
fn gini(values: Vec<f64>) -> Option<f64> {
    let mut values = summable(values);
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let total = sum(values.iter().copied());
    let lifted = sum(values.iter().enumerate().map(|(at, v)| (2.0 * at as f64 + 1.0 - n) * v));
    (total > 0.0).then(|| (lifted / (n * total)).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, Direction};

    fn values(cells: &[f64], measure: Dispersion) -> Result<f64, WeightError> {
        let column = Column::complete("c", cells.to_vec()).unwrap();
        let item = Item {
            column: &column,
            direction: Direction::Positive,
        };
        dispersion_of(item, measure)
    }

    #[test]
    fn measures_by_hand() {
        let check = |measure, expected: f64| {
            let have = values(&[2.0, 4.0, 6.0], measure).unwrap();
            assert!((have - expected).abs() < 1e-15, "{measure:?}: {have}");
        };
        check(Dispersion::StandardDeviation, 2.0);
        check(Dispersion::StandardDeviationMinMax, 0.5);
        check(Dispersion::VarianceMinMax, 0.25);
        check(Dispersion::CoefficientOfVariation, 0.5);
        // Differences 2, 4, 2, each counted twice: 16 / (2 * 9 * 4).
        check(Dispersion::Gini, 16.0 / 72.0);
    }

    #[test]
    fn measures_in_any_unit() {
        for unit in [1e-300, 1e-200, 1e200, 2e307] {
            let cells = [2.0, 4.0, 6.0].map(|value| value * unit);
            let check = |measure, expected: f64| {
                let have = values(&cells, measure).unwrap();
                assert!((have / expected - 1.0).abs() < 1e-14, "{measure:?} of {unit}: {have}");
            };
            check(Dispersion::StandardDeviation, 2.0 * unit);
            check(Dispersion::StandardDeviationMinMax, 0.5);
            check(Dispersion::CoefficientOfVariation, 0.5);
            check(Dispersion::Gini, 16.0 / 72.0);
        }
        // The whole way from the least to the greatest is beyond a double, half of it is not.
        let found = values(&[-1.5e308, 0.0, 1.5e308], Dispersion::StandardDeviationMinMax).unwrap();
        assert!((found - 0.5).abs() < 1e-15, "{found}");
    }

    #[test]
    fn a_constant_column_weighs_nothing_or_is_refused() {
        let constant = [0.1, 0.1, 0.1];
        assert_eq!(values(&constant, Dispersion::StandardDeviation).unwrap().to_bits(), 0);
        assert_eq!(
            values(&constant, Dispersion::CoefficientOfVariation).unwrap().to_bits(),
            0
        );
        let code = |cells: &[f64], measure| values(cells, measure).unwrap_err().code();
        assert_eq!(code(&constant, Dispersion::VarianceMinMax), "weights.constant_column");
        assert_eq!(
            code(&[-3.0, 1.0], Dispersion::CoefficientOfVariation),
            "weights.zero_total"
        );
        assert_eq!(code(&[0.0, 0.0], Dispersion::Gini), "weights.zero_total");
        assert_eq!(code(&[-1.0, 1.0], Dispersion::Gini), "weights.negative_value");
        assert_eq!(code(&[1.0], Dispersion::StandardDeviation), "weights.too_few_values");
    }
}
