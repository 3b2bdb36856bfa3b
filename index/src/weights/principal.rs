//! Weights from principal components, none of them negative.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    error::WeightError,
    record::{Origin, Weighting},
    siblings::{Item, codes},
};
use crate::{
    composite::moments::{mean_and_sd, sum},
    statistics::symmetric_eigen,
};

/// Principal components used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Components {
    /// The first component only.
    #[default]
    First,
    /// All components with an eigenvalue above one (Kaiser).
    AboveOne,
    /// The first components that together explain at least this share of the variance (0 to 1).
    Explaining(f64),
}

/// Weights `sum_k lambda_k l_jk^2 / sum_k lambda_k` over the components k that count.
///
/// The components are those of the correlation matrix, that is of columns centred and scaled to unit variance; the
/// loadings l of a component have unit length, so that their squares are shares. The sign of a loading, which is arbitrary,
/// has no part in it: COINr takes the loadings themselves and may answer with negative weights. Only units without a
/// missing value are used. Source: OECD/JRC Handbook on Constructing Composite Indicators (2008), section 6.1, without
/// rotation.
pub fn principal_components(items: &[Item<'_>], components: Components) -> Result<Weighting, WeightError> {
    if let Components::Explaining(share) = components
        && !(share > 0.0 && share <= 1.0)
    {
        return Err(WeightError::BadSetting {
            setting: "explaining",
            value: share,
        });
    }
    if items.is_empty() {
        return Err(WeightError::Nothing);
    }
    let columns = standardised(items)?;
    let units = columns.first().map_or(0, Vec::len);
    let divisor = units as f64 - 1.0;
    let correlations: Vec<Vec<f64>> = columns
        .iter()
        .map(|a| {
            columns
                .iter()
                .map(|b| sum(a.iter().zip(b).map(|(x, y)| x * y)) / divisor)
                .collect()
        })
        .collect();
    let (eigenvalues, vectors) = symmetric_eigen(&correlations).ok_or(WeightError::NotConverged {
        method: "eigenvalue decomposition",
    })?;
    let count = counted(&eigenvalues, components);
    let used: f64 = eigenvalues[..count].iter().sum();
    let shares: Vec<f64> = (0..items.len())
        .map(|j| {
            let parts = eigenvalues.iter().zip(&vectors).take(count);
            sum(parts.map(|(value, vector)| value * vector[j] * vector[j])) / used
        })
        .collect();
    let origin = Origin::PrincipalComponents {
        components,
        loadings: vectors.into_iter().take(count).collect(),
        eigenvalues,
        units,
    };
    Weighting::of_shares(codes(items), &shares, origin)
}

/// How many components count: at least one.
fn counted(eigenvalues: &[f64], components: Components) -> usize {
    let count = match components {
        Components::First => 1,
        // Of columns without any correlation every eigenvalue is one.
        Components::AboveOne => eigenvalues.iter().take_while(|value| **value > 1.0 + 1e-12).count(),
        Components::Explaining(share) => {
            let total: f64 = eigenvalues.iter().sum();
            let mut explained = 0.0;
            let short = eigenvalues.iter().take_while(|value| {
                let before = explained;
                explained += **value;
                before < share * total * (1.0 - 1e-12)
            });
            short.count()
        }
    };
    count.clamp(1, eigenvalues.len())
}

/// The columns over the units that have all values, centred and scaled to unit variance.
fn standardised(items: &[Item<'_>]) -> Result<Vec<Vec<f64>>, WeightError> {
    const NEEDED: usize = 3;
    let rows = items.first().map_or(0, |item| item.column.len());
    let complete: Vec<usize> = (0..rows)
        .filter(|row| items.iter().all(|item| item.column.get(*row).is_some()))
        .collect();
    if complete.len() < NEEDED {
        return Err(WeightError::TooFewValues {
            code: codes(items).join(", "),
            needed: NEEDED,
            found: complete.len(),
        });
    }
    items
        .iter()
        .map(|item| {
            let values: Vec<f64> = complete.iter().filter_map(|row| item.column.get(*row)).collect();
            let (low, high) = crate::rank::extremes(&values);
            let Some((mean, sd)) = mean_and_sd(&values).filter(|_| low < high) else {
                return Err(WeightError::Constant {
                    code: item.column.code().to_owned(),
                });
            };
            Ok(values.iter().map(|v| (v - mean) / sd).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, Direction};

    fn weigh(columns: &[Vec<Option<f64>>], components: Components) -> Result<Weighting, WeightError> {
        let columns: Vec<Column> = columns
            .iter()
            .enumerate()
            .map(|(at, cells)| Column::new(format!("c{at}"), cells.iter().copied()).unwrap())
            .collect();
        let items: Vec<Item<'_>> = columns
            .iter()
            .map(|column| Item {
                column,
                direction: Direction::Positive,
            })
            .collect();
        principal_components(&items, components)
    }

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn two_columns_always_share_evenly_even_when_opposed() {
        // The eigenvalues of [[1, r], [r, 1]] are 1 + |r| and 1 - |r|, all squared loadings one half.
        let columns = [some(&[1.0, 2.0, 3.0, 4.0]), some(&[4.0, 1.0, 2.0, 0.0])];
        let weighting = weigh(&columns, Components::First).unwrap();
        for weight in &weighting.weights {
            assert!((weight - 0.5).abs() < 1e-15);
        }
        let Origin::PrincipalComponents {
            eigenvalues,
            loadings,
            units,
            ..
        } = &weighting.origin
        else {
            panic!()
        };
        assert_eq!((*units, loadings.len()), (4, 1));
        let r = 5.5 / (5.0_f64 * 8.75).sqrt();
        assert!((eigenvalues[0] - 1.0 - r).abs() < 1e-14, "{eigenvalues:?} {r}");
        assert!(loadings[0][0] * loadings[0][1] < 0.0, "the loadings are opposed");
    }

    #[test]
    fn all_components_together_weigh_all_columns_alike() {
        // sum_k lambda_k l_jk^2 is the diagonal of the correlation matrix: one for every column.
        let columns = [
            some(&[1.0, 2.0, 3.0, 4.0, 9.0]),
            some(&[4.0, 1.0, 2.0, 0.0, 1.0]),
            some(&[0.0, 1.0, 0.0, 5.0, 2.0]),
        ];
        let weighting = weigh(&columns, Components::Explaining(1.0)).unwrap();
        for weight in &weighting.weights {
            assert!((weight - 1.0 / 3.0).abs() < 1e-14, "{weight}");
        }
    }

    #[test]
    fn incomplete_units_are_left_out_and_what_cannot_be_is_refused() {
        let mut gap = some(&[4.0, 1.0, 2.0, 0.0]);
        gap[1] = None;
        let full = some(&[1.0, 2.0, 3.0, 4.0]);
        let weighting = weigh(&[full.clone(), gap.clone()], Components::AboveOne).unwrap();
        assert!(matches!(weighting.origin, Origin::PrincipalComponents { units: 3, .. }));
        gap[2] = None;
        let code = |columns: &[Vec<Option<f64>>], how| weigh(columns, how).unwrap_err().code();
        assert_eq!(code(&[full.clone(), gap], Components::First), "weights.too_few_values");
        assert_eq!(
            code(&[full.clone(), some(&[1.0; 4])], Components::First),
            "weights.constant_column"
        );
        assert_eq!(code(&[full], Components::Explaining(0.0)), "weights.bad_setting");
        assert_eq!(code(&[], Components::First), "weights.nothing");
    }
}
