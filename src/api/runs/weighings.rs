//! Weights by pairwise comparisons, and how much a run hangs on its weights.

use std::{collections::BTreeMap, sync::Arc};

use index::robustness::{Alternatives, Uncertain};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
    types::Any,
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            problem::{CreateFailure, ReadFailure},
        },
        jobs::{JobAccepted, accepted},
    },
    domain::{robustness::RobustnessRequest, run::RunId},
    service::{
        Service,
        error::{Fault, ServiceError},
        runs,
        runs::{
            robustness::queue_robustness,
            statistics::{CorrelationKind, Correlations},
            weigh::{NewComparisons, Weighed, weigh_nodes},
        },
    },
};

/// Operations on weights.
#[derive(Default)]
pub struct WeighingsApi;

/// Comparisons of the parts of a node, by the analytic hierarchy process.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewWeighing {
    /// Codes of the parts: all indicators of a block, or all parts of an aggregate.
    codes: Vec<String>,
    /// Row by row how many times more the row matters than the column: 1 to 9 and their reciprocals, 1 on the diagonal.
    matrix: Vec<Vec<f64>>,
    /// Take geometric means of the rows instead of the principal eigenvector.
    geometric: Option<bool>,
    /// A draft methodology (an index) to put the weights into.
    methodology: Option<Any<Value>>,
}

/// The weight of a part.
#[derive(Object)]
struct PartWeight {
    /// Code.
    code: String,
    /// Weight in percent, to two decimals; together they are 100 exactly.
    weight: f64,
}

/// Weights by comparisons.
#[derive(Object)]
#[oai(rename = "Weighing", skip_serializing_if_is_none)]
struct WeighingOut {
    /// The weights, in the order of the codes.
    weights: Vec<PartWeight>,
    /// How they came about: the matrix, `lambda_max`, `ci`, `ri` and the consistency ratio `cr`, up to 0.1 acceptable.
    origin: Any<Value>,
    /// The draft with the weights in it, and their origin in `weight_origins`.
    methodology: Option<Any<Value>>,
}

impl From<Weighed> for WeighingOut {
    fn from(weighed: Weighed) -> Self {
        let part = |(code, weight)| PartWeight { code, weight };
        Self {
            weights: weighed.weights.into_iter().map(part).collect(),
            origin: Any(serde_json::to_value(weighed.origin).unwrap_or_default()),
            methodology: weighed.methodology.map(Any),
        }
    }
}

/// A setting of a composite that could be otherwise: one of several choices, or a number between two. Exactly one of the two is
/// given.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct UncertainSetting {
    /// Its name in the report.
    name: String,
    /// Where it stands in the methodology, as a JSON pointer: `/aggregation/all/mean`.
    pointer: String,
    /// What may stand there, by name; all equally likely.
    choices: Option<BTreeMap<String, Any<Value>>>,
    /// The least and the greatest number that may stand there.
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
            name: self.name,
            pointer: self.pointer,
            alternatives,
        })
    }
}

/// What to shake.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewRobustness {
    /// Replications, 1000 when absent, 10000 at most; of a sensitivity analysis those of each block.
    replications: Option<u32>,
    /// By how much a weight moves at most, as a share of itself; 0.25 when absent. Zero only where settings are uncertain.
    noise: Option<f64>,
    /// Settings of the methodology that could be otherwise: normalisation, treatment, imputation, aggregation. Of a composite.
    uncertain: Option<Vec<UncertainSetting>>,
    /// Whether to tell which of these choices the ranks hang on: Sobol indices of the mean shift of the ranks, first order and
    /// total, with intervals. Of a composite.
    sensitivity: Option<bool>,
}

impl NewRobustness {
    fn request(self) -> Result<RobustnessRequest, ServiceError> {
        let given = self.uncertain.into_iter().flatten().enumerate();
        let (mut uncertain, mut faults) = (Vec::new(), Vec::new());
        for (at, setting) in given {
            match setting.uncertain() {
                Some(setting) => uncertain.push(setting),
                None => faults.push(Fault::at(
                    format!("/uncertain/{at}"),
                    "robustness.one_of",
                    "choices 和 range 请给出其中一个。",
                    "Give either choices or range.",
                )),
            }
        }
        if !faults.is_empty() {
            return Err(ServiceError::new("invalid").with_faults(faults));
        }
        Ok(RobustnessRequest {
            replications: self.replications.unwrap_or(1000),
            noise: self.noise.unwrap_or(0.25),
            uncertain,
            sensitivity: self.sensitivity.unwrap_or(false),
        })
    }
}

/// A measure of how two scores go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "CorrelationKind")]
enum CorrelationName {
    /// Along a straight line.
    Pearson,
    /// Of the ranks.
    Spearman,
    /// Kendall's tau-b.
    Kendall,
}

impl From<CorrelationName> for CorrelationKind {
    fn from(name: CorrelationName) -> Self {
        match name {
            CorrelationName::Pearson => Self::Pearson,
            CorrelationName::Spearman => Self::Spearman,
            CorrelationName::Kendall => Self::Kendall,
        }
    }
}

/// One correlation.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct CorrelationCell {
    /// Code of the one.
    row: String,
    /// Code of the other.
    column: String,
    /// Minus one to one; absent where one of the two is constant or fewer than three enterprises have both.
    correlation: Option<f64>,
}

/// How the blocks and aggregates of a run go together.
#[derive(Object)]
struct CorrelationMatrix {
    /// Codes of the nodes.
    codes: Vec<String>,
    /// Each pair once, row by row.
    items: Vec<CorrelationCell>,
}

impl From<Correlations> for CorrelationMatrix {
    fn from(found: Correlations) -> Self {
        let cell = |(row, column, correlation)| CorrelationCell {
            row,
            column,
            correlation,
        };
        Self {
            codes: found.codes,
            items: found.pairs.into_iter().map(cell).collect(),
        }
    }
}

/// Weights by comparisons.
#[derive(ApiResponse)]
enum Weighing {
    /// Computed; nothing is stored.
    #[oai(status = 200)]
    Computed(Json<WeighingOut>),
}

/// How nodes go together.
#[derive(ApiResponse)]
enum CorrelationsFound {
    /// The correlations.
    #[oai(status = 200)]
    Found(Json<CorrelationMatrix>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl WeighingsApi {
    /// Weigh by pairwise comparisons
    ///
    /// Analytic hierarchy process: weights, consistency ratio and the matrix. With a draft methodology the answer holds it with
    /// the weights and their origin in it, ready to be tried on a round and published. Nothing is stored.
    #[oai(path = "/weighings", method = "post", operation_id = "compute_weighing")]
    async fn compute_weighing(&self, auth: Auth, body: Json<NewWeighing>) -> Result<Weighing, CreateFailure> {
        let new = NewComparisons {
            codes: body.0.codes,
            matrix: body.0.matrix,
            geometric: body.0.geometric.unwrap_or(false),
            methodology: body.0.methodology.map(|Any(document)| document),
        };
        let weighed = weigh_nodes(auth.principal(), new)?;
        Ok(Weighing::Computed(Json(weighed.into())))
    }

    /// Shake the weights of a run
    ///
    /// Replications with noise on every weight, from the run's seed, and the ranking without each indicator. Of a composite
    /// other settings can be varied with them, and it can be told which choice the ranks hang on. A job: its result holds
    /// the interval of ranks of every enterprise, the probability of every level, and what each indicator moves.
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
        body: Json<NewRobustness>,
    ) -> Result<JobAccepted, CreateFailure> {
        let request = body.0.request()?;
        let job = queue_robustness(&service, auth.principal(), RunId(run_id.0), request).await?;
        Ok(accepted(job))
    }

    /// Tell the correlations of a run
    ///
    /// Of its blocks and aggregates with one another, over all enterprises that the caller sees: whether they measure one
    /// thing, several, or opposite ones.
    #[oai(
        path = "/runs/:run_id/correlations",
        method = "get",
        operation_id = "get_run_correlations"
    )]
    async fn get_run_correlations(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        run_id: Path<Uuid>,
        /// The measure, Pearson's when absent.
        kind: Query<Option<CorrelationName>>,
    ) -> Result<CorrelationsFound, ReadFailure> {
        let kind = kind.0.unwrap_or(CorrelationName::Pearson).into();
        let found = runs::statistics::correlations(&service, auth.principal(), RunId(run_id.0), kind).await?;
        Ok(CorrelationsFound::Found(Json(found.into())))
    }
}
