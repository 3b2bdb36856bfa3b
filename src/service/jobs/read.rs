//! Jobs: one's own, or all for the administrator.

use crate::{
    domain::{
        access::{Principal, Role},
        job::{Job, JobId},
        page::{Page, PageRequest},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
};

/// A job: one's own, or any for the administrator.
pub async fn get_job(service: &Service, caller: &Principal, id: JobId) -> Result<Job, ServiceError> {
    caller.may(Action::ReadJobs)?;
    let job = store::job::find_job(service.db.read(), id).await?;
    if job.created_by == caller.name || caller.role == Role::Admin {
        Ok(job)
    } else {
        Err(ServiceError::new(codes::general::NOT_FOUND))
    }
}

/// Jobs, newest first: one's own, or all for the administrator.
pub async fn list_jobs(service: &Service, caller: &Principal, page: &PageRequest) -> Result<Page<Job>, ServiceError> {
    caller.may(Action::ReadJobs)?;
    let only = (caller.role != Role::Admin).then_some(caller.name.as_str());
    Ok(store::job::list_jobs(service.db.read(), only, page).await?)
}
