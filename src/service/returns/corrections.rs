//! Corrections of accepted returns: asked for by the bureau, announced by the enterprise, withdrawn, refused. What was
//! accepted stays in force until a correction of it is accepted.

use chrono::NaiveDate;

use super::{
    read::find,
    send_back::checked_reason,
    steps::{Taken, record_step},
};
use crate::{
    domain::{
        access::Principal,
        count::count,
        return_step::ReturnStep,
        survey_return::{CorrectionOrigin, EventDetail, ReturnId, SurveyReturn},
    },
    service::{
        Service,
        access::permission::Action,
        error::{Fault, ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// The bureau asks for a correction of an accepted return, with a reason and the day until which it is to be submitted.
pub async fn request_correction(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    reason: &str,
    due_on: NaiveDate,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::RequestCorrections)?;
    let reason = checked_reason(reason)?;
    let today = service.today();
    if due_on < today {
        let fault = Fault::saying(
            "/due_on",
            codes::returns::DUE_ON,
            format!("更正期限 {due_on} 早于今天（{today}）。请填今天或以后的日期。"),
            format!("The correction would be due on {due_on}, before today ({today}). Give today or a later day."),
        );
        return Err(ServiceError::new(codes::returns::CORRECTION_INVALID).with_faults([fault]));
    }
    let detail = EventDetail {
        due_on: Some(due_on),
        ..EventDetail::default()
    };
    let taken = Taken {
        step: ReturnStep::RequestCorrection,
        reason: Some(reason),
        detail,
    };
    open(service, caller, id, expected_version, taken).await
}

/// The enterprise announces a correction of its accepted return, with a reason.
pub async fn announce_correction(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    reason: &str,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::FillReturns)?;
    let taken = Taken {
        reason: Some(checked_reason(reason)?),
        ..Taken::plain(ReturnStep::AnnounceCorrection)
    };
    open(service, caller, id, expected_version, taken).await
}

async fn open(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    taken: Taken,
) -> Result<SurveyReturn, ServiceError> {
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    let changed = record_step(service, &txn, caller, survey_return, expected_version, taken).await?;
    txn.commit().await?;
    Ok(changed)
}

/// The enterprise withdraws its correction; one that the bureau has asked for it cannot withdraw.
pub async fn withdraw_correction(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::FillReturns)?;
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    let correction = survey_return.review.correction.as_ref();
    if correction.is_some_and(|correction| correction.origin == CorrectionOrigin::Bureau) {
        return Err(ServiceError::new(codes::returns::CORRECTION_REQUESTED));
    }
    let taken = Taken::plain(ReturnStep::WithdrawCorrection);
    close(service, txn, caller, survey_return, expected_version, taken).await
}

/// The bureau refuses a correction, or no longer asks for it, with a reason.
pub async fn refuse_correction(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
    reason: &str,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::RequestCorrections)?;
    let taken = Taken {
        reason: Some(checked_reason(reason)?),
        ..Taken::plain(ReturnStep::RefuseCorrection)
    };
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    close(service, txn, caller, survey_return, expected_version, taken).await
}

/// Closes a correction that is not accepted: the findings counted are those of the revision in force again.
async fn close(
    service: &Service,
    txn: WriteTxn,
    caller: &Principal,
    mut survey_return: SurveyReturn,
    expected_version: i64,
    taken: Taken,
) -> Result<SurveyReturn, ServiceError> {
    if let Some(accepted) = survey_return.accepted {
        let in_force = store::survey_return::find_revision(&txn, &caller.scope, accepted).await?;
        survey_return.block = count(in_force.findings.block);
        survey_return.warn = count(in_force.findings.warn);
    }
    let closed = record_step(service, &txn, caller, survey_return, expected_version, taken).await?;
    txn.commit().await?;
    service.round_figures.changed(closed.round);
    Ok(closed)
}
