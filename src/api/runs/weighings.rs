//! Weights by pairwise comparisons, and how much a run hangs on its weights.

use index::weights::Origin;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json, types::Any};
use serde_json::Value;

use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::CreateFailure, json_body::JsonBody, typed::Typed, word::Code},
    },
    service::{
        error::ServiceError,
        runs::weigh::{NewComparisons, Weighed, weigh_nodes},
    },
};

/// Operations on weights.
#[derive(Default)]
pub struct WeighingsApi;

/// Pairwise comparisons of the parts of a node (analytic hierarchy process).
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewWeighing {
    /// Codes of the parts: all indicators of a block, or all parts of an aggregate.
    codes: Vec<Code>,
    /// Comparison matrix row by row: importance of the row relative to the column, 1 to 9 and their reciprocals, 1 on
    /// the diagonal.
    matrix: Vec<Vec<f64>>,
    /// Whether to use geometric means of the rows instead of the principal eigenvector.
    geometric: Option<bool>,
    /// A draft methodology (an index) that receives the weights.
    methodology: Option<Any<Value>>,
}

/// Weight of a part.
#[derive(Object)]
struct PartWeight {
    /// Code.
    code: String,
    /// Weight as a percentage, to two decimals; the weights add up to exactly 100.
    weight: f64,
}

/// Weights derived from comparisons.
#[derive(Object)]
#[oai(rename = "Weighing", skip_serializing_if_is_none)]
struct WeighingOut {
    /// Weights in the order of the codes.
    weights: Vec<PartWeight>,
    /// Origin of the weights: the matrix, `lambda_max`, `ci`, `ri` and the consistency ratio `cr`, acceptable up to
    /// 0.1.
    origin: Typed<Origin>,
    /// The draft methodology with the weights, and their origin in `weight_origins`; absent if no draft was sent.
    methodology: Option<Any<Value>>,
}

impl TryFrom<Weighed> for WeighingOut {
    type Error = ServiceError;

    fn try_from(weighed: Weighed) -> Result<Self, ServiceError> {
        let part = |(code, weight)| PartWeight { code, weight };
        Ok(Self {
            weights: weighed.weights.into_iter().map(part).collect(),
            origin: Typed::of(&weighed.origin)?,
            methodology: weighed.methodology.map(Any),
        })
    }
}

/// Weights derived from comparisons.
#[derive(ApiResponse)]
enum Weighing {
    /// Computed; nothing is stored.
    #[oai(status = 200)]
    Computed(Json<WeighingOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl WeighingsApi {
    /// Derive weights from pairwise comparisons
    ///
    /// Analytic hierarchy process: returns the weights, the consistency ratio and the matrix. If a draft methodology is
    /// sent, the response contains it with the weights and their origin, ready to be back-tested and published. Nothing
    /// is stored.
    #[oai(path = "/weighings", method = "post", operation_id = "compute_weighing")]
    async fn compute_weighing(&self, auth: Auth, body: JsonBody<NewWeighing>) -> Result<Weighing, CreateFailure> {
        let new = NewComparisons {
            codes: body.0.codes.into_iter().map(|code| code.0).collect(),
            matrix: body.0.matrix,
            geometric: body.0.geometric.unwrap_or(false),
            methodology: body.0.methodology.map(|Any(document)| document),
        };
        let weighed = weigh_nodes(auth.principal(), new)?;
        Ok(Weighing::Computed(Json(weighed.try_into()?)))
    }
}
