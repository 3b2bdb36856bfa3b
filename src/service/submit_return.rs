//! Submitting: the enterprise says that its figures stand.

use super::{
    Service,
    error::ServiceError,
    import_return::require_open,
    permission::Action,
    read_return::{find, record_step},
};
use crate::{
    domain::{
        access::Principal,
        survey_return::{ReturnId, ReturnState, SurveyReturn},
    },
    store,
};

/// Submits the newest revision. It needs zero blocking findings.
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
    let revision = match survey_return.state {
        ReturnState::NotStarted => return Err(ServiceError::new("return.nothing_uploaded")),
        ReturnState::Submitted | ReturnState::Accepted => return Err(ServiceError::new("return.wrong_state")),
        ReturnState::Draft | ReturnState::Returned => {
            let latest = survey_return
                .latest
                .ok_or_else(|| ServiceError::new("return.nothing_uploaded"))?;
            store::survey_return::find_revision(&txn, &caller.scope, latest).await?
        }
    };
    if revision.findings.blocks() {
        let blocking = revision
            .findings
            .items
            .iter()
            .filter(|finding| finding.action == survey::questionnaire::Action::Block);
        return Err(ServiceError::new("return.blocked").with_faults(blocking));
    }
    let changed = record_step(
        service,
        &txn,
        caller,
        survey_return,
        expected_version,
        ReturnState::Submitted,
        None,
    )
    .await?;
    txn.commit().await?;
    Ok(changed)
}
