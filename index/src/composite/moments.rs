//! Mean, standard deviation, skewness and kurtosis of a sample.
//!
//! Sums are compensated (Neumaier 1974), so that a result does not depend on how large the sample is.

/// Compensated sum.
pub(crate) fn sum(values: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    total + lost
}

/// Arithmetic mean; none of an empty sample. It lies between the values even where their sum is beyond a double.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let total = sum(values.iter().copied());
    (!values.is_empty()).then(|| {
        if total.is_finite() {
            total / n
        } else {
            let (low, high) = crate::rank::extremes(values);
            (sum(values.iter().map(|value| value / 2.0 / n)) * 2.0).clamp(low, high)
        }
    })
}

/// By what values are divided before squares and higher powers of them are taken: their largest size, where such powers
/// would leave the range of a double; else none.
pub(crate) fn unit_of(values: &[f64]) -> Option<f64> {
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let is_far = !(1e-60..=1e60).contains(&largest) && largest > 0.0 && largest.is_finite();
    is_far.then_some(largest)
}

/// The values in a unit; where that is below the normal numbers, the quotient keeps what digits they have.
pub(crate) fn in_unit(values: &[f64], unit: f64) -> Vec<f64> {
    values.iter().map(|value| value / unit).collect()
}

/// Median: the middle value, or midway between the two in the middle; none of an empty sample.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if !sorted.len().is_multiple_of(2) {
        return Some(upper);
    }
    sorted
        .get(sorted.len() / 2 - 1)
        .map(|lower| f64::midpoint(*lower, upper))
}

/// Mean and sample standard deviation (divisor n - 1); none below two values.
pub(crate) fn mean_and_sd(values: &[f64]) -> Option<(f64, f64)> {
    if let Some(unit) = unit_of(values) {
        return mean_and_sd(&in_unit(values, unit)).map(|(mean, sd)| (mean * unit, sd * unit));
    }
    let mean = mean(values).filter(|_| values.len() > 1)?;
    let squares = sum(values.iter().map(|v| (v - mean) * (v - mean)));
    Some((mean, (squares / (values.len() as f64 - 1.0)).sqrt()))
}

/// Sample-adjusted skewness G1 and excess kurtosis G2 (Joanes and Gill 1998, type 2: what Excel prints).
/// None below four values or when all are equal.
pub(crate) fn skew_and_kurtosis(values: &[f64]) -> Option<(f64, f64)> {
    // Neither hangs on the unit of measurement: powers of figures that are out of all proportion would not be numbers.
    if let Some(unit) = unit_of(values) {
        return skew_and_kurtosis(&in_unit(values, unit));
    }
    let mean = mean(values).filter(|_| values.len() > 3)?;
    let n = values.len() as f64;
    let power_sum = |power: i32| sum(values.iter().map(|v| (v - mean).powi(power)));
    let squares = power_sum(2);
    if squares <= 0.0 {
        return None;
    }
    let skew = n.sqrt() * power_sum(3) / squares.powf(1.5) * (n * (n - 1.0)).sqrt() / (n - 2.0);
    let ratio = n * power_sum(4) / (squares * squares);
    let kurtosis = ((n + 1.0) * (ratio - 3.0) + 6.0) * (n - 1.0) / ((n - 2.0) * (n - 3.0));
    Some((skew, kurtosis))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_small_samples() {
        assert_eq!(sum([1e16, 1.0, -1e16]).to_bits(), 1.0_f64.to_bits());
        assert_eq!(mean(&[]), None);
        assert_eq!(median(&[]), None);
        assert_eq!((median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0])), (Some(2.0), Some(2.5)));
        assert_eq!(mean_and_sd(&[1.0]), None);
        assert_eq!(mean_and_sd(&[2.0, 4.0, 6.0]), Some((4.0, 2.0)));
        assert_eq!(skew_and_kurtosis(&[5.0; 6]), None);
        // Excel's SKEW and KURT of 3,4,5,2,3,4,5,6,4,7 as its manual prints them.
        let (skew, kurtosis) = skew_and_kurtosis(&[3.0, 4.0, 5.0, 2.0, 3.0, 4.0, 5.0, 6.0, 4.0, 7.0]).unwrap();
        assert!((skew - 0.359_543_071).abs() < 1e-8, "{skew}");
        assert!((kurtosis + 0.151_799_637).abs() < 1e-8, "{kurtosis}");
        for unit in [1e-300, 1e-170, 1e200, 1e307] {
            let (mean, sd) = mean_and_sd(&[2.0 * unit, 4.0 * unit, 6.0 * unit]).unwrap();
            assert!(
                (mean / unit - 4.0).abs() < 1e-14 && (sd / unit - 2.0).abs() < 1e-14,
                "{unit}"
            );
        }
        let greatest = mean(&[f64::MAX, f64::MAX, f64::MAX]).unwrap();
        assert!((greatest / f64::MAX - 1.0).abs() < 1e-15, "{greatest}");
        // In any unit of measurement.
        for unit in [1e-300, 1e300] {
            let values = [3.0, 4.0, 5.0, 2.0, 3.0, 4.0, 5.0, 6.0, 4.0, 7.0].map(|value| value * unit);
            let found = skew_and_kurtosis(&values).unwrap();
            assert!(
                (found.0 - skew).abs() < 1e-12 && (found.1 - kurtosis).abs() < 1e-12,
                "{found:?}"
            );
        }
    }
}
