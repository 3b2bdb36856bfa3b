//! How the blocks and aggregates of a run go together.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{auth::Auth, failures::ReadFailure},
    },
    domain::run::RunId,
    service::{
        Service, runs,
        runs::statistics::{CorrelationKind, Correlations},
    },
};

/// Correlation coefficient.
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

/// Correlation between two nodes.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct CorrelationCell {
    /// Code of the first node.
    row: String,
    /// Code of the second node.
    column: String,
    /// Correlation coefficient, -1 to 1; absent if one of the nodes is constant or fewer than three enterprises have
    /// both scores.
    correlation: Option<f64>,
}

/// Correlations between the blocks and aggregates of a run.
#[derive(Object)]
struct CorrelationMatrix {
    /// Codes of the nodes.
    codes: Vec<String>,
    /// Each pair of nodes once, row by row.
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

/// How nodes go together.
#[derive(ApiResponse)]
enum CorrelationsFound {
    /// The correlations.
    #[oai(status = 200)]
    Found(Json<CorrelationMatrix>),
}

/// Operations on correlations.
#[derive(Default)]
pub struct CorrelationsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Results")]
impl CorrelationsApi {
    /// Get the correlations of a run
    ///
    /// Returns the correlations between blocks and aggregates over all enterprises in the caller's scope. They show
    /// whether the blocks measure the same aspect, different aspects or opposite aspects.
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
        /// Correlation coefficient; Pearson by default.
        kind: Query<Option<CorrelationName>>,
    ) -> Result<CorrelationsFound, ReadFailure> {
        let kind = kind.0.unwrap_or(CorrelationName::Pearson).into();
        let found = runs::statistics::correlations(&service, auth.principal(), RunId(run_id.0), kind).await?;
        Ok(CorrelationsFound::Found(Json(found.into())))
    }
}
