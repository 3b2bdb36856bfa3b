//! Transformations of a whole sample that draw in a long tail. None where the sample has no result.
//!
//! Sources: COINr, `log_CT`, `log_CT_plus`, `log_CT_orig`, `log_GII` (which computes this formula and returns its input),
//! `boxcox`; Box and Cox, "An analysis of transformations", Journal of the Royal Statistical Society B 26 (1964).

use super::moments::{mean, skew_and_kurtosis, sum};

/// A formula with what a sample has fixed of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Transform {
    /// `ln(x - origin + shift)`.
    Log { origin: f64, shift: f64 },
    /// `ln(x + 1)`, exact near zero.
    Log1p,
    /// `-ln(edge - x)`.
    MirroredLog { edge: f64 },
    /// `ln((max - 1) (x - min) / (max - min) + 1)`.
    Gii { min: f64, max: f64 },
    /// `(y^lambda - 1) / lambda`, `ln(y)` for a lambda of zero, with `y = x - origin + shift`.
    BoxCox { origin: f64, shift: f64, lambda: f64 },
    /// Not below `low` and not above `high`.
    Clamp { low: f64, high: f64 },
}

/// A lambda of Box and Cox nearer to zero than this, where the power of a figure is nearly one.
const NEAR_LOGARITHM: f64 = 1e-2;

impl Transform {
    /// What becomes of a value; not finite where the formula is not defined.
    pub(super) fn apply(self, x: f64) -> f64 {
        match self {
            Self::Log { origin, shift } => (x - origin + shift).ln(),
            Self::Log1p => x.ln_1p(),
            Self::MirroredLog { edge } => -(edge - x).ln(),
            Self::Gii { min, max } => ((max - 1.0) * (x - min) / (max - min) + 1.0).ln(),
            Self::BoxCox { origin, shift, lambda } => {
                let y = x - origin + shift;
                if lambda == 0.0 {
                    y.ln()
                } else if lambda.abs() < NEAR_LOGARITHM {
                    // One is not subtracted from what is nearly one.
                    (lambda * y.ln()).exp_m1() / lambda
                } else {
                    (y.powf(lambda) - 1.0) / lambda
                }
            }
            Self::Clamp { low, high } => x.max(low).min(high),
        }
    }
}

/// Smallest and largest value; none when they are equal or there is none.
pub(super) fn extremes(values: &[f64]) -> Option<(f64, f64)> {
    let (min, max) = crate::rank::extremes(values);
    (min < max).then_some((min, max))
}

/// `ln(x - min + (max - min) / 100)`: defined for every sample that is not constant, order kept.
pub(super) fn log_ct(values: &[f64]) -> Option<Transform> {
    let (min, max) = extremes(values)?;
    Some(Transform::Log {
        origin: min,
        shift: 0.01 * (max - min),
    })
}

/// [`log_ct`] for a sample of positive skewness, its mirror image for the others.
pub(super) fn log_ct_plus(values: &[f64]) -> Option<Transform> {
    let (min, max) = extremes(values)?;
    let (skew, _) = skew_and_kurtosis(values)?;
    if skew > 0.0 {
        return log_ct(values);
    }
    Some(Transform::MirroredLog {
        edge: max + 0.01 * (max - min),
    })
}

/// `ln(x - min + 1)`.
pub(super) fn shifted_log(values: &[f64]) -> Option<Transform> {
    let (min, _) = extremes(values)?;
    Some(Transform::Log {
        origin: min,
        shift: 1.0,
    })
}

/// `ln((max - 1) (x - min) / (max - min) + 1)`. With a maximum of 1 or less it would turn the order over.
pub(super) fn log_gii(values: &[f64]) -> Option<Transform> {
    let (min, max) = extremes(values)?;
    (max > 1.0).then_some(Transform::Gii { min, max })
}

/// `ln(x)` of a sample above zero.
pub(super) fn natural_log(values: &[f64]) -> Option<Transform> {
    let positive = values.iter().all(|v| *v > 0.0);
    positive.then_some(Transform::Log {
        origin: 0.0,
        shift: 0.0,
    })
}

/// `ln(x + 1)` of a sample above -1.
pub(super) fn log1p(values: &[f64]) -> Option<Transform> {
    values.iter().all(|v| *v > -1.0).then_some(Transform::Log1p)
}

/// Box and Cox, of the sample as it is or moved to begin at 1.
pub(super) fn box_cox(values: &[f64], lambda: Option<f64>, shift: bool) -> Option<Transform> {
    let (min, _) = extremes(values)?;
    let (origin, shift) = if shift { (min, 1.0) } else { (0.0, 0.0) };
    let moved: Vec<f64> = values.iter().map(|v| v - origin + shift).collect();
    if moved.iter().any(|v| *v <= 0.0) {
        return None;
    }
    let lambda = match lambda {
        Some(lambda) => lambda,
        None => likeliest_lambda(&moved)?,
    };
    Some(Transform::BoxCox { origin, shift, lambda })
}

/// The lambda of the greatest profile likelihood, from -5 to 5, by golden sections: `-n / 2 ln(variance) + (lambda - 1)
/// sum(ln y)`. It does not hang on the unit of `y`: with the geometric mean for a unit the sum is zero and no power is out
/// of proportion.
fn likeliest_lambda(values: &[f64]) -> Option<f64> {
    let logs: Vec<f64> = values.iter().map(|v| v.ln()).collect();
    let centre = mean(&logs)?;
    let logs: Vec<f64> = logs.iter().map(|log| log - centre).collect();
    let likelihood = |lambda: f64| {
        let power = |log: &f64| {
            if lambda == 0.0 {
                *log
            } else {
                (lambda * log).exp_m1() / lambda
            }
        };
        let transformed: Vec<f64> = logs.iter().map(power).collect();
        #[expect(clippy::expect_used, reason = "a sample with extremes has values")]
        let centre = mean(&transformed).expect("the sample is not empty");
        let squares = sum(transformed.iter().map(|v| (v - centre) * (v - centre)));
        let n = values.len() as f64;
        let found = -n / 2.0 * (squares / n).ln();
        // A spread that a double cannot hold is not likely.
        if found.is_nan() { f64::NEG_INFINITY } else { found }
    };
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-5.0, 5.0);
    // Each step keeps 0.618 of the interval: 60 leave less than 1e-11 of it, far below what the likelihood can tell apart.
    for _ in 0..60 {
        let (left, right) = (high - golden * (high - low), low + golden * (high - low));
        if likelihood(left) < likelihood(right) {
            low = left;
        } else {
            high = right;
        }
    }
    Some(f64::midpoint(low, high)).filter(|lambda| likelihood(*lambda).is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64], fit: impl Fn(&[f64]) -> Option<Transform>) -> Vec<f64> {
        let transform = fit(values).unwrap();
        values.iter().map(|v| transform.apply(*v)).collect()
    }

    #[track_caller]
    fn check(found: &[f64], expected: &[f64]) {
        for (a, b) in found.iter().zip(expected) {
            assert!(
                (a - b).abs() <= 1e-14 * b.abs().max(1.0),
                "{found:?}, expected {expected:?}"
            );
        }
    }

    #[test]
    fn every_transformation_by_hand() {
        let values = [1.0, 2.0, 3.0, 101.0];
        let logs = [0.0, 2.0_f64.ln(), 3.0_f64.ln(), 101.0_f64.ln()];
        check(&of(&values, log_ct), &logs);
        check(&of(&values, log_ct_plus), &logs);
        let mirrored = [-1.0, -2.0, -3.0, -101.0];
        check(&of(&mirrored, log_ct_plus), &logs.map(|log| -log));
        check(&of(&values, shifted_log), &logs);
        check(&of(&values, log_gii), &logs);
        check(
            &of(&[0.0, 5.0, 11.0, 11.0], log_gii),
            &[0.0, (10.0 * 5.0 / 11.0 + 1.0_f64).ln(), 11.0_f64.ln(), 11.0_f64.ln()],
        );
        check(&of(&values, natural_log), &logs);
        check(&of(&[0.0, 1.0, 2.0, 100.0], log1p), &logs);
        assert_eq!(of(&[1e-20, 1.0], log1p)[0].to_bits(), 1e-20_f64.to_bits());
        assert_eq!(log1p(&[-1.0, 1.0]), None);
        let power = |lambda: f64, shift: bool| move |values: &[f64]| box_cox(values, Some(lambda), shift);
        check(&of(&values, power(2.0, true)), &[0.0, 1.5, 4.0, 5100.0]);
        check(&of(&[0.0, 3.0, 8.0, 15.0], power(0.5, true)), &[0.0, 2.0, 4.0, 6.0]);
        check(&of(&values, power(0.0, false)), &logs);
        assert_eq!(log_gii(&[0.0, 1.0]), None);
        assert_eq!(natural_log(&[0.0, 1.0]), None);
        assert_eq!(box_cox(&[0.0, 1.0], Some(1.0), false), None);
        assert_eq!(log_ct(&[2.0, 2.0]), None);
    }

    #[test]
    fn the_likeliest_lambda_does_not_hang_on_the_unit() {
        let values = [1.2, 1.9, 2.3, 3.1, 4.8, 7.7, 15.0, 40.0];
        let expected = likeliest_lambda(&values).unwrap();
        for unit in [1e-300, 1e-9, 1e9, 1e300] {
            let found = likeliest_lambda(&values.map(|value| value * unit)).unwrap();
            assert!((found - expected).abs() < 1e-6, "{unit}: {found}, expected {expected}");
        }
    }

    #[test]
    fn a_lambda_near_zero_is_near_the_logarithm() {
        // (2^l - 1) / l = ln 2 + l (ln 2)^2 / 2 + ...
        for lambda in [1e-17, -1e-12, 1e-6] {
            let found = box_cox(&[1.0, 2.0], Some(lambda), false).unwrap().apply(2.0);
            let log = 2.0_f64.ln();
            let expected = log + lambda * log * log / 2.0;
            assert!((found - expected).abs() < 1e-12, "{lambda}: {found}");
        }
    }

    #[test]
    fn the_likeliest_lambda_of_a_lognormal_sample_is_zero_and_that_of_squares_a_half() {
        let normal: Vec<f64> = (1..40).map(|i| f64::from(i - 20) / 7.0).collect();
        let symmetric_logs: Vec<f64> = normal.iter().map(|v| v.exp()).collect();
        assert!(likeliest_lambda(&symmetric_logs).unwrap().abs() < 1e-6);
        let squares: Vec<f64> = normal.iter().map(|v| (v + 9.0) * (v + 9.0)).collect();
        assert!((likeliest_lambda(&squares).unwrap() - 0.5).abs() < 0.15);
    }
}
