//! Imports as they stand: lists, counts, and what became of every file or row.

use std::collections::BTreeMap;

use super::begin::may_hand_in;
use crate::{
    domain::{
        access::Principal,
        import::{ImportBatch, ImportCounts, ImportId, ImportItem, ItemState},
        job::Job,
        page::{Page, PageRequest},
        round::RoundId,
    },
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// An import with how far it is.
pub struct ImportView {
    /// The import.
    pub batch: ImportBatch,
    /// Its job, whose state is that of the import.
    pub job: Job,
    /// Its items by state.
    pub counts: ImportCounts,
}

/// Imports handed in with the caller's scope (all for the county), newest first.
pub async fn list_imports(
    service: &Service,
    caller: &Principal,
    round: Option<RoundId>,
    page: &PageRequest,
) -> Result<Page<ImportView>, ServiceError> {
    may_hand_in(caller)?;
    let found = store::import::list_imports(service.db.read(), &caller.scope, round, page).await?;
    let items = views(service, found.items).await?;
    Ok(Page {
        items,
        next: found.next,
    })
}

/// One import.
pub async fn get_import(service: &Service, caller: &Principal, id: ImportId) -> Result<ImportView, ServiceError> {
    let batch = find(service, caller, id).await?;
    let view = views(service, vec![batch]).await?.pop();
    view.ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))
}

/// What became of each file or row, in order.
pub async fn list_import_items(
    service: &Service,
    caller: &Principal,
    id: ImportId,
    states: &[ItemState],
    page: &PageRequest,
) -> Result<Page<ImportItem>, ServiceError> {
    let batch = find(service, caller, id).await?;
    Ok(store::import::list_items(service.db.read(), &batch, states, page).await?)
}

/// All items of an import, in order.
pub async fn all_items(service: &Service, batch: &ImportBatch) -> Result<Vec<ImportItem>, ServiceError> {
    let mut page = PageRequest {
        limit: PageRequest::MAX,
        after: None,
    };
    let mut items = Vec::new();
    loop {
        let found = store::import::list_items(service.db.read(), batch, &[], &page).await?;
        items.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(items),
        }
    }
}

async fn find(service: &Service, caller: &Principal, id: ImportId) -> Result<ImportBatch, ServiceError> {
    may_hand_in(caller)?;
    Ok(store::import::find_import(service.db.read(), &caller.scope, id).await?)
}

async fn views(service: &Service, batches: Vec<ImportBatch>) -> Result<Vec<ImportView>, ServiceError> {
    let ids = batches.iter().map(|batch| batch.job).collect::<Vec<_>>();
    let mut jobs: BTreeMap<_, _> = store::job::find_jobs(service.db.read(), &ids).await?;
    let counts = store::import::count_items(service.db.read(), &batches).await?;
    let view = |batch: ImportBatch| {
        let job = jobs
            .remove(&batch.job)
            .ok_or_else(|| ServiceError::internal("an import without a job"))?;
        let counts = counts
            .get(&batch.id)
            .copied()
            .ok_or_else(|| ServiceError::internal("an import without counts"))?;
        Ok(ImportView { batch, job, counts })
    };
    batches.into_iter().map(view).collect()
}
