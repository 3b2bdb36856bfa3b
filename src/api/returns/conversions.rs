//! Units that fillers mistake, converted.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    Object, OpenApi,
    param::{Header, Path},
};
use uuid::Uuid;

use super::upload::Uploaded;
use crate::{
    api::{
        Tag,
        http::{auth::Auth, etag, failures::ChangeFailure, json_body::JsonBody, word::Code},
    },
    domain::survey_return::ReturnId,
    service::{
        Service,
        returns::convert::{Chosen, convert_answers},
    },
};

/// Unit conversions to apply.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewConversions {
    /// Conversions to apply; each must be offered by a finding of the newest revision.
    #[oai(validator(min_items = 1, max_items = 200))]
    conversions: Vec<ChosenConversion>,
}

/// A unit conversion offered by a finding.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct ChosenConversion {
    /// Question code.
    question: Code,
    /// Unit in which the number was entered.
    unit: Code,
}

impl From<ChosenConversion> for Chosen {
    fn from(chosen: ChosenConversion) -> Self {
        Self {
            question: chosen.question.0,
            unit: chosen.unit.0,
        }
    }
}

/// Operations on conversions of units.
#[derive(Default)]
pub struct ConversionsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl ConversionsApi {
    /// Convert units
    ///
    /// Applies conversions offered by findings of the newest revision, such as yuan to 10 000 yuan. The workbook does
    /// not change; a new revision is created that keeps every original number and records the conversion.
    #[oai(
        path = "/returns/:return_id/conversions",
        method = "post",
        operation_id = "create_return_conversions"
    )]
    async fn create_return_conversions(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// ETag returned when the object was read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<NewConversions>,
    ) -> Result<Uploaded, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let chosen: Vec<Chosen> = body.0.conversions.into_iter().map(Into::into).collect();
        let uploaded = convert_answers(&service, auth.principal(), ReturnId(return_id.0), expected, &chosen).await?;
        Ok(uploaded.into())
    }
}
