//! Runs and their ranking lists, within what the caller sees.

use crate::{
    domain::{
        access::{Principal, Role},
        page::{Page, PageRequest},
        run::{RankingFilter, RankingRow, Run, RunFilter, RunId},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
};

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
        return Err(ServiceError::new(codes::general::NOT_FOUND));
    }
    Ok(run)
}

/// What a list of runs shows to the caller; see [`get_run`].
pub(crate) fn shown_to(caller: &Principal, filter: &RunFilter) -> RunFilter {
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
