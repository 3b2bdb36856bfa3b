//! The workbook that an enterprise fills in: one per enterprise and round, from the questionnaire alone.

use survey::{answer::Claims, text::Text};
use workbook::{
    language::Language,
    prefill::{Prefill, carried},
    template::{Addressee, RoundTitle, TemplateIssue, write},
};

use super::{
    Service,
    catalogue::{Form, blocking},
    error::ServiceError,
    import_return::Situation,
    permission::Action,
    read_return::find,
};
use crate::domain::{access::Principal, survey_return::ReturnId};

/// A workbook to download.
pub struct Template {
    /// Name for the file.
    pub filename: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Writes the template of a return, with last year's accepted values beside the cells.
pub async fn issue_template(service: &Service, caller: &Principal, id: ReturnId) -> Result<Template, ServiceError> {
    caller.may(Action::IssueTemplates)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    let issue = issue(&situation, service.next_id().to_string(), service.now());
    let prefill = carried_answers(&situation, issue.language);
    let filename = filename(&situation);
    let bytes = blocking(move || write_template(&situation, &issue, &prefill)).await?;
    Ok(Template { filename, bytes })
}

/// What an enterprise has written into its workbook.
#[derive(Default)]
pub struct Filling {
    /// Values of answer cells.
    pub cells: Prefill,
    /// Reasons why questions do not apply.
    pub claims: Claims,
}

impl From<Prefill> for Filling {
    fn from(cells: Prefill) -> Self {
        Self {
            cells,
            claims: Claims::new(),
        }
    }
}

/// Writes the workbook of a return with this filling, as an enterprise would have filled it in.
pub async fn write_filled(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    filling: impl FnOnce(&Form, Language) -> Filling + Send + 'static,
) -> Result<Template, ServiceError> {
    caller.may(Action::IssueTemplates)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    let mut issue = issue(&situation, service.next_id().to_string(), service.now());
    let filename = filename(&situation);
    let bytes = blocking(move || {
        let Filling { cells, claims } = filling(&situation.form, issue.language);
        issue.claims = claims;
        write_template(&situation, &issue, &cells)
    })
    .await?;
    Ok(Template { filename, bytes })
}

fn filename(situation: &Situation) -> String {
    let facts = &situation.enterprise.facts;
    format!("{}_{}_{}.xlsx", situation.round.code, facts.uscc, facts.name)
}

/// Last round's answers that fill this round's cells.
fn carried_answers(situation: &Situation, language: Language) -> Prefill {
    let Some(previous) = situation.previous() else {
        return Prefill::new();
    };
    let form = &situation.form;
    carried(form.survey.questionnaire(), &form.options, previous, language)
}

/// What the cover and the metadata sheet of a template say.
fn issue(situation: &Situation, template_id: String, now: chrono::DateTime<chrono::Utc>) -> TemplateIssue {
    let Situation {
        round,
        enterprise,
        form,
        ..
    } = situation;
    let town = form
        .survey
        .tables()
        .areas
        .get(&enterprise.facts.area_code)
        .map(|area| area.name.clone());
    TemplateIssue {
        template_id,
        issued_at: now.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        enterprise: Addressee {
            id: enterprise.id.to_string(),
            name: enterprise.facts.name.clone(),
            uscc: enterprise.facts.uscc.clone(),
            town: town.unwrap_or_default(),
        },
        round: RoundTitle {
            id: round.id.to_string(),
            code: round.code.clone(),
            title: Text::new(round.title.clone(), round.title.clone()),
            opens_on: round.opens_on.to_string(),
            due_on: round.closes_on.to_string(),
        },
        language: Language::Zh,
        seal: None,
        previous: situation.previous().cloned().unwrap_or_default(),
        claims: Claims::new(),
    }
}

/// Lays out and writes the workbook.
fn write_template(situation: &Situation, issue: &TemplateIssue, prefill: &Prefill) -> Result<Vec<u8>, ServiceError> {
    let form = &situation.form;
    write(&form.layout, form.survey.questionnaire(), &form.options, issue, prefill).map_err(ServiceError::internal)
}
