//! The scores of a run whose returns are scored together, with everything on the way: what another answer or another weight
//! would do to one enterprise can only be told with the figures of all. They are computed once and kept for a while.

use std::{collections::BTreeMap, sync::Arc};

use index::{
    compile::{CompiledComposite, OverReturns},
    returns::CompositeScores,
};
use tokio::sync::Mutex;

use super::{
    Service,
    compile_run::{basis, compiled},
    error::ServiceError,
    progress::Progress,
    run_pass::Pass,
};
use crate::{
    domain::{
        access::Scope,
        enterprise::EnterpriseId,
        run::{Run, RunId},
    },
    store,
};

/// The run that was asked for last. A run never changes, so that what is kept of it stays right.
#[derive(Default)]
pub struct ScoredRuns {
    /// Held while a run is computed, so that it is computed once.
    latest: Mutex<Option<Arc<ScoredRun>>>,
}

/// The scores of one run.
pub(crate) struct ScoredRun {
    run: RunId,
    pub(crate) methodology: Arc<CompiledComposite>,
    pub(crate) scores: Arc<CompositeScores>,
    /// Place of each enterprise among the units.
    places: BTreeMap<EnterpriseId, usize>,
}

impl ScoredRuns {
    /// The scores of a run, computed again from the revisions that went into it if they are not at hand. None for a run
    /// whose methodology scores each return by itself.
    pub(crate) async fn of(&self, service: &Service, run: &Run) -> Result<Option<Arc<ScoredRun>>, ServiceError> {
        let mut latest = self.latest.lock().await;
        if let Some(kept) = latest.as_ref().filter(|kept| kept.run == run.id) {
            return Ok(Some(Arc::clone(kept)));
        }
        let conn = service.db.read();
        let round = store::round::find_round(conn, run.round).await?;
        let (methodology, document) = compiled(service, &round, run.methodology).await?;
        let OverReturns::Together(composite) = &methodology else {
            return Ok(None);
        };
        let composite = Arc::clone(composite);
        // Whose result is shown to whom is decided before; the scores need everybody.
        let returns = store::run_result::inputs_of(conn, &Scope::County, run.id).await?;
        let pass = Pass {
            basis: basis(service, round, methodology, document.sha256).await?,
            returns,
        };
        let ranked = pass.rank(service, Progress::untold(), pass.returns.len()).await?;
        let Some(scores) = ranked.together() else {
            return Ok(None);
        };
        let places = pass.returns.iter().zip(0..).map(|(input, at)| (input.enterprise, at));
        let scored = Arc::new(ScoredRun {
            run: run.id,
            methodology: composite,
            scores,
            places: places.collect(),
        });
        *latest = Some(Arc::clone(&scored));
        Ok(Some(scored))
    }
}

impl ScoredRun {
    /// The place of an enterprise among the units.
    pub(crate) fn place(&self, enterprise: EnterpriseId) -> Result<usize, ServiceError> {
        let place = self.places.get(&enterprise).copied();
        place.ok_or_else(|| ServiceError::internal("the figures of a result are missing"))
    }
}
