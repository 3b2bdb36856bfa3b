//! The index of a region in a run, as far as the caller may see it.

use super::{read::get_run, statistics::LEAST};
use crate::{
    domain::{
        access::Principal,
        run::{RegionResult, Run, RunId},
    },
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// The index of a region in a run.
pub async fn read_region(
    service: &Service,
    caller: &Principal,
    id: RunId,
) -> Result<(Run, RegionResult), ServiceError> {
    let run = get_run(service, caller, id).await?;
    let region = region_of(service, caller, &run).await?;
    Ok((run, region.ok_or_else(|| ServiceError::new(codes::runs::NO_REGION))?))
}

/// Refuses a run that gives a region its index and enterprises no scores.
pub(super) async fn refuse_region(service: &Service, run: &Run) -> Result<(), ServiceError> {
    match store::run_region::find_region(service.db.read(), run.id).await? {
        Some(_) => Err(ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES)),
        None => Ok(()),
    }
}

/// What the caller may see of the index of a region; none where a run has none. Who sees the whole county sees it at once,
/// everybody else once it is published, and without its indicators where one is taken over so few enterprises that it would
/// tell of single ones.
pub(crate) async fn region_of(
    service: &Service,
    caller: &Principal,
    run: &Run,
) -> Result<Option<RegionResult>, ServiceError> {
    let region = store::run_region::find_region(service.db.read(), run.id).await?;
    let sees_all = caller.scope.is_county();
    let Some(mut region) = region.filter(|_| sees_all || run.state.is_public()) else {
        return Ok(None);
    };
    let mut counted = region
        .outcome
        .indicators
        .iter()
        .filter_map(|indicator| indicator.enterprises);
    if !sees_all && counted.any(|enterprises| (enterprises as u64) < LEAST) {
        region.outcome.indicators.clear();
    }
    Ok(Some(region))
}
