//! Cronbach's alpha: how well several columns measure one thing.

use super::error::StatisticsError;
use crate::composite::{Matrix, moments::sum};

/// Alpha and what it was computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alpha {
    /// Alpha, at most 1; it may be negative when columns are opposed.
    pub alpha: f64,
    /// Number of columns.
    pub items: usize,
    /// Units with all values.
    pub complete_units: usize,
}

/// `k / (k - 1) (1 - trace(C) / sum(C))` with the covariance matrix C of k columns, each covariance over the units that
/// its two columns have in common, as COINr's `get_cronbach`. Columns should be on one scale and directed. Source:
/// Cronbach (1951), Psychometrika 16, 297-334.
pub fn cronbach_alpha(data: &Matrix) -> Result<Alpha, StatisticsError> {
    let columns = data.columns();
    let items = columns.len();
    if items < 2 {
        return Err(StatisticsError::TooFewColumns {
            needed: 2,
            found: items,
        });
    }
    let (mut own, mut all) = (Vec::new(), Vec::new());
    for (i, a) in columns.iter().enumerate() {
        for (j, b) in columns.iter().enumerate() {
            let covariance = covariance(a.cells(), b.cells()).ok_or_else(|| StatisticsError::TooFewCommon {
                first: a.code().to_owned(),
                second: b.code().to_owned(),
            })?;
            all.push(covariance);
            if i == j {
                own.push(covariance);
            }
        }
    }
    let total = sum(all);
    if !(total > 0.0 && total.is_finite()) {
        return Err(StatisticsError::NoVariance);
    }
    let k = items as f64;
    let rows = data.units().len();
    Ok(Alpha {
        alpha: k / (k - 1.0) * (1.0 - sum(own) / total),
        items,
        complete_units: (0..rows)
            .filter(|row| columns.iter().all(|c| c.get(*row).is_some()))
            .count(),
    })
}

/// Sample covariance (divisor n - 1) of the pairs that are both present; none below two.
fn covariance(a: impl Iterator<Item = Option<f64>>, b: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = a.zip(b).filter_map(|(x, y)| x.zip(y)).collect();
    if pairs.len() < 2 {
        return None;
    }
    let n = pairs.len() as f64;
    let (mx, my) = (sum(pairs.iter().map(|p| p.0)) / n, sum(pairs.iter().map(|p| p.1)) / n);
    Some(sum(pairs.iter().map(|(x, y)| (x - mx) * (y - my))) / (n - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::Column;

    fn data(columns: &[&[Option<f64>]]) -> Matrix {
        let rows = columns.first().map_or(0, |c| c.len());
        let columns = columns
            .iter()
            .enumerate()
            .map(|(at, cells)| Column::new(format!("c{at}"), cells.iter().copied()).unwrap());
        Matrix::new((0..rows).map(|i| format!("u{i}")).collect(), columns.collect()).unwrap()
    }

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn by_hand() {
        // Variances 1, 1 and covariance 1/2: 2 (1 - 2 / 3).
        let (a, b) = (some(&[1.0, 2.0, 3.0]), some(&[1.0, 3.0, 2.0]));
        let found = cronbach_alpha(&data(&[&a, &b])).unwrap();
        assert!((found.alpha - 2.0 / 3.0).abs() < 1e-15, "{found:?}");
        assert_eq!((found.items, found.complete_units), (2, 3));
        let same = cronbach_alpha(&data(&[&a, &a, &a])).unwrap();
        assert!((same.alpha - 1.0).abs() < 1e-15);
    }

    #[test]
    fn what_is_not_defined_is_refused() {
        let a = some(&[1.0, 2.0, 3.0]);
        let code = |columns: &[&[Option<f64>]]| cronbach_alpha(&data(columns)).unwrap_err().code();
        assert_eq!(code(&[&a]), "statistics.too_few_columns");
        assert_eq!(code(&[&a, &some(&[3.0, 2.0, 1.0])]), "statistics.no_variance");
        assert_eq!(code(&[&a, &[Some(1.0), None, None]]), "statistics.too_few_common");
    }
}
