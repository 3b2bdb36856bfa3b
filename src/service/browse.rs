//! Plain reading: permission, scope, and what the store holds.

use super::{Service, access::permission::Action, documents::catalogue, error::ServiceError};
use crate::{
    domain::{
        access::{Principal, Role},
        area::{Area, AreaFilter},
        document::{Document, DocumentContent, DocumentId, DocumentKind},
        enterprise::{Enterprise, EnterpriseFilter, EnterpriseId},
        industry::{Industry, IndustryFilter},
        job::{Job, JobId},
        page::{Page, PageRequest},
        round::{Round, RoundId, RoundProgress},
        run::{RankingFilter, RankingRow, Run, RunFilter, RunId},
    },
    store,
};

/// Areas below one, of a level, or whose name or code holds a text.
pub async fn list_areas(
    service: &Service,
    caller: &Principal,
    filter: &AreaFilter,
    page: &PageRequest,
) -> Result<Page<Area>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::area::list_areas(service.db.read(), filter, page).await?)
}

/// One area.
pub async fn get_area(service: &Service, caller: &Principal, code: &str) -> Result<Area, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    store::area::find_area(service.db.read(), code)
        .await?
        .ok_or_else(|| ServiceError::new("not_found"))
}

/// Industries of the newest edition: below one, of a level, or whose name or code holds a text.
pub async fn list_industries(
    service: &Service,
    caller: &Principal,
    filter: &IndustryFilter,
    page: &PageRequest,
) -> Result<Page<Industry>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::industry::list_industries(service.db.read(), filter, page).await?)
}

/// Published documents, newest first.
pub async fn list_documents(
    service: &Service,
    caller: &Principal,
    kind: Option<DocumentKind>,
    page: &PageRequest,
) -> Result<Page<Document>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::document::list_documents(service.db.read(), kind, page).await?)
}

/// One document without its content.
pub async fn get_document(service: &Service, caller: &Principal, id: DocumentId) -> Result<Document, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::document::find_document(service.db.read(), id).await?)
}

/// One document with its content.
pub async fn get_document_content(
    service: &Service,
    caller: &Principal,
    id: DocumentId,
) -> Result<DocumentContent, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    catalogue::content(&service.db, id).await
}

/// Enterprises within scope.
pub async fn list_enterprises(
    service: &Service,
    caller: &Principal,
    filter: &EnterpriseFilter,
    page: &PageRequest,
) -> Result<Page<Enterprise>, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    Ok(store::enterprise::list_enterprises(service.db.read(), &caller.scope, filter, page).await?)
}

/// One enterprise within scope.
pub async fn get_enterprise(
    service: &Service,
    caller: &Principal,
    id: EnterpriseId,
) -> Result<Enterprise, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    Ok(store::enterprise::find_enterprise(service.db.read(), &caller.scope, id).await?)
}

/// Rounds, newest first.
pub async fn list_rounds(
    service: &Service,
    caller: &Principal,
    page: &PageRequest,
) -> Result<Page<Round>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::round::list_rounds(service.db.read(), page).await?)
}

/// One round.
pub async fn get_round(service: &Service, caller: &Principal, id: RoundId) -> Result<Round, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::round::find_round(service.db.read(), id).await?)
}

/// How far a round has come, counted over what the caller sees.
pub async fn round_progress(service: &Service, caller: &Principal, id: RoundId) -> Result<RoundProgress, ServiceError> {
    get_round(service, caller, id).await?;
    Ok(store::round::progress(service.db.read(), &caller.scope, id).await?)
}

/// Runs, newest first.
pub async fn list_runs(
    service: &Service,
    caller: &Principal,
    filter: &RunFilter,
    page: &PageRequest,
) -> Result<Page<Run>, ServiceError> {
    caller.may(Action::ReadResults)?;
    Ok(store::run::list_runs(service.db.read(), &shown_to(caller, filter), page).await?)
}

/// One run. An enterprise sees it once it is in force: until then it may be computed again.
pub async fn get_run(service: &Service, caller: &Principal, id: RunId) -> Result<Run, ServiceError> {
    caller.may(Action::ReadResults)?;
    let run = store::run::find_run(service.db.read(), id).await?;
    if caller.role == Role::Enterprise && !run.state.is_public() {
        return Err(ServiceError::new("not_found"));
    }
    Ok(run)
}

/// What a list of runs shows to the caller; see [`get_run`].
pub(super) fn shown_to(caller: &Principal, filter: &RunFilter) -> RunFilter {
    RunFilter {
        public: filter.public || caller.role == Role::Enterprise,
        ..filter.clone()
    }
}

/// The ranking list of a run, within scope: a town sees its own enterprises, an enterprise itself.
pub async fn ranking(
    service: &Service,
    caller: &Principal,
    run: RunId,
    filter: &RankingFilter,
    page: &PageRequest,
) -> Result<Page<RankingRow>, ServiceError> {
    get_run(service, caller, run).await?;
    Ok(store::run_result::ranking(service.db.read(), &caller.scope, run, filter, page).await?)
}

/// A job: one's own, or any for the administrator.
pub async fn get_job(service: &Service, caller: &Principal, id: JobId) -> Result<Job, ServiceError> {
    caller.may(Action::ReadJobs)?;
    let job = store::job::find_job(service.db.read(), id).await?;
    if job.created_by == caller.name || caller.role == Role::Admin {
        Ok(job)
    } else {
        Err(ServiceError::new("not_found"))
    }
}

/// Jobs, newest first: one's own, or all for the administrator.
pub async fn list_jobs(service: &Service, caller: &Principal, page: &PageRequest) -> Result<Page<Job>, ServiceError> {
    caller.may(Action::ReadJobs)?;
    let only = (caller.role != Role::Admin).then_some(caller.name.as_str());
    Ok(store::job::list_jobs(service.db.read(), only, page).await?)
}
