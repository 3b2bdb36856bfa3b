//! The data of the composite engine: one column per indicator, one row per unit, missing values explicit.

use std::{collections::BTreeSet, sync::Arc};

use super::error::CompositeError;

/// One column. A missing value is stored as zero and marked absent, so that no NaN can travel.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    code: String,
    values: Vec<f64>,
    /// None when every value is present: the usual and the fast case.
    present: Option<Vec<bool>>,
}

impl Column {
    /// A column from its cells. Refuses infinities and NaN: a missing value is `None`.
    pub fn new(code: impl Into<String>, cells: impl IntoIterator<Item = Option<f64>>) -> Result<Self, CompositeError> {
        let code = code.into();
        let (mut values, mut present) = (Vec::new(), Vec::new());
        for (row, cell) in cells.into_iter().enumerate() {
            if cell.is_some_and(|v| !v.is_finite()) {
                return Err(CompositeError::NotFinite { code, row });
            }
            values.push(cell.unwrap_or(0.0));
            present.push(cell.is_some());
        }
        Ok(Self::from_parts(code, values, Some(present)))
    }

    /// A column that was computed for units. Refuses infinities and NaN, naming the unit.
    pub(super) fn of_units(
        code: &str,
        units: &[String],
        cells: impl IntoIterator<Item = Option<f64>>,
    ) -> Result<Self, CompositeError> {
        Self::new(code, cells).map_err(|error| match error {
            CompositeError::NotFinite { code, row } => CompositeError::Overflow {
                code,
                unit: units[row].clone(),
            },
            other => other,
        })
    }

    /// A column without missing values. Refuses infinities and NaN.
    pub fn complete(code: impl Into<String>, values: Vec<f64>) -> Result<Self, CompositeError> {
        let code = code.into();
        match values.iter().position(|v| !v.is_finite()) {
            Some(row) => Err(CompositeError::NotFinite { code, row }),
            None => Ok(Self {
                code,
                values,
                present: None,
            }),
        }
    }

    /// A column from finite values of which those at absent rows are zero.
    pub(crate) fn from_parts(code: String, values: Vec<f64>, present: Option<Vec<bool>>) -> Self {
        let present = present.filter(|p| p.iter().any(|here| !here));
        Self { code, values, present }
    }

    /// Code of the indicator.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value at a row; `None` when it is missing or the row does not exist.
    pub fn get(&self, row: usize) -> Option<f64> {
        let here = self
            .present
            .as_ref()
            .is_none_or(|p| p.get(row).copied().unwrap_or(false));
        self.values.get(row).copied().filter(|_| here)
    }

    /// All cells in order.
    pub fn cells(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The present values in order.
    pub fn present_values(&self) -> impl Iterator<Item = f64> + '_ {
        self.cells().flatten()
    }

    /// Number of present values.
    pub fn present_count(&self) -> usize {
        self.present
            .as_ref()
            .map_or(self.len(), |p| p.iter().filter(|here| **here).count())
    }

    /// All values, zero where missing.
    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// Which values are present; `None` when all are.
    pub(crate) fn presence(&self) -> Option<&[bool]> {
        self.present.as_deref()
    }

    /// The parts of the column: code, values and presence.
    pub(crate) fn into_parts(self) -> (String, Vec<f64>, Option<Vec<bool>>) {
        (self.code, self.values, self.present)
    }

    /// The column with another cell at a row, which must exist.
    pub(crate) fn with_cell(mut self, row: usize, cell: Option<f64>) -> Result<Self, CompositeError> {
        if cell.is_some_and(|value| !value.is_finite()) {
            return Err(CompositeError::NotFinite { code: self.code, row });
        }
        if cell.is_none() && self.present.is_none() {
            self.present = Some(vec![true; self.values.len()]);
        }
        if let Some(value) = self.values.get_mut(row) {
            *value = cell.unwrap_or(0.0);
        }
        if let Some(here) = self.present.as_mut().and_then(|present| present.get_mut(row)) {
            *here = cell.is_some();
        }
        Ok(Self::from_parts(self.code, self.values, self.present))
    }

    /// The column with each present value changed; refuses when a result is not finite.
    pub(crate) fn map(&self, mut f: impl FnMut(f64) -> f64) -> Result<Self, CompositeError> {
        match self.present {
            None => Self::complete(self.code.clone(), self.values.iter().map(|value| f(*value)).collect()),
            Some(_) => Self::new(self.code.clone(), self.cells().map(|cell| cell.map(&mut f))),
        }
    }
}

/// Units and columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// Shared by every matrix made from this one: units are checked and stored once.
    units: Arc<[String]>,
    columns: Vec<Column>,
}

impl Matrix {
    /// A matrix. Refuses repeated codes and columns of another length.
    pub fn new(units: Vec<String>, columns: Vec<Column>) -> Result<Self, CompositeError> {
        refuse_duplicate_units(&units)?;
        refuse_duplicates(columns.iter().map(Column::code))?;
        for column in &columns {
            if column.len() != units.len() {
                return Err(CompositeError::ColumnLength {
                    code: column.code.clone(),
                    expected: units.len(),
                    found: column.len(),
                });
            }
        }
        Ok(Self {
            units: units.into(),
            columns,
        })
    }

    /// Unit codes in row order.
    pub fn units(&self) -> &[String] {
        &self.units
    }

    /// Columns in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of a code.
    pub fn column(&self, code: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.code == code)
    }

    /// The row of a unit.
    pub(crate) fn row_of(&self, unit: &str) -> Option<usize> {
        self.units.iter().position(|other| other == unit)
    }

    /// The matrix with other cells in one row, in the order of the columns.
    pub(crate) fn with_row(self, row: usize, cells: &[Option<f64>]) -> Result<Self, CompositeError> {
        let columns = self.columns.into_iter().zip(cells);
        let columns = columns.map(|(column, cell)| column.with_cell(row, *cell));
        Ok(Self {
            columns: columns.collect::<Result<_, _>>()?,
            units: self.units,
        })
    }

    /// The cells of a row, in the order of the columns.
    pub(crate) fn row(&self, row: usize) -> Vec<Option<f64>> {
        self.columns.iter().map(|column| column.get(row)).collect()
    }

    /// The columns alone.
    pub(crate) fn into_columns(self) -> Vec<Column> {
        self.columns
    }

    /// The same units with other columns of the same length, which the caller guarantees.
    pub(crate) fn with_columns(&self, columns: Vec<Column>) -> Self {
        Self {
            units: Arc::clone(&self.units),
            columns,
        }
    }

    /// The units to be handed on.
    pub(crate) fn shared_units(&self) -> Arc<[String]> {
        Arc::clone(&self.units)
    }

    /// Units and columns that were checked before and fit each other.
    pub(crate) fn from_checked(units: Arc<[String]>, columns: Vec<Column>) -> Self {
        Self { units, columns }
    }
}

/// Refuses a unit that stands twice. Sorted references are several times faster than a tree of 100 000 codes.
fn refuse_duplicate_units(units: &[String]) -> Result<(), CompositeError> {
    let mut sorted: Vec<&String> = units.iter().collect();
    sorted.sort_unstable();
    match sorted
        .iter()
        .zip(sorted.iter().skip(1))
        .find(|(unit, next)| unit == next)
    {
        Some((unit, _)) => Err(CompositeError::DuplicateCode {
            code: String::clone(unit),
        }),
        None => Ok(()),
    }
}

/// Refuses a code that stands twice.
pub(crate) fn refuse_duplicates<'a>(codes: impl Iterator<Item = &'a str>) -> Result<(), CompositeError> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(CompositeError::DuplicateCode { code: code.to_owned() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_values_stay_missing_and_nan_is_refused() {
        let column = Column::new("a", [Some(1.0), None, Some(3.0)]).unwrap();
        assert_eq!(column.cells().collect::<Vec<_>>(), [Some(1.0), None, Some(3.0)]);
        assert_eq!(column.present_count(), 2);
        assert_eq!(column.get(7), None);
        for bad in [f64::NAN, f64::INFINITY] {
            let refused = Column::new("a", [Some(0.0), Some(bad)]).unwrap_err();
            assert_eq!(
                refused,
                CompositeError::NotFinite {
                    code: "a".into(),
                    row: 1
                }
            );
            assert_eq!(Column::complete("a", vec![0.0, bad]).unwrap_err(), refused);
        }
    }

    #[test]
    fn one_row_is_put_in_place_of_another() {
        let columns = vec![
            Column::complete("a", vec![1.0, 2.0]).unwrap(),
            Column::new("b", [None, Some(4.0)]).unwrap(),
        ];
        let matrix = Matrix::new(vec!["u".into(), "v".into()], columns).unwrap();
        let row = matrix.row_of("u").unwrap();
        let other = matrix.clone().with_row(row, &[None, Some(3.0)]).unwrap();
        assert_eq!((other.row(0), other.row(1)), (vec![None, Some(3.0)], matrix.row(1)));
        assert_eq!(other.columns()[1].presence(), None, "without gaps");
        assert_eq!(other.with_row(0, &matrix.row(0)), Ok(matrix.clone()));
        let refused = matrix.with_row(0, &[Some(f64::NAN), None]).unwrap_err();
        assert_eq!(refused.code(), "composite.not_finite");
    }

    #[test]
    fn a_matrix_refuses_repeated_codes_and_wrong_lengths() {
        let column = |code: &str| Column::complete(code, vec![1.0, 2.0]).unwrap();
        let units = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        let code = |r: Result<Matrix, CompositeError>| r.unwrap_err().code();
        assert_eq!(code(Matrix::new(units("u", "u"), vec![])), "composite.duplicate_code");
        assert_eq!(
            code(Matrix::new(units("u", "v"), vec![column("a"), column("a")])),
            "composite.duplicate_code"
        );
        assert_eq!(
            code(Matrix::new(vec!["u".into()], vec![column("a")])),
            "composite.column_length"
        );
    }
}
