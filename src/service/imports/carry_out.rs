//! An import is carried out: files or rows are read and checked side by side, and settled in small transactions one after
//! the other.
//!
//! The state of an item is the truth. A transaction files revisions and says of their items what became of them, both or
//! neither; so an import that was killed goes on with whatever still waits, and nothing is lost or done twice. Every such
//! transaction holds the job's row first: a job that was cancelled settles nothing more, and two workers that took up
//! the same job take turns.

mod files;
mod rows;
mod settle;
mod signatures;
mod source;
mod submit;

use std::sync::Arc;

use serde::Serialize;
use survey::finding::Findings;

use super::begin::may_hand_in;
use crate::{
    domain::{
        access::Principal,
        count::count,
        import::{ImportBatch, ImportCounts, ImportId, ImportItem, ImportKind},
        job::JobId,
        round::Round,
        survey_return::{Evidence, SurveyReturn},
    },
    service::{Service, documents::form::Form, error::ServiceError, returns::filing::Filing},
    store,
};

/// Groups in preparation while one is being settled, so that neither the reading children nor the writer wait.
const AHEAD: usize = 3;

/// Result of an import.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct ImportSummary {
    /// The import.
    pub import_id: ImportId,
    /// Its items by state.
    #[serde(flatten)]
    pub counts: ImportCounts,
}

/// Carries out what still waits of an import.
pub async fn run_import(
    service: &Arc<Service>,
    caller: &Principal,
    job: JobId,
    id: ImportId,
) -> Result<ImportSummary, ServiceError> {
    may_hand_in(caller)?;
    let batch = store::import::find_import(service.db.read(), &caller.scope, id).await?;
    let round = store::round::find_round(service.db.read(), batch.round).await?;
    let form = service.form(&round).await?;
    let run = Arc::new(Run {
        service: service.clone(),
        caller: caller.clone(),
        job,
        batch,
        round,
        form,
    });
    match run.batch.kind {
        ImportKind::Zip | ImportKind::Folder => run.clone().files().await?,
        ImportKind::Mapped | ImportKind::Bulk => run.clone().rows().await?,
    }
    Ok(ImportSummary {
        import_id: id,
        counts: run.counts().await?,
    })
}

/// An import on its way.
struct Run {
    service: Arc<Service>,
    caller: Principal,
    job: JobId,
    batch: ImportBatch,
    round: Round,
    form: Arc<Form>,
}

/// A file or row that was looked at.
struct Prepared {
    item: ImportItem,
    verdict: Verdict,
    /// Where the submission is to be recorded: the scan of its signature, or why there is none.
    scan: Option<Result<Evidence, ServiceError>>,
}

impl Prepared {
    /// Of which no submission is recorded.
    fn of(item: ImportItem, verdict: Verdict) -> Self {
        Self {
            item,
            verdict,
            scan: None,
        }
    }
}

/// What is to become of it, as far as can be told before anything is written.
enum Verdict {
    /// Refused.
    Refused(ServiceError),
    /// The newest revision of its return was read from these very bytes, or from a row that said the same.
    Repeated(Box<SurveyReturn>),
    /// Read and checked.
    Checked(Box<SurveyReturn>, Box<Filing>),
}

impl Verdict {
    fn checked(survey_return: SurveyReturn, filing: Filing) -> Self {
        Self::Checked(Box::new(survey_return), Box::new(filing))
    }
}

impl Run {
    async fn counts(&self) -> Result<ImportCounts, ServiceError> {
        let batches = std::slice::from_ref(&self.batch);
        let counts = store::import::count_items(self.service.db.read(), batches).await?;
        let counts = counts.get(&self.batch.id).copied();
        counts.ok_or_else(|| ServiceError::internal("an import without counts"))
    }
}

/// Findings of an item, counted.
fn counted(item: ImportItem, findings: &Findings) -> ImportItem {
    ImportItem {
        block: count(findings.block),
        warn: count(findings.warn),
        info: count(findings.info),
        ..item
    }
}
