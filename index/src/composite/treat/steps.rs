//! The two steps, fitted to a column one after the other.

use super::{
    record::Shape,
    settings::{Treatment, TreatmentLimits, TreatmentStep},
};
use crate::composite::{
    error::CompositeError,
    moments::skew_and_kurtosis,
    transform::{Transform, box_cox, extremes, log_ct, log_ct_plus, log_gii, log1p, natural_log, shifted_log},
};

/// The steps taken, each as it was fitted, and the values they give.
pub(super) struct Outcome {
    pub(super) steps: Vec<(TreatmentStep, Transform)>,
    pub(super) values: Vec<f64>,
}

impl Outcome {
    pub(super) fn untouched(original: &[f64]) -> Self {
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
        // Powers that are all below what a double can hold leave one value of many.
        if self.values.iter().any(|value| !value.is_finite()) || extremes(&self.values).is_none() {
            return Err(undefined(code, step));
        }
        self.steps.push((step, transform));
        Ok(Some(self))
    }
}

/// The treated column; none when it cannot be treated.
pub(super) fn run(code: &str, original: &[f64], treatment: Treatment) -> Result<Option<Outcome>, CompositeError> {
    let tame = |values: &[f64]| shape(values).map(|shape| is_tame(shape, treatment.limits));
    let mut outcome = Outcome::untouched(original);
    if tame(original) == Some(true) && !treatment.force {
        return Ok(Some(outcome));
    }
    if let Some(step) = treatment.first {
        let Some(treated) = outcome.then(code, step)? else {
            return Ok(None);
        };
        outcome = treated;
    }
    let Some(step) = treatment.second.filter(|_| tame(&outcome.values) == Some(false)) else {
        let can_be_told = treatment.force || tame(&outcome.values).is_some();
        return Ok(can_be_told.then_some(outcome));
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
        TreatmentStep::Log1p => log1p(values),
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

pub(super) fn shape(values: &[f64]) -> Option<Shape> {
    let (skew, kurtosis) = skew_and_kurtosis(values)?;
    // Equal values may leave a trace of rounding: ask the values themselves.
    extremes(values)?;
    Some(Shape { skew, kurtosis })
}

/// Tame: skewness or kurtosis within its limit. One of the two suffices.
pub(super) fn is_tame(shape: Shape, limits: TreatmentLimits) -> bool {
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
