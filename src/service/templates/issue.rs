//! The workbook that an enterprise fills in: one per enterprise and round, from the questionnaire alone.

use survey::{
    answer::{Answer, Answers, Claims},
    questionnaire::{Question, QuestionType, Questionnaire, RegistryFact},
    text::Text,
};
use workbook::{
    language::Language,
    layout::Layout,
    metadata::TemplateMetadata,
    prefill::{Prefill, carried, raw_values},
    template::{Addressee, RoundTitle, TemplateIssue, write_live},
};

use super::{
    seal::{CurrentKey, current_key, nonce},
    situation::Situation,
};
use crate::{
    domain::{
        access::Principal,
        enterprise::Enterprise,
        return_step::StepRefused,
        round::Round,
        survey_return::{ReturnId, ReturnState, SurveyReturn},
    },
    service::{Service, access::permission::Action, blocking::blocking, documents::form::Form, error::ServiceError},
    store,
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
    let survey_return = store::survey_return::find_return(service.db.read(), &caller.scope, id).await?;
    if survey_return.state == ReturnState::Removed {
        return Err(StepRefused::Removed.into());
    }
    let situation = Situation::load(service, caller, &survey_return).await?;
    let key = current_key(service).await?;
    let issue = issue(service, &situation, language);
    let variant = variant(service, caller, &survey_return, &situation).await?;
    let filename = filename(&situation);
    let bytes = blocking(move || {
        let (layout, _) = situation.form.layout_of(variant.as_deref());
        let mut prefill = known_cells(&situation, variant, issue.language);
        let asked = layout.cells();
        prefill.retain(|key, _| asked.contains(key));
        write_template(&situation.form, layout, issue, &prefill, &key)
    })
    .await?;
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
    let survey_return = store::survey_return::find_return(service.db.read(), &caller.scope, id).await?;
    let situation = Situation::load(service, caller, &survey_return).await?;
    let key = current_key(service).await?;
    let mut issue = issue(service, &situation, Language::Zh);
    let filename = filename(&situation);
    let variant = variant(service, caller, &survey_return, &situation).await?;
    let bytes = blocking(move || {
        let Filling { cells, claims } = filling(&situation.form, issue.language);
        issue.claims = claims;
        let form = &situation.form;
        let (layout, _) = form.layout_of(variant.as_deref());
        let asked = layout.cells();
        // Whoever answers more than the variant asks has filled in the form of all variants.
        let layout = if cells.keys().all(|key| asked.contains(key)) {
            layout
        } else {
            &form.layout
        };
        write_template(form, layout, issue, &cells, &key)
    })
    .await?;
    Ok(Template { filename, bytes })
}

fn filename(situation: &Situation) -> String {
    let facts = &situation.enterprise.facts;
    format!("{}_{}_{}.xlsx", situation.round.code, facts.uscc, facts.name)
}

/// What stands in the cells of a fresh template for a variant.
fn known_cells(situation: &Situation, variant: Option<String>, language: Language) -> Prefill {
    let (form, questionnaire) = (&situation.form, situation.form.survey.questionnaire());
    let mut known = known_answers(questionnaire, &situation.enterprise, situation.previous());
    let question = questionnaire.variant_question.clone();
    known.extend(question.zip(variant.map(Answer::Choice)));
    raw_values(questionnaire, &form.options, &known, language)
}

/// The variant that an enterprise answers, where it is known: what it has said in this round, else what it said in the
/// round before, else what the questionnaire says of its industry.
async fn variant(
    service: &Service,
    caller: &Principal,
    survey_return: &SurveyReturn,
    situation: &Situation,
) -> Result<Option<String>, ServiceError> {
    let questionnaire = situation.form.survey.questionnaire();
    let Some(question) = &questionnaire.variant_question else {
        return Ok(None);
    };
    let said = |answers: &Answers| match answers.get(question) {
        Some(Answer::Choice(code)) => Some(code.clone()),
        _ => None,
    };
    if let Some(latest) = survey_return.latest {
        let conn = service.db.read();
        let read = store::survey_return::contents_of(conn, &caller.scope, &[latest]).await?;
        if let Some(variant) = read.get(&latest).and_then(|content| said(&content.answers)) {
            return Ok(Some(variant));
        }
    }
    let by_industry = || questionnaire.variant_of_industry(&situation.enterprise.facts.industry_code);
    let last = situation.previous().and_then(said);
    Ok(last.or_else(|| by_industry().map(str::to_owned)))
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
            RegistryFact::FormerNames => facts.former_names.join("；"),
            RegistryFact::OrgCode => enterprise.org_code.clone(),
            RegistryFact::AreaCode => facts.area_code.clone(),
            RegistryFact::IndustryCode => facts.industry_code.clone(),
        };
        if fact.is_empty() {
            return None;
        }
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
        heading: service.settings.heading.clone(),
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

/// Seals and writes the workbook.
fn write_template(
    form: &Form,
    layout: &Layout,
    mut issue: TemplateIssue,
    prefill: &Prefill,
    key: &CurrentKey,
) -> Result<Vec<u8>, ServiceError> {
    issue.seal = Some(key.seal(&TemplateMetadata::of(layout, &issue)));
    write_live(layout, &form.survey, &form.options, &issue, prefill).map_err(ServiceError::internal)
}
