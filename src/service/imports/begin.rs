//! An import of many returns is taken on: bounded, written down with its items, carried out later by a job.

use std::fmt::Write as _;

use bytes::Bytes;
use workbook::archive::{Archive, is_one_spreadsheet};

use crate::{
    blobs::sha256_hex,
    domain::{
        access::{Principal, Scope},
        count::count,
        import::{Blocked, ImportBatch, ImportId, ImportItem, ImportKind, ImportOptions, ImportSubmission},
        job::{Job, JobState, Task},
        round::RoundId,
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        error::{ServiceError, codes},
        imports::scans::is_scan,
        jobs::take_on::new_job,
        returns::{evidence::check_signature, open::require_round_open},
        templates::recognise::bulk_sheet,
    },
    store,
};

/// What is handed in.
pub enum Source {
    /// A ZIP with one workbook per enterprise.
    Zip {
        /// Name of the file, shown, never trusted.
        filename: String,
        /// Content.
        bytes: Bytes,
    },
    /// Files of a folder whose bytes are kept as blobs already.
    Folder {
        /// Name of the folder.
        name: String,
        /// Name and SHA-256 of each file, in order.
        files: Vec<(String, String)>,
    },
    /// A spreadsheet whose rows are enterprises: the options say how it is read, or it is a bulk sheet that was issued here.
    Spreadsheet {
        /// Name of the file, shown, never trusted.
        filename: String,
        /// Content.
        bytes: Bytes,
    },
}

impl Source {
    /// What a file that was handed in is: a spreadsheet when a mapping explains it or it is one by its content, else a ZIP.
    pub fn of_file(filename: String, bytes: Bytes, mapped: bool) -> Self {
        if mapped || is_one_spreadsheet(&bytes) {
            Self::Spreadsheet { filename, bytes }
        } else {
            Self::Zip { filename, bytes }
        }
    }

    /// What usually happens to blocking findings: a workbook is filed with them, a row of a sheet is refused.
    pub fn usual_blocked(&self) -> Blocked {
        match self {
            Self::Zip { .. } | Self::Folder { .. } => Blocked::File,
            Self::Spreadsheet { .. } => Blocked::Refuse,
        }
    }
}

/// An import that was taken on.
pub struct Begun {
    /// The import.
    pub batch: ImportBatch,
    /// The job that carries it out.
    pub job: Job,
    /// Whether it is a new one: the same source again while the first import of it has not ended is that first import.
    pub fresh: bool,
}

/// What the items of an import are, before anything of it is read.
struct Contents {
    kind: ImportKind,
    filename: String,
    source_sha256: String,
    items: Vec<ImportItem>,
    left_out: i32,
}

/// Takes on an import of many returns and wakes a worker for it.
pub async fn queue_import(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    source: Source,
    options: ImportOptions,
) -> Result<Begun, ServiceError> {
    let begun = begin(service, caller, round, source, options).await?;
    if begun.fresh {
        // The row is there: should this fail, the job is taken up at the next start.
        service.queue.wake(begun.job.id).await?;
    }
    Ok(begun)
}

/// Takes on an import of many returns without waking anybody: for a command line that carries it out itself.
pub async fn begin(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    source: Source,
    options: ImportOptions,
) -> Result<Begun, ServiceError> {
    let id = ImportId(service.next_id());
    let job = new_job(service, caller, Task::ImportReturns { import: id });
    begin_import(service, caller, round, source, options, (id, job)).await
}

/// Takes on an import into a round. `job` is written with it in one transaction, or not at all.
async fn begin_import(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    source: Source,
    options: ImportOptions,
    (id, job): (ImportId, Job),
) -> Result<Begun, ServiceError> {
    may_hand_in(caller)?;
    let found = store::round::find_round(service.db.read(), round).await?;
    require_round_open(service, &found)?;
    let mapped = options.mapping.is_some();
    let mut options = options;
    if let Some(submission) = &mut options.submission {
        caller.may(Action::RecordSubmissions)?;
        submission.signed_by = check_signature(service, &found, &submission.signed_by, submission.signed_on)?;
        if matches!(source, Source::Spreadsheet { .. }) {
            return Err(ServiceError::new(codes::imports::SUBMISSION_NEEDS_FILES));
        }
    }
    if let (Source::Spreadsheet { bytes, .. }, false) = (&source, mapped) {
        let form = service.form(&found).await?;
        bulk_sheet(service, &found, &form, bytes).await?;
    }
    let contents = contents(service, source, &options).await?;
    let txn = service.db.begin_write().await?;
    let earlier = store::import::imports_of_source(&txn, &caller.scope, round, &contents.source_sha256).await?;
    let ids = earlier.iter().map(|batch| batch.job).collect::<Vec<_>>();
    let jobs = store::job::find_jobs(&txn, &ids).await?;
    for batch in earlier.into_iter().filter(|batch| batch.options == options) {
        match jobs.get(&batch.job) {
            Some(job) if !job.state.has_ended() => {
                return Ok(Begun {
                    batch,
                    job: job.clone(),
                    fresh: false,
                });
            }
            // What stopped it may be over: it goes on where it stood.
            Some(job) if job.state == JobState::Failed => {
                store::job::reopen_job(&txn, job.id, service.now()).await?;
                let job = store::job::find_job(&txn, job.id).await?;
                txn.commit().await?;
                return Ok(Begun {
                    batch,
                    job,
                    fresh: true,
                });
            }
            _ => {}
        }
    }
    let batch = ImportBatch {
        id,
        round,
        job: job.id,
        kind: contents.kind,
        filename: contents.filename,
        source_sha256: contents.source_sha256,
        options,
        left_out: contents.left_out,
        created_by: caller.name.clone(),
        scope: caller.scope.clone(),
        created_at: service.now(),
    };
    store::job::insert_job(&txn, &job).await?;
    store::import::insert_import(&txn, &batch, &contents.items).await?;
    txn.commit().await?;
    Ok(Begun {
        batch,
        job,
        fresh: true,
    })
}

/// Goes on only for those who may hand in for others: officers, never for less than a town.
pub(crate) fn may_hand_in(caller: &Principal) -> Result<(), ServiceError> {
    caller.may(Action::HandInReturns)?;
    match caller.scope {
        Scope::County | Scope::Town(_) => Ok(()),
        Scope::Enterprise(_) => Err(ServiceError::new(codes::access::FORBIDDEN)),
    }
}

async fn contents(service: &Service, source: Source, options: &ImportOptions) -> Result<Contents, ServiceError> {
    let (mapped, submission) = (options.mapping.is_some(), options.submission.as_ref());
    match source {
        Source::Zip { filename, bytes } => {
            let limits = service.settings.imports.archive();
            let (archive, source_sha256) = blocking({
                let bytes = bytes.clone();
                move || Ok((Archive::open(&bytes, &limits)?, sha256_hex(&bytes)))
            })
            .await?;
            if let Some(submission) = submission {
                let names = archive.files().iter().map(|file| file.name.as_str());
                require_covering(submission, names)?;
            }
            service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
            // Scans of signatures go with workbooks: they are looked at when it is known which belongs to which.
            let items = (1..)
                .zip(archive.files())
                .filter(|(_, file)| submission.is_none() || !is_scan(&file.name))
                .map(|(ordinal, file)| ImportItem::waiting(ordinal, shown(&file.name)))
                .collect();
            Ok(Contents {
                kind: ImportKind::Zip,
                filename,
                source_sha256,
                items,
                left_out: count(archive.left_out()),
            })
        }
        // Its rows are found as it is read: they become items when they are settled.
        Source::Spreadsheet { filename, bytes } => Ok(Contents {
            kind: if mapped { ImportKind::Mapped } else { ImportKind::Bulk },
            filename,
            source_sha256: service.blobs.put(bytes).await.map_err(ServiceError::internal)?,
            items: Vec::new(),
            left_out: 0,
        }),
        Source::Folder { name, files } => {
            if let Some(submission) = submission {
                require_covering(submission, submission.scans.iter().map(|(name, _)| name.as_str()))?;
            }
            let mut list = String::new();
            for (name, sha256) in &files {
                // Writing to a string cannot fail.
                writeln!(list, "{sha256}  {name}").ok();
            }
            let items = (1..).zip(files).map(|(ordinal, (name, sha256))| ImportItem {
                sha256: Some(sha256),
                ..ImportItem::waiting(ordinal, shown(&name))
            });
            Ok(Contents {
                kind: ImportKind::Folder,
                filename: name,
                source_sha256: sha256_hex(list.as_bytes()),
                items: items.collect(),
                left_out: 0,
            })
        }
    }
}

/// Goes on only if the scan that covers all is there.
fn require_covering<'n>(
    submission: &ImportSubmission,
    mut names: impl Iterator<Item = &'n str>,
) -> Result<(), ServiceError> {
    match &submission.covering {
        Some(covering) if !names.any(|name| name == covering) => Err(ServiceError::new(codes::imports::NO_COVERING)),
        _ => Ok(()),
    }
}

/// A name as it is kept: no longer than people read.
fn shown(name: &str) -> String {
    name.chars().take(255).collect()
}
