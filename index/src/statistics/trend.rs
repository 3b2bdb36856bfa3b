//! How a figure has moved over the years.

use crate::composite::moments::{mean, sum};

/// What the years of one figure say together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// The first year with a value.
    pub from: i64,
    /// The last year with a value.
    pub to: i64,
    /// Years with a value.
    pub years: usize,
    /// The value of the first year.
    pub first: f64,
    /// The value of the last year.
    pub last: f64,
    /// Compound annual growth rate `(last / first)^(1 / (to - from)) - 1`; none where one of the two is not above zero.
    pub cagr: Option<f64>,
    /// Change per year of the straight line of least squares through all years; none where a double cannot hold it.
    pub slope: Option<f64>,
}

/// The trend of (year, value) in rising order of years; none of fewer than two years.
///
/// Source of the growth rate over the years with values: COINr, `CAGR` and `get_trends`.
pub fn trend(points: &[(i64, f64)]) -> Option<Trend> {
    let ((from, first), (to, last)) = (*points.first()?, *points.last()?);
    let span = to.checked_sub(from).filter(|span| *span > 0)? as f64;
    let years: Vec<f64> = points.iter().map(|(year, _)| (year - from) as f64).collect();
    let values: Vec<f64> = points.iter().map(|(_, value)| *value).collect();
    let (middle, level) = (mean(&years)?, mean(&values)?);
    let products = years
        .iter()
        .zip(&values)
        .map(|(year, value)| (year - middle) * (value - level));
    let squares = years.iter().map(|year| (year - middle) * (year - middle));
    Some(Trend {
        from,
        to,
        years: points.len(),
        first,
        last,
        // By logarithms a ratio that a double cannot hold has a growth rate all the same.
        cagr: (first > 0.0 && last > 0.0).then(|| ((last.ln() - first.ln()) / span).exp_m1()),
        slope: Some(sum(products) / sum(squares)).filter(|slope| slope.is_finite()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_and_slope_by_hand() {
        let check = |points: &[(i64, f64)], cagr: Option<f64>, slope: f64| {
            let found = trend(points).unwrap();
            let close = |have: f64, want: f64| (have - want).abs() <= 1e-14 * want.abs().max(1.0);
            assert!(close(found.slope.unwrap(), slope), "{found:?}");
            match (found.cagr, cagr) {
                (Some(have), Some(want)) => assert!(close(have, want), "{found:?}"),
                (have, want) => assert_eq!(have, want),
            }
        };
        // 100 to 121 in two years is 10 % a year.
        check(&[(2024, 100.0), (2025, 100.0), (2026, 121.0)], Some(0.1), 10.5);
        // Years without a value are passed over: 2 to 16 in three years, twice each. Slope by hand 34 / 7.
        check(&[(2020, 2.0), (2021, 4.0), (2023, 16.0)], Some(1.0), 34.0 / 7.0);
        check(&[(1, -1.0), (3, 3.0)], None, 2.0);
        check(&[(1, 0.0), (2, 3.0)], None, 3.0);
        assert_eq!(trend(&[(2026, 1.0)]), None);
        assert_eq!(trend(&[]), None);
        // The ratio is beyond a double, its root is not.
        let steep = trend(&[(0, 1e-200), (400, 1e200)]).unwrap();
        assert!((steep.cagr.unwrap() - 9.0).abs() < 1e-12, "{steep:?}");
    }
}
