//! A run: all accepted returns of a round, one methodology version, fixed inputs, the same bytes every time.

use std::sync::Arc;

use chrono::Duration;
use futures::TryStreamExt as _;
use index::{card::Scored, compile::OverReturns, document::Methodology, region::RegionFigures};

pub use super::pass::ENGINE_VERSION;
use super::{
    hash::{ResultsHash, document_hashes},
    pass::{Basis, Pass, Ranked},
};
use crate::{
    domain::{
        access::{Principal, Scope},
        count::count,
        document::{Document, DocumentId, DocumentKind},
        job::{Job, Task},
        round::{Round, RoundId},
        run::{Run, RunEvent, RunId, RunInput, RunResult, RunState},
    },
    service::{
        Service,
        access::permission::Action,
        documents,
        documents::publish::questionnaire_of,
        error::{ServiceError, codes, region_refused},
        jobs::{progress::Progress, take_on::take_on},
    },
    store,
};

/// After this long a run that is still computing belongs to a process that is gone.
const ABANDONED: Duration = Duration::days(1);

/// Takes on a run. What cannot be computed is refused at once, not in a job.
pub async fn queue_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
    region: Option<RegionFigures>,
) -> Result<Job, ServiceError> {
    check_run(service, caller, round, methodology, region.as_ref()).await?;
    let task = Task::ComputeRun {
        round,
        methodology,
        region,
    };
    take_on(service, caller, task).await
}

/// Computes all accepted returns of a round with a methodology and stores the results, as a draft.
///
/// Twice over all returns: the ranks must be known before the first result is written. Results are written chunk by chunk,
/// so that others can write in between; the run is not seen before it is whole, and a failure leaves nothing.
///
/// `region` is what is given by hand for the index of a region; a methodology over enterprises takes nothing.
pub async fn compute_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
    region: Option<RegionFigures>,
    progress: Progress<'_>,
) -> Result<Run, ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let (pass, document) = prepare(service, round, methodology, region).await?;
    let run = Run {
        id: RunId(service.next_id()),
        round,
        methodology,
        methodology_code: document.code,
        methodology_version: document.version,
        inputs_sha256: String::new(),
        results_sha256: String::new(),
        engine_version: ENGINE_VERSION.to_owned(),
        seed: new_seed(service),
        state: RunState::Computing,
        version: 1,
        supersedes: None,
        returns: count(pass.returns.len()),
        scored: 0,
        created_by: caller.name.clone(),
        created_at: service.now(),
    };
    let txn = service.db.begin_write().await?;
    store::run::delete_unfinished(&txn, run.created_at - ABANDONED).await?;
    store::run::insert_run(&txn, &run).await?;
    txn.commit().await?;
    let id = run.id;
    let outcome = compute(service, &pass, run, progress).await;
    if outcome.is_err() {
        let txn = service.db.begin_write().await?;
        store::run::delete_computing(&txn, id).await?;
        txn.commit().await?;
    }
    outcome
}

/// A seed that a JSON number carries exactly.
fn new_seed(service: &Service) -> i64 {
    let mut bytes = [0; 8];
    for (byte, random) in bytes.iter_mut().skip(2).zip(service.ids.random_bytes()) {
        *byte = random;
    }
    i64::from_be_bytes(bytes)
}

async fn compute(service: &Service, pass: &Pass, mut run: Run, progress: Progress<'_>) -> Result<Run, ServiceError> {
    let total = 2 * pass.returns.len();
    let ranked = pass.rank(service, progress, total).await?;
    let mut results_hash = ResultsHash::of(&ranked)?;
    let mut done = 0;
    let mut explained = pass.explained(service, &ranked);
    let mut next = explained.try_next().await?;
    while let Some(scored) = next {
        let results = results(run.id, done, &pass.returns, &scored, &ranked)?;
        for result in &results {
            results_hash.add(&result.uscc, result.rank, &result.detail)?;
        }
        done += results.len();
        next = futures::try_join!(write(service, &results), explained.try_next())?.1;
        progress.report(pass.returns.len() + done, total).await?;
    }
    run.inputs_sha256.clone_from(&ranked.inputs_sha256);
    run.results_sha256 = results_hash.finish();
    run.scored = count(ranked.scores.iter().flatten().count());
    run.state = RunState::Draft;
    let txn = service.db.begin_write().await?;
    store::run::complete_run(&txn, &run).await?;
    if let Some(region) = &ranked.region {
        store::run_region::insert_region(&txn, run.id, region).await?;
    }
    let made = RunEvent {
        run: run.id,
        number: 1,
        from: None,
        to: RunState::Draft,
        actor: run.created_by.clone(),
        at: service.now(),
    };
    store::run::insert_run_event(&txn, &made).await?;
    txn.commit().await?;
    Ok(run)
}

async fn write(service: &Service, results: &[RunResult]) -> Result<(), ServiceError> {
    let txn = service.db.begin_write().await?;
    store::run_result::insert_results(&txn, results).await?;
    txn.commit().await?;
    Ok(())
}

/// The results of a chunk that begins at place `first` of the run.
fn results(
    run: RunId,
    first: usize,
    returns: &[RunInput],
    scored: &[Scored],
    ranked: &Ranked,
) -> Result<Vec<RunResult>, ServiceError> {
    let mut results = Vec::with_capacity(scored.len());
    for ((at, input), scored) in returns.iter().enumerate().skip(first).zip(scored) {
        results.push(RunResult {
            run,
            enterprise: input.enterprise,
            revision: input.revision,
            previous: input.previous,
            area_code: input.area_code.clone(),
            industry_code: input.industry_code.clone(),
            size_class: input.size_class.clone(),
            enterprise_name: input.name.clone(),
            uscc: input.uscc.clone(),
            score: ranked.scores.get(at).copied().flatten(),
            rank: ranked.ranks.get(at).copied().flatten(),
            band: ranked.bands.get(at).copied().flatten(),
            totals: serde_json::to_value(&scored.totals).map_err(ServiceError::internal)?,
            detail: serde_json::to_string(scored).map_err(ServiceError::internal)?,
        });
    }
    Ok(results)
}

/// Refuses a round, a methodology and figures of a region that cannot be computed together, before a job is made of them.
pub async fn check_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
    region: Option<&RegionFigures>,
) -> Result<(), ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let round = store::round::find_round(service.db.read(), round).await?;
    let (compiled, _) = compiled(service, &round, methodology).await?;
    check_region(&compiled, region)
}

/// Figures of a region are asked for, or refused, by the methodology.
fn check_region(methodology: &OverReturns, figures: Option<&RegionFigures>) -> Result<(), ServiceError> {
    match (methodology.region(), figures) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(ServiceError::new(codes::runs::REGION_UNEXPECTED)),
        (Some(_), None) => Err(ServiceError::new(codes::runs::REGION_MISSING)),
        (Some(region), Some(figures)) => region
            .check_figures(figures)
            .map_err(|errors| region_refused("/region", &errors)),
    }
}

/// The methodology for a round, if it is one over returns and was written for the round's questionnaire.
async fn compiled(
    service: &Service,
    round: &Round,
    methodology: DocumentId,
) -> Result<(OverReturns, Document), ServiceError> {
    let content = documents::catalogue::content(&service.db, methodology).await?;
    if content.document.kind != DocumentKind::Methodology {
        return Err(ServiceError::new(codes::general::NOT_FOUND));
    }
    let parsed = Methodology::parse(content.content.as_bytes())
        .map_err(|faults| ServiceError::new(codes::documents::INVALID).with_faults(faults))?;
    fits_round(service, round, &parsed).await?;
    let compiled = service.methodology(methodology, round).await?;
    Ok((compiled, content.document))
}

/// Refuses a methodology that is not over returns or was written for another questionnaire. That of a region is written for
/// none: whether it fits shows when it is compiled.
pub(crate) async fn fits_round(
    service: &Service,
    round: &Round,
    methodology: &Methodology,
) -> Result<(), ServiceError> {
    let questionnaire = store::document::find_document(service.db.read(), round.questionnaire).await?;
    match questionnaire_of(methodology) {
        None if matches!(methodology, Methodology::Region(_)) => Ok(()),
        None => Err(ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES)),
        Some(code) if code != questionnaire.code => Err(ServiceError::new(codes::runs::OTHER_QUESTIONNAIRE)),
        Some(_) => Ok(()),
    }
}

/// What a run of a round with a methodology is computed with.
pub(crate) async fn basis(
    service: &Service,
    round: Round,
    methodology: OverReturns,
    methodology_sha256: String,
    region: Option<RegionFigures>,
) -> Result<Arc<Basis>, ServiceError> {
    let form = service.form(&round).await?;
    Ok(Arc::new(Basis {
        document_hashes: document_hashes(service, &round, methodology_sha256).await?,
        round,
        form,
        methodology,
        region,
    }))
}

/// The returns of a round that are accepted now. None: refused, there is nothing to compute.
pub(crate) async fn accepted_now(service: &Service, round: &Round) -> Result<Vec<RunInput>, ServiceError> {
    let conn = service.db.read();
    let returns = store::survey_return::accepted_inputs(
        conn,
        &Scope::whole_county("a run is computed over all accepted returns"),
        round.id,
        round.previous,
    )
    .await?;
    if returns.is_empty() {
        return Err(ServiceError::new(codes::runs::NO_RETURNS));
    }
    Ok(returns)
}

/// What went into a run, to be computed again.
pub(crate) async fn pass_of(service: &Service, run: &Run) -> Result<Pass, ServiceError> {
    let conn = service.db.read();
    let round = store::round::find_round(conn, run.round).await?;
    let (compiled, document) = compiled(service, &round, run.methodology).await?;
    let returns = store::run_result::inputs_of(
        conn,
        &Scope::whole_county("a run is computed again over all its returns"),
        run.id,
    )
    .await?;
    let region = store::run_region::find_region(conn, run.id).await?;
    let region = region.map(|region| region.figures);
    let basis = basis(service, round, compiled, document.sha256, region).await?;
    Ok(Pass { basis, returns })
}

async fn prepare(
    service: &Service,
    round: RoundId,
    methodology: DocumentId,
    region: Option<RegionFigures>,
) -> Result<(Pass, Document), ServiceError> {
    let round = store::round::find_round(service.db.read(), round).await?;
    let (compiled, document) = compiled(service, &round, methodology).await?;
    check_region(&compiled, region.as_ref())?;
    let returns = accepted_now(service, &round).await?;
    let basis = basis(service, round, compiled, document.sha256.clone(), region).await?;
    Ok((Pass { basis, returns }, document))
}
