//! What each kind of job does.

use std::sync::Arc;

use crate::{
    domain::{
        access::Principal,
        job::{Job, Task},
    },
    service::{
        Service,
        error::ServiceError,
        imports::carry_out::run_import,
        jobs::progress::Progress,
        outcome::{ComputedRun, JobResult},
        registry::import_enterprises::import_enterprises,
        runs::{
            back_test::back_test, compute::compute_run, decompose::decompose_change, robustness::test_robustness,
            verify::verify_run,
        },
    },
};

/// Carries out the work with no more than the rights of who asked for it.
pub(super) async fn carry_out(service: &Arc<Service>, job: &Job) -> Result<JobResult, ServiceError> {
    let caller = Principal {
        name: job.created_by.clone(),
        user: None,
        role: job.role,
        scope: job.scope.clone(),
    };
    let progress = Progress::of_job(service, job.id);
    match job.task.clone() {
        Task::ImportEnterprises { blob_sha256, dry_run } => {
            let bytes = service.blobs.get(&blob_sha256).await.map_err(ServiceError::internal)?;
            let report = import_enterprises(service, &caller, &bytes, dry_run).await?;
            Ok(JobResult::ImportEnterprises(report))
        }
        Task::ImportReturns { import } => {
            let summary = run_import(service, &caller, job.id, import).await?;
            Ok(JobResult::ImportReturns(summary))
        }
        Task::ComputeRun {
            round,
            methodology,
            region,
        } => {
            let run = compute_run(service, &caller, round, methodology, region, progress).await?;
            Ok(JobResult::ComputeRun(ComputedRun {
                run_id: run.id,
                returns: run.returns,
                scored: run.scored,
            }))
        }
        Task::BackTest {
            round,
            against,
            content,
        } => {
            let report = back_test(service, &caller, round, against, &content, progress).await?;
            Ok(JobResult::BackTest(Box::new(report)))
        }
        Task::TestRobustness { run, request } => {
            let report = test_robustness(service, &caller, run, request, progress).await?;
            Ok(JobResult::TestRobustness(report))
        }
        Task::DecomposeChange { run, with } => {
            let report = decompose_change(service, &caller, run, with, progress).await?;
            Ok(JobResult::DecomposeChange(report))
        }
        Task::VerifyRun { run } => {
            let verification = verify_run(service, &caller, run, progress).await?;
            Ok(JobResult::VerifyRun(verification))
        }
    }
}
