//! Computing a run again, from the revisions it was made from, and saying whether the same bytes come out.

use futures::TryStreamExt as _;
use serde::Serialize;

use super::{compute::pass_of, hash::ResultsHash, pass::ENGINE_VERSION, read::get_run};
use crate::{
    domain::{
        access::{Principal, Scope},
        enterprise::EnterpriseId,
        job::{Job, Task},
        run::{RunId, Standing},
    },
    service::{
        Service,
        access::permission::Action,
        error::ServiceError,
        jobs::{progress::Progress, take_on::take_on},
    },
    store,
};

/// Differences that a report lists; beyond them it counts.
const LISTED: usize = 200;

/// Result of computing a run again.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Verification {
    /// Identifier of the run.
    pub run_id: RunId,
    /// Version of the computation engine of the run.
    pub engine_version: String,
    /// Version of the computation engine used now.
    pub engine_version_now: &'static str,
    /// Whether the inputs are identical. False for another engine version, because the version is one of the inputs.
    pub same_inputs: bool,
    /// Whether the results are identical byte for byte.
    pub same_results: bool,
    /// Hash of the results, as stored.
    pub results_sha256: String,
    /// Hash of the results, computed again.
    pub results_sha256_now: String,
    /// Number of results computed again.
    pub returns: usize,
    /// Number of results that differ in score, rank or level.
    pub differing: usize,
    /// First differing results, sorted by credit code.
    pub differences: Vec<Difference>,
}

/// A differing result.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Difference {
    /// Identifier of the enterprise.
    pub enterprise_id: EnterpriseId,
    /// Unified social credit code.
    pub uscc: String,
    /// Result as stored.
    pub stored: Standing,
    /// Result computed again.
    pub now: Standing,
}

/// Takes on the verification of a run.
pub async fn queue_verification(service: &Service, caller: &Principal, run: RunId) -> Result<Job, ServiceError> {
    check_verification(service, caller, run).await?;
    take_on(service, caller, Task::VerifyRun { run }).await
}

/// Computes a run again. Nothing is stored.
pub async fn verify_run(
    service: &Service,
    caller: &Principal,
    id: RunId,
    progress: Progress<'_>,
) -> Result<Verification, ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let run = get_run(service, caller, id).await?;
    let pass = pass_of(service, &run).await?;
    let stored = store::run_result::all_results(
        service.db.read(),
        &Scope::whole_county("a run is verified over all its results"),
        id,
    )
    .await?;
    let total = 2 * pass.returns.len();
    let ranked = pass.rank(service, progress, total).await?;
    let mut hash = ResultsHash::of(&ranked)?;
    let (mut differences, mut differing, mut at) = (Vec::new(), 0, 0);
    let mut explained = pass.explained(service, &ranked);
    while let Some(chunk) = explained.try_next().await? {
        for (input, scored) in pass.returns.iter().skip(at).zip(chunk) {
            let detail = serde_json::to_string(&scored).map_err(ServiceError::internal)?;
            let now = Standing {
                score: ranked.scores.get(at).copied().flatten(),
                rank: ranked.ranks.get(at).copied().flatten(),
                band: ranked.bands.get(at).copied().flatten(),
            };
            hash.add(&input.uscc, now.rank, &detail)?;
            let before = stored.get(at).map(|row| Standing {
                score: row.score,
                rank: row.rank,
                band: row.band,
            });
            if let Some(before) = before.filter(|before| *before != now) {
                differing += 1;
                if differences.len() < LISTED {
                    differences.push(Difference {
                        enterprise_id: input.enterprise,
                        uscc: input.uscc.clone(),
                        stored: before,
                        now,
                    });
                }
            }
            at += 1;
        }
        progress.report(pass.returns.len() + at, total).await?;
    }
    let results_sha256_now = hash.finish();
    Ok(Verification {
        run_id: id,
        same_inputs: run.inputs_sha256 == ranked.inputs_sha256,
        same_results: run.results_sha256 == results_sha256_now,
        engine_version: run.engine_version,
        engine_version_now: ENGINE_VERSION,
        results_sha256: run.results_sha256,
        results_sha256_now,
        returns: at,
        differing,
        differences,
    })
}

/// Refuses what could not be verified, before a job is made of it.
pub async fn check_verification(service: &Service, caller: &Principal, id: RunId) -> Result<(), ServiceError> {
    caller.may(Action::ComputeRuns)?;
    get_run(service, caller, id).await.map(drop)
}
