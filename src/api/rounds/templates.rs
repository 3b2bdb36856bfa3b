//! Templates of a whole round: the bulk sheet and the blank form.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{auth::Auth, download::WorkbookFound, failures::ReadFailure, language::TemplateLanguage, word::Code},
    },
    domain::round::RoundId,
    service::{Service, templates, templates::issue_bulk::BulkRequest},
};

/// Operations on the templates of a round.
#[derive(Default)]
pub struct RoundTemplatesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Rounds")]
impl RoundTemplatesApi {
    /// Download the bulk sheet of a round
    ///
    /// Returns a workbook with one row for each enterprise surveyed in the caller's scope and one column for each
    /// question, signed for this round. Intended for a town or a group that fills in the data of many enterprises.
    #[oai(
        path = "/rounds/:round_id/bulk-template.xlsx",
        method = "get",
        operation_id = "get_round_bulk_template"
    )]
    async fn get_round_bulk_template(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Area code of a town or of a higher area; by default all enterprises in the caller's scope.
        area: Query<Option<Code>>,
        /// Language of the workbook; `zh` by default.
        language: Query<Option<TemplateLanguage>>,
        /// Number of rows of each table question that get columns; 3 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "10")))]
        table_rows: Query<Option<u32>>,
    ) -> Result<WorkbookFound, ReadFailure> {
        let request = BulkRequest {
            area: area.0.map(|word| word.0).filter(|area| !area.is_empty()),
            language: language.0.unwrap_or_default().into(),
            table_rows: table_rows.0,
        };
        let id = RoundId(round_id.0);
        let template = templates::issue_bulk::issue_bulk_template(&service, auth.principal(), id, request).await?;
        Ok(WorkbookFound::of(template.bytes, &template.filename))
    }

    /// Download the blank form of a round
    ///
    /// For an enterprise that is not in the registry yet. The form is signed for this round and not addressed to an
    /// enterprise; the enterprise is registered under the credit code entered in the form.
    #[oai(
        path = "/rounds/:round_id/blank-template.xlsx",
        method = "get",
        operation_id = "get_round_blank_template"
    )]
    async fn get_round_blank_template(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        round_id: Path<Uuid>,
        /// Language of the workbook; `zh` by default.
        language: Query<Option<TemplateLanguage>>,
    ) -> Result<WorkbookFound, ReadFailure> {
        let (id, language) = (RoundId(round_id.0), language.0.unwrap_or_default().into());
        let template = templates::issue_blank::issue_generic_template(&service, auth.principal(), id, language).await?;
        Ok(WorkbookFound::of(template.bytes, &template.filename))
    }
}
