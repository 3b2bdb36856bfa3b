//! `ronghe compute`

use std::path::{Path, PathBuf};

use index::region::RegionFigures;
use serde_json::json;
use survey::document::parse_json;

use super::{
    files, open, operator,
    output::{Failed, Output},
    template::find_round,
};
use crate::{
    config::DataPlace,
    domain::document::DocumentKind,
    service::{
        documents::read::newest_document,
        error::{ServiceError, codes},
        jobs::progress::Progress,
        runs::compute::compute_run,
    },
};

/// Compute a run over the accepted returns of a round
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  ronghe compute --round 2026 --methodology integration-index-2026 --data /var/lib/ronghe"
)]
pub(super) struct Compute {
    /// Code of the round
    #[arg(long)]
    round: String,
    /// Code of the methodology; its newest version is taken
    #[arg(long)]
    methodology: String,
    /// Statistics and bases for the index of a region, a JSON file (docs/en/method.md)
    #[arg(long, value_name = "FILE")]
    region: Option<PathBuf>,
}

/// Statistics and bases from a file.
fn read_region(file: &Path) -> Result<RegionFigures, Failed> {
    let bytes = files::read(file)?;
    parse_json(&bytes).map_err(|faults| {
        ServiceError::new(codes::runs::REGION_INVALID)
            .with_faults(faults)
            .into()
    })
}

impl Compute {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let round = find_round(&service, &self.round).await?;
        let code = &self.methodology;
        let methodology = newest_document(&service, &operator(), DocumentKind::Methodology, code).await?;
        let unknown = || {
            Failed::new(
                codes::general::NOT_FOUND,
                format!("没有评价方法 {code}"),
                format!("there is no methodology {code}"),
            )
        };
        let methodology = methodology.ok_or_else(unknown)?;
        let region = self.region.as_deref().map(read_region).transpose()?;
        let bar = output.progress(output.choose("正在测算", "computing"), 1);
        let show = |done: usize, total: usize| {
            bar.set_length(total as u64);
            bar.set_position(done as u64);
        };
        let progress = Progress::shown_by(&show);
        let run = compute_run(&service, &operator(), round.id, methodology.id, region, progress).await?;
        bar.finish_and_clear();
        let (id, scored, returns) = (run.id, run.scored, run.returns);
        let method = format!("{} {}", run.methodology_code, run.methodology_version);
        let (inputs, results) = (&run.inputs_sha256, &run.results_sha256);
        let text = output.choose(
            format!(
                "测算 {id}：{returns} 份填报表中 {scored} 份有得分，评价方法 {method}\n输入 {inputs}\n结果 {results}"
            ),
            format!(
                "Run {id}: {scored} of {returns} returns scored with {method}\ninputs  {inputs}\nresults {results}"
            ),
        );
        output.say(
            text,
            &json!({
                "run_id": run.id, "returns": run.returns, "scored": run.scored,
                "inputs_sha256": run.inputs_sha256, "results_sha256": run.results_sha256,
            }),
        )
    }
}
