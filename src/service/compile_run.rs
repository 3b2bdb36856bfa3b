//! A run: all accepted returns of a round, one methodology version, frozen inputs, the same bytes every time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use index::{
    compile::CompiledMethodology,
    exact::Fixed,
    methodology::Methodology,
    rank::rank,
    scoring::{NodeKind, Scored},
};
use serde::Serialize;
use sha2::{Digest, Sha256};
use survey::{answer::Answers, survey::RoundContext};

use super::{
    Service,
    catalogue::{self, Form, blocking},
    error::ServiceError,
    permission::Action,
    publish_document::questionnaire_of,
};
use crate::{
    domain::{
        access::{Principal, Scope},
        document::{DocumentId, DocumentKind},
        enterprise::EnterpriseId,
        revision::AcceptedRevision,
        round::{Round, RoundId},
        run::{Run, RunId, RunResult},
    },
    store,
};

/// Version of everything that turns inputs into results. A change of any result raises it.
pub const ENGINE_VERSION: &str = concat!("ronghe-", env!("CARGO_PKG_VERSION"));

/// Computes all accepted returns of a round with a methodology and stores the results.
pub async fn compile_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
) -> Result<Run, ServiceError> {
    caller.may(Action::Compile)?;
    let prepared = prepare(service, round, methodology).await?;
    let id = RunId(service.next_id());
    let (inputs_sha256, results) = blocking(move || compute(&prepared, id)).await?;
    let document = store::document::find_document(service.db.read(), methodology).await?;
    let run = Run {
        id,
        round,
        methodology,
        methodology_code: document.code,
        methodology_version: document.version,
        inputs_sha256,
        results_sha256: results_hash(&results)?,
        engine_version: ENGINE_VERSION.to_owned(),
        returns: count(results.len()),
        scored: count(results.iter().filter(|result| result.score.is_some()).count()),
        created_by: caller.name.clone(),
        created_at: service.now(),
    };
    let txn = service.db.begin_write().await?;
    store::run::insert_run(&txn, &run).await?;
    store::run::insert_results(&txn, &results).await?;
    txn.commit().await?;
    Ok(run)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Refuses a pair of round and methodology that cannot be computed, before a job is made of it.
pub async fn check_run(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    methodology: DocumentId,
) -> Result<(), ServiceError> {
    caller.may(Action::Compile)?;
    let round = store::round::find_round(service.db.read(), round).await?;
    compiled(service, &round, methodology).await.map(drop)
}

/// Everything a run is computed from.
struct Prepared {
    round: Round,
    form: Arc<Form>,
    methodology: Arc<CompiledMethodology>,
    document_hashes: Vec<String>,
    accepted: Vec<AcceptedRevision>,
    previous: BTreeMap<EnterpriseId, Answers>,
}

async fn compiled(
    service: &Service,
    round: &Round,
    methodology: DocumentId,
) -> Result<Arc<CompiledMethodology>, ServiceError> {
    let conn = service.db.read();
    let content = catalogue::content(&service.db, methodology).await?;
    if content.document.kind != DocumentKind::Methodology {
        return Err(ServiceError::new("not_found"));
    }
    let parsed = Methodology::parse(content.content.as_bytes())
        .map_err(|faults| ServiceError::new("document.invalid").with_faults(faults))?;
    let questionnaire = store::document::find_document(conn, round.questionnaire).await?;
    match questionnaire_of(&parsed) {
        None => return Err(ServiceError::new("run.not_over_enterprises")),
        Some(code) if code != questionnaire.code => return Err(ServiceError::new("run.other_questionnaire")),
        Some(_) => {}
    }
    service
        .catalogue
        .methodology(&service.db, methodology, round.questionnaire, &round.reference)
        .await
}

async fn prepare(service: &Service, round: RoundId, methodology: DocumentId) -> Result<Prepared, ServiceError> {
    let conn = service.db.read();
    let round = store::round::find_round(conn, round).await?;
    let compiled = compiled(service, &round, methodology).await?;
    let form = service
        .catalogue
        .form(&service.db, round.questionnaire, &round.reference)
        .await?;
    let mut document_hashes = Vec::new();
    for id in [methodology, round.questionnaire].iter().chain(&round.reference) {
        let document = store::document::find_document(conn, *id).await?;
        document_hashes.push(document.sha256);
    }
    let accepted = store::survey_return::accepted_revisions(conn, &Scope::County, round.id).await?;
    if accepted.is_empty() {
        return Err(ServiceError::new("run.no_returns"));
    }
    let previous = match round.previous {
        Some(previous) => store::survey_return::accepted_revisions(conn, &Scope::County, previous)
            .await?
            .into_iter()
            .map(|accepted| (accepted.enterprise.id, accepted.answers))
            .collect(),
        None => BTreeMap::new(),
    };
    Ok(Prepared {
        round,
        form,
        methodology: compiled,
        document_hashes,
        accepted,
        previous,
    })
}

/// Scores everybody, ranks them by the published score, and hashes what went in.
fn compute(prepared: &Prepared, run: RunId) -> Result<(String, Vec<RunResult>), ServiceError> {
    let mut inputs = Inputs::of(prepared)?;
    let mut scored = Vec::with_capacity(prepared.accepted.len());
    for accepted in &prepared.accepted {
        let previous = prepared.previous.get(&accepted.enterprise.id);
        inputs.add(accepted, previous)?;
        let evaluation = prepared
            .form
            .survey
            .evaluate(&accepted.answers, &RoundContext::default(), previous);
        // Whoever accepted the revision has agreed to what it claims.
        let not_applicable: BTreeSet<String> = accepted.claims.keys().cloned().collect();
        scored.push(prepared.methodology.score(&evaluation, &not_applicable));
    }
    let main_scores = prepared
        .accepted
        .iter()
        .zip(&scored)
        .map(|(accepted, scored)| (accepted.revision, main_score(scored)));
    let ranks = rank(&main_scores.collect::<Vec<_>>());
    let results = prepared
        .accepted
        .iter()
        .zip(&scored)
        .zip(ranks)
        .map(|((accepted, scored), rank)| result(run, accepted, scored, rank))
        .collect::<Result<Vec<_>, _>>()?;
    Ok((inputs.finish(), results))
}

fn result(
    run: RunId,
    accepted: &AcceptedRevision,
    scored: &Scored,
    rank: Option<u32>,
) -> Result<RunResult, ServiceError> {
    let enterprise = &accepted.enterprise;
    Ok(RunResult {
        run,
        enterprise: enterprise.id,
        revision: accepted.revision,
        area_code: enterprise.facts.area_code.clone(),
        industry_code: enterprise.facts.industry_code.clone(),
        enterprise_name: enterprise.facts.name.clone(),
        uscc: enterprise.facts.uscc.clone(),
        score: main_score(scored).map(Fixed::to_f64),
        rank: rank.and_then(|rank| i32::try_from(rank).ok()),
        band: scored
            .attained
            .as_ref()
            .and_then(|attained| i32::try_from(attained.value).ok()),
        totals: serde_json::to_value(&scored.totals).map_err(ServiceError::internal)?,
        detail: serde_json::to_value(scored).map_err(ServiceError::internal)?,
    })
}

/// The score that enterprises are ranked by: that of the first root which is no topic.
fn main_score(scored: &Scored) -> Option<Fixed> {
    let is_main = |kind| matches!(kind, NodeKind::Aggregate | NodeKind::Total);
    scored
        .nodes
        .iter()
        .find(|node| node.parent.is_none() && is_main(node.kind))
        .and_then(|node| node.score)
}

/// The running hash of everything that goes into a run, in a fixed order.
struct Inputs(Sha256);

/// What one accepted return contributes to the hash. No identifiers: the same figures give the same hash anywhere.
#[derive(Serialize)]
struct InputRow<'a> {
    uscc: &'a str,
    area: &'a str,
    industry: &'a str,
    blob: &'a str,
    answers: &'a Answers,
    not_applicable: Vec<&'a str>,
    previous: Option<&'a Answers>,
}

impl Inputs {
    fn of(prepared: &Prepared) -> Result<Self, ServiceError> {
        let mut inputs = Self(Sha256::new());
        inputs.line(&(ENGINE_VERSION, prepared.round.year, &prepared.document_hashes))?;
        Ok(inputs)
    }

    fn add(&mut self, accepted: &AcceptedRevision, previous: Option<&Answers>) -> Result<(), ServiceError> {
        self.line(&InputRow {
            uscc: &accepted.enterprise.facts.uscc,
            area: &accepted.enterprise.facts.area_code,
            industry: &accepted.enterprise.facts.industry_code,
            blob: &accepted.blob_sha256,
            answers: &accepted.answers,
            not_applicable: accepted.claims.keys().map(String::as_str).collect(),
            previous,
        })
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), ServiceError> {
        self.0
            .update(serde_json::to_vec(value).map_err(ServiceError::internal)?);
        self.0.update(b"\n");
        Ok(())
    }

    fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// Hash over the results in order: credit code, rank and the whole explanation of each.
fn results_hash(results: &[RunResult]) -> Result<String, ServiceError> {
    let mut hash = Sha256::new();
    for result in results {
        let line = (&result.uscc, result.rank, &result.detail);
        hash.update(serde_json::to_vec(&line).map_err(ServiceError::internal)?);
        hash.update(b"\n");
    }
    Ok(hex::encode(hash.finalize()))
}
