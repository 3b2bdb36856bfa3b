//! Why an enterprise has its score.

use std::{collections::BTreeMap, sync::Arc};

use index::{
    card::NotScored,
    composite::CompositeDetail,
    explain::{Distance, ExplainNode, Missing},
    ladder::Attained,
};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use survey::answer::Answer;
use uuid::Uuid;

use super::model::RunOut;
use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::ReadFailure, problem::Bilingual, typed::Typed},
        returns::{revisions::ProvenanceOut, submissions::SubmissionOut},
    },
    domain::{enterprise::EnterpriseId, run::RunId},
    service::{
        Service,
        error::ServiceError,
        runs::explain::{Evidence, Explanation, explain_result},
    },
};

/// An answer that a score is based on.
#[derive(Object)]
#[oai(rename = "Evidence", skip_serializing_if_is_none)]
struct EvidenceOut {
    /// Question label.
    label: Bilingual,
    /// Unit code; empty if there is none.
    unit: String,
    /// Answer with its kind; absent if left blank.
    answer: Option<Typed<Answer>>,
    /// Location in the workbook; absent if left blank.
    provenance: Option<ProvenanceOut>,
}

impl TryFrom<Evidence> for EvidenceOut {
    type Error = ServiceError;

    fn try_from(evidence: Evidence) -> Result<Self, ServiceError> {
        Ok(Self {
            label: evidence.label.into(),
            unit: evidence.unit,
            answer: evidence.answer.as_ref().map(Typed::of).transpose()?,
            provenance: evidence.provenance.map(Into::into),
        })
    }
}

/// Explanation of the score of an enterprise.
#[derive(Object)]
#[oai(rename = "Explanation", skip_serializing_if_is_none)]
struct ExplanationOut {
    /// The run.
    run: RunOut,
    /// Identifier of the enterprise.
    enterprise_id: Uuid,
    /// Name of the enterprise at the time of the run.
    enterprise_name: String,
    /// Main score; absent if the enterprise is not ranked.
    score: Option<f64>,
    /// Rank over the whole run.
    rank: Option<i32>,
    /// Level or stage.
    band: Option<i32>,
    /// Basis of the level or stage: the rule that applied and, for the higher ones, the condition that failed.
    attained: Option<Typed<Attained>>,
    /// Reason for the missing score; absent if there is a score.
    not_scored: Option<Typed<NotScored>>,
    /// Details of a methodology that scores all returns together: full-precision contribution of every node to its
    /// parent with its scale (the score, its logarithm, reciprocal or power), imputed figures, percentile and ranks
    /// within groups. Absent for other methodologies.
    composite: Option<Typed<CompositeDetail>>,
    /// Tree of nodes, one root for each top score. Contributions of the indicators below a node and its
    /// `rounding_residual` add up to its score.
    nodes: Vec<Typed<ExplainNode>>,
    /// Next level or stage and the gap to each of its conditions; absent at the highest level or stage and without a
    /// result.
    next: Option<Typed<Distance>>,
    /// Effects of missing answers: `moved` lists the weights that were redistributed, `zeroed` the indicators that
    /// scored zero.
    missing: Typed<Missing>,
    /// The answers behind the nodes by question code, with their cells.
    evidence: BTreeMap<String, EvidenceOut>,
    /// SHA-256 of the workbook that contains the answers, hex.
    blob_sha256: String,
    /// Number of the revision.
    revision_number: i32,
    /// Submission of the revision recorded by the bureau on behalf of the enterprise; absent if the enterprise
    /// submitted it.
    submission: Option<SubmissionOut>,
}

impl TryFrom<Explanation> for ExplanationOut {
    type Error = ServiceError;

    fn try_from(explanation: Explanation) -> Result<Self, ServiceError> {
        let scored = &explanation.scored;
        let evidence = |(code, evidence): (String, Evidence)| Ok((code, evidence.try_into()?));
        Ok(Self {
            run: explanation.run.into(),
            enterprise_id: explanation.result.enterprise.0,
            enterprise_name: explanation.result.enterprise_name,
            score: explanation.result.score,
            rank: explanation.result.rank,
            band: explanation.result.band,
            attained: scored.attained.as_ref().map(Typed::of).transpose()?,
            not_scored: scored.not_scored.as_ref().map(Typed::of).transpose()?,
            composite: scored.composite.as_deref().map(Typed::of).transpose()?,
            nodes: explanation.roots.iter().map(Typed::of).collect::<Result<_, _>>()?,
            next: explanation.next.as_ref().map(Typed::of).transpose()?,
            missing: Typed::of(&explanation.missing)?,
            evidence: explanation
                .evidence
                .into_iter()
                .map(evidence)
                .collect::<Result<_, ServiceError>>()?,
            blob_sha256: explanation.blob_sha256,
            revision_number: explanation.revision_number,
            submission: explanation.submission.map(Into::into),
        })
    }
}

/// The explanation of a result.
#[derive(ApiResponse)]
enum ExplanationFound {
    /// The explanation.
    #[oai(status = 200)]
    Found(Json<ExplanationOut>),
}

/// Operations on explanations.
#[derive(Default)]
pub struct ExplanationsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl ExplanationsApi {
    /// Explain a result
    ///
    /// Returns the tree of nodes with value, score, weight and contribution, the effects of missing data, and the
    /// answers and cells behind the score.
    #[oai(
        path = "/runs/:run_id/results/:enterprise_id",
        method = "get",
        operation_id = "get_run_result"
    )]
    async fn get_run_result(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        enterprise_id: Path<Uuid>,
    ) -> Result<ExplanationFound, ReadFailure> {
        let explanation = explain_result(
            &service,
            auth.principal(),
            RunId(run_id.0),
            EnterpriseId(enterprise_id.0),
        )
        .await?;
        Ok(ExplanationFound::Found(Json(explanation.try_into()?)))
    }
}
