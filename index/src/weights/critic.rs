//! CRITIC: contrast times conflict.

use super::{
    error::WeightError,
    record::{Origin, Weighting},
    siblings::{Item, at_least, codes, directed},
};
use crate::{
    composite::moments::{mean_and_sd, sum},
    statistics::pearson,
};

/// A conflict below this is rounding of correlations that are one.
const ROUNDING: f64 = 1e-14;

/// Weights in proportion to `sd_j * sum_k(1 - r_jk)`, on the directed min-max scale.
///
/// Directed means that a cost indicator is turned over first, so that two indicators that agree are not taken to be in
/// conflict. Correlations are Pearson's over the units that two columns have in common. Source: Diakoulaki, Mavrotas and
/// Papayannakis (1995), Determining objective weights in multiple criteria problems: the CRITIC method, Computers and
/// Operations Research 22, 763-770.
pub fn critic(items: &[Item<'_>]) -> Result<Weighting, WeightError> {
    let columns = items
        .iter()
        .map(|item| directed(*item))
        .collect::<Result<Vec<_>, _>>()?;
    let mut deviations = Vec::with_capacity(items.len());
    for (item, cells) in items.iter().zip(&columns) {
        at_least(item.column, 2)?;
        let values: Vec<f64> = cells.iter().copied().flatten().collect();
        deviations.push(mean_and_sd(&values).map_or(0.0, |(_, sd)| sd));
    }
    let mut conflicts = Vec::with_capacity(items.len());
    for (j, own) in columns.iter().enumerate() {
        let mut parts = Vec::with_capacity(items.len());
        for (k, other) in columns.iter().enumerate().filter(|(k, _)| *k != j) {
            let correlation = pearson(own.iter().copied(), other.iter().copied());
            parts.push(
                1.0 - correlation.ok_or_else(|| WeightError::NoCorrelation {
                    first: items[j].column.code().to_owned(),
                    second: items[k].column.code().to_owned(),
                })?,
            );
        }
        // Columns that say the same leave nothing but rounding.
        let conflict = sum(parts);
        conflicts.push(if conflict < ROUNDING { 0.0 } else { conflict });
    }
    let information: Vec<f64> = deviations.iter().zip(&conflicts).map(|(sd, c)| sd * c).collect();
    let origin = Origin::Critic { deviations, conflicts };
    Weighting::of_shares(codes(items), &information, origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, Direction};

    fn weigh(columns: &[(&[f64], Direction)]) -> Result<Weighting, WeightError> {
        let columns: Vec<(Column, Direction)> = columns
            .iter()
            .enumerate()
            .map(|(at, (values, direction))| (Column::complete(format!("c{at}"), values.to_vec()).unwrap(), *direction))
            .collect();
        let items: Vec<Item<'_>> = columns
            .iter()
            .map(|(column, direction)| Item {
                column,
                direction: *direction,
            })
            .collect();
        critic(&items)
    }

    #[test]
    fn a_cost_that_agrees_is_no_conflict() {
        let (up, down) = (Direction::Positive, Direction::Negative);
        let rising: &[f64] = &[0.0, 1.0, 2.0];
        let falling: &[f64] = &[9.0, 5.0, 1.0];
        let bent: &[f64] = &[0.0, 1.0, 0.0];
        // Directed, the first two are the same; the third is uncorrelated with both: conflicts 1, 1, 2.
        let weighting = weigh(&[(rising, up), (falling, down), (bent, up)]).unwrap();
        let Origin::Critic { conflicts, deviations } = &weighting.origin else {
            panic!()
        };
        for (have, want) in conflicts.iter().zip([1.0, 1.0, 2.0]) {
            assert!((have - want).abs() < 1e-15, "{have}");
        }
        let third = deviations[2] * 2.0;
        assert!((weighting.weights[2] - third / (1.0 + third)).abs() < 1e-15);
        assert_eq!(
            weigh(&[(rising, up), (falling, down)]).unwrap_err().code(),
            "weights.zero_sum"
        );
        assert_eq!(
            weigh(&[(rising, up), (&[1.0; 3], up)]).unwrap_err().code(),
            "weights.constant_column"
        );
    }
}
