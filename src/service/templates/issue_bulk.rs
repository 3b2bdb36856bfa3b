//! Workbooks of a round that are not for one enterprise: the bulk sheet of an area, and the form for an enterprise that
//! is not in the registry yet.

use workbook::{
    bulk::{self, BulkEntry, BulkLayout, DEFAULT_TABLE_ROWS},
    language::Language,
    metadata::TemplateKind,
    prefill::raw_values,
    template::TemplateIssue,
};

use super::{
    issue::{Filling, Template, known_answers, round_title},
    seal::{current_key, nonce},
};
use crate::{
    domain::{
        access::Principal,
        enterprise::Enterprise,
        round::{Round, RoundId},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        documents::form::Form,
        error::ServiceError,
        rounds::{form::round_and_form, last_answers::last_answers},
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

/// Writes the bulk sheet of a round: one row for every enterprise asked that the caller sees in the area, with what is
/// known of it.
pub async fn issue_bulk_template(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    request: BulkRequest,
) -> Result<Template, ServiceError> {
    write_filled_bulk(service, caller, round, request, |_, _, _| Filling::default()).await
}

/// Writes the bulk sheet with these cells laid over what is known, as whoever fills in for many would have done.
pub async fn write_filled_bulk(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    request: BulkRequest,
    filling: impl Fn(&Form, &Enterprise, Language) -> Filling + Send + 'static,
) -> Result<Template, ServiceError> {
    caller.may(Action::IssueBulkTemplates)?;
    let (round, form) = round_and_form(service, round).await?;
    let members = store::round::members_in(service.db.read(), &caller.scope, round.id, request.area.as_deref()).await?;
    let ids = members.iter().map(|member| member.id).collect::<Vec<_>>();
    let previous = last_answers(service, &round, &form, &ids).await?;
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
        issue.seal = Some(key.seal(&layout.metadata(&issue)));
        let questionnaire = form.survey.questionnaire();
        let entries = members.into_iter().map(|enterprise| {
            let known = known_answers(questionnaire, &enterprise, previous.get(&enterprise.id));
            let mut prefill = raw_values(questionnaire, &form.options, &known, request.language);
            let Filling { cells, claims } = filling(&form, &enterprise, request.language);
            prefill.extend(cells);
            BulkEntry {
                uscc: enterprise.facts.uscc,
                name: enterprise.facts.name,
                prefill,
                claims,
            }
        });
        bulk::write(&layout, questionnaire, &form.options, &issue, entries).map_err(ServiceError::internal)
    })
    .await?;
    Ok(Template { filename, bytes })
}

pub(super) fn issue(service: &Service, round: &Round, language: Language) -> TemplateIssue {
    TemplateIssue {
        template_id: service.next_id().to_string(),
        issued_at: service.local_now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        round: round_title(round),
        heading: service.settings.heading.clone(),
        language,
        nonce: nonce(service),
        ..TemplateIssue::default()
    }
}
