//! The list of returns, and one of them.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use super::{
    corrections::CorrectionStateName,
    model::{ReturnFound, ReturnOut, StateName},
};
use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::ReadFailure,
            page::{self, paged},
            word::{Code, CursorText, Search},
        },
    },
    domain::{
        enterprise::EnterpriseId,
        round::RoundId,
        survey_return::{ReturnFilter, ReturnId, ReturnRow},
    },
    service::{Service, returns},
};

/// Return operations.
#[derive(Default)]
pub struct ReturnsApi;

/// A return in a list, with its enterprise.
#[derive(Object)]
#[oai(rename = "ReturnRow")]
struct ReturnRowOut {
    /// The return.
    survey_return: ReturnOut,
    /// Unified social credit code of the enterprise.
    uscc: String,
    /// Name of the enterprise.
    enterprise_name: String,
    /// Area code of the enterprise.
    area_code: String,
    /// Industry code of the enterprise.
    industry_code: String,
}

impl From<ReturnRow> for ReturnRowOut {
    fn from(row: ReturnRow) -> Self {
        Self {
            survey_return: row.survey_return.into(),
            uscc: row.uscc,
            enterprise_name: row.enterprise_name,
            area_code: row.area_code,
            industry_code: row.industry_code,
        }
    }
}

paged! {
    /// A page of returns.
    ReturnPage as ReturnsFound {
        /// The returns, sorted by unified social credit code.
        items: ReturnRowOut,
    }
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl ReturnsApi {
    /// List returns
    ///
    /// Sorted by unified social credit code, limited to the caller's scope.
    #[oai(path = "/returns", method = "get", operation_id = "list_returns")]
    async fn list_returns(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by round.
        round_id: Query<Option<Uuid>>,
        /// Filter by state; repeat the parameter for several states.
        state: Query<Option<Vec<StateName>>>,
        /// Filter by state of a correction; repeat the parameter for several states.
        correction: Query<Option<Vec<CorrectionStateName>>>,
        /// Filter by area: code of a town or of a higher area.
        area: Query<Option<Code>>,
        /// Filter by enterprise.
        enterprise_id: Query<Option<Uuid>>,
        /// Filter by part of the name or credit code of the enterprise.
        search: Query<Option<Search>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ReturnsFound, ReadFailure> {
        let filter = ReturnFilter {
            round: round_id.0.map(RoundId),
            states: state.0.unwrap_or_default().into_iter().map(Into::into).collect(),
            corrections: correction.0.unwrap_or_default().into_iter().map(Into::into).collect(),
            area: area.0.map(|word| word.0),
            enterprise: enterprise_id.0.map(EnterpriseId),
            search: search.0.map(|word| word.0),
        };
        let list = ("returns", &filter);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = returns::read::list_returns(&service, auth.principal(), &filter, &asked.request).await?;
        Ok(ReturnsFound::of(found, &asked)?)
    }

    /// Get a return
    ///
    /// Returns the state of the return, the identifiers of its revisions and the numbers of findings.
    #[oai(path = "/returns/:return_id", method = "get", operation_id = "get_return")]
    async fn get_return(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
    ) -> Result<ReturnFound, ReadFailure> {
        Ok(
            returns::read::get_return(&service, auth.principal(), ReturnId(return_id.0))
                .await?
                .into(),
        )
    }
}
