//! Every two units compared: in how much of the weight one is ahead of the other.

use crate::{
    composite::{CompositeError, Direction, moments::sum},
    weights::{Item, WeightError, given},
};

/// The most units that are compared with one another: a table of four million cells.
pub const MOST_PAIRED: usize = 2_000;

/// The outranking matrix: for each unit (row) and each other (column) the share of the weight of the indicators in which
/// the row is the better of the two, an equal value counting half; 1 where it is better in all. Nothing on the diagonal is
/// ahead of itself. A pair is compared over the indicators that both have; none where there are none with weight.
///
/// Source: OECD/JRC, Handbook on Constructing Composite Indicators (2008), step 7, "non-compensatory multi-criteria
/// approach"; COINr, `outrankMatrix`. Copeland's scores are counted from it.
pub fn outranking(units: &[String], items: &[Item<'_>], weights: &[f64]) -> Result<Vec<Vec<Option<f64>>>, WeightError> {
    if units.len() > MOST_PAIRED {
        return Err(WeightError::TooManyUnits {
            found: units.len(),
            most: MOST_PAIRED,
        });
    }
    let codes: Vec<String> = items.iter().map(|item| item.column.code().to_owned()).collect();
    let weights = given(&codes, weights)?.weights;
    if let Some(item) = items.iter().find(|item| item.column.len() != units.len()) {
        return Err(CompositeError::ColumnLength {
            code: item.column.code().to_owned(),
            expected: units.len(),
            found: item.column.len(),
        }
        .into());
    }
    let ahead = |item: &Item<'_>, row: f64, column: f64| {
        let (better, worse) = match item.direction {
            Direction::Positive => (row > column, row < column),
            Direction::Negative => (row < column, row > column),
        };
        0.5 * (1.0 + f64::from(u8::from(better)) - f64::from(u8::from(worse)))
    };
    let share = |row: usize, column: usize| {
        if row == column {
            return Some(0.0);
        }
        let both = items.iter().zip(&weights).filter_map(|(item, weight)| {
            let (own, other) = item.column.get(row).zip(item.column.get(column))?;
            Some((*weight, *weight * ahead(item, own, other)))
        });
        let both: Vec<(f64, f64)> = both.collect();
        let whole = sum(both.iter().map(|(weight, _)| *weight));
        let won = sum(both.iter().map(|(_, won)| *won));
        (whole > 0.0).then(|| won / whole)
    };
    let row = |row: usize| (0..units.len()).map(|column| share(row, column)).collect();
    Ok((0..units.len()).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::Column;

    fn compared(columns: &[(&[Option<f64>], Direction, f64)]) -> Vec<Vec<Option<f64>>> {
        let columns = columns.iter().enumerate();
        let columns: Vec<(Column, Direction, f64)> = columns
            .map(|(at, (cells, direction, weight))| {
                (
                    Column::new(format!("c{at}"), cells.iter().copied()).unwrap(),
                    *direction,
                    *weight,
                )
            })
            .collect();
        let items: Vec<Item<'_>> = columns
            .iter()
            .map(|(column, direction, _)| Item {
                column,
                direction: *direction,
            })
            .collect();
        let weights: Vec<f64> = columns.iter().map(|(_, _, weight)| *weight).collect();
        let units: Vec<String> = (0..columns[0].0.len()).map(|at| format!("u{at}")).collect();
        outranking(&units, &items, &weights).unwrap()
    }

    #[test]
    fn the_example_of_the_handbook() {
        // OECD/JRC (2008), step 7, three countries by GDP, unemployment, solid waste, income disparity and crime rate: of
        // six parts of weight solid waste has two. Its outranking matrix is 0 .666 .333, .333 0 .333, .666 .666 0.
        let (up, down) = (Direction::Positive, Direction::Negative);
        let found = compared(&[
            (&[25_000.0, 45_000.0, 20_000.0].map(Some), up, 1.0),
            (&[0.15, 0.10, 0.08].map(Some), down, 1.0),
            (&[0.4, 0.7, 0.35].map(Some), down, 2.0),
            (&[9.2, 13.2, 5.3].map(Some), down, 1.0),
            (&[40.0, 52.0, 80.0].map(Some), down, 1.0),
        ]);
        let third = 1.0 / 3.0;
        let expected = [
            [0.0, 2.0 * third, third],
            [third, 0.0, third],
            [2.0 * third, 2.0 * third, 0.0],
        ];
        for (have, want) in found.iter().flatten().zip(expected.iter().flatten()) {
            assert!((have.unwrap() - want).abs() < 1e-15, "{found:?}");
        }
    }

    #[test]
    fn equals_share_and_gaps_are_passed_over() {
        let up = Direction::Positive;
        let found = compared(&[
            (&[Some(1.0), Some(1.0), None], up, 1.0),
            (&[Some(2.0), Some(1.0), Some(3.0)], up, 3.0),
        ]);
        assert_eq!(found[0], [Some(0.0), Some(0.875), Some(0.0)]);
        assert_eq!(found[1], [Some(0.125), Some(0.0), Some(0.0)]);
        assert_eq!(found[2], [Some(1.0), Some(1.0), Some(0.0)]);
        let apart = compared(&[(&[Some(1.0), None], up, 1.0), (&[None, Some(1.0)], up, 1.0)]);
        assert_eq!(apart[0], [Some(0.0), None]);
    }
}
