//! Means that need the children of a unit side by side: (value, weight) of the present ones, of which one at least has
//! weight.

/// The composite of Mazziotta and Pareto: the weighted mean less (or plus) its squared deviation over it. None where the
/// mean is zero.
///
/// Source: Mazziotta and Pareto, "On a generalized non-compensatory composite index for measuring socio-economic
/// phenomena", Social Indicators Research 127 (2016); `m -/+ s * cv` with `cv = s / m`.
pub(super) fn mazziotta_pareto(row: &mut [(f64, f64)], added: bool) -> Option<f64> {
    let weight: f64 = row.iter().map(|(_, weight)| weight).sum();
    let mean = row.iter().map(|(value, weight)| value * weight).sum::<f64>() / weight;
    let square = |value: f64| (value - mean) * (value - mean);
    let variance = row.iter().map(|(value, weight)| weight * square(*value)).sum::<f64>() / weight;
    let penalty = variance / mean;
    (mean != 0.0 && penalty.is_finite()).then_some(if added { mean + penalty } else { mean - penalty })
}

/// The weighted median: the first value at which more than half of the weight is reached; midway to the next where it is
/// exactly half.
pub(super) fn median(row: &mut [(f64, f64)]) -> Option<f64> {
    row.sort_unstable_by(|(a, _), (b, _)| a.total_cmp(b));
    let whole: f64 = row.iter().map(|(_, weight)| weight).sum();
    let half = whole / 2.0;
    let mut reached = 0.0;
    let mut with_weight = row.iter().filter(|(_, weight)| *weight > 0.0).peekable();
    while let Some((value, weight)) = with_weight.next() {
        reached += weight;
        // Sums of weights carry rounding of their own.
        if (reached - half).abs() <= 1e-12 * whole {
            return Some(
                with_weight
                    .peek()
                    .map_or(*value, |(next, _)| f64::midpoint(*value, *next)),
            );
        }
        if reached > half {
            return Some(*value);
        }
    }
    None
}
