//! Quantiles as R's default (type 7) and numpy's "linear" give them.

use crate::rank::whole;

/// The quantile at the share `p` (0 to 1) of values that are sorted upwards: `x[h] + (h - floor h)(x[h + 1] - x[h])` with
/// `h = (n - 1) p`. None of no values or for p outside its range. Source: Hyndman and Fan (1996), definition 7.
pub fn quantile_of_sorted(sorted: &[f64], p: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let place = sorted.len().checked_sub(1)? as f64 * p;
    let below = whole(place);
    let low = sorted.get(below).copied()?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    let (part, way) = (place - place.floor(), high - low);
    // The whole way between two figures may be beyond a double.
    Some(if way.is_finite() {
        low + part * way
    } else {
        low * (1.0 - part) + high * part
    })
}

/// The quantile of values in any order.
pub fn quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    quantile_of_sorted(&sorted, p)
}

/// The middle value, or the mean of the two in the middle.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_between_two_values_are_interpolated() {
        // R: quantile(c(1, 2, 4, 8), c(0, .25, .5, .9, 1)) is 1, 1.75, 3, 6.8, 8.
        for (p, want) in [(0.0, 1.0), (0.25, 1.75), (0.5, 3.0), (0.9, 6.8), (1.0, 8.0)] {
            let have = quantile(&[8.0, 1.0, 4.0, 2.0], p).unwrap();
            assert!((have - want).abs() < 1e-14, "{p}: {have}");
        }
        let far = quantile(&[-1.5e308, 1.5e308], 0.75).unwrap();
        assert!((far / 0.75e308 - 1.0).abs() < 1e-15, "{far}");
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[]), None);
        assert_eq!(quantile(&[1.0], 1.1), None);
        assert_eq!(quantile(&[1.0], f64::NAN), None);
    }
}
