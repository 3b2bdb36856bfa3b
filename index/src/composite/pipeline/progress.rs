//! A year on its way through the steps before normalisation.

use std::collections::BTreeMap;

use super::{
    method::Step,
    year::{Stage, YearInput},
};
use crate::composite::{
    denominate::denominate,
    error::CompositeError,
    impute::{impute, impute_by_unit, refuse_missing},
    matrix::{Column, Matrix},
    panel::{YearFill, impute_over_years},
    screen::{Screened, Screening, screen, select_rows},
    treat::{Treated, treat},
    tree::Tree,
};

/// A year on its way.
pub(super) struct Progress {
    pub(super) year: Option<i64>,
    pub(super) data: Matrix,
    pub(super) denominators: Matrix,
    pub(super) groups: BTreeMap<String, Vec<Option<String>>>,
    pub(super) stages: Vec<Stage>,
}

impl Progress {
    pub(super) fn new(input: YearInput) -> Self {
        Self {
            year: input.year,
            data: input.data,
            denominators: input.denominators,
            groups: input.groups,
            stages: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, step: &Step, tree: &Tree) -> Result<(), CompositeError> {
        let stage = match step {
            Step::Denominate(of) => Stage::Denominated(denominate(&self.data, &self.denominators, of)?),
            Step::Impute(imputation, group) => {
                let groups = group.as_ref().map(|group| self.group(group)).transpose()?;
                Stage::Imputed(impute(&self.data, groups, imputation)?)
            }
            Step::ImputeByUnit {
                level,
                by_median,
                refuse_empty,
            } => Stage::Imputed(impute_by_unit(&self.data, tree, *level, *by_median, *refuse_empty)?),
            Step::Screen(screening) => Stage::Screened(self.screen(screening)?),
            Step::Treat(treatments) => Stage::Treated(treat(&self.data, treatments)?),
            Step::ImputeOverYears { .. } => return Ok(()),
        };
        self.data = stage.figures().clone();
        self.stages.push(stage);
        Ok(())
    }

    /// Treats the figures with what was fitted to those of another time: what has not changed since comes out the same.
    pub(super) fn treat_as(&mut self, before: &Treated) -> Result<(), CompositeError> {
        let columns = self.data.columns().iter().zip(&before.records);
        let treated = columns.map(|(column, record)| column.map(|value| record.treat(value)));
        self.data = self.data.with_columns(treated.collect::<Result<_, _>>()?);
        self.stages.push(Stage::Treated(Treated {
            data: self.data.clone(),
            records: before.records.clone(),
        }));
        Ok(())
    }

    fn screen(&mut self, screening: &Screening) -> Result<Screened, CompositeError> {
        let screened = screen(&self.data, screening)?;
        self.denominators = select_rows(&self.denominators, &screened.rows)?;
        for groups in self.groups.values_mut() {
            *groups = screened
                .rows
                .iter()
                .map(|row| groups.get(*row).cloned().flatten())
                .collect();
        }
        Ok(screened)
    }

    fn group(&self, name: &str) -> Result<&[Option<String>], CompositeError> {
        let unknown = || CompositeError::UnknownGroup { group: name.to_owned() };
        self.groups.get(name).map(Vec::as_slice).ok_or_else(unknown)
    }

    /// The peer group of each unit; a unit without one is refused.
    pub(super) fn peers(&self, column: Option<&str>) -> Result<Option<Vec<String>>, CompositeError> {
        let Some(column) = column else { return Ok(None) };
        let groups = self.group(column)?.iter().zip(self.data.units());
        let groups = groups.map(|(group, unit)| {
            let without = || CompositeError::NoGroup { unit: unit.clone() };
            group.clone().ok_or_else(without)
        });
        groups.collect::<Result<_, _>>().map(Some)
    }
}

pub(super) fn fill_over_years(
    years: &mut [Progress],
    fill: YearFill,
    refuse_empty: bool,
) -> Result<(), CompositeError> {
    let numbers = numbers_of(years)?;
    let borrowed: Vec<(i64, &Matrix)> = numbers.into_iter().zip(years.iter().map(|year| &year.data)).collect();
    let filled = impute_over_years(&borrowed, fill)?;
    for (year, imputed) in years.iter_mut().zip(filled) {
        if refuse_empty {
            refuse_missing(&imputed.data)?;
        }
        year.data = imputed.data.clone();
        year.stages.push(Stage::Imputed(imputed));
    }
    Ok(())
}

/// The numbers of the years. One alone needs none, since nothing is filled from another; of several each needs one.
fn numbers_of(years: &[Progress]) -> Result<Vec<i64>, CompositeError> {
    const ALONE: i64 = 0;
    if let [only] = years {
        return Ok(vec![only.year.unwrap_or(ALONE)]);
    }
    let without = || CompositeError::MissingColumn {
        code: "Time".to_owned(),
    };
    years.iter().map(|year| year.year.ok_or_else(without)).collect()
}

/// The figures as they were, but those of one unit as they are now. Which units there are is as it is now.
pub(super) fn frozen_but(frozen: &Matrix, now: &Matrix, unit: &str) -> Result<Matrix, CompositeError> {
    if frozen.units() == now.units() {
        return match now.row_of(unit) {
            Some(row) => frozen.clone().with_row(row, &now.row(row)),
            None => Ok(frozen.clone()),
        };
    }
    let places: BTreeMap<&String, usize> = frozen.units().iter().zip(0..).collect();
    let columns = now.columns().iter().zip(frozen.columns()).map(|(column, before)| {
        let cells = now.units().iter().enumerate().map(|(row, other)| {
            let place = places.get(other).filter(|_| other != unit);
            place.map_or_else(|| column.get(row), |place| before.get(*place))
        });
        Column::new(column.code(), cells)
    });
    Ok(now.with_columns(columns.collect::<Result<_, _>>()?))
}
