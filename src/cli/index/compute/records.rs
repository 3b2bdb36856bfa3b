//! What was put in, pulled in and left out.

use index::composite::{Stage, YearResult, imputed_share};

use super::written::{OfYear, Written};
use crate::cli::{
    index::tables::{Tables, number, unit_cells},
    output::Failed,
};

impl<'a> Written<'a> {
    /// The records of the steps that the method has.
    pub(super) fn records(&self, tables: &mut Tables) -> Result<(), Failed> {
        self.imputation(tables)?;
        self.screening(tables)?;
        self.treatment(tables)
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
    fn imputation(&self, tables: &mut Tables) -> Result<(), Failed> {
        let steps = self.steps(|stage| match stage {
            Stage::Imputed(imputed) => Some(imputed),
            _ => None,
        });
        if steps.is_empty() {
            return Ok(());
        }
        let rows = steps.iter().flat_map(|(year, step)| {
            step.points.iter().map(|point| {
                let mut row = unit_cells(&point.unit, year.year);
                row.extend([point.code.clone(), number(Some(point.value))]);
                row
            })
        });
        tables.add("imputation.csv", &self.header(&["iCode", "Value"]), rows)?;
        let missing = self.method.plan.aggregation.missing;
        let shares = self.results.iter().map(|year| {
            let share = imputed_share(&self.method.tree, &year.figures, &year.imputed_points(), missing);
            share.map(|share| (year.year, share))
        });
        let shares = shares.collect::<Result<Vec<_>, _>>()?;
        let shares: Vec<OfYear<'_>> = shares.iter().map(|(year, share)| (*year, share)).collect();
        tables.add_matrices("imputed_share.csv", &self.aggregates(), &shares)
    }

    /// Units that were kept and left out, and why.
    fn screening(&self, tables: &mut Tables) -> Result<(), Failed> {
        let steps = self.steps(|stage| match stage {
            Stage::Screened(screened) => Some(screened),
            _ => None,
        });
        if steps.is_empty() {
            return Ok(());
        }
        let rows = steps.iter().flat_map(|(year, step)| {
            step.records.iter().map(|record| {
                let mut row = unit_cells(&record.unit, year.year);
                row.extend([
                    record.missing.to_string(),
                    record.zeros.to_string(),
                    number(Some(record.availability)),
                    number(record.nonzero),
                    record.verdict.kept().to_string(),
                    record.verdict.name().to_owned(),
                ]);
                row
            })
        });
        let columns = ["N_missing", "N_zero", "Dat_Avail", "Non_Zero", "Included", "Reason"];
        tables.add("screening.csv", &self.header(&columns), rows)
    }

    /// Values that were pulled in, and the shape of every indicator before and after.
    fn treatment(&self, tables: &mut Tables) -> Result<(), Failed> {
        let steps = self.steps(|stage| match stage {
            Stage::Treated(treated) => Some(treated),
            _ => None,
        });
        if steps.is_empty() {
            return Ok(());
        }
        let records = || {
            let all = steps.iter();
            all.flat_map(|(year, step)| step.records.iter().map(move |record| (year.year, record)))
        };
        let points = records().flat_map(|(year, record)| {
            record.points.iter().map(move |point| {
                let mut row = unit_cells(&point.unit, year);
                row.extend([
                    record.code.clone(),
                    record.steps.join("+"),
                    number(Some(point.before)),
                    number(Some(point.after)),
                ]);
                row
            })
        });
        let columns = ["iCode", "Treatment", "Before", "After"];
        tables.add("treatment.csv", &self.header(&columns), points)?;
        let shapes = records().map(|(year, record)| {
            let (before, after) = (record.before, record.after);
            [
                record.code.clone(),
                year.map_or(String::new(), |year| year.to_string()),
                record.steps.join("+"),
                record.points.len().to_string(),
                number(before.map(|shape| shape.skew)),
                number(before.map(|shape| shape.kurtosis)),
                number(after.map(|shape| shape.skew)),
                number(after.map(|shape| shape.kurtosis)),
                record.tame.map_or(String::new(), |tame| tame.to_string()),
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
        tables.add("treatment_summary.csv", &columns, shapes)
    }
}
