//! Entropy weights: the more unevenly a column is spread over the units, the more it weighs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    error::WeightError,
    record::{Origin, Weighting},
    siblings::{Item, at_least, codes, directed, summable},
};
use crate::composite::moments::sum;

/// Basis of the shares of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EntropyScale {
    /// The raw values, zero or more: `p_i = x_i / sum(x)`, as in the textbook (Hwang and Yoon 1981) and pymcdm;
    /// independent of the direction.
    #[default]
    Raw,
    /// The values on the directed min-max scale: `p_i = z_i / sum(z)`. The worst unit has a share of zero.
    MinMax,
}

/// `E = -sum(p ln p) / ln n` and weights in proportion to `1 - E`, with `0 ln 0 = 0` (its limit).
///
/// n is the number of present values of the column. Source: Shannon (1948); Zeleny (1982), Multiple Criteria Decision
/// Making, chapter 7.
pub fn entropy(items: &[Item<'_>], scale: EntropyScale) -> Result<Weighting, WeightError> {
    let diversities = items
        .iter()
        .map(|item| diversity_of(*item, scale))
        .collect::<Result<Vec<_>, _>>()?;
    let entropies = diversities.iter().map(|diversity| 1.0 - diversity).collect();
    Weighting::of_shares(codes(items), &diversities, Origin::Entropy { scale, entropies })
}

/// `1 - E`, of which nothing is lost where a column is nearly even and its entropy nearly one.
fn diversity_of(item: Item<'_>, scale: EntropyScale) -> Result<f64, WeightError> {
    let code = || item.column.code().to_owned();
    let raw = at_least(item.column, 2)?;
    let values: Vec<f64> = match scale {
        EntropyScale::Raw => {
            let negative = item.column.cells().enumerate();
            let negative = negative
                .filter_map(|(row, cell)| cell.map(|v| (row, v)))
                .find(|(_, v)| *v < 0.0);
            if let Some((row, value)) = negative {
                return Err(WeightError::Negative {
                    code: code(),
                    row,
                    value,
                });
            }
            raw
        }
        EntropyScale::MinMax => directed(item)?.into_iter().flatten().collect(),
    };
    let values = summable(values);
    let total = sum(values.iter().copied());
    if total <= 0.0 {
        return Err(WeightError::ZeroTotal { code: code() });
    }
    let (low, high) = crate::rank::extremes(&values);
    if low >= high {
        return Ok(0.0);
    }
    // With d = n p - 1, which sum to zero, ln n + sum(p ln p) = sum((1 + d) ln(1 + d) - d) / n.
    let n = values.len() as f64;
    let mean = total / n;
    Ok(sum(values.iter().map(|v| unevenness((v - mean) / mean))) / (n * n.ln()))
}

/// `(1 + d) ln(1 + d) - d` for a d not below -1; near zero by its series `d^2 / 2 - d^3 / 6 + d^4 / 12 - ...`.
fn unevenness(d: f64) -> f64 {
    // Of the series as many terms as reach the last digit this far from zero.
    const NEAR: f64 = 0.01;
    const TERMS: i32 = 10;
    if d.abs() < NEAR {
        let term = |k: i32| (-d).powi(k) / f64::from(k * (k - 1));
        return sum((2..TERMS).map(term));
    }
    let share = 1.0 + d;
    if share > 0.0 { share * share.ln() - d } else { -d }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{Column, Direction};

    fn weigh(columns: &[&[Option<f64>]], direction: Direction, scale: EntropyScale) -> Result<Weighting, WeightError> {
        let columns: Vec<Column> = columns
            .iter()
            .enumerate()
            .map(|(at, cells)| Column::new(format!("c{at}"), cells.iter().copied()).unwrap())
            .collect();
        let items: Vec<Item<'_>> = columns.iter().map(|column| Item { column, direction }).collect();
        entropy(&items, scale)
    }

    #[test]
    fn by_hand_with_a_zero_and_a_gap() {
        // p = (1/2, 1/2, 0): E = ln 2 / ln 3. p = (1/4, 3/4): E = (2 ln 2 - 3/4 ln 3) / ln 2.
        let columns: [&[Option<f64>]; 2] = [&[Some(5.0), Some(5.0), Some(0.0)], &[Some(1.0), None, Some(3.0)]];
        let weighting = weigh(&columns, Direction::Negative, EntropyScale::Raw).unwrap();
        let Origin::Entropy { entropies, .. } = &weighting.origin else {
            panic!()
        };
        let (ln2, ln3) = (2.0_f64.ln(), 3.0_f64.ln());
        let expected = [ln2 / ln3, (2.0 * ln2 - 0.75 * ln3) / ln2];
        for (have, want) in entropies.iter().zip(expected) {
            assert!((have - want).abs() < 1e-15, "{have} {want}");
        }
        let (a, b) = (1.0 - expected[0], 1.0 - expected[1]);
        assert!((weighting.weights[0] - a / (a + b)).abs() < 1e-15);
    }

    #[test]
    fn an_even_column_weighs_nothing_and_only_even_ones_are_refused() {
        let even: &[Option<f64>] = &[Some(0.1), Some(0.1), Some(0.1)];
        let uneven: &[Option<f64>] = &[Some(0.1), Some(0.2), Some(0.9)];
        let weighting = weigh(&[even, uneven], Direction::Positive, EntropyScale::Raw).unwrap();
        assert_eq!(weighting.weights, [0.0, 1.0]);
        let code = |columns: &[&[Option<f64>]], scale| weigh(columns, Direction::Positive, scale).unwrap_err().code();
        assert_eq!(code(&[even, even], EntropyScale::Raw), "weights.zero_sum");
        assert_eq!(code(&[even], EntropyScale::MinMax), "weights.constant_column");
        assert_eq!(
            code(&[&[Some(-1.0), Some(2.0)]], EntropyScale::Raw),
            "weights.negative_value"
        );
        assert_eq!(
            code(&[&[Some(0.0), Some(0.0)]], EntropyScale::Raw),
            "weights.zero_total"
        );
        assert_eq!(code(&[&[Some(1.0), None]], EntropyScale::Raw), "weights.too_few_values");
    }

    #[test]
    fn nearly_even_columns_weigh_by_what_they_differ() {
        // Computed with sixty digits: 1 - E is 3.0341186189366748e-13 and 2.8318337059153522e-12.
        let columns: [&[Option<f64>]; 2] = [
            &[1_000_001.0, 1_000_002.0, 1_000_003.0].map(Some),
            &[1_000_003.0, 1_000_007.0, 1_000_001.0].map(Some),
        ];
        let weights = weigh(&columns, Direction::Positive, EntropyScale::Raw).unwrap().weights;
        assert!((weights[0] - 0.096_774_512_659_848_66).abs() < 1e-9, "{weights:?}");
    }

    #[test]
    fn shares_do_not_hang_on_the_unit() {
        let of = |unit: f64, scale| {
            let columns: [Vec<Option<f64>>; 2] = [vec![1.0, 4.0, 3.0], vec![1.0, 1.5, 1.2]]
                .map(|values: Vec<f64>| values.iter().map(|v| Some(v * unit)).collect());
            weigh(&[&columns[0], &columns[1]], Direction::Positive, scale)
                .unwrap()
                .weights
        };
        for scale in [EntropyScale::Raw, EntropyScale::MinMax] {
            let expected = of(1.0, scale);
            for unit in [1e-300, 4e307] {
                let found = of(unit, scale);
                assert!((found[0] - expected[0]).abs() < 1e-12, "{unit}: {found:?}");
            }
        }
    }

    #[test]
    fn the_min_max_scale_knows_the_direction() {
        let column: &[Option<f64>] = &[Some(0.0), Some(1.0), Some(4.0)];
        let entropy = |direction| {
            let weighting = weigh(&[column], direction, EntropyScale::MinMax).unwrap();
            let Origin::Entropy { entropies, .. } = weighting.origin else {
                panic!()
            };
            entropies[0]
        };
        // Shares 0, 1/5, 4/5 one way, 4/7, 3/7, 0 the other.
        let of = |p: f64| -(p * p.ln() + (1.0 - p) * (1.0 - p).ln()) / 3.0_f64.ln();
        assert!((entropy(Direction::Positive) - of(0.2)).abs() < 1e-15);
        assert!((entropy(Direction::Negative) - of(4.0 / 7.0)).abs() < 1e-15);
    }
}
