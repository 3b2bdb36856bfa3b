//! The record of every step of a return.

use crate::{
    domain::{
        access::Principal,
        return_step::{ReturnStep, StepRefused},
        survey_return::{ReturnEvent, Revision, SurveyReturn},
    },
    service::{Service, error::ServiceError},
    store,
    store::db::WriteTxn,
};

/// Takes a step of a return and records who did it, when and why.
pub(crate) async fn record_step(
    service: &Service,
    txn: &WriteTxn,
    caller: &Principal,
    mut survey_return: SurveyReturn,
    expected_version: i64,
    step: ReturnStep,
    reason: Option<String>,
) -> Result<SurveyReturn, ServiceError> {
    let now = service.now();
    let to = step.taken_by(caller.role, survey_return.state)?;
    let from = std::mem::replace(&mut survey_return.state, to);
    survey_return.updated_at = now;
    survey_return.version =
        store::survey_return::update_return(txn, &caller.scope, &survey_return, expected_version).await?;
    let id = survey_return.id;
    let so_far = store::survey_return::last_event_numbers(txn, &caller.scope, &[id]).await?;
    let event = ReturnEvent {
        survey_return: id,
        number: so_far.get(&id).map_or(1, |number| number + 1),
        from,
        to,
        revision: survey_return.latest,
        actor: caller.name.clone(),
        at: now,
        reason,
    };
    store::survey_return::insert_event(txn, &caller.scope, &event).await?;
    Ok(survey_return)
}

/// The newest revision of a return in a state from which a role may take a step.
pub(crate) async fn revision_for(
    txn: &WriteTxn,
    caller: &Principal,
    survey_return: &SurveyReturn,
    step: ReturnStep,
) -> Result<Revision, ServiceError> {
    step.taken_by(caller.role, survey_return.state)?;
    let latest = survey_return.latest.ok_or(StepRefused::NothingUploaded)?;
    Ok(store::survey_return::find_revision(txn, &caller.scope, latest).await?)
}
