//! `ronghe export`

use std::path::PathBuf;

use serde_json::json;
use uuid::Uuid;

use super::{
    files, open, operator,
    output::{Failed, Output},
};
use crate::{
    config::DataPlace,
    domain::run::RunId,
    service::{
        runs,
        runs::export::{ExportFormat, export_run},
    },
};

/// Write the results of a run: a workbook, a table, or COINr's pair of tables
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe export --run 0199... --out results.xlsx --data /var/lib/ronghe\n  ronghe export --run 0199... --out results.csv --data /var/lib/ronghe\n  ronghe export --run 0199... --form coinr --out for-r --data /var/lib/ronghe\n\nWithout --form the ending of the file decides. CSV is UTF-8 with a byte order mark, as Excel and WPS want it. For coinr, iData.csv and\niMeta.csv are written into the folder; in R: new_coin(read.csv(\"iData.csv\"), read.csv(\"iMeta.csv\"))."
)]
pub(super) struct Export {
    /// Identifier of the run
    #[arg(long)]
    run: Uuid,
    /// File to write, or the folder for coinr
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
    /// What to write
    #[arg(long, value_enum)]
    form: Option<Form>,
}

/// What to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// A workbook with all tables and live formulas.
    Xlsx,
    /// One table.
    Csv,
    /// iData.csv and iMeta.csv for the R package COINr.
    Coinr,
}

impl Export {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let ends_in = |ending: &str| {
            let found = self.out.extension();
            found.is_some_and(|found| found.eq_ignore_ascii_case(ending))
        };
        let format = match self.form {
            Some(Form::Csv) => ExportFormat::Csv,
            Some(Form::Coinr) => ExportFormat::Coinr,
            None if ends_in("csv") => ExportFormat::Csv,
            Some(Form::Xlsx) | None => ExportFormat::Xlsx,
        };
        let run = runs::read::get_run(&service, &operator(), RunId(self.run)).await?;
        let files = export_run(&service, &operator(), RunId(self.run), format).await?;
        let mut written = Vec::new();
        for file in files {
            let path = if format == ExportFormat::Coinr {
                files::create_folder(&self.out)?;
                self.out.join(&file.name)
            } else {
                self.out.clone()
            };
            files::write(&path, file.bytes)?;
            written.push(path.display().to_string());
        }
        let (results, files) = (run.returns, written.join(", "));
        let text = output.choose(
            format!("已将 {results} 家企业的结果写入 {files}"),
            format!("Wrote the results of {results} enterprises to {files}"),
        );
        output.say(text, &json!({ "results": run.returns, "files": written }))
    }
}
