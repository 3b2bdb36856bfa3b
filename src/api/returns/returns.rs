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
    /// Credit code of the enterprise.
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
        /// The returns, by credit code.
        items: ReturnRowOut,
    }
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl ReturnsApi {
    /// List returns
    ///
    /// Sorted by credit code, limited to the caller's scope.
    #[oai(path = "/returns", method = "get", operation_id = "list_returns")]
    async fn list_returns(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Only this round.
        round_id: Query<Option<Uuid>>,
        /// Only these states; repeat the parameter for several.
        state: Query<Option<Vec<StateName>>>,
        /// Only with a correction in one of these states; repeat the parameter for several.
        correction: Query<Option<Vec<CorrectionStateName>>>,
        /// Area code, of the town or of an area above it.
        area: Query<Option<Code>>,
        /// Only this enterprise.
        enterprise_id: Query<Option<Uuid>>,
        /// Part of the enterprise's name or credit code.
        search: Query<Option<Search>>,
        /// Maximum number of items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the previous page ended.
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
    /// Returns its state, the identifiers of its revisions and the numbers of findings.
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
