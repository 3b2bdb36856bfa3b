//! What would be: other answers, and what reaches the next level.

use std::{collections::BTreeMap, sync::Arc};

use index::{
    card::Scored,
    explain::{Change, Improvement},
};
use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use survey::answer::Answer;
use uuid::Uuid;

use super::model::{RunOut, RunResultRow};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CreateFailure, ReadFailure},
            json_body::JsonBody,
            problem::Bilingual,
            typed::Typed,
            word::{Code, Word},
        },
    },
    domain::{
        enterprise::EnterpriseId,
        run::{RunId, Standing},
    },
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        runs::{
            explain::improve_result,
            what_if::{Changes, WhatIf, what_if},
        },
    },
};

/// Operations on what would be.
#[derive(Default)]
pub struct WhatIfApi;

/// Answers for a simulation.
#[derive(Object)]
#[oai(rename = "NewWhatIf", deny_unknown_fields)]
struct NewWhatIf {
    /// Answers by question code, each with its kind (`{"number": "12.5"}`, `{"choice": "B"}`).
    answers: BTreeMap<String, Typed<Answer>>,
    /// Codes of questions to treat as left blank.
    blank: Option<Vec<Code>>,
}

impl NewWhatIf {
    fn changes(self) -> Result<Changes, ServiceError> {
        let (mut changes, mut faults) = (Changes::new(), Vec::new());
        for Word(code) in self.blank.into_iter().flatten() {
            changes.insert(code, None);
        }
        for (code, answer) in self.answers {
            if changes.contains_key(&code) {
                faults.push(both_ways(&format!("/answers/{code}")));
                continue;
            }
            match answer.read() {
                Ok(answer) => drop(changes.insert(code, Some(answer))),
                Err(_) => faults.push(Fault::at(format!("/answers/{code}"), codes::runs::ANSWER_FORM)),
            }
        }
        if faults.is_empty() {
            Ok(changes)
        } else {
            Err(ServiceError::new(codes::runs::INVALID_ANSWERS).with_faults(faults))
        }
    }
}

/// Something is to be left blank and has a value as well.
pub(crate) fn both_ways(pointer: &str) -> Fault {
    Fault::at(pointer, codes::runs::BOTH_WAYS)
}

/// Simulated result. It is not stored.
#[derive(Object)]
#[oai(rename = "WhatIf", skip_serializing_if_is_none)]
struct WhatIfOut {
    /// The run.
    run: RunOut,
    /// Current result.
    result: RunResultRow,
    /// Simulated score; absent if there is none.
    score: Option<f64>,
    /// Simulated rank if all other enterprises stay as in the run.
    rank: Option<i32>,
    /// Simulated level or stage.
    band: Option<i32>,
    /// Every node of the simulation, with the level or stage and its basis.
    scored: Typed<Scored>,
    /// Always true: bounds, ranks and all other enterprises are kept as in the run. A new run may give another result.
    frozen: bool,
    /// Whether the scores of other enterprises would change as well, because the methodology is relative.
    relative: bool,
    /// Result of a new run in which nothing else changes: bounds, ranks and the scores of all other enterprises are
    /// recomputed. Only for a methodology that scores all enterprises together.
    rerun: Option<Typed<Standing>>,
}

impl TryFrom<WhatIf> for WhatIfOut {
    type Error = ServiceError;

    fn try_from(found: WhatIf) -> Result<Self, ServiceError> {
        Ok(Self {
            run: found.run.into(),
            result: found.result.into(),
            score: found.standing.score,
            rank: found.standing.rank,
            band: found.standing.band,
            scored: Typed::of(&found.scored)?,
            frozen: true,
            relative: found.relative,
            rerun: found.rerun.as_ref().map(Typed::of).transpose()?,
        })
    }
}

/// Changes that reach the next level or stage.
#[derive(Object)]
#[oai(rename = "Improvement", skip_serializing_if_is_none)]
struct ImprovementOut {
    /// Number of the next level or stage; absent at the highest level or stage and without a result.
    value: Option<u32>,
    /// Label.
    label: Option<Bilingual>,
    /// Changes each of which reaches the next level or stage alone, smallest first.
    single: Vec<Typed<Change>>,
    /// Changes that together reach the next level or stage; absent if no combination does.
    combination: Option<Vec<Typed<Change>>>,
}

impl TryFrom<Option<Improvement>> for ImprovementOut {
    type Error = ServiceError;

    fn try_from(found: Option<Improvement>) -> Result<Self, ServiceError> {
        let Some(found) = found else {
            return Ok(Self {
                value: None,
                label: None,
                single: Vec::new(),
                combination: None,
            });
        };
        let shown = |changes: &Vec<Change>| changes.iter().map(Typed::of).collect::<Result<Vec<_>, _>>();
        Ok(Self {
            value: Some(found.value),
            single: shown(&found.single)?,
            combination: found.combination.as_ref().map(shown).transpose()?,
            label: Some(found.label.into()),
        })
    }
}

/// A result as it would be.
#[derive(ApiResponse)]
enum WhatIfComputed {
    /// Computed; nothing is stored.
    #[oai(status = 200)]
    Computed(Json<WhatIfOut>),
}

/// Changes that reach the next level or stage.
#[derive(ApiResponse)]
enum ImprovementFound {
    /// The changes.
    #[oai(status = 200)]
    Found(Json<ImprovementOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl WhatIfApi {
    /// Simulate other answers
    ///
    /// Returns the score, level and rank that the enterprise would have in the run if some of its answers were
    /// different. Nothing is stored and no figure changes. If the methodology scores all enterprises together, the
    /// response also states what a new run would give; the first such request for a run takes as long as computing the
    /// run.
    #[oai(
        path = "/runs/:run_id/results/:enterprise_id/what-if",
        method = "post",
        operation_id = "compute_what_if"
    )]
    async fn compute_what_if(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        enterprise_id: Path<Uuid>,
        body: JsonBody<NewWhatIf>,
    ) -> Result<WhatIfComputed, CreateFailure> {
        let (run, enterprise) = (RunId(run_id.0), EnterpriseId(enterprise_id.0));
        let changes = body.0.changes()?;
        let found = what_if(&service, auth.principal(), run, enterprise, changes).await?;
        Ok(WhatIfComputed::Computed(Json(found.try_into()?)))
    }

    /// Get the improvements that reach the next level
    ///
    /// Returns the smallest change of one value that reaches the next level or stage, and a combination of several
    /// changes. Only values that the scoring can give are proposed, and questions that are not relevant are left out.
    /// If the methodology scores all enterprises together, values are improved at most to the best value of the run,
    /// with scales and all other enterprises unchanged.
    #[oai(
        path = "/runs/:run_id/results/:enterprise_id/improvement",
        method = "get",
        operation_id = "get_result_improvement"
    )]
    async fn get_result_improvement(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        enterprise_id: Path<Uuid>,
    ) -> Result<ImprovementFound, ReadFailure> {
        let (run, enterprise) = (RunId(run_id.0), EnterpriseId(enterprise_id.0));
        let found = improve_result(&service, auth.principal(), run, enterprise).await?;
        Ok(ImprovementFound::Found(Json(found.try_into()?)))
    }
}
