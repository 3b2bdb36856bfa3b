//! The template of a return.

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
        http::{auth::Auth, download::WorkbookFound, failures::TemplateFailure, language::TemplateLanguage},
    },
    domain::survey_return::ReturnId,
    service::{Service, templates::issue::issue_template},
};

/// Operations on the template of a return.
#[derive(Default)]
pub struct ReturnTemplatesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl ReturnTemplatesApi {
    /// Download the template of a return
    ///
    /// Returns the workbook to fill in, issued and signed for this enterprise and round, with last year's accepted
    /// values beside the cells.
    #[oai(
        path = "/returns/:return_id/template.xlsx",
        method = "get",
        operation_id = "get_return_template"
    )]
    async fn get_return_template(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// Language of the workbook; `zh` by default.
        language: Query<Option<TemplateLanguage>>,
    ) -> Result<WorkbookFound, TemplateFailure> {
        let language = language.0.unwrap_or_default().into();
        let template = issue_template(&service, auth.principal(), ReturnId(return_id.0), language).await?;
        Ok(WorkbookFound::of(template.bytes, &template.filename))
    }
}
