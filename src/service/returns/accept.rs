//! Review, first cut: the bureau accepts a submitted return, or it is sent back with a reason.

use super::{justify::counting_justifications, read::find, steps::record_step};
use crate::{
    domain::{
        access::Principal,
        justification::Acceptance,
        survey_return::{ReturnId, ReturnState, SurveyReturn},
    },
    service::{Service, access::permission::Action, error::ServiceError},
    store,
};

/// Accepts a submitted return: its newest revision is in force from now on and never changes, nor do the justifications
/// that count now.
pub async fn accept_return(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::AcceptReturns)?;
    let txn = service.db.begin_write().await?;
    let mut survey_return = find(&txn, caller, id).await?;
    if survey_return.state != ReturnState::Submitted {
        return Err(ServiceError::new("return.wrong_state"));
    }
    let latest = survey_return
        .latest
        .ok_or_else(|| ServiceError::new("return.nothing_uploaded"))?;
    let revision = store::survey_return::find_revision(&txn, &caller.scope, latest).await?;
    let counted = counting_justifications(&txn, caller, &revision).await?;
    let acceptance = Acceptance {
        revision: latest,
        justifications: counted.into_values().collect(),
        actor: caller.name.clone(),
        at: service.now(),
    };
    store::justification::insert_acceptance(&txn, &caller.scope, id, &acceptance).await?;
    survey_return.accepted = survey_return.latest;
    let changed = record_step(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        ReturnState::Accepted,
        None,
    )
    .await?;
    txn.commit().await?;
    service.round_figures.changed(changed.round);
    Ok(changed)
}
