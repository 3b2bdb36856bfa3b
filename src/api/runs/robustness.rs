//! How much a run hangs on its weights and settings.

use std::{collections::BTreeMap, sync::Arc};

use index::robustness::{Alternatives, Uncertain};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, types::Any};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::CreateFailure, json_body::JsonBody, word::Name},
        jobs::{JobAccepted, accepted},
    },
    domain::{robustness::RobustnessRequest, run::RunId},
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        runs::robustness::queue_robustness,
    },
};

/// A setting of a composite methodology to vary: either one of several choices or a number in a range. Give exactly one
/// of the two.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UncertainSetting {
    /// Name of the setting in the report.
    name: Name,
    /// Location of the setting in the methodology, as a JSON pointer: `/aggregation/all/mean`.
    pointer: Name,
    /// Possible values by name, all equally likely.
    choices: Option<BTreeMap<String, Any<Value>>>,
    /// Least and greatest number of the range.
    #[oai(validator(min_items = "2", max_items = "2"))]
    range: Option<Vec<f64>>,
}

impl UncertainSetting {
    /// None unless exactly one of choices and range is given.
    fn uncertain(self) -> Option<Uncertain> {
        let choices = |choices: BTreeMap<String, Any<Value>>| {
            let choices = choices.into_iter().map(|(name, Any(value))| (name, value));
            Alternatives::Choices(choices.collect())
        };
        let alternatives = match (self.choices, self.range.as_deref()) {
            (Some(given), None) => choices(given),
            (None, Some([low, high])) => Alternatives::Range([*low, *high]),
            _ => return None,
        };
        Some(Uncertain {
            name: self.name.0,
            pointer: self.pointer.0,
            alternatives,
        })
    }
}

/// Settings of a robustness test.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewRobustness {
    /// Number of replications, 1000 by default and at most 10000; for a sensitivity analysis, the number in each block.
    replications: Option<u32>,
    /// Largest change of a weight as a share of the weight; 0.25 by default. Zero only if settings are uncertain.
    noise: Option<f64>,
    /// Settings of a composite methodology to vary: normalisation, treatment, imputation, aggregation.
    uncertain: Option<Vec<UncertainSetting>>,
    /// Whether to analyse which of these choices the ranks depend on: Sobol indices of the mean shift of the ranks,
    /// first order and total, with intervals. For composite methodologies.
    sensitivity: Option<bool>,
}

impl NewRobustness {
    fn request(self) -> Result<RobustnessRequest, ServiceError> {
        let given = self.uncertain.into_iter().flatten().enumerate();
        let (mut uncertain, mut faults) = (Vec::new(), Vec::new());
        for (at, setting) in given {
            match setting.uncertain() {
                Some(setting) => uncertain.push(setting),
                None => faults.push(Fault::at(format!("/uncertain/{at}"), codes::runs::ONE_OF)),
            }
        }
        if !faults.is_empty() {
            return Err(ServiceError::new(codes::general::INVALID).with_faults(faults));
        }
        Ok(RobustnessRequest {
            replications: self.replications.unwrap_or(RobustnessRequest::USUAL_REPLICATIONS),
            noise: self.noise.unwrap_or(RobustnessRequest::USUAL_NOISE),
            uncertain,
            sensitivity: self.sensitivity.unwrap_or(false),
        })
    }
}

/// Operations on the robustness of a run.
#[derive(Default)]
pub struct RobustnessApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl RobustnessApi {
    /// Test the robustness of a run
    ///
    /// Repeats the ranking with random changes of all weights, drawn from the seed of the run, and computes it once
    /// without each indicator. For a composite methodology, other settings can be varied as well, and a sensitivity
    /// analysis states which choices the ranks depend on. Starts a job; its result holds the range of ranks of each
    /// enterprise, the probability of each level, and the effect of each indicator.
    #[oai(
        path = "/runs/:run_id/robustness",
        method = "post",
        operation_id = "create_robustness"
    )]
    async fn create_robustness(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        body: JsonBody<NewRobustness>,
    ) -> Result<JobAccepted, CreateFailure> {
        let request = body.0.request()?;
        let job = queue_robustness(&service, auth.principal(), RunId(run_id.0), request).await?;
        Ok(accepted(job))
    }
}
