//! Taming outliers in two steps: a column whose skewness and kurtosis are both out of bounds is treated by a first step,
//! and by a second where the first was not enough.
//!
//! The two-step rule, its steps and its default limits are those of the OECD/JRC practice that COINr documents (vignette
//! "treat"): a few points are winsorised, else the column is log-transformed.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
    moments::skew_and_kurtosis,
    transform::{Transform, box_cox, extremes, log_ct, log_ct_plus, log_gii, natural_log, shifted_log},
};

/// When a column counts as tame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreatmentLimits {
    /// Below this absolute skewness ...
    pub skew: f64,
    /// ... or below this excess kurtosis.
    pub kurtosis: f64,
}

impl Default for TreatmentLimits {
    fn default() -> Self {
        Self {
            skew: 2.0,
            kurtosis: 3.5,
        }
    }
}

/// How a column is treated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// When it is treated, and when a step was enough.
    pub limits: TreatmentLimits,
    /// The first step.
    pub first: Option<TreatmentStep>,
    /// The second step.
    pub second: Option<TreatmentStep>,
    /// Whether the second step takes what the first has made of the column instead of the untreated column.
    pub combine: bool,
}

impl Default for Treatment {
    fn default() -> Self {
        Self {
            limits: TreatmentLimits::default(),
            first: Some(TreatmentStep::Winsorise {
                max_points: Some(5),
                limits: TreatmentLimits::default(),
                force: false,
            }),
            second: Some(TreatmentStep::LogCt),
            combine: false,
        }
    }
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TreatmentStep {
    /// The points at the end to which the column is skewed are pulled in to the next value, again and again, until it is
    /// tame or so many points are pulled in.
    Winsorise {
        /// Points; none: no limit.
        max_points: Option<usize>,
        /// When it is tame.
        limits: TreatmentLimits,
        /// Whether points are pulled in up to the limit though it is tame.
        force: bool,
    },
    /// `ln(x - min + (max - min) / 100)`.
    LogCt,
    /// The same where the skewness is positive, else `-ln(max + (max - min) / 100 - x)`.
    LogCtPlus,
    /// `ln(x - min + 1)`.
    LogCtOrig,
    /// `ln((max - 1) (x - min) / (max - min) + 1)`, for a maximum above 1.
    LogGii,
    /// `ln(x)`, for values above zero.
    Log,
    /// `(y^lambda - 1) / lambda`, `ln(y)` for a lambda of zero, with `y = x - min + 1` where `shift` says so, else `y = x`.
    BoxCox {
        /// Lambda; none: the one under which the transformed values are most likely normal (Box and Cox 1964), sought from
        /// -5 to 5.
        lambda: Option<f64>,
        /// Whether the column is moved to begin at 1.
        shift: bool,
    },
}

impl TreatmentStep {
    /// The name that documents and outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Winsorise { .. } => "winsorise",
            Self::LogCt => "log_ct",
            Self::LogCtPlus => "log_ct_plus",
            Self::LogCtOrig => "log_ct_orig",
            Self::LogGii => "log_gii",
            Self::Log => "log",
            Self::BoxCox { .. } => "box_cox",
        }
    }
}

/// How the columns of a matrix are treated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Treatments {
    /// Every column that does not say itself.
    pub all: Treatment,
    /// Columns by themselves; none: it is not treated.
    pub of: BTreeMap<String, Option<Treatment>>,
}

/// Skewness G1 and excess kurtosis G2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Skewness.
    pub skew: f64,
    /// Excess kurtosis.
    pub kurtosis: f64,
}

/// One point that was changed.
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
    /// The steps that made the result, in order; empty when the column stayed as it was.
    pub steps: Vec<&'static str>,
    /// Its shape before; none when it has fewer than four values or they are all equal, so that nothing can be told.
    pub before: Option<Shape>,
    /// Its shape after.
    pub after: Option<Shape>,
    /// Whether it is tame now; none when nothing can be told or it is not to be treated.
    pub tame: Option<bool>,
    /// Points changed, in row order.
    pub points: Vec<TreatedPoint>,
    /// What the steps do to a value, in order.
    transforms: Vec<Transform>,
    /// The least and the greatest value before.
    range: Option<(f64, f64)>,
}

impl TreatmentRecord {
    /// What would have become of a value of the column, had it not been among those the treatment was fitted to. Where a
    /// formula is not defined so far out, the nearest value of the column stands for it.
    pub(super) fn treat(&self, value: f64) -> f64 {
        let treated = |value| {
            self.transforms
                .iter()
                .fold(value, |value, transform| transform.apply(value))
        };
        match (treated(value), self.range) {
            (found, _) if found.is_finite() => found,
            (_, Some((least, greatest))) => treated(value.max(least).min(greatest)),
            (_, None) => value,
        }
    }
}

/// Treated data and the record of every column, in column order.
#[derive(Clone, Debug, PartialEq)]
pub struct Treated {
    /// The data after treatment.
    pub data: Matrix,
    /// One record per column.
    pub records: Vec<TreatmentRecord>,
}

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
        (Some(treatment), Some(_)) => run(column.code(), &original, treatment)?,
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

/// The steps taken, each as it was fitted, and the values they give.
struct Outcome {
    steps: Vec<(TreatmentStep, Transform)>,
    values: Vec<f64>,
}

impl Outcome {
    fn untouched(original: &[f64]) -> Self {
        Self {
            steps: Vec::new(),
            values: original.to_vec(),
        }
    }

    /// With one step more; none when that would leave nothing to judge.
    fn then(mut self, code: &str, step: TreatmentStep) -> Result<Option<Self>, CompositeError> {
        let Some(transform) = fit(code, &self.values, step)? else {
            return Ok(None);
        };
        for value in &mut self.values {
            *value = transform.apply(*value);
        }
        if self.values.iter().any(|value| !value.is_finite()) {
            return Err(undefined(code, step));
        }
        self.steps.push((step, transform));
        Ok(Some(self))
    }
}

/// The treated column; none when it cannot be treated.
fn run(code: &str, original: &[f64], treatment: Treatment) -> Result<Option<Outcome>, CompositeError> {
    let tame = |values: &[f64]| shape(values).map(|shape| is_tame(shape, treatment.limits));
    let mut outcome = Outcome::untouched(original);
    if tame(original) == Some(true) {
        return Ok(Some(outcome));
    }
    if let Some(step) = treatment.first {
        let Some(treated) = outcome.then(code, step)? else {
            return Ok(None);
        };
        outcome = treated;
    }
    let Some(step) = treatment.second.filter(|_| tame(&outcome.values) == Some(false)) else {
        return Ok(tame(&outcome.values).map(|_| outcome));
    };
    if !treatment.combine {
        outcome = Outcome::untouched(original);
    }
    let outcome = outcome.then(code, step)?;
    Ok(outcome.filter(|outcome| shape(&outcome.values).is_some()))
}

/// One step fitted to a column; none when it would leave nothing to judge.
fn fit(code: &str, values: &[f64], step: TreatmentStep) -> Result<Option<Transform>, CompositeError> {
    let transform = match step {
        TreatmentStep::Winsorise {
            max_points,
            limits,
            force,
        } => return Ok(winsorise(values, max_points, limits, force)),
        TreatmentStep::LogCt => log_ct(values),
        TreatmentStep::LogCtPlus => log_ct_plus(values),
        TreatmentStep::LogCtOrig => shifted_log(values),
        TreatmentStep::LogGii => log_gii(values),
        TreatmentStep::Log => natural_log(values),
        TreatmentStep::BoxCox { lambda, shift } => box_cox(values, lambda, shift),
    };
    transform.map(Some).ok_or_else(|| undefined(code, step))
}

fn undefined(code: &str, step: TreatmentStep) -> CompositeError {
    CompositeError::UndefinedColumn {
        code: code.to_owned(),
        step: step.name(),
    }
}

fn shape(values: &[f64]) -> Option<Shape> {
    let (skew, kurtosis) = skew_and_kurtosis(values)?;
    // Equal values may leave a trace of rounding: ask the values themselves.
    extremes(values)?;
    Some(Shape { skew, kurtosis })
}

/// Tame: skewness or kurtosis within its limit. One of the two suffices.
fn is_tame(shape: Shape, limits: TreatmentLimits) -> bool {
    shape.skew.abs() < limits.skew || shape.kurtosis < limits.kurtosis
}

/// Pulls the points at the extreme on the side of the skew in to the next value, step by step.
///
/// Tied points move together; the points at the high and at the low end are counted as they stand after the last step.
/// None when all values would become equal.
fn winsorise(values: &[f64], max_points: Option<usize>, limits: TreatmentLimits, force: bool) -> Option<Transform> {
    let mut values = values.to_vec();
    let (mut high_points, mut low_points) = (0, 0);
    loop {
        let now = shape(&values)?;
        let full = max_points.is_some_and(|most| high_points + low_points >= most);
        if full || (is_tame(now, limits) && !force) {
            let (low, high) = crate::rank::extremes(&values);
            return Some(Transform::Clamp { low, high });
        }
        if now.skew >= 0.0 {
            high_points = pull_in(&mut values, |a, b| a > b)?;
        } else {
            low_points = pull_in(&mut values, |a, b| a < b)?;
        }
    }
}

/// Moves all points at the extreme to the value next to it; the number of points moved, none when there is no other value.
fn pull_in(values: &mut [f64], beyond: impl Fn(f64, f64) -> bool) -> Option<usize> {
    let further = |a: f64, b: f64| if beyond(b, a) { b } else { a };
    let extreme = values.iter().copied().reduce(further)?;
    let next = values.iter().copied().filter(|v| beyond(extreme, *v)).reduce(further)?;
    let mut moved = 0;
    for value in values.iter_mut().filter(|v| !beyond(extreme, **v)) {
        *value = next;
        moved += 1;
    }
    Some(moved)
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
