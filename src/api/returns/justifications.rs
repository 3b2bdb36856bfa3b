//! Justifications of warnings.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use survey::justification::JustificationReason;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            failures::{CreateFailure, ReadFailure},
            instant::Instant,
            json_body::JsonBody,
            problem::Bilingual,
            word::{Code, Name, Prose},
        },
    },
    domain::{
        justification::{CountedJustification, RecordedJustification},
        survey_return::ReturnId,
    },
    service::{
        Service,
        returns::justify::{justify_finding, list_justifications},
    },
};

/// Justification operations.
#[derive(Default)]
pub struct JustificationsApi;

/// The justification of a query by the enterprise.
#[derive(Object)]
#[oai(rename = "Justification", skip_serializing_if_is_none)]
pub(crate) struct JustificationOut {
    /// Number within the return, from 1; absent in a dry run.
    number: Option<i32>,
    /// Key of the finding that is justified.
    finding_key: String,
    /// Code of the reason.
    reason: String,
    /// Explanation; empty if the reason requires none.
    text: String,
    /// Identifier of the newest revision at that time; absent in a dry run.
    revision_id: Option<Uuid>,
    /// Name of the user who gave the justification.
    given_by: String,
    /// Time of the justification.
    given_at: Instant,
}

impl From<RecordedJustification> for JustificationOut {
    fn from(given: RecordedJustification) -> Self {
        CountedJustification::from(given).into()
    }
}

impl From<CountedJustification> for JustificationOut {
    fn from(given: CountedJustification) -> Self {
        let (number, revision) = given.kept.unzip();
        Self {
            number,
            finding_key: given.said.finding_key,
            reason: given.said.reason,
            text: given.said.text,
            revision_id: revision.map(|revision| revision.0),
            given_by: given.actor,
            given_at: given.at.into(),
        }
    }
}

/// A reason for a justification.
#[derive(Object)]
#[oai(rename = "JustificationReason")]
struct ReasonOut {
    /// Code.
    code: String,
    /// Text of the reason.
    label: Bilingual,
    /// Whether an explanation in words is required.
    text_required: bool,
}

impl From<JustificationReason> for ReasonOut {
    fn from(reason: JustificationReason) -> Self {
        Self {
            code: reason.code,
            label: reason.label.into(),
            text_required: reason.text_required,
        }
    }
}

/// The justifications of a return.
#[derive(Object)]
struct JustificationList {
    /// All justifications, from oldest to newest; the last one of a finding is in force as long as its values do not
    /// change.
    items: Vec<JustificationOut>,
    /// Reasons available in this round.
    reasons: Vec<ReasonOut>,
}

/// A justification of a query.
#[derive(Object)]
#[oai(rename = "NewJustification", deny_unknown_fields)]
struct NewJustification {
    /// Code of a reason of the round.
    reason: Code,
    /// Explanation, at most 2000 characters; required if the reason requires it.
    text: Option<Prose>,
}

/// The justifications of a return.
#[derive(ApiResponse)]
enum JustificationsFound {
    /// The justifications.
    #[oai(status = 200)]
    Found(Json<JustificationList>),
}

/// A warning was justified.
#[derive(ApiResponse)]
enum Justified {
    /// The justification in force.
    #[oai(status = 200)]
    Justified(Json<JustificationOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Returns")]
impl JustificationsApi {
    /// List the justifications of a return
    ///
    /// Returns all justifications of queries of the return, from oldest to newest, and the reasons available.
    #[oai(
        path = "/returns/:return_id/justifications",
        method = "get",
        operation_id = "list_justifications"
    )]
    async fn list_justifications(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
    ) -> Result<JustificationsFound, ReadFailure> {
        let (items, reasons) = list_justifications(&service, auth.principal(), ReturnId(return_id.0)).await?;
        Ok(JustificationsFound::Found(Json(JustificationList {
            items: items.into_iter().map(Into::into).collect(),
            reasons: reasons.into_iter().map(Into::into).collect(),
        })))
    }

    /// Justify a query
    ///
    /// Justifies a query of the newest revision, identified by the key of the finding, while the enterprise can edit
    /// the return. The justification is valid as long as the values concerned do not change. Nothing is overwritten;
    /// sending the same justification again changes nothing.
    #[oai(
        path = "/returns/:return_id/justifications/:finding_key",
        method = "put",
        operation_id = "justify_finding"
    )]
    async fn justify_finding(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        return_id: Path<Uuid>,
        /// Key of the finding, such as `CK044@F05`.
        finding_key: Path<Name>,
        body: JsonBody<NewJustification>,
    ) -> Result<Justified, CreateFailure> {
        let NewJustification { reason, text } = body.0;
        let text = text.map(|text| text.0).unwrap_or_default();
        let id = ReturnId(return_id.0);
        let given = justify_finding(&service, auth.principal(), id, &finding_key.0.0, &reason.0, &text).await?;
        Ok(Justified::Justified(Json(given.into())))
    }
}
