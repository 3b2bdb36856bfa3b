//! What the index of the region would be with other figures. Nothing is stored.

use std::collections::BTreeMap;

use index::region::{RegionChange, TriedFigure};

use super::region::read_region;
use crate::{
    domain::{
        access::Principal,
        run::{RegionResult, Run, RunId},
    },
    service::{
        Service,
        error::{ServiceError, codes, region_refused},
    },
    store,
};

/// An index as it would be.
pub struct TriedRegion {
    /// The run.
    pub run: Run,
    /// The index as it would be, beside what was given for the run.
    pub region: RegionResult,
    /// How it differs from the index of the run.
    pub change: RegionChange,
}

/// Computes the index of the region in a run with some figures in place of those that went in.
pub async fn try_region(
    service: &Service,
    caller: &Principal,
    id: RunId,
    tried: &BTreeMap<String, TriedFigure>,
) -> Result<TriedRegion, ServiceError> {
    let (run, region) = read_region(service, caller, id).await?;
    if region.outcome.indicators.is_empty() {
        // Trying would tell what is kept from the caller.
        return Err(ServiceError::new(codes::access::FORBIDDEN));
    }
    let round = store::round::find_round(service.db.read(), run.round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let methodology = methodology
        .region()
        .ok_or_else(|| ServiceError::internal("an index of a region without a methodology of one"))?;
    let outcome = methodology
        .what_if(&region.figures, &region.outcome, tried)
        .map_err(|errors| region_refused("", &errors))?;
    let change = outcome.change_from(&region.outcome);
    let region = RegionResult { outcome, ..region };
    Ok(TriedRegion { run, region, change })
}
