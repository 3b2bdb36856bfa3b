//! The workbook that an enterprise fills in: one per enterprise and round, from the questionnaire alone.

use survey::{
    answer::{Answer, Answers, Claims},
    questionnaire::{Question, QuestionType, Questionnaire, RegistryFact},
    text::Text,
};
use workbook::{
    language::Language,
    metadata::TemplateMetadata,
    prefill::{Prefill, carried, raw_values},
    template::{Addressee, RoundTitle, TemplateIssue, write_live},
};

use super::seal::{CurrentKey, current_key, nonce};
use crate::{
    domain::{
        access::Principal,
        enterprise::Enterprise,
        return_step::StepRefused,
        round::Round,
        survey_return::{ReturnId, ReturnState},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        documents::form::Form,
        error::ServiceError,
        returns::{read::find, situation::Situation},
    },
};

/// A workbook to download.
pub struct Template {
    /// Name for the file.
    pub filename: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// Writes the template of a return, with what the registry knows and what carries forward in the cells, and last year's
/// accepted values beside them.
pub async fn issue_template(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    language: Language,
) -> Result<Template, ServiceError> {
    caller.may(Action::IssueTemplates)?;
    let survey_return = find(service.db.read(), caller, id).await?;
    if survey_return.state == ReturnState::Removed {
        return Err(StepRefused::Removed.into());
    }
    let situation = Situation::load(service, caller, &survey_return).await?;
    let key = current_key(service).await?;
    let issue = issue(service, &situation, language);
    let prefill = known_cells(&situation, issue.language);
    let filename = filename(&situation);
    let bytes = blocking(move || write_template(&situation, issue, &prefill, &key)).await?;
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
    let key = current_key(service).await?;
    let mut issue = issue(service, &situation, Language::Zh);
    let filename = filename(&situation);
    let bytes = blocking(move || {
        let Filling { cells, claims } = filling(&situation.form, issue.language);
        issue.claims = claims;
        write_template(&situation, issue, &cells, &key)
    })
    .await?;
    Ok(Template { filename, bytes })
}

fn filename(situation: &Situation) -> String {
    let facts = &situation.enterprise.facts;
    format!("{}_{}_{}.xlsx", situation.round.code, facts.uscc, facts.name)
}

/// What stands in the cells of a fresh template.
fn known_cells(situation: &Situation, language: Language) -> Prefill {
    let (form, questionnaire) = (&situation.form, situation.form.survey.questionnaire());
    let known = known_answers(questionnaire, &situation.enterprise, situation.previous());
    raw_values(questionnaire, &form.options, &known, language)
}

/// What is known of a return before anything was filled in: last round's answers where they carry forward, and over them
/// what the registry knows.
pub(crate) fn known_answers(
    questionnaire: &Questionnaire,
    enterprise: &Enterprise,
    previous: Option<&Answers>,
) -> Answers {
    let mut known = previous.map_or_else(Answers::new, |previous| carried(questionnaire, previous));
    known.extend(registry_answers(questionnaire, enterprise));
    known
}

/// What the registry knows of an enterprise, as answers to the questions that ask for it.
fn registry_answers(questionnaire: &Questionnaire, enterprise: &Enterprise) -> Answers {
    let facts = &enterprise.facts;
    let answer = |question: &Question| {
        let fact = match question.registry? {
            RegistryFact::Uscc => facts.uscc.clone(),
            RegistryFact::Name => facts.name.clone(),
            RegistryFact::OrgCode => enterprise.org_code.clone(),
            RegistryFact::AreaCode => facts.area_code.clone(),
            RegistryFact::IndustryCode => facts.industry_code.clone(),
        };
        let answer = match question.kind {
            QuestionType::Single => Answer::Choice(fact),
            _ => Answer::Text(fact),
        };
        Some((question.code.clone(), answer))
    };
    questionnaire.questions.iter().filter_map(answer).collect()
}

/// What the cover and the metadata sheet of a template say.
fn issue(service: &Service, situation: &Situation, language: Language) -> TemplateIssue {
    let Situation {
        round,
        enterprise,
        form,
        ..
    } = situation;
    // A town that the area table does not name stays blank on the cover.
    let area = form.survey.tables().areas.get(&enterprise.facts.area_code);
    let town = area.map_or_else(String::new, |area| area.name.clone());
    TemplateIssue {
        template_id: service.next_id().to_string(),
        issued_at: service.local_now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        enterprise: Addressee {
            id: enterprise.id.to_string(),
            name: enterprise.facts.name.clone(),
            uscc: enterprise.facts.uscc.clone(),
            town,
        },
        round: round_title(round),
        language,
        nonce: nonce(service),
        previous: situation.previous().map_or_else(Answers::new, Clone::clone),
        ..TemplateIssue::default()
    }
}

/// The round as covers name it.
pub(crate) fn round_title(round: &Round) -> RoundTitle {
    RoundTitle {
        id: round.id.to_string(),
        code: round.code.clone(),
        title: Text::new(round.title.clone(), round.title.clone()),
        opens_on: round.opens_on.to_string(),
        due_on: round.closes_on.to_string(),
    }
}

/// Seals, lays out and writes the workbook.
fn write_template(
    situation: &Situation,
    mut issue: TemplateIssue,
    prefill: &Prefill,
    key: &CurrentKey,
) -> Result<Vec<u8>, ServiceError> {
    let form = &situation.form;
    issue.seal = Some(key.seal(&TemplateMetadata::of(&form.layout, &issue)));
    write_live(&form.layout, &form.survey, &form.options, &issue, prefill).map_err(ServiceError::internal)
}
