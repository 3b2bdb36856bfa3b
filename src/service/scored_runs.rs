//! The scores of a run whose returns are scored together, with everything on the way: what another answer or another weight
//! would do to one enterprise can only be told with the figures of all. They are computed once and kept for a while.

use std::{collections::BTreeMap, sync::Arc};

use index::{compile::CompiledComposite, returns::CompositeScores};
use tokio::sync::Mutex;

use super::{Service, compile_run::pass_of, error::ServiceError, progress::Progress};
use crate::domain::{
    enterprise::EnterpriseId,
    run::{Run, RunId},
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
    /// The scores of a run whose methodology scores all returns together, computed again from the revisions that went into
    /// it if they are not at hand.
    pub(crate) async fn of(&self, service: &Service, run: &Run) -> Result<Arc<ScoredRun>, ServiceError> {
        let mut latest = self.latest.lock().await;
        if let Some(kept) = latest.as_ref().filter(|kept| kept.run == run.id) {
            return Ok(Arc::clone(kept));
        }
        // Whose result is shown to whom is decided before; the scores need everybody.
        let pass = pass_of(service, run).await?;
        let ranked = pass.rank(service, Progress::untold(), pass.returns.len()).await?;
        let (methodology, scores) = ranked
            .together()
            .ok_or_else(|| ServiceError::internal("a methodology that scores together has scored each by itself"))?;
        let places = pass.returns.iter().zip(0..).map(|(input, at)| (input.enterprise, at));
        let scored = Arc::new(ScoredRun {
            run: run.id,
            methodology,
            scores,
            places: places.collect(),
        });
        *latest = Some(Arc::clone(&scored));
        Ok(scored)
    }
}

impl ScoredRun {
    /// The place of an enterprise among the units.
    pub(crate) fn place(&self, enterprise: EnterpriseId) -> Result<usize, ServiceError> {
        let place = self.places.get(&enterprise).copied();
        place.ok_or_else(|| ServiceError::internal("the figures of a result are missing"))
    }
}
