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

/// An answer as evidence.
#[derive(Object)]
#[oai(rename = "Evidence", skip_serializing_if_is_none)]
struct EvidenceOut {
    /// Question label.
    label: Bilingual,
    /// Unit code, empty for none.
    unit: String,
    /// The answer with its kind; absent for a blank.
    answer: Option<Typed<Answer>>,
    /// Where it stood in the workbook; absent for a blank.
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

/// Why an enterprise has its score.
#[derive(Object)]
#[oai(rename = "Explanation", skip_serializing_if_is_none)]
struct ExplanationOut {
    /// The run.
    run: RunOut,
    /// Enterprise.
    enterprise_id: Uuid,
    /// Name when the run was made.
    enterprise_name: String,
    /// Main score; absent when not ranked.
    score: Option<f64>,
    /// Rank over the whole run.
    rank: Option<i32>,
    /// Level or stage.
    band: Option<i32>,
    /// How the level or stage was determined: the rule that held and, for those above it, the condition that failed.
    attained: Option<Typed<Attained>>,
    /// Why there is no score; absent when there is one.
    not_scored: Option<Typed<NotScored>>,
    /// Where all returns are scored together: what every node brought to its parent at full precision and on which scale
    /// (the score, its logarithm, reciprocal or power), which figures were put in, percentile, ranks within groups.
    composite: Option<Typed<CompositeDetail>>,
    /// The tree of nodes, one root for each top score. Contributions of the indicators below a node and its
    /// `rounding_residual` sum to its score.
    nodes: Vec<Typed<ExplainNode>>,
    /// The next level or stage and how far each of its conditions is; absent at the top and without result.
    next: Option<Typed<Distance>>,
    /// Effects of missing answers: `moved` lists the weights that were redistributed, `zeroed` the indicators scored
    /// zero.
    missing: Typed<Missing>,
    /// The answers behind the nodes by question code, with their cells.
    evidence: BTreeMap<String, EvidenceOut>,
    /// SHA-256 of the workbook that the answers stand in, hex.
    blob_sha256: String,
    /// Number of the revision.
    revision_number: i32,
    /// The submission of the revision that the bureau recorded on behalf of the enterprise.
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
