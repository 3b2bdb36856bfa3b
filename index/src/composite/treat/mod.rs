//! Taming outliers in two steps: a column whose skewness and kurtosis are both out of bounds is treated by a first step,
//! and by a second where the first was not enough.
//!
//! The two-step rule, its steps and its default limits are those of the OECD/JRC practice that COINr documents (vignette
//! "treat"): a few points are winsorised, else the column is log-transformed.

mod record;
mod settings;
mod steps;

use steps::{Outcome, is_tame, run, shape};

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
    transform::extremes,
};

pub use record::{Shape, Treated, TreatedPoint, TreatmentRecord};
pub use settings::{Treatment, TreatmentLimits, TreatmentStep, Treatments};

/// Treats each column that is not tame. A column of which nothing can be told, or of which winsorising would leave nothing
/// but one value, stays as it is.
pub fn treat(data: &Matrix, treatments: &Treatments) -> Result<Treated, CompositeError> {
    if let Some(code) = treatments.of.keys().find(|code| data.column(code).is_none()) {
        return Err(CompositeError::UnknownNode { code: code.clone() });
    }
    let (mut columns, mut records) = (Vec::new(), Vec::new());
    for column in data.columns() {
        let treatment = match treatments.of.get(column.code()) {
            None => Some(treatments.all),
            Some(own) => *own,
        };
        let (treated, record) = treat_column(column, data.units(), treatment)?;
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
    treatment: Option<Treatment>,
) -> Result<(Column, TreatmentRecord), CompositeError> {
    let original: Vec<f64> = column.present_values().collect();
    let before = shape(&original);
    let outcome = match (treatment, before) {
        (Some(treatment), _) if before.is_some() || treatment.force && extremes(&original).is_some() => {
            run(column.code(), &original, treatment)?
        }
        _ => None,
    };
    let Outcome { steps, values } = outcome.unwrap_or_else(|| Outcome::untouched(&original));
    let after = shape(&values);
    let points = changed_points(column, units, &values);
    let treated = if steps.is_empty() {
        column.clone()
    } else {
        with_present_values(column, values)?
    };
    let record = TreatmentRecord {
        code: column.code().to_owned(),
        steps: steps.iter().map(|(step, _)| step.name()).collect(),
        transforms: steps.into_iter().map(|(_, transform)| transform).collect(),
        range: extremes(&original),
        before,
        after,
        tame: treatment.and_then(|treatment| after.map(|after| is_tame(after, treatment.limits))),
        points,
    };
    Ok((treated, record))
}

#[expect(clippy::expect_used, reason = "treatment keeps the number of values")]
fn with_present_values(column: &Column, values: Vec<f64>) -> Result<Column, CompositeError> {
    let mut values = values.into_iter();
    column.map(|_| values.next().expect("a value for each present cell"))
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
mod tests;
