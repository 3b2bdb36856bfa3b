//! What a job does: its parameters as they are stored, how it is taken on and how it is carried out.

use std::sync::Arc;

use bytes::Bytes;
use index::region::RegionFigures;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    domain::{
        access::Principal,
        document::DocumentId,
        import::{ImportId, ImportOptions},
        job::{Job, JobId, JobState},
        round::RoundId,
        run::RunId,
    },
    service::{
        Service,
        access::permission::Action,
        documents::publish::not_utf8,
        error::ServiceError,
        imports::{
            begin::{Begun, Source, begin_import},
            carry_out::run_import,
        },
        jobs::progress::Progress,
        registry::import_enterprises::import_enterprises,
        runs::{
            back_test::{back_test, check_back_test},
            compute::{check_run, compile_run},
            decompose::{check_decomposition, decompose_change},
            robustness::{Shaking, check_shaking, shake_run},
            verify::{check_verification, verify_run},
        },
    },
    store,
};

/// The work of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Import a list of enterprises that is kept as a blob.
    ImportEnterprises {
        /// SHA-256 of the list.
        blob_sha256: String,
        /// Report only, write nothing.
        dry_run: bool,
    },
    /// Import many returns.
    ImportReturns {
        /// The import; its items are the truth.
        import: ImportId,
    },
    /// Compute a run.
    CompileRun {
        /// Round.
        round: RoundId,
        /// Methodology.
        methodology: DocumentId,
        /// What is given by hand for the index of a region.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<RegionFigures>,
    },
    /// Try a methodology that is not published on the returns of a round.
    BackTest {
        /// Round.
        round: RoundId,
        /// The run to compare with; without one, the newest of the methodology.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        against: Option<RunId>,
        /// The draft, as it was posted.
        content: String,
    },
    /// Shake the weights of a run.
    ShakeRun {
        /// Run.
        run: RunId,
        /// What is asked for.
        #[serde(flatten)]
        shaking: Shaking,
    },
    /// Take the change from one run to another apart.
    DecomposeChange {
        /// Run.
        run: RunId,
        /// The run it is compared with.
        with: RunId,
    },
    /// Compute a run again and compare.
    VerifyRun {
        /// Run.
        run: RunId,
    },
}

/// Takes on the import of an enterprise list.
pub async fn queue_enterprise_import(
    service: &Service,
    caller: &Principal,
    bytes: Bytes,
    dry_run: bool,
) -> Result<Job, ServiceError> {
    caller.may(Action::WriteEnterprises)?;
    let blob_sha256 = service.blobs.put(bytes).await.map_err(ServiceError::internal)?;
    take_on(service, caller, &Task::ImportEnterprises { blob_sha256, dry_run }).await
}

/// Takes on a run. What cannot be computed is refused at once, not in a job.
pub async fn queue_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
    region: Option<RegionFigures>,
) -> Result<Job, ServiceError> {
    check_run(service, caller, round, methodology, region.as_ref()).await?;
    let task = Task::CompileRun {
        round,
        methodology,
        region,
    };
    take_on(service, caller, &task).await
}

/// Takes on the shaking of a run's weights.
pub async fn queue_robustness(
    service: &Service,
    caller: &Principal,
    run: RunId,
    shaking: Shaking,
) -> Result<Job, ServiceError> {
    check_shaking(service, caller, run, &shaking).await?;
    take_on(service, caller, &Task::ShakeRun { run, shaking }).await
}

/// Takes on taking the change from one run to another apart; without another, from the one that it superseded.
pub async fn queue_decomposition(
    service: &Service,
    caller: &Principal,
    run: RunId,
    with: Option<RunId>,
) -> Result<Job, ServiceError> {
    let (run, with) = check_decomposition(service, caller, run, with).await?;
    let task = Task::DecomposeChange {
        run: run.id,
        with: with.id,
    };
    take_on(service, caller, &task).await
}

/// Takes on the verification of a run.
pub async fn queue_verification(service: &Service, caller: &Principal, run: RunId) -> Result<Job, ServiceError> {
    check_verification(service, caller, run).await?;
    take_on(service, caller, &Task::VerifyRun { run }).await
}

/// Takes on the trial of a draft. What cannot be computed is refused at once, not in a job.
pub async fn queue_back_test(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    against: Option<RunId>,
    content: Vec<u8>,
) -> Result<Job, ServiceError> {
    let content = String::from_utf8(content).map_err(|_| not_utf8())?;
    check_back_test(service, caller, round, against, &content).await?;
    let task = Task::BackTest {
        round,
        against,
        content,
    };
    take_on(service, caller, &task).await
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
        service.queue.push(begun.job.id).await.map_err(ServiceError::internal)?;
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
    let job = new_job(service, caller, &Task::ImportReturns { import: id })?;
    begin_import(service, caller, round, source, options, (id, job)).await
}

fn new_job(service: &Service, caller: &Principal, task: &Task) -> Result<Job, ServiceError> {
    let now = service.now();
    Ok(Job {
        id: JobId(service.next_id()),
        task: serde_json::to_value(task).map_err(ServiceError::internal)?,
        state: JobState::Queued,
        done: 0,
        total: 0,
        result: None,
        error: None,
        created_by: caller.name.clone(),
        role: caller.role,
        scope: caller.scope.clone(),
        created_at: now,
        updated_at: now,
    })
}

async fn take_on(service: &Service, caller: &Principal, task: &Task) -> Result<Job, ServiceError> {
    let job = new_job(service, caller, task)?;
    let txn = service.db.begin_write().await?;
    store::job::insert_job(&txn, &job).await?;
    txn.commit().await?;
    // The row is there: should this fail, the job is taken up at the next start.
    service.queue.push(job.id).await.map_err(ServiceError::internal)?;
    Ok(job)
}

/// Carries out the work with no more than the rights of who asked for it. Gives the result as JSON.
pub(super) async fn carry_out(service: &Arc<Service>, job: &Job) -> Result<Value, ServiceError> {
    let caller = Principal {
        name: job.created_by.clone(),
        user: None,
        role: job.role,
        scope: job.scope.clone(),
    };
    let progress = Progress::of_job(service, job.id);
    let task: Task = serde_json::from_value(job.task.clone()).map_err(ServiceError::internal)?;
    match task {
        Task::ImportEnterprises { blob_sha256, dry_run } => {
            let bytes = service.blobs.get(&blob_sha256).await.map_err(ServiceError::internal)?;
            let report = import_enterprises(service, &caller, &bytes, dry_run).await?;
            serde_json::to_value(report).map_err(ServiceError::internal)
        }
        Task::ImportReturns { import } => {
            let summary = run_import(service, &caller, job.id, import).await?;
            serde_json::to_value(summary).map_err(ServiceError::internal)
        }
        Task::CompileRun {
            round,
            methodology,
            region,
        } => {
            let run = compile_run(service, &caller, round, methodology, region, progress).await?;
            Ok(json!({ "run_id": run.id, "returns": run.returns, "scored": run.scored }))
        }
        Task::BackTest {
            round,
            against,
            content,
        } => {
            let report = back_test(service, &caller, round, against, &content, progress).await?;
            serde_json::to_value(report).map_err(ServiceError::internal)
        }
        Task::ShakeRun { run, shaking } => {
            let report = shake_run(service, &caller, run, shaking, progress).await?;
            serde_json::to_value(report).map_err(ServiceError::internal)
        }
        Task::DecomposeChange { run, with } => {
            let report = decompose_change(service, &caller, run, with, progress).await?;
            serde_json::to_value(report).map_err(ServiceError::internal)
        }
        Task::VerifyRun { run } => {
            let verification = verify_run(service, &caller, run, progress).await?;
            serde_json::to_value(verification).map_err(ServiceError::internal)
        }
    }
}
