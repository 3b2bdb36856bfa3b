//! Filling missing values from the unit's own group.

use std::collections::BTreeMap;

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
    moments::mean,
};

/// Replaces each missing value by the mean of the present values of the same column in the same group.
///
/// `groups` names the group of each unit, in row order. A group without any value is refused: there is nothing honest
/// to put in.
pub fn impute_group_mean(data: &Matrix, groups: &[String]) -> Result<Matrix, CompositeError> {
    if groups.len() != data.units().len() {
        return Err(CompositeError::ColumnLength {
            code: "groups".to_owned(),
            expected: data.units().len(),
            found: groups.len(),
        });
    }
    let columns = data
        .columns()
        .iter()
        .map(|column| impute(data, column, groups))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(data.with_columns(columns))
}

fn impute(data: &Matrix, column: &Column, groups: &[String]) -> Result<Column, CompositeError> {
    let mut members: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (group, cell) in groups.iter().zip(column.cells()) {
        members.entry(group).or_default().extend(cell);
    }
    let means: BTreeMap<&str, Option<f64>> = members
        .into_iter()
        .map(|(group, values)| (group, mean(&values)))
        .collect();
    let mut cells = Vec::with_capacity(column.len());
    for ((cell, group), unit) in column.cells().zip(groups).zip(data.units()) {
        let filled = cell.or_else(|| means.get(group.as_str()).copied().flatten());
        if filled.is_none() {
            return Err(CompositeError::EmptyGroup {
                code: column.code().to_owned(),
                unit: unit.clone(),
            });
        }
        cells.push(filled);
    }
    Column::new(column.code(), cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_value_takes_the_mean_of_its_group() {
        let units: Vec<String> = ["a", "b", "c", "d"].map(String::from).to_vec();
        let groups: Vec<String> = ["x", "x", "x", "y"].map(String::from).to_vec();
        let matrix =
            |cells: [Option<f64>; 4]| Matrix::new(units.clone(), vec![Column::new("i", cells).unwrap()]).unwrap();

        let filled = impute_group_mean(&matrix([Some(1.0), None, Some(3.0), Some(9.0)]), &groups).unwrap();
        assert_eq!(
            filled.columns()[0].present_values().collect::<Vec<_>>(),
            [1.0, 2.0, 3.0, 9.0]
        );
        let refused = impute_group_mean(&matrix([Some(1.0), None, Some(3.0), None]), &groups).unwrap_err();
        assert!(matches!(refused, CompositeError::EmptyGroup { unit, .. } if unit == "d"));
        assert_eq!(
            impute_group_mean(&matrix([None; 4]), &groups[..2]).unwrap_err().code(),
            "composite.column_length"
        );
    }
}
