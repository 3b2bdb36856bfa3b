//! One pass over the returns of a run, chunk by chunk: answers are read, evaluated and scored, and forgotten again.
//!
//! A run of a hundred thousand returns keeps of each only what is ranked. What goes into it is fixed at its start by the
//! identifiers of the revisions, which never change, so that reading them in many statements is reading one moment.

use std::{collections::BTreeMap, pin::pin, sync::Arc};

use futures::{
    StreamExt as _, TryStreamExt as _,
    stream::{self, BoxStream, Stream},
};
use index::{
    card::Scored,
    compile::{CompiledCard, CompiledComposite, OverReturns},
    composite::{Column, Matrix},
    exact::Fixed,
    ladder::Attained,
    rank::rank,
    region::{CompiledRegion, Measured, RegionError, RegionFigures},
    returns::{CompositeScores, UnitFigures},
};
use survey::document::DocumentFault;

use super::{
    hash::Lines,
    scoring::{evaluated, figures_of, score_content},
    threads::{One, on_threads, take_one},
};
use crate::{
    domain::{
        access::Scope,
        revision::RevisionContent,
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
    pub(crate) ranks: Vec<Option<u32>>,
    pub(crate) bands: Vec<Option<i32>>,
    method: RankedBy,
}

/// What is needed to tell why returns have their scores.
enum RankedBy {
    /// Each is scored by itself, again.
    Each(Arc<CompiledCard>),
    /// All were scored together.
    Together(Arc<CompiledComposite>, Arc<CompositeScores>),
    /// None has a score; something was taken from each for the index of their region.
    Region(Arc<CompiledRegion>, Box<RegionResult>),
}

impl Ranked {
    /// The index of the region, where the methodology gives one.
    pub(crate) fn region(&self) -> Option<&RegionResult> {
        match &self.method {
            RankedBy::Region(_, result) => Some(result),
            RankedBy::Each(_) | RankedBy::Together(..) => None,
        }
    }

    /// The scores of all returns and what gave them, where they were scored together.
    pub(crate) fn together(self) -> Option<(Arc<CompiledComposite>, Arc<CompositeScores>)> {
        match self.method {
            RankedBy::Each(_) | RankedBy::Region(..) => None,
            RankedBy::Together(composite, scores) => Some((composite, scores)),
        }
    }
}

/// The contents of a return.
pub(super) struct Contents<'c> {
    pub(super) now: &'c RevisionContent,
    /// Of the round before.
    pub(super) previous: Option<&'c RevisionContent>,
}

/// Who is told how far a pass is.
#[derive(Clone, Copy)]
struct Steps<'s> {
    service: &'s Service,
    progress: Progress<'s>,
    total: usize,
}

impl Pass {
    /// Takes something from each of some returns.
    async fn take<T: Send + 'static>(
        &self,
        service: &Service,
        returns: &[RunInput],
        take: impl Fn(&RunInput, &Contents<'_>) -> T + Send + Sync + 'static,
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
        let returns = returns.to_vec();
        blocking(move || on_threads(&returns, |input| take_one(input, &contents, &take))).await
    }

    /// What is taken from each return, in order, chunk by chunk.
    fn taken<'p, T: Send + 'static>(
        &'p self,
        service: &'p Service,
        take: impl Fn(&RunInput, &Contents<'_>) -> T + Clone + Send + Sync + 'static,
    ) -> impl Stream<Item = Result<Vec<One<T>>, ServiceError>> + Send + 'p {
        stream::iter(self.returns.chunks(CHUNK))
            .map(move |chunk| self.take(service, chunk, take.clone()))
            .buffered(AHEAD)
    }

    /// The score of each return by itself, chunk by chunk.
    fn scored<'p>(
        &'p self,
        service: &'p Service,
        methodology: &Arc<CompiledCard>,
    ) -> impl Stream<Item = Result<Vec<One<Scored>>, ServiceError>> + Send + 'p {
        let (basis, methodology) = (self.basis.clone(), methodology.clone());
        self.taken(service, move |_, contents| {
            let previous = contents.previous.map(|previous| &previous.answers);
            score_content(&basis.form.survey, &methodology, contents.now, previous)
        })
    }

    /// The first pass: everybody's score and rank, and the hash of everything that goes in. `steps` are told as done of
    /// `total`.
    pub(crate) async fn rank(
        &self,
        service: &Service,
        progress: Progress<'_>,
        total: usize,
    ) -> Result<Ranked, ServiceError> {
        let mut inputs = Lines::default();
        inputs.add(&(ENGINE_VERSION, self.basis.round.year, &self.basis.document_hashes))?;
        let steps = Steps {
            service,
            progress,
            total,
        };
        match &self.basis.methodology {
            OverReturns::Each(methodology) => self.rank_each(methodology, inputs, steps).await,
            OverReturns::Together(composite) => self.rank_together(composite, inputs, steps).await,
            OverReturns::Region(region) => self.rank_region(region, inputs, steps).await,
        }
    }

    async fn rank_each(
        &self,
        methodology: &Arc<CompiledCard>,
        mut inputs: Lines,
        steps: Steps<'_>,
    ) -> Result<Ranked, ServiceError> {
        let (mut scores, mut bands) = (Vec::with_capacity(self.returns.len()), Vec::new());
        let mut chunks = pin!(self.scored(steps.service, methodology));
        while let Some(chunk) = chunks.try_next().await? {
            for one in chunk {
                inputs.add_bytes(&one.line);
                scores.push(one.gave.main_score());
                bands.push(band(one.gave.attained.as_ref()));
            }
            steps.progress.report(scores.len(), steps.total).await?;
        }
        let by_place: Vec<_> = scores.iter().copied().enumerate().collect();
        Ok(Ranked {
            inputs_sha256: inputs.finish(),
            ranks: rank(&by_place),
            scores: scores.into_iter().map(|score| score.map(Fixed::to_f64)).collect(),
            bands,
            method: RankedBy::Each(methodology.clone()),
        })
    }

    async fn rank_together(
        &self,
        composite: &Arc<CompiledComposite>,
        mut inputs: Lines,
        steps: Steps<'_>,
    ) -> Result<Ranked, ServiceError> {
        let units = self.units(composite, &mut inputs, steps).await?;
        let (composite, year) = (composite.clone(), i64::from(self.basis.round.year));
        blocking(move || {
            let count = units.len();
            let scores = composite.score(year, units)?;
            Ok(Ranked {
                inputs_sha256: inputs.finish(),
                scores: (0..count).map(|unit| scores.score(unit)).collect(),
                ranks: (0..count).map(|unit| scores.rank(unit)).collect(),
                bands: (0..count)
                    .map(|unit| band(scores.attained(&composite, unit).as_ref()))
                    .collect(),
                method: RankedBy::Together(composite, Arc::new(scores)),
            })
        })
        .await
    }

    /// What a composite keeps of every return.
    async fn units(
        &self,
        composite: &Arc<CompiledComposite>,
        inputs: &mut Lines,
        steps: Steps<'_>,
    ) -> Result<Vec<UnitFigures>, ServiceError> {
        let mut units = Vec::with_capacity(self.returns.len());
        let (basis, over) = (self.basis.clone(), composite.clone());
        let figures =
            move |input: &RunInput, contents: &Contents<'_>| figures_of(&basis.form.survey, &over, input, contents);
        let mut chunks = pin!(self.taken(steps.service, figures));
        while let Some(chunk) = chunks.try_next().await? {
            for one in chunk {
                inputs.add_bytes(&one.line);
                units.push(one.gave);
            }
            steps.progress.report(units.len(), steps.total).await?;
        }
        Ok(units)
    }

    /// The scores of the nodes by credit code. Under a methodology that scores all together it is with the scales of
    /// `before`, a run of that methodology.
    pub(crate) async fn bridge(
        &self,
        service: &Service,
        before: &Run,
        progress: Progress<'_>,
    ) -> Result<Matrix, ServiceError> {
        let steps = Steps {
            service,
            progress,
            total: self.returns.len(),
        };
        match &self.basis.methodology {
            OverReturns::Each(methodology) => self.totals(methodology, steps).await,
            OverReturns::Together(composite) => {
                let units = self.units(composite, &mut Lines::default(), steps).await?;
                let before = service.scored_runs.of(service, before).await?;
                let year = i64::from(self.basis.round.year);
                blocking(move || Ok(before.scores.on_scales(&before.methodology, year, units)?)).await
            }
            OverReturns::Region(_) => Err(ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES)),
        }
    }

    /// The scores of the nodes of each return by itself.
    async fn totals(&self, methodology: &Arc<CompiledCard>, steps: Steps<'_>) -> Result<Matrix, ServiceError> {
        let mut cells: BTreeMap<Arc<str>, Vec<Option<f64>>> = BTreeMap::new();
        let mut done = 0;
        let mut chunks = pin!(self.scored(steps.service, methodology));
        while let Some(chunk) = chunks.try_next().await? {
            for one in chunk {
                for (code, score) in one.gave.totals {
                    let column = cells.entry(code).or_insert_with(|| vec![None; self.returns.len()]);
                    if let Some(cell) = column.get_mut(done) {
                        *cell = Some(score.to_f64());
                    }
                }
                done += 1;
            }
            steps.progress.report(done, steps.total).await?;
        }
        let columns = cells.into_iter().map(|(code, cells)| Column::new(&*code, cells));
        let columns = columns.collect::<Result<_, _>>().map_err(ServiceError::internal)?;
        let units = self.returns.iter().map(|input| input.uscc.clone()).collect();
        Matrix::new(units, columns).map_err(ServiceError::internal)
    }

    /// Nobody is ranked: what the returns say of the region goes together with what is given by hand.
    async fn rank_region(
        &self,
        region: &Arc<CompiledRegion>,
        mut inputs: Lines,
        steps: Steps<'_>,
    ) -> Result<Ranked, ServiceError> {
        let figures = self.basis.region.clone();
        let figures = figures.ok_or_else(|| ServiceError::new(codes::runs::REGION_MISSING))?;
        inputs.add(&figures)?;
        let (mut now, mut last_year, mut done) = (region.tally(), region.tally(), 0);
        let mut chunks = pin!(self.measured(steps.service, region, true));
        while let Some(chunk) = chunks.try_next().await? {
            done += chunk.len();
            for one in chunk {
                inputs.add_bytes(&one.line);
                now.add(&one.gave.now);
                if let Some(before) = &one.gave.last_year {
                    last_year.add(before);
                }
            }
            steps.progress.report(done, steps.total).await?;
        }
        let values = region.values(&figures, &now, &last_year);
        let outcome = region
            .score(&values)
            .map_err(|error| region_refused("/region", &[error]))?;
        Ok(Ranked {
            inputs_sha256: inputs.finish(),
            scores: vec![None; done],
            ranks: vec![None; done],
            bands: vec![None; done],
            method: RankedBy::Region(Arc::clone(region), Box::new(RegionResult { figures, outcome })),
        })
    }

    /// What is taken from each return for its region, chunk by chunk.
    fn measured<'p>(
        &'p self,
        service: &'p Service,
        region: &Arc<CompiledRegion>,
        with_last_year: bool,
    ) -> impl Stream<Item = Result<Vec<One<MeasuredYears>>, ServiceError>> + Send + 'p {
        let (basis, region) = (self.basis.clone(), Arc::clone(region));
        self.taken(service, move |_, contents| {
            let measure = |content, previous| {
                let (evaluation, not_applicable) = evaluated(&basis.form.survey, content, previous);
                region.measure(&evaluation, &not_applicable)
            };
            let last_year = contents.previous.filter(|_| with_last_year);
            MeasuredYears {
                now: measure(contents.now, contents.previous.map(|previous| &previous.answers)),
                last_year: last_year.map(|previous| measure(previous, None)),
            }
        })
    }

    /// The second pass: why each return has its score, in order, chunk by chunk.
    pub(crate) fn explained<'p>(
        &'p self,
        service: &'p Service,
        ranked: &Ranked,
    ) -> BoxStream<'p, Result<Vec<Scored>, ServiceError>> {
        match &ranked.method {
            RankedBy::Each(methodology) => {
                let scored = self.scored(service, methodology);
                scored
                    .map_ok(|chunk| chunk.into_iter().map(|one| one.gave).collect())
                    .boxed()
            }
            RankedBy::Region(region, _) => {
                let measured = self.measured(service, region, false);
                let region = Arc::clone(region);
                let scored = move |one: One<MeasuredYears>| region.scored_return(&one.gave.now);
                measured
                    .map_ok(move |chunk| chunk.into_iter().map(&scored).collect())
                    .boxed()
            }
            RankedBy::Together(composite, scores) => {
                let (composite, scores) = (composite.clone(), scores.clone());
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
    }
}

/// What a return says of its region.
struct MeasuredYears {
    now: Measured,
    /// Of the round before, where it is looked at.
    last_year: Option<Measured>,
}

/// The refusal of what was given for a region in this part of a request: the first fault leads, each has its place.
pub(crate) fn region_refused(part: &str, errors: &[RegionError]) -> ServiceError {
    let fault = |error: &RegionError| DocumentFault {
        pointer: format!("{part}/values/{}", error.indicator()),
        code: error.code().to_owned(),
        message: error.message(),
    };
    ServiceError::new(codes::runs::REGION_INVALID).with_faults(errors.iter().map(fault))
}

/// The level or stage.
pub(crate) fn band(attained: Option<&Attained>) -> Option<i32> {
    i32::try_from(attained?.value).ok()
}
