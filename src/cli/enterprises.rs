//! `ronghe enterprises`

use std::path::PathBuf;

use super::{
    files, open, operator,
    output::{Failed, Output},
};
use crate::{
    config::DataPlace,
    service::registry::import_enterprises::{ImportReport, Outcome, import_enterprises, write_result},
};

/// Import a list of enterprises into the registry
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe enterprises list.xlsx --dry-run --data /var/lib/ronghe\n  ronghe enterprises list.xlsx --out outcome.xlsx --data /var/lib/ronghe\n\nThe same import as through the API: good rows are written, bad ones are named with cell and reason. With --out the list comes\nback as a workbook with the outcome beside each row."
)]
pub(super) struct Enterprises {
    /// The list: .xlsx, .xls, .xlsb, .ods, .csv and the like
    list: PathBuf,
    /// Report only, write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write the list with the outcome of every row here too, .xlsx or .json
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Enterprises {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let bytes = files::read(&self.list)?.into();
        let report = import_enterprises(&service, &operator(), &bytes, self.dry_run).await?;
        if let Some(out) = &self.out {
            let is_json = out
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
            let content = if is_json {
                serde_json::to_vec_pretty(&report).map_err(std::io::Error::from)?
            } else {
                write_result(&service, &bytes, report.clone()).await?
            };
            files::write(out, content)?;
        }
        output.say(text(&report), &report)
    }
}

/// The notes, the rows that were refused, and the counts.
fn text(report: &ImportReport) -> String {
    let notes = report.notes.iter().map(|note| note.message.zh.clone());
    let refused = report.outcomes.iter().filter(|row| row.outcome == Outcome::Refused);
    let refused = refused.flat_map(|row| {
        row.faults.iter().map(move |fault| {
            let cell = fault.cell.as_deref().unwrap_or_default();
            format!("第 {} 行 {} {}: {}", row.row, fault.column, cell, fault.message.zh)
        })
    });
    let counts = format!(
        "读取 {} 行：新增 {}，更新 {}，未变 {}，未导入 {}",
        report.rows, report.created, report.updated, report.unchanged, report.refused
    );
    notes.chain(refused).chain([counts]).collect::<Vec<_>>().join("\n")
}
