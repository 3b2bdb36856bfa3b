//! Workbooks of a round that are not for one enterprise: the bulk sheet of an area, and the form for an enterprise that
//! is not in the registry yet.

use std::sync::Arc;

use workbook::{
    bulk::{self, BulkEntry, BulkLayout, DEFAULT_TABLE_ROWS},
    language::Language,
    metadata::{TemplateKind, TemplateMetadata},
    prefill::Prefill,
    template::{TemplateIssue, write_live},
};

use super::{
    Service,
    catalogue::{Form, blocking},
    error::ServiceError,
    issue_template::{Template, round_title},
    permission::Action,
    seal_template::{current_key, nonce},
};
use crate::{
    domain::{
        access::Principal,
        round::{Round, RoundId},
    },
    store,
};

/// The most rows of a table question that a bulk sheet has columns for.
pub const MOST_TABLE_ROWS: u32 = 10;

/// What a bulk sheet shall hold.
#[derive(Clone, Debug, Default)]
pub struct BulkRequest {
    /// Only enterprises of this area, a town or one above; everybody within scope when absent.
    pub area: Option<String>,
    /// Language.
    pub language: Language,
    /// Rows of each table question that get columns, 1 to [`MOST_TABLE_ROWS`].
    pub table_rows: Option<u32>,
}

/// Writes the bulk sheet of a round: one row for every enterprise asked that the caller sees in the area.
pub async fn issue_bulk_template(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    request: BulkRequest,
) -> Result<Template, ServiceError> {
    caller.may(Action::IssueBulkTemplates)?;
    let (round, form) = form_of(service, round).await?;
    let members =
        store::round::member_names(service.db.read(), &caller.scope, round.id, request.area.as_deref()).await?;
    let key = current_key(service).await?;
    let mut issue = TemplateIssue {
        kind: TemplateKind::Bulk,
        area: request.area,
        ..issue(service, &round, request.language)
    };
    let area = issue
        .area
        .as_deref()
        .map_or_else(String::new, |area| format!("_{area}"));
    let filename = format!("{}{area}_bulk.xlsx", round.code);
    let rows = request
        .table_rows
        .unwrap_or(DEFAULT_TABLE_ROWS)
        .clamp(1, MOST_TABLE_ROWS);
    let bytes = blocking(move || {
        let layout = BulkLayout::of(form.survey.questionnaire(), rows);
        issue.seal = Some(key.seal(&TemplateMetadata::of_bulk(&layout, &issue)));
        let entries = members.into_iter().map(|(uscc, name)| BulkEntry {
            uscc,
            name,
            prefill: Prefill::new(),
        });
        bulk::write(&layout, form.survey.questionnaire(), &form.options, &issue, entries)
            .map_err(ServiceError::internal)
    })
    .await?;
    Ok(Template { filename, bytes })
}

/// Writes the form of a round for an enterprise that is not in the registry yet: signed for the round, addressed to
/// nobody. The credit code that is filled in says whose it is.
pub async fn issue_generic_template(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    language: Language,
) -> Result<Template, ServiceError> {
    caller.may(Action::IssueBulkTemplates)?;
    let (round, form) = form_of(service, round).await?;
    let key = current_key(service).await?;
    let mut issue = TemplateIssue {
        kind: TemplateKind::Generic,
        ..issue(service, &round, language)
    };
    let filename = format!("{}_blank.xlsx", round.code);
    let bytes = blocking(move || {
        issue.seal = Some(key.seal(&TemplateMetadata::of(&form.layout, &issue)));
        write_live(&form.layout, &form.survey, &form.options, &issue, &Prefill::new()).map_err(ServiceError::internal)
    })
    .await?;
    Ok(Template { filename, bytes })
}

async fn form_of(service: &Service, round: RoundId) -> Result<(Round, Arc<Form>), ServiceError> {
    let round = store::round::find_round(service.db.read(), round).await?;
    let form = service
        .catalogue
        .form(&service.db, round.questionnaire, &round.reference)
        .await?;
    Ok((round, form))
}

fn issue(service: &Service, round: &Round, language: Language) -> TemplateIssue {
    TemplateIssue {
        template_id: service.next_id().to_string(),
        issued_at: service.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        round: round_title(round),
        language,
        nonce: nonce(service),
        ..TemplateIssue::default()
    }
}
