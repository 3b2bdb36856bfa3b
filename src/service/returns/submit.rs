//! Submitting: the enterprise says that its figures stand.

use survey::questionnaire::Action as Severity;

use super::{
    justify::counting_justifications,
    read::find,
    situation::require_open,
    steps::{record_step, revision_for},
};
use crate::{
    domain::{
        access::Principal,
        return_step::ReturnStep,
        survey_return::{ReturnId, Revision, SurveyReturn},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// Submits the newest revision. It needs zero blocking findings; where the round says so, every warning justified.
pub async fn submit_return(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    expected_version: i64,
) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::FillReturns)?;
    let txn = service.db.begin_write().await?;
    let survey_return = find(&txn, caller, id).await?;
    let round = store::round::find_round(&txn, survey_return.round).await?;
    require_open(service, &round)?;
    let revision = revision_for(&txn, caller, &survey_return, ReturnStep::Submit).await?;
    if revision.findings.blocks() {
        let blocking = revision
            .findings
            .items
            .iter()
            .filter(|finding| finding.action == Severity::Block);
        return Err(ServiceError::new(codes::returns::BLOCKED).with_faults(blocking));
    }
    if round.warnings_must_be_justified {
        require_justified(&txn, caller, &revision).await?;
    }
    let changed = record_step(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        ReturnStep::Submit,
        None,
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}

/// Goes on only if every warning has a justification that counts. Warnings beyond the list cannot be justified one by
/// one: they must be brought down to what is listed first.
async fn require_justified(txn: &WriteTxn, caller: &Principal, revision: &Revision) -> Result<(), ServiceError> {
    let counted = counting_justifications(txn, caller, revision).await?;
    let warnings = revision
        .findings
        .items
        .iter()
        .filter(|finding| finding.action == Severity::Warn);
    let open: Vec<_> = warnings
        .clone()
        .filter(|finding| !counted.contains_key(&finding.key))
        .collect();
    if open.is_empty() && warnings.count() == revision.findings.warn {
        Ok(())
    } else {
        Err(ServiceError::new(codes::returns::UNJUSTIFIED).with_faults(open))
    }
}
