//! `ronghe index compute`

mod changes;
mod records;
mod scores;
mod summary;
mod trends;
mod warning;
mod written;

use std::num::NonZeroUsize;

use index::composite::CompositeError;

pub(super) use self::warning::Warning;
use self::{summary::Summary, written::Written};
use super::{
    folder::ResultFolder,
    inputs::{InputFiles, Inputs},
    machine_threads,
    tables::Tables,
};
use crate::cli::output::{Failed, Output};

/// Compute a composite indicator and write every stage as CSV
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe index compute --data iData.csv --tree iMeta.csv --methodology method.json --out results\n  ronghe index compute --data iData.csv --tree iMeta.csv --methodology method.json --parameters norm_params.csv --out results --format json\n\nThe smallest methodology is {\"kind\": \"composite\", \"code\": \"mine\", \"version\": \"1\"}: minimum to maximum on 0 to 100, weighted arithmetic means. Its fields are described in docs/en/composite.md (docs/zh/composite.md); data/schema/methodology_composite.schema.json is its JSON Schema.\n\nWritten into the folder, keyed by uCode (and Time where there are several years): denominated, imputed, screened, treated (the steps that the methodology has), normalised, aggregated, ranks, percentiles, weights, explain, where the methodology has them published, levels and stages, over several years changes, change_summary and trends (compound annual growth rate and yearly slope of every figure and score), and the records treatment, imputation, screening. Nothing is written when anything is refused; then the exit status is 1 and each fault names its row and column or its place in the methodology. No database is used."
)]
pub(in crate::cli) struct Compute {
    #[command(flatten)]
    files: InputFiles,
    #[command(flatten)]
    out: ResultFolder,
    /// Leave out explain.csv, the longest of the results
    #[arg(long)]
    no_explain: bool,
    /// Threads; all that the machine has when absent. The results are the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

impl Compute {
    pub(super) fn run(self, output: &Output) -> Result<(), Failed> {
        self.out.check()?;
        let Inputs {
            document,
            mut method,
            years,
            ignored,
            ..
        } = self.files.read()?;
        method.plan.threads = self.threads.unwrap_or_else(machine_threads);
        // Trends are told of the figures as they stand in the table, of several years alone.
        let of_several = years.iter().filter(|year| year.year.is_some());
        let figures: Vec<_> = of_several.map(|year| (year.year, year.data.clone())).collect();
        let results = method.run(years)?;

        let mut tables = Tables::default();
        let written = Written {
            method: &method,
            results: &results,
        };
        written.stages(&mut tables);
        written.scores(&mut tables);
        written.weights(&mut tables);
        written.records(&mut tables)?;
        if !self.no_explain {
            written.explain(&mut tables);
        }
        let mut warnings = ignored;
        warnings.extend(written.turned_over());
        warnings.extend(written.treated_otherwise());
        warnings.extend(written.changes(&mut tables));
        written.trends(&mut tables, &figures);
        self.out.write(&tables, method.plan.threads)?;

        let summary = Summary::of(&document, &method, &results, &warnings, &self.out, &tables);
        let told = warnings.iter().map(|warning| warning.line(output.tongue()));
        let text: String = std::iter::once(summary.text(output.tongue())).chain(told).collect();
        output.say(text, &summary)
    }
}

impl From<CompositeError> for Failed {
    fn from(error: CompositeError) -> Self {
        let message = error.message();
        Self::of(error.code(), message.zh, message.en)
    }
}
