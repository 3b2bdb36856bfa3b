//! A methodology that is not published yet, tried on a past round: who would move, by how many places, to which level.
//! Nothing is stored but the report.

use index::{
    compile::OverReturns,
    document::Methodology,
    region::{RegionChange, RegionFigures, RegionScored},
};
use serde::Serialize;
use survey::document::DocumentFault;

use super::{
    compare::{Summary, summed_up},
    compute::{accepted_now, basis, fits_round},
    pass::{Pass, Ranked},
};
use crate::{
    blobs::sha256_hex,
    domain::{
        access::{Principal, Scope},
        enterprise::EnterpriseId,
        job::{Job, Task},
        page::PageRequest,
        round::{Round, RoundId},
        run::{RankingRow, RegionResult, Run, RunFilter, RunId, RunInput, Standing},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        documents::publish::not_utf8,
        error::{Fault, ServiceError, codes},
        jobs::{progress::Progress, take_on::take_on},
    },
    store,
};

/// Moves that a report lists; beyond them it counts.
const LISTED: usize = 500;

/// A draft methodology computed over a round.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct BackTest {
    /// Identifier of the round.
    pub round_id: RoundId,
    /// Code of the draft methodology.
    pub methodology_code: String,
    /// Version of the draft methodology.
    pub methodology_version: String,
    /// SHA-256 of the draft methodology, hex.
    pub methodology_sha256: String,
    /// Hash of all inputs; identical for runs with the same document over the same returns.
    pub inputs_sha256: String,
    /// Number of returns computed.
    pub returns: usize,
    /// Number of returns with a score.
    pub scored: usize,
    /// Number of enterprises at each level or stage, in ascending order, those without one last. Empty for a regional
    /// index.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandCount>,
    /// Comparison with a run of the round; absent if there is none, and for a regional index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<Against>,
    /// Regional index; absent if the draft does not give one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionTest>,
}

/// Regional index under a draft, computed from the figures of a run of the round.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct RegionTest {
    /// Identifier of the run that the figures are taken from and that the index is compared with.
    pub run_id: RunId,
    /// Version of the methodology of the run.
    pub run_methodology_version: String,
    /// Regional index under the draft.
    pub index: RegionScored,
    /// Difference from the index of the run.
    pub change: RegionChange,
}

/// Number of enterprises at a level or stage.
#[derive(Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BandCount {
    /// Level or stage; absent for enterprises without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<i32>,
    /// Number of enterprises.
    pub enterprises: u64,
}

/// Comparison of the draft with a run.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Against {
    /// Identifier of the run.
    pub run_id: RunId,
    /// Version of the methodology of the run.
    pub methodology_version: String,
    /// Number of enterprises with a better rank.
    pub up: u64,
    /// Number of enterprises with a worse rank.
    pub down: u64,
    /// Number of enterprises whose level or stage would change.
    pub band_changed: u64,
    /// Largest change of rank, in places.
    pub most_places: u32,
    /// Mean absolute change of rank, in places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_places: Option<f64>,
    /// Mean change of the main score.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_score_change: Option<f64>,
    /// Changes of level or stage, with the number of enterprises.
    pub bands: Vec<BandChange>,
    /// Enterprises whose rank or level would change: those whose level changes first, then by number of places, largest
    /// first.
    pub moves: Vec<Move>,
    /// Number of enterprises whose rank or level would change.
    pub moving: usize,
}

/// Number of enterprises that would move from one level or stage to another.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct BandChange {
    /// Level or stage in the run; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i32>,
    /// Level or stage under the draft; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<i32>,
    /// Number of enterprises.
    pub enterprises: u64,
}

/// An enterprise whose rank or level would change.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Move {
    /// Identifier of the enterprise.
    pub enterprise_id: EnterpriseId,
    /// Unified social credit code.
    pub uscc: String,
    /// Name.
    pub enterprise_name: String,
    /// Result in the run.
    pub before: Standing,
    /// Result under the draft.
    pub after: Standing,
    /// Change of rank in places, positive for a better rank; absent if either rank is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<i32>,
}

/// Refuses a draft with faults, one that does not fit the round, and a run of another round, before a job is made of it.
pub async fn check_back_test(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    against: Option<RunId>,
    content: &str,
) -> Result<(), ServiceError> {
    prepare(service, caller, round, against, content).await.map(drop)
}

/// A draft, and what it is tried on.
struct Trial {
    round: Round,
    draft: OverReturns,
    /// The run to compare with.
    run: Option<Run>,
    /// Of that run, where the draft is one of a region.
    region: Option<RegionResult>,
}

async fn prepare(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    against: Option<RunId>,
    content: &str,
) -> Result<Trial, ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let round = store::round::find_round(service.db.read(), round).await?;
    let draft = draft(service, &round, content).await?;
    let run = run_to_compare(service, &round, against, draft.code()).await?;
    let region = match &run {
        Some(run) => store::run_region::find_region(service.db.read(), run.id).await?,
        None => None,
    };
    match (&run, draft.region().is_some(), region.is_some()) {
        (Some(_), true, false) | (_, false, true) => {
            let fault = Fault::at("/against", codes::runs::OTHER_KIND);
            Err(ServiceError::new(codes::general::INVALID).with_faults([fault]))
        }
        (None, true, _) => Err(ServiceError::new(codes::runs::NO_FIGURES)),
        _ => Ok(Trial {
            round,
            draft,
            run,
            region,
        }),
    }
}

/// Takes on the trial of a draft. What cannot be computed is refused at once, not in a job.
pub async fn queue_back_test(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    against: Option<RunId>,
    content: Vec<u8>,
) -> Result<Job, ServiceError> {
    let content = String::from_utf8(content).map_err(|_| not_utf8())?;
    check_back_test(service, caller, round, against, &content).await?;
    let task = Task::BackTest {
        round,
        against,
        content,
    };
    take_on(service, caller, task).await
}

/// Tries a draft on the accepted returns of a round.
pub async fn back_test(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    against: Option<RunId>,
    content: &str,
    progress: Progress<'_>,
) -> Result<BackTest, ServiceError> {
    let trial = prepare(service, caller, round, against, content).await?;
    let (round, draft) = (trial.round, trial.draft);
    let (code, version) = (draft.code().to_owned(), draft.version().to_owned());
    let figures: Option<RegionFigures> = draft
        .region()
        .zip(trial.region.as_ref())
        .map(|(draft, region)| draft.fitting(region.figures.clone()));
    let returns = accepted_now(service, &round).await?;
    let round_id = round.id;
    let sha256 = sha256_hex(content.as_bytes());
    let pass = Pass {
        basis: basis(service, round, draft, sha256.clone(), figures).await?,
        returns,
    };
    let ranked = pass.rank(service, progress, pass.returns.len()).await?;
    let mut report = BackTest {
        round_id,
        methodology_code: code,
        methodology_version: version,
        methodology_sha256: sha256,
        returns: pass.returns.len(),
        scored: ranked.scores.iter().flatten().count(),
        bands: Vec::new(),
        inputs_sha256: ranked.inputs_sha256.clone(),
        against: None,
        region: None,
    };
    match (trial.run, &ranked.region, trial.region) {
        (Some(run), Some(now), Some(before)) => {
            report.region = Some(RegionTest {
                run_id: run.id,
                run_methodology_version: run.methodology_version,
                index: now.outcome.clone(),
                change: now.outcome.change_from(&before.outcome),
            });
        }
        (run, ..) => {
            report.bands = band_counts(&ranked.bands);
            if let Some(run) = run {
                let before = store::run_result::all_results(
                    service.db.read(),
                    &Scope::whole_county("a back test is compared with all results of a run"),
                    run.id,
                )
                .await?;
                report.against = Some(compare(&run, &before, &pass.returns, &ranked));
            }
        }
    }
    Ok(report)
}

/// The draft compiled for a round, or all its faults.
async fn draft(service: &Service, round: &Round, content: &str) -> Result<OverReturns, ServiceError> {
    let invalid = |faults: Vec<DocumentFault>| ServiceError::new(codes::documents::INVALID).with_faults(faults);
    let parsed = Methodology::parse(content.as_bytes()).map_err(invalid)?;
    fits_round(service, round, &parsed).await?;
    let form = service.form(round).await?;
    let compiled = blocking(move || {
        parsed
            .compile(&form.survey)
            .map_err(invalid)?
            .over_returns()
            .ok_or_else(|| ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES))
    });
    compiled.await
}

/// The run that is named, or else the newest of the round with the draft's methodology, whatever its version.
async fn run_to_compare(
    service: &Service,
    round: &Round,
    named: Option<RunId>,
    methodology_code: &str,
) -> Result<Option<Run>, ServiceError> {
    let conn = service.db.read();
    if let Some(id) = named {
        let run = store::run::find_run(conn, id).await?;
        if run.round != round.id {
            let fault = Fault::at("/against", codes::runs::OTHER_ROUND);
            return Err(ServiceError::new(codes::general::INVALID).with_faults([fault]));
        }
        return Ok(Some(run));
    }
    let filter = RunFilter {
        round: Some(round.id),
        methodology_code: Some(methodology_code.to_owned()),
        state: None,
        public: false,
    };
    let newest = PageRequest { limit: 1, after: None };
    Ok(store::run::list_runs(conn, &filter, &newest).await?.items.pop())
}

fn band_counts(bands: &[Option<i32>]) -> Vec<BandCount> {
    let mut counts = std::collections::BTreeMap::new();
    for band in bands {
        // None is less than any number; it stands last.
        *counts.entry((band.is_none(), *band)).or_insert(0_u64) += 1;
    }
    counts
        .into_iter()
        .map(|((_, band), enterprises)| BandCount { band, enterprises })
        .collect()
}

fn compare(run: &Run, before: &[RankingRow], returns: &[RunInput], ranked: &Ranked) -> Against {
    let after: Vec<RankingRow> = returns
        .iter()
        .enumerate()
        .map(|(at, input)| row(input, at, ranked))
        .collect();
    let Summary {
        up,
        down,
        most_places,
        mean_places,
        mean_score_change,
        bands,
        ..
    } = summed_up(&after, before);
    let earlier: std::collections::BTreeMap<EnterpriseId, &RankingRow> =
        before.iter().map(|row| (row.enterprise, row)).collect();
    let mut moves: Vec<Move> = after
        .iter()
        .filter_map(|now| moved(now, earlier.get(&now.enterprise)?))
        .collect();
    moves.sort_by_key(|found| {
        let places = found.places.map_or(0, i32::unsigned_abs);
        (
            found.before.band == found.after.band,
            std::cmp::Reverse(places),
            found.uscc.clone(),
        )
    });
    let moving = moves.len();
    moves.truncate(LISTED);
    let changed = bands.iter().filter(|((from, to), _)| from != to);
    let band_changed = changed.map(|(_, enterprises)| *enterprises).sum();
    Against {
        run_id: run.id,
        methodology_version: run.methodology_version.clone(),
        up,
        down,
        band_changed,
        most_places,
        mean_places,
        mean_score_change,
        bands: bands
            .into_iter()
            .map(|((from, to), enterprises)| BandChange { from, to, enterprises })
            .collect(),
        moves,
        moving,
    }
}

/// A return as the draft would list it.
fn row(input: &RunInput, at: usize, ranked: &Ranked) -> RankingRow {
    RankingRow {
        enterprise: input.enterprise,
        uscc: input.uscc.clone(),
        enterprise_name: input.name.clone(),
        area_code: input.area_code.clone(),
        industry_code: input.industry_code.clone(),
        size_class: input.size_class.clone(),
        revision: input.revision,
        previous: input.previous,
        score: ranked.scores.get(at).copied().flatten(),
        rank: ranked.ranks.get(at).copied().flatten(),
        band: ranked.bands.get(at).copied().flatten(),
        totals: serde_json::Value::Null,
    }
}

fn moved(now: &RankingRow, before: &RankingRow) -> Option<Move> {
    let place = |row: &RankingRow| Standing {
        score: row.score,
        rank: row.rank,
        band: row.band,
    };
    let (was, is) = (place(before), place(now));
    let differs = (was.rank, was.band) != (is.rank, is.band);
    differs.then(|| Move {
        enterprise_id: now.enterprise,
        uscc: now.uscc.clone(),
        enterprise_name: now.enterprise_name.clone(),
        before: was,
        after: is,
        places: was.rank.zip(is.rank).map(|(was, is)| was - is),
    })
}
