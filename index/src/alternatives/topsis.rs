//! TOPSIS: how near a unit comes to the best and how far it keeps from the worst.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    composite::{
        CompositeError, Direction,
        moments::{in_unit, sum, unit_of},
    },
    rank::{extremes, rank_with_tolerance},
    weights::{Item, WeightError, given, share_of_way},
};

/// How columns are made comparable.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopsisScale {
    /// `x / sqrt(sum(x^2))`: the original. A cost has its best at the smallest value.
    #[default]
    Vector,
    /// Directed min-max, 0 to 1.
    MinMax,
    /// `x / max`, a cost `1 - x / max`; for columns whose greatest value is above zero.
    Max,
    /// `x / sum`, a cost `(1 / x) / sum(1 / x)`; for columns above zero.
    Sum,
}

/// How near a unit comes to the best.
#[derive(Clone, Debug, PartialEq)]
pub struct Closeness {
    /// Closeness, 0 to 1, in the order of the rows.
    pub closeness: Vec<f64>,
    /// Distances to the ideal, in the order of the rows.
    pub to_best: Vec<f64>,
    /// Distances to the anti-ideal.
    pub to_worst: Vec<f64>,
    /// Ranks, 1 the closest; ties within 1e-9.
    pub ranks: Vec<Option<u32>>,
}

/// `C = d- / (d+ + d-)`, with the Euclidean distances d+ to the ideal (the best weighted value of each column) and d- to
/// the anti-ideal (the worst).
///
/// Weights are rescaled to sum 1. Every value must be present: a distance with a gap in it is no distance. Source: Hwang
/// and Yoon (1981), Multiple Attribute Decision Making, chapter III.
pub fn topsis(
    units: &[String],
    items: &[Item<'_>],
    weights: &[f64],
    scale: TopsisScale,
) -> Result<Closeness, WeightError> {
    let codes: Vec<String> = items.iter().map(|item| item.column.code().to_owned()).collect();
    let weights = given(&codes, weights)?.weights;
    let (mut best, mut worst) = (vec![Vec::new(); units.len()], vec![Vec::new(); units.len()]);
    for (item, weight) in items.iter().zip(&weights) {
        if item.column.len() != units.len() {
            return Err(CompositeError::ColumnLength {
                code: item.column.code().to_owned(),
                expected: units.len(),
                found: item.column.len(),
            }
            .into());
        }
        let weighted: Vec<f64> = scaled(item, scale)?.iter().map(|v| v * weight).collect();
        let (low, high) = extremes(&weighted);
        // A cost on the vector scale keeps its sense: its ideal is the smallest.
        let turned = scale == TopsisScale::Vector && item.direction == Direction::Negative;
        let (ideal, anti) = if turned { (low, high) } else { (high, low) };
        for (row, value) in weighted.iter().enumerate() {
            best[row].push((value - ideal) * (value - ideal));
            worst[row].push((value - anti) * (value - anti));
        }
    }
    let distances = |squares: Vec<Vec<f64>>| -> Vec<f64> { squares.into_iter().map(|row| sum(row).sqrt()).collect() };
    let (to_best, to_worst) = (distances(best), distances(worst));
    // Units that are all alike are as near as far; nothing else divides by zero.
    let closeness: Vec<f64> = to_best
        .iter()
        .zip(&to_worst)
        .map(|(plus, minus)| {
            if plus + minus > 0.0 {
                minus / (plus + minus)
            } else {
                0.5
            }
        })
        .collect();
    let ranks = rank_with_tolerance(&closeness, 1e-9);
    Ok(Closeness {
        closeness,
        to_best,
        to_worst,
        ranks,
    })
}

fn scaled(item: &Item<'_>, scale: TopsisScale) -> Result<Vec<f64>, WeightError> {
    let code = || item.column.code().to_owned();
    let values: Vec<f64> = item.column.present_values().collect();
    if values.len() < item.column.len() {
        return Err(WeightError::TooFewValues {
            code: code(),
            needed: item.column.len(),
            found: values.len(),
        });
    }
    let cost = item.direction == Direction::Negative;
    let (low, high) = extremes(&values);
    let zero_total = || WeightError::ZeroTotal { code: code() };
    Ok(match scale {
        TopsisScale::Vector => {
            let values = unit_of(&values).map_or_else(|| values.clone(), |unit| in_unit(&values, unit));
            let length = sum(values.iter().map(|v| v * v)).sqrt();
            if length <= 0.0 {
                return Err(zero_total());
            }
            values.iter().map(|v| v / length).collect()
        }
        TopsisScale::MinMax if low >= high => return Err(WeightError::Constant { code: code() }),
        TopsisScale::MinMax => {
            let share = |value: &f64| share_of_way(*value, low, high, item.direction);
            values.iter().map(share).collect()
        }
        TopsisScale::Max if high <= 0.0 => return Err(zero_total()),
        TopsisScale::Max if cost => values.iter().map(|v| 1.0 - v / high).collect(),
        TopsisScale::Max => values.iter().map(|v| v / high).collect(),
        TopsisScale::Sum if low <= 0.0 => return Err(zero_total()),
        TopsisScale::Sum => {
            // Of the greatest a share, since what is one over the least may be beyond a double, as a sum may.
            let part = |v: &f64| if cost { low / v } else { v / high };
            let values: Vec<f64> = values.iter().map(part).collect();
            let total = sum(values.iter().copied());
            values.iter().map(|v| v / total).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::Column;

    fn rank(columns: &[(&[f64], Direction)], weights: &[f64], scale: TopsisScale) -> Result<Closeness, WeightError> {
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
        let units: Vec<String> = (0..columns[0].0.len()).map(|i| format!("u{i}")).collect();
        topsis(&units, &items, weights, scale)
    }

    const UP: Direction = Direction::Positive;
    const DOWN: Direction = Direction::Negative;

    #[test]
    fn one_column_is_a_straight_line() {
        for scale in [
            TopsisScale::Vector,
            TopsisScale::MinMax,
            TopsisScale::Max,
            TopsisScale::Sum,
        ] {
            let found = rank(&[(&[1.0, 2.0, 5.0], UP)], &[3.0], scale).unwrap();
            for (have, want) in found.closeness.iter().zip([0.0, 0.25, 1.0]) {
                assert!((have - want).abs() < 1e-15, "{scale:?}: {have}");
            }
            assert_eq!(found.ranks, [Some(3), Some(2), Some(1)]);
        }
        let cost = rank(&[(&[1.0, 2.0, 5.0], DOWN)], &[1.0], TopsisScale::Vector).unwrap();
        assert_eq!(cost.ranks, [Some(1), Some(2), Some(3)]);
    }

    #[test]
    fn closeness_does_not_hang_on_the_unit() {
        let values = [1.0, 2.0, 5.0];
        for scale in [
            TopsisScale::Vector,
            TopsisScale::MinMax,
            TopsisScale::Max,
            TopsisScale::Sum,
        ] {
            let of = |unit: f64| {
                let far = values.map(|value| value * unit);
                rank(&[(&far, DOWN), (&[3.0, 1.0, 2.0], UP)], &[1.0, 1.0], scale)
                    .unwrap()
                    .closeness
            };
            let expected = of(1.0);
            for unit in [1e-305, 1e-200, 1e200, 3e307] {
                for (have, want) in of(unit).iter().zip(&expected) {
                    assert!((have - want).abs() < 1e-13, "{scale:?} {unit}: {have}, expected {want}");
                }
            }
        }
    }

    #[test]
    fn the_example_of_the_pymcdm_manual() {
        // [[1, 3000], [2, 3750], [5, 4500]], half each, cost and gain, min-max: 0.5, 0.617, 0.5 as printed.
        let found = rank(
            &[(&[1.0, 2.0, 5.0], DOWN), (&[3000.0, 3750.0, 4500.0], UP)],
            &[0.5, 0.5],
            TopsisScale::MinMax,
        )
        .unwrap();
        for (have, want) in found.closeness.iter().zip([0.5, 0.617, 0.5]) {
            assert!((have - want).abs() < 5e-4, "{have}");
        }
        assert_eq!(found.ranks, [Some(2), Some(1), Some(2)]);
    }

    #[test]
    fn gaps_and_columns_that_cannot_be_scaled_are_refused() {
        let code = |values: &[f64], scale| rank(&[(values, UP)], &[1.0], scale).unwrap_err().code();
        assert_eq!(code(&[0.0, 0.0], TopsisScale::Vector), "weights.zero_total");
        assert_eq!(code(&[2.0, 2.0], TopsisScale::MinMax), "weights.constant_column");
        assert_eq!(code(&[-2.0, -1.0], TopsisScale::Max), "weights.zero_total");
        assert_eq!(code(&[0.0, 1.0], TopsisScale::Sum), "weights.zero_total");
        let gap = Column::new("c", [Some(1.0), None]).unwrap();
        let item = Item {
            column: &gap,
            direction: UP,
        };
        let units = ["u".to_owned(), "v".to_owned()];
        let refused = topsis(&units, &[item], &[1.0], TopsisScale::Vector).unwrap_err();
        assert_eq!(refused.code(), "weights.too_few_values");
        let alike = rank(&[(&[2.0, 2.0], UP)], &[1.0], TopsisScale::Vector).unwrap();
        assert_eq!(alike.closeness, [0.5, 0.5]);
    }
}
