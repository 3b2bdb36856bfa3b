//! The scores of a run whose returns are scored together, with everything on the way: what another answer or another weight
//! would do to one enterprise can only be told with the figures of all. They are computed once and kept for a while.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use index::{compile::CompiledComposite, returns::CompositeScores};
use tokio::sync::OnceCell;

use super::compute::pass_of;
use crate::{
    domain::{
        enterprise::EnterpriseId,
        run::{Run, RunId},
    },
    service::{Service, error::ServiceError, jobs::progress::Progress},
};

/// The runs that were asked for last. A run never changes, so that what is kept of it stays right.
#[derive(Default)]
pub struct ScoredRuns {
    /// The last one first.
    kept: Mutex<Vec<Arc<Kept>>>,
}

/// One run, computed once, whoever asks for it meanwhile; other runs do not wait for it.
struct Kept {
    run: RunId,
    scored: OnceCell<Arc<ScoredRun>>,
}

/// How many returns are kept at most, of all runs together: some three kilobytes each. The last run is kept however large.
const MOST_RETURNS: usize = 50_000;
/// How many runs at most.
const MOST_RUNS: usize = 4;

/// The scores of one run.
pub(crate) struct ScoredRun {
    pub(crate) methodology: Arc<CompiledComposite>,
    pub(crate) scores: Arc<CompositeScores>,
    /// Place of each enterprise among the units.
    places: BTreeMap<EnterpriseId, usize>,
}

impl ScoredRuns {
    /// The scores of a run whose methodology scores all returns together, computed again from the revisions that went into
    /// it if they are not at hand.
    pub(crate) async fn of(&self, service: &Service, run: &Run) -> Result<Arc<ScoredRun>, ServiceError> {
        let kept = self.kept(run.id);
        let scored = kept.scored.get_or_try_init(|| ScoredRun::compute(service, run)).await?;
        Ok(Arc::clone(scored))
    }

    /// The place of a run, made if need be. It stands first now, and what has become too much goes.
    fn kept(&self, run: RunId) -> Arc<Kept> {
        // Nothing is half done while it is held: after a panic it is as good as before.
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let own = match all.iter().position(|kept| kept.run == run) {
            Some(at) => all.remove(at),
            None => Arc::new(Kept {
                run,
                scored: OnceCell::new(),
            }),
        };
        all.insert(0, Arc::clone(&own));
        let mut returns = 0;
        let mut place = 0_usize;
        all.retain(|kept| {
            returns += kept.scored.get().map_or(0, |scored| scored.places.len());
            place += 1;
            place == 1 || (place <= MOST_RUNS && returns <= MOST_RETURNS)
        });
        own
    }
}

impl ScoredRun {
    async fn compute(service: &Service, run: &Run) -> Result<Arc<Self>, ServiceError> {
        // Whose result is shown to whom is decided before; the scores need everybody.
        let pass = pass_of(service, run).await?;
        let ranked = pass.rank(service, Progress::untold(), pass.returns.len()).await?;
        let (methodology, scores) = ranked
            .together
            .ok_or_else(|| ServiceError::internal("a methodology that scores together has scored each by itself"))?;
        let places = pass.returns.iter().zip(0..).map(|(input, at)| (input.enterprise, at));
        Ok(Arc::new(Self {
            methodology,
            scores,
            places: places.collect(),
        }))
    }

    /// The place of an enterprise among the units.
    pub(crate) fn place(&self, enterprise: EnterpriseId) -> Result<usize, ServiceError> {
        let place = self.places.get(&enterprise).copied();
        place.ok_or_else(|| ServiceError::internal("the figures of a result are missing"))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_last_runs_are_kept() {
        let runs = ScoredRuns::default();
        let id = |number| RunId(Uuid::from_u128(number));
        let first = runs.kept(id(1));
        for number in 2..=4 {
            runs.kept(id(number));
        }
        assert!(Arc::ptr_eq(&first, &runs.kept(id(1))), "it stands first again");
        runs.kept(id(5));
        let kept: Vec<RunId> = runs.kept.lock().unwrap().iter().map(|kept| kept.run).collect();
        assert_eq!(kept, [5, 1, 4, 3].map(id));
    }
}
