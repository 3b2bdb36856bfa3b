//! `ronghe import`

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde_json::json;
use tokio::task::JoinHandle;

use super::{
    on_behalf_of, open, operator,
    output::{Failed, Output},
    template::find_round,
};
use crate::{
    config::DataPlace,
    domain::{
        count::count,
        import::{Blocked, ImportItem, ImportOptions, ItemState},
        job::JobState,
        survey_return::ReturnState,
    },
    jobs::worker,
    service::{
        Service,
        error::{ServiceError, codes},
        imports,
        imports::{
            begin::{Begun, Source, begin},
            read::{ImportView, all_items, get_import},
        },
        jobs::read::get_job,
        returns::{accept::accept_return, read::get_return, submit::submit_return},
    },
};

/// Import a folder of returned workbooks, a ZIP of them, or a filled bulk sheet
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe import returned/ --round 2026 --data /var/lib/ronghe\n  ronghe import town_bulk.xlsx --round 2026 --data /var/lib/ronghe\n  ronghe import returned/ --round 2026 --dry-run --out outcome.xlsx --data /var/lib/ronghe\n  ronghe import returned/ --round 2026 --submit --accept --format json --data /var/lib/ronghe\n\nThe same import as through the API: good files or rows go in, bad ones are named, the same again changes nothing.\nAn import that was interrupted goes on where it stopped when the command is given again."
)]
pub(super) struct Import {
    /// Folder with the returned workbooks (folders within it are not looked into), ZIP of them, or filled bulk sheet
    from: PathBuf,
    /// Code of the round
    #[arg(long)]
    round: String,
    /// Report only, write nothing
    #[arg(long, conflicts_with = "submit")]
    dry_run: bool,
    /// Refuse files with blocking findings instead of filing them as drafts, as rows of a bulk sheet are
    #[arg(long)]
    refuse_blocked: bool,
    /// File rows of a bulk sheet with blocking findings as drafts, as files are
    #[arg(long, conflicts_with = "refuse_blocked")]
    file_blocked: bool,
    /// Submit those without blocking findings
    #[arg(long)]
    submit: bool,
    /// Accept those submitted
    #[arg(long, requires = "submit")]
    accept: bool,
    /// Write the outcome of every file here too, .xlsx or .json
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let round = find_round(&service, &self.round).await?;
        let source = source(&service, &self.from, output).await?;
        let options = ImportOptions {
            dry_run: self.dry_run,
            blocked: match (self.refuse_blocked, self.file_blocked) {
                (true, _) => Blocked::Refuse,
                (_, true) => Blocked::File,
                _ => source.usual_blocked(),
            },
            mapping: None,
        };
        let Begun { batch, job, .. } = begin(&service, &operator(), round.id, source, options).await?;
        let doing = tokio::spawn({
            let service = service.clone();
            async move { worker::carry_on(&service, job.id).await }
        });
        watch(&service, doing, &batch, output).await?;
        let view = get_import(&service, &operator(), batch.id).await?;
        if view.job.state != JobState::Succeeded {
            return Err(unfinished(&view));
        }
        let items = all_items(&service, &batch).await?;
        if self.submit {
            self.go_on(&service, &items).await?;
        }
        let value = json!({
            "import_id": batch.id,
            "dry_run": batch.options.dry_run,
            "counts": view.counts,
            "items": items,
        });
        if let Some(out) = &self.out {
            let xlsx = out
                .extension()
                .is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
            let bytes = if xlsx {
                imports::result::write(&items, None).map_err(ServiceError::internal)?
            } else {
                serde_json::to_vec_pretty(&value).map_err(std::io::Error::from)?
            };
            std::fs::write(out, bytes)?;
        }
        output.say(text(&items), &value)
    }

    /// Submits, and accepts, what has no blocking findings and still is the newest revision of a draft.
    async fn go_on(&self, service: &Service, items: &[ImportItem]) -> Result<(), Failed> {
        for item in items {
            let (Some(id), 0) = (item.survey_return, item.block) else {
                continue;
            };
            let mut survey_return = get_return(service, &operator(), id).await?;
            if survey_return.latest != item.revision {
                continue;
            }
            if survey_return.state == ReturnState::Draft {
                let filler = on_behalf_of(survey_return.enterprise);
                survey_return = submit_return(service, &filler, id, survey_return.version).await?;
            }
            if self.accept && survey_return.state == ReturnState::Submitted {
                accept_return(service, &operator(), id, survey_return.version).await?;
            }
        }
        Ok(())
    }
}

async fn source(service: &Service, from: &Path, output: &Output) -> Result<Source, Failed> {
    if from.is_dir() {
        return keep(service, from, output).await;
    }
    let name = from
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(Source::of_file(name, std::fs::read(from)?.into(), false))
}

/// Keeps the files of a folder under their hashes: from here on the import does not need the folder any more.
async fn keep(service: &Service, folder: &Path, output: &Output) -> Result<Source, Failed> {
    let paths = workbooks(folder)?;
    let bar = output.progress("reading the folder", paths.len());
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let sha256 = service
            .blobs
            .put(std::fs::read(&path)?.into())
            .await
            .map_err(ServiceError::internal)?;
        files.push((name, sha256));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(Source::Folder {
        name: folder.display().to_string(),
        files,
    })
}

/// Shows how far the import is until it has ended.
async fn watch(
    service: &Arc<Service>,
    mut doing: JoinHandle<Result<(), ServiceError>>,
    batch: &crate::domain::import::ImportBatch,
    output: &Output,
) -> Result<(), Failed> {
    let bar = output.progress("importing", 0);
    loop {
        if let Ok(ended) = tokio::time::timeout(Duration::from_millis(200), &mut doing).await {
            bar.finish_and_clear();
            return Ok(ended.map_err(ServiceError::internal)??);
        }
        let job = get_job(service, &operator(), batch.job).await?;
        bar.set_length(count(job.total));
        bar.set_position(count(job.done));
    }
}

fn unfinished(view: &ImportView) -> Failed {
    let error = view.job.error.as_ref();
    let text = |language: &str| {
        let message = error.and_then(|error| error["message"][language].as_str());
        message.unwrap_or("").to_owned()
    };
    let code = error
        .and_then(|error| error["code"].as_str())
        .unwrap_or(codes::cli::IMPORT_UNFINISHED.name);
    let counts = &view.counts;
    Failed::of(
        code,
        format!(
            "导入没有完成（{} / {}）：{}",
            counts.items - counts.waiting,
            counts.items,
            text("zh")
        ),
        format!(
            "the import did not end ({} of {}): {}",
            counts.items - counts.waiting,
            counts.items,
            text("en")
        ),
    )
}

/// The files of a folder in the order of their names. What they are is told by their content, not here.
fn workbooks(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_file() && !name.starts_with('.') && !workbook::archive::is_litter(&name) {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

fn text(items: &[ImportItem]) -> String {
    let line = |item: &ImportItem| match (&item.code, &item.message) {
        (Some(code), Some(message)) => format!("{:10} {}  {} [{code}]", item.state.name(), item.name, message.zh),
        _ => format!(
            "{:10} {}  {} block, {} warn, {} info",
            item.state.name(),
            item.name,
            item.block,
            item.warn,
            item.info
        ),
    };
    let mut lines = items.iter().map(line).collect::<Vec<_>>();
    let of = |state: ItemState| items.iter().filter(|item| item.state == state).count();
    let blocked = items
        .iter()
        .filter(|item| item.block > 0 && item.state != ItemState::Refused)
        .count();
    lines.push(format!(
        "{} files or rows: {} taken in, {} unchanged, {} refused; {blocked} with blocking findings",
        items.len(),
        of(ItemState::Taken),
        of(ItemState::Unchanged),
        of(ItemState::Refused)
    ));
    lines.join("\n")
}
