//! What was put in, pulled in and left out.

use index::composite::{Stage, YearResult, imputed_share};

use super::written::Written;
use crate::cli::{
    index::tables::{Cell, Tables},
    output::Failed,
};

impl<'a> Written<'a> {
    /// The records of the steps that the method has.
    pub(super) fn records(&self, tables: &mut Tables<'a>) -> Result<(), Failed> {
        self.imputation(tables)?;
        self.screening(tables);
        self.treatment(tables);
        Ok(())
    }

    /// One kind of step of every year that has it.
    fn steps<S>(&self, of: impl Fn(&'a Stage) -> Option<&'a S>) -> Vec<(&'a YearResult, &'a S)> {
        let all = self
            .results
            .iter()
            .flat_map(|year| year.stages.iter().map(move |stage| (year, stage)));
        all.filter_map(|(year, stage)| Some((year, of(stage)?))).collect()
    }

    /// Values that were put in, and their share in every score.
    fn imputation(&self, tables: &mut Tables<'a>) -> Result<(), Failed> {
        let steps = self.steps(|stage| match stage {
            Stage::Imputed(imputed) => Some(imputed),
            _ => None,
        });
        if steps.is_empty() {
            return Ok(());
        }
        let rows = steps.iter().flat_map(|(year, step)| {
            step.points.iter().map(|point| {
                let mut row = named(&point.unit, year.year);
                row.extend([Cell::from(&point.code), point.value.into()]);
                row
            })
        });
        tables.add("imputation", &self.header(&["iCode", "Value"]), rows);
        let missing = self.method.plan.aggregation.missing;
        let shares = self.results.iter().map(|year| {
            let share = imputed_share(&self.method.tree, &year.figures, &year.imputed_points(), missing);
            share.map(|share| (year.year, share))
        });
        let shares = shares.collect::<Result<Vec<_>, _>>()?;
        tables.add_matrices("imputed_share", &self.aggregates(), shares);
        Ok(())
    }

    /// Units that were kept and left out, and why.
    fn screening(&self, tables: &mut Tables<'a>) {
        let steps = self.steps(|stage| match stage {
            Stage::Screened(screened) => Some(screened),
            _ => None,
        });
        if steps.is_empty() {
            return;
        }
        let rows = steps.iter().flat_map(|(year, step)| {
            step.records.iter().map(|record| {
                let mut row = named(&record.unit, year.year);
                row.extend([
                    Cell::from(record.missing),
                    record.zeros.into(),
                    record.availability.into(),
                    record.nonzero.into(),
                    record.verdict.kept().into(),
                    record.verdict.name().into(),
                ]);
                row
            })
        });
        let columns = ["N_missing", "N_zero", "Dat_Avail", "Non_Zero", "Included", "Reason"];
        tables.add("screening", &self.header(&columns), rows);
    }

    /// Values that were pulled in, and the shape of every indicator before and after.
    fn treatment(&self, tables: &mut Tables<'a>) {
        let steps = self.steps(|stage| match stage {
            Stage::Treated(treated) => Some(treated),
            _ => None,
        });
        if steps.is_empty() {
            return;
        }
        let records = || {
            let all = steps.iter();
            all.flat_map(|(year, step)| step.records.iter().map(move |record| (year.year, record)))
        };
        let points = records().flat_map(|(year, record)| {
            record.points.iter().map(move |point| {
                let mut row = named(&point.unit, year);
                row.extend([
                    Cell::from(&record.code),
                    record.steps.join("+").into(),
                    point.before.into(),
                    point.after.into(),
                ]);
                row
            })
        });
        let columns = ["iCode", "Treatment", "Before", "After"];
        tables.add("treatment", &self.header(&columns), points);
        let shapes = records().map(|(year, record)| {
            let (before, after) = (record.before, record.after);
            [
                Cell::from(&record.code),
                year.into(),
                record.steps.join("+").into(),
                record.points.len().into(),
                before.map(|shape| shape.skew).into(),
                before.map(|shape| shape.kurtosis).into(),
                after.map(|shape| shape.skew).into(),
                after.map(|shape| shape.kurtosis).into(),
                record.tame.into(),
            ]
        });
        let columns = [
            "iCode",
            "Time",
            "Treatment",
            "N_points",
            "Skew_before",
            "Kurt_before",
            "Skew_after",
            "Kurt_after",
            "Pass",
        ];
        tables.add("treatment_summary", &columns, shapes);
    }
}

/// The cells that name a unit.
fn named(unit: &str, year: Option<i64>) -> Vec<Cell<'_>> {
    let unit = std::iter::once(unit.into());
    unit.chain(year.map(Cell::from)).collect()
}
