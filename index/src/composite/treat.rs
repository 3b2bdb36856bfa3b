//! Taming outliers: first a few points are winsorised, and where that is not enough the column is log-transformed.
//!
//! The two-step rule and its default limits are those of the OECD/JRC practice that COINr documents (vignette "treat").

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
    moments::skew_and_kurtosis,
};

/// When a column counts as tame and how far winsorising may go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreatmentLimits {
    /// A column is tame below this absolute skewness ...
    pub skew: f64,
    /// ... or below this excess kurtosis.
    pub kurtosis: f64,
    /// Winsorising stops as soon as this many points are pulled in.
    pub max_points: usize,
}

impl Default for TreatmentLimits {
    fn default() -> Self {
        Self {
            skew: 2.0,
            kurtosis: 3.5,
            max_points: 5,
        }
    }
}

/// What was done to a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Nothing: it was tame.
    None,
    /// Extreme points were pulled in.
    Winsorised,
    /// Every value was log-transformed.
    Logged,
}

/// One point that was pulled in.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatedPoint {
    /// Unit code.
    pub unit: String,
    /// Value before.
    pub before: f64,
    /// Value after.
    pub after: f64,
}

/// The record of one column.
#[derive(Clone, Debug, PartialEq)]
pub struct TreatmentRecord {
    /// Code of the indicator.
    pub code: String,
    /// What was done.
    pub treatment: Treatment,
    /// Points pulled in, in row order; empty unless winsorised.
    pub points: Vec<TreatedPoint>,
    /// Whether the column is tame now.
    pub tame: bool,
}

/// Treated data and the record of every column, in column order.
#[derive(Clone, Debug, PartialEq)]
pub struct Treated {
    /// The data after treatment.
    pub data: Matrix,
    /// One record per column.
    pub records: Vec<TreatmentRecord>,
}

/// Treats each column that is not tame: winsorised; if that does not tame it, log-transformed from its untreated values.
pub fn treat(data: &Matrix, limits: TreatmentLimits) -> Result<Treated, CompositeError> {
    let (mut columns, mut records) = (Vec::new(), Vec::new());
    for column in data.columns() {
        let (treated, record) = treat_column(column, data.units(), limits)?;
        columns.push(treated);
        records.push(record);
    }
    Ok(Treated {
        data: data.with_columns(columns),
        records,
    })
}

fn treat_column(
    column: &Column,
    units: &[String],
    limits: TreatmentLimits,
) -> Result<(Column, TreatmentRecord), CompositeError> {
    let original: Vec<f64> = column.present_values().collect();
    let record = |treatment, points, tame| TreatmentRecord {
        code: column.code().to_owned(),
        treatment,
        points,
        tame,
    };
    if is_tame(column.code(), &original, limits)? {
        return Ok((column.clone(), record(Treatment::None, Vec::new(), true)));
    }
    let winsorised = winsorise(column.code(), &original, limits)?;
    if is_tame(column.code(), &winsorised, limits)? {
        let points = changed_points(column, units, &winsorised);
        return Ok((
            with_present_values(column, winsorised)?,
            record(Treatment::Winsorised, points, true),
        ));
    }
    let logged = shifted_log(column.code(), &original)?;
    let tame = is_tame(column.code(), &logged, limits)?;
    Ok((
        with_present_values(column, logged)?,
        record(Treatment::Logged, Vec::new(), tame),
    ))
}

/// Tame: skewness or kurtosis within its limit. One of the two suffices.
fn is_tame(code: &str, values: &[f64], limits: TreatmentLimits) -> Result<bool, CompositeError> {
    let (skew, kurtosis) = moments_of(code, values)?;
    Ok(skew.abs() < limits.skew || kurtosis < limits.kurtosis)
}

fn moments_of(code: &str, values: &[f64]) -> Result<(f64, f64), CompositeError> {
    if values.len() < 4 {
        return Err(CompositeError::TooFewValues {
            code: code.to_owned(),
            needed: 4,
            found: values.len(),
        });
    }
    skew_and_kurtosis(values).ok_or_else(|| CompositeError::ConstantColumn { code: code.to_owned() })
}

/// Pulls the points at the extreme on the side of the skew in to the next value, step by step.
///
/// Tied points move together; the points at the high and at the low end are counted as they stand after the last step.
fn winsorise(code: &str, values: &[f64], limits: TreatmentLimits) -> Result<Vec<f64>, CompositeError> {
    let mut values = values.to_vec();
    let (mut high_points, mut low_points) = (0, 0);
    while !is_tame(code, &values, limits)? && high_points + low_points < limits.max_points {
        let (skew, _) = moments_of(code, &values)?;
        if skew >= 0.0 {
            high_points = pull_in(&mut values, |a, b| a > b);
        } else {
            low_points = pull_in(&mut values, |a, b| a < b);
        }
    }
    Ok(values)
}

/// Moves all points at the extreme to the value next to it; the number of points moved.
fn pull_in(values: &mut [f64], beyond: impl Fn(f64, f64) -> bool) -> usize {
    let further = |a: f64, b: f64| if beyond(b, a) { b } else { a };
    let Some(extreme) = values.iter().copied().reduce(further) else {
        return 0;
    };
    let inner = values.iter().copied().filter(|v| beyond(extreme, *v));
    let Some(next) = inner.reduce(further) else {
        return values.len();
    };
    let mut moved = 0;
    for value in values.iter_mut().filter(|v| !beyond(extreme, **v)) {
        *value = next;
        moved += 1;
    }
    moved
}

/// `ln(x - min + (max - min) / 100)`: defined for every sample that is not constant, order kept.
fn shifted_log(code: &str, values: &[f64]) -> Result<Vec<f64>, CompositeError> {
    let (min, max) = extremes(values).ok_or_else(|| CompositeError::ConstantColumn { code: code.to_owned() })?;
    let shift = 0.01 * (max - min);
    Ok(values.iter().map(|v| (v - min + shift).ln()).collect())
}

/// Smallest and largest value; none when they are equal or there is none.
pub(super) fn extremes(values: &[f64]) -> Option<(f64, f64)> {
    let (min, max) = crate::rank::extremes(values);
    (min < max).then_some((min, max))
}

fn with_present_values(column: &Column, values: Vec<f64>) -> Result<Column, CompositeError> {
    let mut values = values.into_iter();
    column.map(|_| values.next().unwrap_or_default())
}

fn changed_points(column: &Column, units: &[String], treated: &[f64]) -> Vec<TreatedPoint> {
    let present = column
        .cells()
        .zip(units)
        .filter_map(|(cell, unit)| cell.map(|before| (before, unit)));
    present
        .zip(treated)
        .filter(|((before, _), after)| (before - *after).abs() > 0.0)
        .map(|((before, unit), after)| TreatedPoint {
            unit: unit.clone(),
            before,
            after: *after,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn treated(values: &[f64]) -> Result<Treated, CompositeError> {
        let units = (0..values.len()).map(|i| format!("u{i}")).collect();
        let data = Matrix::new(units, vec![Column::complete("x", values.to_vec()).unwrap()]).unwrap();
        treat(&data, TreatmentLimits::default())
    }

    fn one_to_ten_and(more: &[f64]) -> Vec<f64> {
        (1..=10).map(f64::from).chain(more.iter().copied()).collect()
    }

    #[test]
    fn tame_columns_stay_and_outliers_are_pulled_in_and_recorded() {
        let tame = treated(&one_to_ten_and(&[])).unwrap();
        assert_eq!(tame.records[0].treatment, Treatment::None);

        let one_outlier = treated(&one_to_ten_and(&[30.0, 100.0])).unwrap();
        let record = &one_outlier.records[0];
        assert_eq!((record.treatment, record.tame), (Treatment::Winsorised, true));
        let point = |unit: &str, before, after| TreatedPoint {
            unit: unit.into(),
            before,
            after,
        };
        assert_eq!(record.points, [point("u11", 100.0, 30.0)]);

        let low = treated(&one_to_ten_and(&[-500.0])).unwrap();
        assert_eq!(low.records[0].points, [point("u10", -500.0, 1.0)]);
    }

    #[test]
    fn a_column_that_winsorising_cannot_tame_is_logged_from_its_own_values() {
        let values: Vec<f64> = (0..60).map(|i| 3.0_f64.powi(i)).collect();
        let logged = treated(&values).unwrap();
        assert_eq!(logged.records[0].treatment, Treatment::Logged);
        assert!(logged.records[0].points.is_empty());
        let after: Vec<f64> = logged.data.columns()[0].present_values().collect();
        assert!(after.windows(2).all(|w| w[0] <= w[1]), "order is kept");
    }

    #[test]
    fn too_few_or_equal_values_are_refused() {
        assert_eq!(
            treated(&[1.0, 2.0, 3.0]).unwrap_err().code(),
            "composite.too_few_values"
        );
        assert_eq!(treated(&[2.0; 5]).unwrap_err().code(), "composite.constant_column");
    }
}
