//! The record of every step of a return.

use crate::{
    domain::{
        access::Principal,
        survey_return::{ReturnEvent, ReturnId, ReturnState, SurveyReturn},
    },
    service::{Service, error::ServiceError},
    store,
    store::db::WriteTxn,
};

/// Moves a return to a state and records who did it, when and why.
pub(crate) async fn record_step(
    service: &Service,
    txn: &WriteTxn,
    caller: &Principal,
    mut survey_return: SurveyReturn,
    expected_version: i64,
    to: ReturnState,
    reason: Option<String>,
) -> Result<SurveyReturn, ServiceError> {
    let now = service.now();
    let from = std::mem::replace(&mut survey_return.state, to);
    survey_return.updated_at = now;
    survey_return.version =
        store::survey_return::update_return(txn, &caller.scope, &survey_return, expected_version).await?;
    let event = ReturnEvent {
        survey_return: survey_return.id,
        number: events_so_far(txn, caller, survey_return.id).await? + 1,
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

async fn events_so_far(txn: &WriteTxn, caller: &Principal, id: ReturnId) -> Result<i32, ServiceError> {
    let events = store::survey_return::events_of(txn, &caller.scope, id).await?;
    Ok(events.last().map_or(0, |event| event.number))
}
