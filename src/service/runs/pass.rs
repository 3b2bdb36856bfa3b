//! One pass over the returns of a run, chunk by chunk: answers are read, evaluated and scored, and forgotten again.
//!
//! A run of a hundred thousand returns keeps of each only what is ranked. What goes into it is fixed at its start by the
//! identifiers of the revisions, which never change, so that reading them in many statements is reading one moment.

use std::{pin::pin, sync::Arc};

use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream, Stream},
};
use index::{
    card::Scored,
    compile::{CompiledComposite, OverReturns},
    composite::Matrix,
    over_returns::{RoundScores, UnitReturn},
    region::RegionFigures,
    returns::CompositeScores,
};

use super::{
    hash::Lines,
    threads::{One, on_threads, take_one},
};
use crate::{
    domain::{
        access::Scope,
        round::Round,
        run::{RegionResult, Run, RunInput},
        survey_return::RevisionId,
    },
    service::{
        Service,
        blocking::blocking,
        documents::form::Form,
        error::{ServiceError, codes},
        jobs::progress::Progress,
    },
    store,
};

/// Version of everything that turns inputs into results. A change of any result raises it.
pub const ENGINE_VERSION: &str = concat!("ronghe-", env!("CARGO_PKG_VERSION"));

/// Returns that are in memory at once, and results that are written in one transaction.
pub(crate) const CHUNK: usize = 500;

/// Chunks that are under way at once: while one is scored the next is read, and the one before is written.
const AHEAD: usize = 2;

/// What returns are computed with, the same for all of them.
pub(crate) struct Basis {
    pub(crate) round: Round,
    pub(crate) form: Arc<Form>,
    pub(crate) methodology: OverReturns,
    /// What is given by hand, for the index of a region.
    pub(crate) region: Option<RegionFigures>,
    /// Hashes of methodology, questionnaire and reference tables.
    pub(crate) document_hashes: Vec<String>,
}

/// The returns of a run and what they are computed with.
pub(crate) struct Pass {
    pub(crate) basis: Arc<Basis>,
    pub(crate) returns: Vec<RunInput>,
}

/// What the first pass keeps of every return, in their order.
pub(crate) struct Ranked {
    pub(crate) inputs_sha256: String,
    pub(crate) scores: Vec<Option<f64>>,
    pub(crate) ranks: Vec<Option<i32>>,
    pub(crate) bands: Vec<Option<i32>>,
    /// The index of the region, where the methodology gives one.
    pub(crate) region: Option<RegionResult>,
    /// The scores of all returns and what gave them, where they were scored together.
    pub(crate) together: Option<(Arc<CompiledComposite>, Arc<CompositeScores>)>,
}

impl Ranked {
    fn new(inputs_sha256: String, all: RoundScores) -> Result<Self, ServiceError> {
        let stored = |numbers: Vec<Option<u32>>| {
            let numbers = numbers.into_iter().map(|number| number.map(i32::try_from).transpose());
            numbers.collect::<Result<Vec<_>, _>>().map_err(ServiceError::internal)
        };
        Ok(Self {
            inputs_sha256,
            scores: all.scores,
            ranks: stored(all.ranks)?,
            bands: stored(all.rungs)?,
            region: all.region.map(|(figures, outcome)| RegionResult { figures, outcome }),
            together: all.together,
        })
    }
}

impl Pass {
    /// Takes something from each of some returns.
    async fn take<T: Send + 'static>(
        &self,
        service: &Service,
        returns: &[RunInput],
        take: impl Fn(&UnitReturn<'_>) -> T + Send + Sync + 'static,
    ) -> Result<Vec<One<T>>, ServiceError> {
        let ids: Vec<RevisionId> = returns
            .iter()
            .flat_map(|input| std::iter::once(input.revision).chain(input.previous))
            .collect();
        let contents = store::survey_return::contents_of(
            service.db.read(),
            &Scope::whole_county("a run is over the whole county whoever asks for it"),
            &ids,
        )
        .await?;
        let (returns, form) = (returns.to_vec(), Arc::clone(&self.basis.form));
        blocking(move || on_threads(&returns, |input| take_one(&form.survey, input, &contents, &take))).await
    }

    /// What is taken from each return, in order, chunk by chunk.
    fn taken<'p, T: Send + 'static>(
        &'p self,
        service: &'p Service,
        take: impl Fn(&OverReturns, &UnitReturn<'_>) -> T + Clone + Send + Sync + 'static,
    ) -> impl Stream<Item = Result<Vec<One<T>>, ServiceError>> + Send + 'p {
        stream::iter(self.returns.chunks(CHUNK))
            .map(move |chunk| {
                let (methodology, take) = (self.basis.methodology.clone(), take.clone());
                self.take(service, chunk, move |unit| take(&methodology, unit))
            })
            .buffered(AHEAD)
    }

    /// The first pass: everybody's score and rank, and the hash of everything that goes in. `steps` are told as done of
    /// `total`.
    pub(crate) async fn rank(
        &self,
        service: &Service,
        progress: Progress<'_>,
        total: usize,
    ) -> Result<Ranked, ServiceError> {
        let basis = &self.basis;
        let mut inputs = Lines::default();
        inputs.add(&(ENGINE_VERSION, basis.round.year, &basis.document_hashes))?;
        let mut gathered = basis
            .methodology
            .gather(basis.round.year.into(), basis.region.clone())?;
        if let Some(figures) = &basis.region {
            inputs.add(figures)?;
        }
        let mut done = 0;
        let mut chunks = pin!(self.taken(service, OverReturns::take));
        while let Some(chunk) = chunks.try_next().await? {
            done += chunk.len();
            for one in chunk {
                inputs.add_bytes(&one.line);
                gathered.add(one.gave)?;
            }
            progress.report(done, total).await?;
        }
        let all = blocking(move || Ok(gathered.score()?)).await?;
        Ranked::new(inputs.finish(), all)
    }

    /// The scores of the nodes by credit code. Under a methodology that scores all together it is with the scales of
    /// `before`, a run of that methodology.
    pub(crate) async fn bridge(
        &self,
        service: &Service,
        before: &Run,
        progress: Progress<'_>,
    ) -> Result<Matrix, ServiceError> {
        let methodology = &self.basis.methodology;
        let bridge = methodology.bridge();
        let mut bridge = bridge.ok_or_else(|| ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES))?;
        let mut units = self.returns.iter();
        let mut done = 0;
        let mut chunks = pin!(self.taken(service, OverReturns::take));
        while let Some(chunk) = chunks.try_next().await? {
            done += chunk.len();
            for (one, unit) in chunk.into_iter().zip(&mut units) {
                bridge.add(&unit.uscc, one.gave)?;
            }
            progress.report(done, self.returns.len()).await?;
        }
        let before = if methodology.scores_together() {
            Some(service.scored_runs.of(service, before).await?)
        } else {
            None
        };
        let year = i64::from(self.basis.round.year);
        blocking(move || {
            let before = before.as_ref().map(|before| (&*before.methodology, &*before.scores));
            Ok(bridge.totals(year, before)?)
        })
        .await
    }

    /// The second pass: why each return has its score, in order, chunk by chunk.
    pub(crate) fn explained<'p>(
        &'p self,
        service: &'p Service,
        ranked: &Ranked,
    ) -> BoxStream<'p, Result<Vec<Scored>, ServiceError>> {
        let Some((composite, scores)) = ranked.together.clone() else {
            let nodes = self.taken(service, OverReturns::scored_alone);
            return nodes
                .and_then(async |chunk| chunk.into_iter().map(|one| Ok(one.gave?)).collect())
                .boxed();
        };
        let firsts = stream::iter((0..self.returns.len()).step_by(CHUNK));
        firsts
            .then(move |first| {
                let (composite, scores) = (composite.clone(), scores.clone());
                let places = first..self.returns.len().min(first + CHUNK);
                blocking(move || Ok(places.map(|unit| scores.scored(&composite, unit)).collect()))
            })
            .boxed()
    }
}
