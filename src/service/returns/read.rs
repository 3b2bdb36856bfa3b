//! Returns as they stand: lists, revisions, original files, and the record of every step.

use bytes::Bytes;

use crate::{
    domain::{
        access::Principal,
        page::{Page, PageRequest},
        revision::RevisionSummary,
        survey_return::{
            RecordedSubmission, ReturnEvent, ReturnFilter, ReturnId, ReturnRow, Revision, RevisionId, SurveyReturn,
        },
    },
    service::{Service, access::permission::Action, error::ServiceError},
    store,
    store::db::Connection,
};

/// Returns within scope.
pub async fn list_returns(
    service: &Service,
    caller: &Principal,
    filter: &ReturnFilter,
    page: &PageRequest,
) -> Result<Page<ReturnRow>, ServiceError> {
    caller.may(Action::ReadReturns)?;
    Ok(store::survey_return::list_returns(service.db.read(), &caller.scope, filter, page).await?)
}

/// One return within scope.
pub async fn get_return(service: &Service, caller: &Principal, id: ReturnId) -> Result<SurveyReturn, ServiceError> {
    caller.may(Action::ReadReturns)?;
    find(service.db.read(), caller, id).await
}

/// Revisions of a return, oldest first, without answers, each with the submission of it that was recorded last.
pub async fn list_revisions(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
) -> Result<Vec<(RevisionSummary, Option<RecordedSubmission>)>, ServiceError> {
    let survey_return = get_return(service, caller, id).await?;
    let revisions = store::survey_return::revisions_of(service.db.read(), &caller.scope, survey_return.id).await?;
    let with_submission = |summary: RevisionSummary| {
        let submission = recorded_for(&survey_return, summary.id);
        (summary, submission)
    };
    Ok(revisions.into_iter().map(with_submission).collect())
}

/// The submission of a revision that the bureau recorded last.
pub async fn submission_of(
    service: &Service,
    caller: &Principal,
    revision: &Revision,
) -> Result<Option<RecordedSubmission>, ServiceError> {
    let survey_return = get_return(service, caller, revision.survey_return).await?;
    Ok(recorded_for(&survey_return, revision.id))
}

fn recorded_for(survey_return: &SurveyReturn, revision: RevisionId) -> Option<RecordedSubmission> {
    let mut last_first = survey_return.review.submissions.iter().rev();
    last_first.find(|submission| submission.revision == revision).cloned()
}

/// One revision with its answers and findings.
pub async fn get_revision(service: &Service, caller: &Principal, id: RevisionId) -> Result<Revision, ServiceError> {
    caller.may(Action::ReadReturns)?;
    Ok(store::survey_return::find_revision(service.db.read(), &caller.scope, id).await?)
}

/// The uploaded workbook of a revision, byte for byte.
pub async fn get_revision_workbook(
    service: &Service,
    caller: &Principal,
    id: RevisionId,
) -> Result<(Revision, Bytes), ServiceError> {
    let revision = get_revision(service, caller, id).await?;
    let bytes = service
        .blobs
        .get(&revision.blob_sha256)
        .await
        .map_err(ServiceError::internal)?;
    Ok((revision, bytes))
}

/// Every step in the life of a return, oldest first.
pub async fn list_return_events(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
) -> Result<Vec<ReturnEvent>, ServiceError> {
    let survey_return = get_return(service, caller, id).await?;
    Ok(store::survey_return::events_of(service.db.read(), &caller.scope, survey_return.id).await?)
}

/// The return, or not found: also when it is not the caller's to see.
pub(crate) async fn find(
    conn: &impl Connection,
    caller: &Principal,
    id: ReturnId,
) -> Result<SurveyReturn, ServiceError> {
    Ok(store::survey_return::find_return(conn, &caller.scope, id).await?)
}
