//! Sending a return back to its enterprise, with a reason.

use super::{read::find, steps::record_step};
use crate::{
    domain::{
        access::Principal,
        return_step::ReturnStep,
        survey_return::{ReturnId, SurveyReturn},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
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
    let survey_return = find(&txn, caller, id).await?;
    let changed = record_step(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        ReturnStep::SendBack,
        Some(reason.to_owned()),
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}
