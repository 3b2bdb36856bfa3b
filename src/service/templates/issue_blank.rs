//! Templates without an enterprise, for those that nobody has registered yet.

use workbook::{
    language::Language,
    metadata::{TemplateKind, TemplateMetadata},
    prefill::Prefill,
    template::{TemplateIssue, write_live},
};

use super::{issue::Template, issue_bulk::issue, seal::current_key};
use crate::{
    domain::{access::Principal, round::RoundId},
    service::{
        Service, access::permission::Action, blocking::blocking, documents::form::Form, error::ServiceError,
        rounds::form::round_and_form,
    },
};

/// Writes the form of a round for an enterprise that is not in the registry yet: signed for the round, addressed to
/// nobody. The credit code that is filled in says whose it is.
pub async fn issue_generic_template(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    language: Language,
) -> Result<Template, ServiceError> {
    write_filled_blank(service, caller, round, language, |_, _| Prefill::new()).await
}

/// Writes the blank form with these cells, as whoever fills it in would have done.
pub async fn write_filled_blank(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    language: Language,
    filling: impl FnOnce(&Form, Language) -> Prefill + Send + 'static,
) -> Result<Template, ServiceError> {
    caller.may(Action::IssueBulkTemplates)?;
    let (round, form) = round_and_form(service, round).await?;
    let key = current_key(service).await?;
    let mut issue = TemplateIssue {
        kind: TemplateKind::Generic,
        ..issue(service, &round, language)
    };
    let filename = format!("{}_blank.xlsx", round.code);
    let bytes = blocking(move || {
        issue.seal = Some(key.seal(&TemplateMetadata::of(&form.layout, &issue)));
        let prefill = filling(&form, language);
        write_live(&form.layout, &form.survey, &form.options, &issue, &prefill).map_err(ServiceError::internal)
    })
    .await?;
    Ok(Template { filename, bytes })
}
