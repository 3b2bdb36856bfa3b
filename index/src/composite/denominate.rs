//! Dividing indicators that grow with the size of the unit by a measure of that size.

use std::collections::BTreeMap;

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
};

/// Divides each named indicator by its denominator column; the other columns stay as they are.
///
/// `denominator_of` maps indicator to denominator code. A missing numerator or denominator gives a missing value; a
/// denominator of zero is refused.
pub fn denominate(
    data: &Matrix,
    denominators: &Matrix,
    denominator_of: &BTreeMap<String, String>,
) -> Result<Matrix, CompositeError> {
    let columns = data
        .columns()
        .iter()
        .map(|column| match denominator_of.get(column.code()) {
            None => Ok(column.clone()),
            Some(code) => {
                let denominator = denominators
                    .column(code)
                    .ok_or_else(|| CompositeError::MissingColumn { code: code.clone() })?;
                divide(data, column, denominator)
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(data.with_columns(columns))
}

fn divide(data: &Matrix, column: &Column, denominator: &Column) -> Result<Column, CompositeError> {
    let mut cells = Vec::with_capacity(column.len());
    for (row, unit) in data.units().iter().enumerate() {
        cells.push(match (column.get(row), denominator.get(row)) {
            (Some(_), Some(0.0)) => {
                return Err(CompositeError::ZeroDenominator {
                    code: column.code().to_owned(),
                    denominator: denominator.code().to_owned(),
                    unit: unit.clone(),
                });
            }
            (Some(value), Some(size)) => Some(value / size),
            _ => None,
        });
    }
    Column::new(column.code(), cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_by_unit_and_refuses_zero() {
        let units = vec!["u".to_owned(), "v".to_owned()];
        let data = Matrix::new(units.clone(), vec![Column::complete("a", vec![6.0, 8.0]).unwrap()]).unwrap();
        let by = BTreeMap::from([("a".to_owned(), "size".to_owned())]);
        let size =
            |cells: [Option<f64>; 2]| Matrix::new(units.clone(), vec![Column::new("size", cells).unwrap()]).unwrap();

        let divided = denominate(&data, &size([Some(2.0), None]), &by).unwrap();
        assert_eq!(divided.columns()[0].cells().collect::<Vec<_>>(), [Some(3.0), None]);
        let refused = denominate(&data, &size([Some(2.0), Some(0.0)]), &by).unwrap_err();
        assert!(matches!(refused, CompositeError::ZeroDenominator { unit, .. } if unit == "v"));
        let nothing = Matrix::new(units, vec![]).unwrap();
        assert_eq!(
            denominate(&data, &nothing, &by).unwrap_err().code(),
            "composite.missing_column"
        );
    }
}
