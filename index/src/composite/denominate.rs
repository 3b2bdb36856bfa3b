//! Dividing indicators that grow with the size of the unit by a measure of that size.

use std::collections::BTreeMap;

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
};

/// By what an indicator is divided.
#[derive(Clone, Debug, PartialEq)]
pub struct Denominator {
    /// Code of the denominator's column.
    pub by: String,
    /// What the quotient is multiplied by, to keep it in a handy range: 1000 gives a figure per thousand.
    pub factor: f64,
}

impl Denominator {
    /// A denominator without a factor.
    pub fn new(by: impl Into<String>) -> Self {
        Self {
            by: by.into(),
            factor: 1.0,
        }
    }
}

/// Divides each named indicator by its denominator column; the other columns stay as they are.
///
/// `denominator_of` maps indicators to denominators. A missing numerator or denominator gives a missing value; a denominator
/// of zero is refused, and so are an indicator and a column that are not there.
pub fn denominate(
    data: &Matrix,
    denominators: &Matrix,
    denominator_of: &BTreeMap<String, Denominator>,
) -> Result<Matrix, CompositeError> {
    if let Some(code) = denominator_of.keys().find(|code| data.column(code).is_none()) {
        return Err(CompositeError::UnknownNode { code: code.clone() });
    }
    let columns = data
        .columns()
        .iter()
        .map(|column| match denominator_of.get(column.code()) {
            None => Ok(column.clone()),
            Some(Denominator { factor, .. }) if !factor.is_finite() || *factor == 0.0 => {
                Err(CompositeError::BadSetting {
                    setting: "factor",
                    value: *factor,
                })
            }
            Some(Denominator { by, factor }) => {
                let denominator = denominators
                    .column(by)
                    .ok_or_else(|| CompositeError::MissingColumn { code: by.clone() })?;
                divide(data, column, denominator, *factor)
            }
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(data.with_columns(columns))
}

fn divide(data: &Matrix, column: &Column, denominator: &Column, factor: f64) -> Result<Column, CompositeError> {
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
            (Some(value), Some(size)) => {
                let divisor = size / factor;
                // What the two make together may be beyond a double where the quotient is not.
                Some(if divisor.is_normal() {
                    value / divisor
                } else {
                    value / size * factor
                })
            }
            _ => None,
        });
    }
    Column::of_units(column.code(), data.units(), cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divides_by_unit_and_refuses_zero() {
        let units = vec!["u".to_owned(), "v".to_owned()];
        let data = Matrix::new(units.clone(), vec![Column::complete("a", vec![6.0, 8.0]).unwrap()]).unwrap();
        let by = BTreeMap::from([("a".to_owned(), Denominator::new("size"))]);
        let size =
            |cells: [Option<f64>; 2]| Matrix::new(units.clone(), vec![Column::new("size", cells).unwrap()]).unwrap();

        let divided = denominate(&data, &size([Some(2.0), None]), &by).unwrap();
        assert_eq!(divided.columns()[0].cells().collect::<Vec<_>>(), [Some(3.0), None]);
        let refused = denominate(&data, &size([Some(2.0), Some(0.0)]), &by).unwrap_err();
        assert!(matches!(refused, CompositeError::ZeroDenominator { unit, .. } if unit == "v"));
        let thousand = Denominator {
            by: "size".into(),
            factor: 1000.0,
        };
        let by_thousand = BTreeMap::from([("a".to_owned(), thousand)]);
        let scaled = denominate(&data, &size([Some(2.0), Some(4.0)]), &by_thousand).unwrap();
        assert_eq!(
            scaled.columns()[0].cells().collect::<Vec<_>>(),
            [Some(3000.0), Some(2000.0)]
        );
        // 1e300 by 1e-10 is beyond a double, 6 by both is not.
        let tiny = Denominator {
            by: "size".into(),
            factor: 1e-10,
        };
        let by_tiny = BTreeMap::from([("a".to_owned(), tiny)]);
        let small = denominate(&data, &size([Some(1e300), Some(2e-10)]), &by_tiny).unwrap();
        let small: Vec<f64> = small.columns()[0].present_values().collect();
        assert!(
            (small[0] / 6e-310 - 1.0).abs() < 1e-12 && (small[1] - 4.0).abs() < 1e-14,
            "{small:?}"
        );
        let stranger = BTreeMap::from([("b".to_owned(), Denominator::new("size"))]);
        let refused = denominate(&data, &size([Some(2.0), None]), &stranger).unwrap_err();
        assert_eq!(refused.code(), "composite.unknown_node");
        let nothing = Matrix::new(units, vec![]).unwrap();
        assert_eq!(
            denominate(&data, &nothing, &by).unwrap_err().code(),
            "composite.missing_column"
        );
    }
}
