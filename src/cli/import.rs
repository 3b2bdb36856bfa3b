//! `ronghe import`

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use chrono::NaiveDate;
use serde_json::json;
use tokio::task::JoinHandle;

use super::{
    files, open, operator,
    output::{Failed, Output},
    template::find_round,
};
use crate::{
    config::DataPlace,
    domain::{
        count::count,
        import::{Blocked, ImportItem, ImportOptions, ImportSubmission, ItemState},
        job::JobState,
        survey_return::{CorrectionState, ReturnState},
    },
    jobs::worker,
    service::{
        Service,
        error::{Kind, ServiceError, codes},
        imports,
        imports::{
            begin::{Begun, Source, begin},
            read::{ImportView, all_items, get_import},
            scans::is_scan,
        },
        jobs::read::get_job,
        returns::{accept::accept_return, read::get_return},
    },
};

/// The exit status when some files were not submitted or accepted.
const SOME_LEFT: u8 = 2;

/// Import a folder of returned workbooks, a ZIP of them, or a filled bulk sheet
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe import returned/ --round 2026 --data /var/lib/ronghe\n  ronghe import town_bulk.xlsx --round 2026 --data /var/lib/ronghe\n  ronghe import returned/ --round 2026 --dry-run --out outcome.xlsx --data /var/lib/ronghe\n  ronghe import returned/ --round 2026 --submit --signed-by 各企业负责人 --signed-on 2026-04-10 --scans scans/ --out outcome.xlsx --data /var/lib/ronghe\n  ronghe import returned.zip --round 2026 --submit --signed-by 各企业负责人 --signed-on 2026-04-10 --covering 签字汇总表.pdf --data /var/lib/ronghe\n\nThe same import as through the API: valid files or rows are imported, rejected ones are listed with the reason, the same again changes nothing.\nWith --submit each return is recorded as submitted by its enterprise, with the scan of the signature as evidence: the scan of the same name as the workbook (or with the credit code in its name), or the list given with --covering.\nAn import that was interrupted goes on where it stopped when the command is given again.\n\nExit status: 0 done; 1 not done (the reason is printed); 2 with --submit or --accept when some files were not submitted or not accepted, each with its reason in the outcome."
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
    /// Record that the enterprises submit: needs the scans of their signatures
    #[arg(long, requires_all = ["signed_by", "signed_on"])]
    submit: bool,
    /// Who signed for the enterprises
    #[arg(long, value_name = "NAME", requires = "submit")]
    signed_by: Option<String>,
    /// The date of the signatures, YYYY-MM-DD
    #[arg(long, value_name = "DATE", requires = "submit")]
    signed_on: Option<NaiveDate>,
    /// Folder with the scans (PDF, JPEG, PNG), if they are not beside the workbooks
    #[arg(long, value_name = "FOLDER", requires = "submit")]
    scans: Option<PathBuf>,
    /// Name of the scan that covers every workbook without a scan of its own
    #[arg(long, value_name = "NAME", requires = "submit")]
    covering: Option<String>,
    /// Accept those submitted
    #[arg(long, requires = "submit")]
    accept: bool,
    /// Write the outcome of every file here too, .xlsx or .json
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<ExitCode, Failed> {
        let service = open(place, false).await?;
        let round = find_round(&service, &self.round).await?;
        let submission = self.submission(&service).await?;
        let (source, beside) = source(&service, &self.from, submission.is_some(), output).await?;
        let submission = submission.map(|submission| ImportSubmission {
            scans: beside.into_iter().chain(submission.scans).collect(),
            ..submission
        });
        let options = ImportOptions {
            dry_run: self.dry_run,
            blocked: match (self.refuse_blocked, self.file_blocked) {
                (true, _) => Blocked::Refuse,
                (_, true) => Blocked::File,
                _ => source.usual_blocked(),
            },
            submission,
            mapping: None,
        };
        let Begun { batch, job, .. } = begin(&service, &operator(), round.id, source, options).await?;
        let doing = tokio::spawn({
            let service = service.clone();
            async move { worker::carry_on(&service, job.id).await }
        });
        watch(&service, doing, &batch, output).await?;
        let view = get_import(&service, &operator(), batch.id).await?;
        let mut items = all_items(&service, &batch).await?;
        let mut accepted = 0;
        if self.accept {
            for item in &mut items {
                accepted += usize::from(accept(&service, item).await?);
            }
        }
        let left = items.iter().filter(|item| item.code.is_some()).count();
        let value = json!({
            "import_id": batch.id,
            "dry_run": batch.options.dry_run,
            "counts": view.counts,
            "submitted": items.iter().filter(|item| item.submitted).count(),
            "accepted": accepted,
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
            files::write(out, bytes)?;
        }
        if view.job.state != JobState::Succeeded {
            return Err(unfinished(&view));
        }
        output.say(text(&items), &value)?;
        Ok(if self.submit && left > 0 {
            ExitCode::from(SOME_LEFT)
        } else {
            ExitCode::SUCCESS
        })
    }

    /// How it is recorded that the enterprises submit, with the scans of a folder of their own.
    async fn submission(&self, service: &Service) -> Result<Option<ImportSubmission>, Failed> {
        let (true, Some(signed_by), Some(signed_on)) = (self.submit, self.signed_by.clone(), self.signed_on) else {
            return Ok(None);
        };
        let mut scans = Vec::new();
        for path in self.scans.as_deref().map(workbooks).transpose()?.unwrap_or_default() {
            if is_scan(&name_of(&path)) {
                scans.push((name_of(&path), kept(service, &path).await?));
            }
        }
        Ok(Some(ImportSubmission {
            signed_by,
            signed_on,
            covering: self.covering.clone(),
            scans,
        }))
    }
}

/// Accepts what is submitted and still the newest revision; says on the item why not where that fails.
async fn accept(service: &Service, item: &mut ImportItem) -> Result<bool, Failed> {
    let Some(id) = item.survey_return.filter(|_| item.code.is_none()) else {
        return Ok(false);
    };
    let survey_return = get_return(service, &operator(), id).await?;
    let standing = survey_return.standing();
    let waits = matches!(
        (standing.state, standing.correction),
        (ReturnState::Submitted, None) | (_, Some(CorrectionState::Submitted))
    );
    if !waits || survey_return.latest != item.revision {
        return Ok(false);
    }
    match accept_return(service, &operator(), id, survey_return.version).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind == Kind::Internal => Err(error.into()),
        Err(error) => {
            item.code = Some(error.code);
            item.message = Some(error.message);
            Ok(false)
        }
    }
}

/// Where the files are, and the scans that lie beside them where these are looked for.
async fn source(
    service: &Service,
    from: &Path,
    with_scans: bool,
    output: &Output,
) -> Result<(Source, Vec<(String, String)>), Failed> {
    if from.is_dir() {
        return keep(service, from, with_scans, output).await;
    }
    let name = name_of(from);
    Ok((Source::of_file(name, files::read(from)?.into(), false), Vec::new()))
}

/// Keeps the files of a folder under their hashes: from here on the import does not need the folder any more.
async fn keep(
    service: &Service,
    folder: &Path,
    with_scans: bool,
    output: &Output,
) -> Result<(Source, Vec<(String, String)>), Failed> {
    let paths = workbooks(folder)?;
    let bar = output.progress("reading the folder", paths.len());
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        files.push((name_of(&path), kept(service, &path).await?));
        bar.inc(1);
    }
    bar.finish_and_clear();
    let (scans, files) = files.into_iter().partition(|(name, _)| with_scans && is_scan(name));
    let source = Source::Folder {
        name: folder.display().to_string(),
        files,
    };
    Ok((source, scans))
}

/// Keeps a file under its hash.
async fn kept(service: &Service, path: &Path) -> Result<String, Failed> {
    let kept = service.blobs.put(files::read(path)?.into()).await;
    Ok(kept.map_err(ServiceError::internal)?)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
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
    let mut found = files::list(folder)?;
    found.retain(|path| {
        let name = name_of(path);
        path.is_file() && !name.starts_with('.') && !workbook::archive::is_litter(&name)
    });
    Ok(found)
}

fn text(items: &[ImportItem]) -> String {
    let line = |item: &ImportItem| match (&item.code, &item.message) {
        (Some(code), Some(message)) => format!("{:10} {}  {} [{code}]", item.state.name(), item.name, message.zh),
        _ => format!(
            "{:10} {}  {} block, {} warn, {} info{}",
            item.state.name(),
            item.name,
            item.block,
            item.warn,
            item.info,
            if item.submitted { ", submitted" } else { "" }
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
