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
    let reason = checked_reason(reason)?;
    let txn = service.db.begin_write().await?;
    let mut survey_return = find(&txn, caller, id).await?;
    let revision = revision_for(&txn, caller, &survey_return, ReturnStep::SendBack).await?;
    let given = store::justification::justifications_of(&txn, &caller.scope, id).await?;
    survey_return.review.sent_back = Some(SentBack {
        reason: reason.clone(),
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
            reason: Some(reason),
            detail: EventDetail::default(),
        },
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}

/// A reason for the other side to read, or a refusal where there is none.
pub(crate) fn checked_reason(reason: &str) -> Result<String, ServiceError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 2000 {
        Err(ServiceError::new(codes::returns::REASON_MISSING))
    } else {
        Ok(reason.to_owned())
    }
}
