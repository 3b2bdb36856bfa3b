//! Accepting a submitted return.

use super::{
    justify::counting_justifications,
    read::find,
    steps::{Taken, record_step, revision_for},
};
use crate::{
    domain::{
        access::Principal,
        justification::Acceptance,
        return_step::ReturnStep,
        survey_return::{ReturnId, SurveyReturn},
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
    let revision = revision_for(&txn, caller, &survey_return, ReturnStep::Accept).await?;
    let counted = counting_justifications(&txn, caller, &revision).await?;
    let acceptance = Acceptance {
        revision: revision.id,
        justifications: counted.into_values().collect(),
        actor: caller.name.clone(),
        at: service.now(),
    };
    store::justification::insert_acceptance(&txn, &caller.scope, id, &acceptance).await?;
    survey_return.accepted = Some(revision.id);
    let changed = record_step(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        Taken::plain(ReturnStep::Accept),
    )
    .await?;
    txn.commit().await?;
    service.round_figures.changed(changed.round);
    Ok(changed)
}
