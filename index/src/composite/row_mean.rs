//! Means that need the children of a unit side by side: (value, weight) of the present ones, of which one at least has
//! weight.

use super::{moments::unit_of, normalisation::Variance};

/// The composite of Mazziotta and Pareto: the weighted mean less (or plus) its squared deviation over it. None where the
/// mean is zero. One child alone has no deviation.
///
/// Source: Mazziotta and Pareto, "On a generalized non-compensatory composite index for measuring socio-economic
/// phenomena", Social Indicators Research 127 (2016); `m -/+ s * cv` with `cv = s / m`.
pub(super) fn mazziotta_pareto(row: &mut [(f64, f64)], added: bool, variance: Variance) -> Option<f64> {
    let values: Vec<f64> = row.iter().map(|(value, _)| *value).collect();
    if let Some(unit) = unit_of(&values) {
        for (value, _) in row.iter_mut() {
            *value /= unit;
        }
        return mazziotta_pareto(row, added, variance).map(|score| score * unit);
    }
    let (mean, weight) = mean_of(row);
    let square = |value: f64| (value - mean) * (value - mean);
    let squares = row.iter().map(|(value, weight)| weight * square(*value)).sum::<f64>() / weight;
    let penalty = squares * of_population(row, variance) / mean;
    (mean != 0.0 && penalty.is_finite()).then_some(if added { mean + penalty } else { mean - penalty })
}

/// The weighted mean, and the whole weight.
fn mean_of(row: &[(f64, f64)]) -> (f64, f64) {
    let weight: f64 = row.iter().map(|(_, weight)| weight).sum();
    (
        row.iter().map(|(value, weight)| value * weight).sum::<f64>() / weight,
        weight,
    )
}

/// What the population variance of children with weight is multiplied by.
fn of_population(row: &[(f64, f64)], variance: Variance) -> f64 {
    variance.of_population_variance(row.iter().filter(|(_, weight)| *weight > 0.0).count())
}

/// The mean-min function: the weighted mean less what it lies above the least child, smoothed by `beta`, times `alpha`.
pub(super) fn mean_min(row: &[(f64, f64)], alpha: f64, beta: f64) -> Option<f64> {
    let (mean, _) = mean_of(row);
    let with_weight = row.iter().filter(|(_, weight)| *weight > 0.0);
    let least = with_weight.map(|(value, _)| *value).reduce(f64::min)?;
    // Neither square nor difference of large numbers: d^2 / (sqrt(d^2 + b^2) + b) is sqrt(d^2 + b^2) - b.
    let distance = mean - least;
    let whole = distance.hypot(beta) + beta;
    let unbalance = if whole > 0.0 {
        distance * (distance / whole)
    } else {
        0.0
    };
    Some(mean - alpha * unbalance)
}

/// The ordered weighted mean: values from the best to the worst, each with the part of the order weights, laid end to end,
/// that its share of the weight covers.
pub(super) fn ordered(row: &mut [(f64, f64)], order_weights: &[f64]) -> Option<f64> {
    row.sort_unstable_by(|(a, _), (b, _)| b.total_cmp(a));
    let whole: f64 = row.iter().map(|(_, weight)| weight).sum();
    let total: f64 = order_weights.iter().sum();
    let count = order_weights.len() as f64;
    // The order weight up to a share of the way, in order weights.
    let up_to = |share: f64| {
        let place = share * count;
        let parts = order_weights.iter().enumerate();
        parts
            .map(|(at, weight)| weight * (place - at as f64).clamp(0.0, 1.0))
            .sum::<f64>()
            / total
    };
    let (mut weight, mut before, mut score) = (0.0, 0.0, 0.0);
    for (value, own) in row.iter() {
        weight += own;
        let reached = up_to(weight / whole);
        score += value * (reached - before);
        before = reached;
    }
    (before > 0.0).then_some(score)
}

/// The generalised mean `(sum(w x^p) / sum(w))^(1/p)` of values that are not below zero (above zero for a negative power),
/// with powers of no more than one: each value is taken as a share of the one that decides, the greatest under a positive
/// power, the least under a negative one.
pub(super) fn power_mean(row: &[(f64, f64)], power: f64) -> Option<f64> {
    let counted = || row.iter().filter(|(_, weight)| *weight > 0.0);
    let values = counted().map(|(value, _)| *value);
    let decisive = values.reduce(if power > 0.0 { f64::max } else { f64::min })?;
    if decisive <= 0.0 {
        return Some(0.0);
    }
    let weight: f64 = counted().map(|(_, weight)| weight).sum();
    let total: f64 = counted()
        .map(|(value, weight)| weight * (value / decisive).powf(power))
        .sum();
    Some(decisive * (total / weight).powf(power.recip()))
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
