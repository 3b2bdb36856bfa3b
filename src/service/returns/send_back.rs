//! Sending a return back to its enterprise, with a reason.

use super::{
    read::find,
    steps::{Taken, record_step, revision_for},
};
use crate::{
    domain::{
        access::Principal,
        return_step::ReturnStep,
        survey_return::{EventDetail, ReturnId, SentBack, SurveyReturn},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
};

/// Sends a submitted return back to its enterprise. An accepted revision of before stays in force.
pub async fn send_back_return(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    reason: &str,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::SendBackReturns)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 2000 {
        return Err(ServiceError::new(codes::returns::REASON_MISSING));
    }
    let txn = service.db.begin_write().await?;
    let mut survey_return = find(&txn, caller, id).await?;
    let revision = revision_for(&txn, caller, &survey_return, ReturnStep::SendBack).await?;
    let given = store::justification::justifications_of(&txn, &caller.scope, id).await?;
    survey_return.review.sent_back = Some(SentBack {
        reason: reason.to_owned(),
        actor: caller.name.clone(),
        at: service.now(),
        revision: revision.id,
        justifications: given.last().map_or(0, |last| last.number),
        unchanged: false,
    });
    let changed = record_step(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        Taken {
            step: ReturnStep::SendBack,
            reason: Some(reason.to_owned()),
            detail: EventDetail::default(),
        },
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}
