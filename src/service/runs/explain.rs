//! Why an enterprise has its score: the tree of nodes, what was missing, and the cells it all came from.

use std::collections::BTreeMap;

use index::{
    card::Scored,
    explain::{Distance, ExplainNode, Improvement, Missing},
    over_returns::Explained,
};
use survey::{answer::Answer, cell::Provenance, survey::Survey};

use super::read::get_run;
use crate::{
    domain::{
        access::Principal,
        enterprise::EnterpriseId,
        run::{Run, RunId, RunResult},
        survey_return::{RecordedSubmission, Revision},
    },
    service::{
        Service,
        access::permission::{Action, allowed},
        blocking::blocking,
        error::ServiceError,
        returns::read::submission_of,
    },
    store,
};

/// The explanation of one result.
pub struct Explanation {
    /// The run.
    pub run: Run,
    /// The result.
    pub result: RunResult,
    /// Level or stage with its reason, as the scoring gave it.
    pub scored: Scored,
    /// The tree of nodes, one root per top score.
    pub roots: Vec<ExplainNode>,
    /// How far the next level or stage is; absent at the top and without result.
    pub next: Option<Distance>,
    /// What missing answers did: whose weight moved where, and what scores zero.
    pub missing: Missing,
    /// The answers that the nodes came from, by question code.
    pub evidence: BTreeMap<String, Evidence>,
    /// SHA-256 of the workbook.
    pub blob_sha256: String,
    /// Number of the revision.
    pub revision_number: i32,
    /// The submission of the revision that the bureau recorded on behalf of the enterprise.
    pub submission: Option<RecordedSubmission>,
}

/// One answer as evidence: what it says and where it stood.
pub struct Evidence {
    /// Question label.
    pub label: survey::text::Text,
    /// Unit code.
    pub unit: String,
    /// The answer; absent for a blank.
    pub answer: Option<Answer>,
    /// Where it stood; a table answer stands where its first cell does.
    pub provenance: Option<Provenance>,
}

/// Explains the result of an enterprise in a run.
pub async fn explain_result(
    service: &Service,
    caller: &Principal,
    run: RunId,
    enterprise: EnterpriseId,
) -> Result<Explanation, ServiceError> {
    let run = get_run(service, caller, run).await?;
    let conn = service.db.read();
    let result = store::run_result::find_result(conn, &caller.scope, run.id, enterprise).await?;
    let revision = store::survey_return::find_revision(conn, &caller.scope, result.revision).await?;
    let round = store::round::find_round(conn, run.round).await?;
    let form = service.form(&round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let scored: Scored = serde_json::from_str(&result.detail).map_err(ServiceError::internal)?;
    let Explained { roots, next, missing } = methodology.explain(&scored);
    // Whoever may not read returns is shown no answers, nor who signed them.
    let (evidence, submission) = if allowed(caller.role, Action::ReadReturns) {
        let submission = submission_of(service, caller, &revision).await?;
        (evidence(&form.survey, &roots, &revision), submission)
    } else {
        (BTreeMap::new(), None)
    };
    Ok(Explanation {
        run,
        next,
        missing,
        scored,
        roots,
        evidence,
        blob_sha256: revision.blob_sha256.clone(),
        revision_number: revision.number,
        submission,
        result,
    })
}

/// What would reach the next level or stage in a run; absent where there is nothing above, or no result.
pub async fn improve_result(
    service: &Service,
    caller: &Principal,
    run: RunId,
    enterprise: EnterpriseId,
) -> Result<Option<Improvement>, ServiceError> {
    let run = get_run(service, caller, run).await?;
    let conn = service.db.read();
    let result = store::run_result::find_result(conn, &caller.scope, run.id, enterprise).await?;
    let round = store::round::find_round(conn, run.round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let all = if methodology.scores_together() {
        Some(service.scored_runs.of(service, &run).await?)
    } else {
        None
    };
    blocking(move || {
        let scored: Scored = serde_json::from_str(&result.detail).map_err(ServiceError::internal)?;
        let among = match &all {
            Some(all) => Some((&*all.scores, all.place(result.enterprise)?)),
            None => None,
        };
        Ok(methodology.improve(&scored, among)?)
    })
    .await
}

/// The answers behind all nodes of the tree.
fn evidence(survey: &Survey, roots: &[ExplainNode], revision: &Revision) -> BTreeMap<String, Evidence> {
    let mut evidence = BTreeMap::new();
    let mut open = roots.iter().collect::<Vec<_>>();
    while let Some(node) = open.pop() {
        open.extend(&node.children);
        for code in &node.questions {
            let Some(question) = survey.question(code) else {
                continue;
            };
            evidence.entry(code.clone()).or_insert_with(|| Evidence {
                label: question.label.clone(),
                unit: question.unit.clone(),
                answer: revision.answers.get(code).cloned(),
                provenance: provenance(revision, code),
            });
        }
    }
    evidence
}

fn provenance(revision: &Revision, code: &str) -> Option<Provenance> {
    let table_cell = format!("{code}[");
    let of_table = || {
        revision
            .provenance
            .range(table_cell.clone()..)
            .next()
            .filter(|(key, _)| key.starts_with(&table_cell))
    };
    revision
        .provenance
        .get(code)
        .or_else(|| of_table().map(|(_, provenance)| provenance))
        .cloned()
}
