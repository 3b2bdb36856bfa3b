//! How much the ranks of a run hang on its weights and, of a composite, on its other choices: replications with noise on every
//! weight and with settings that could be otherwise, and the ranking without each indicator. The engine and its formulas are
//! in [`index::robustness`]; the random numbers come from the run's seed, so that the same request gives the same report.

use std::{borrow::Cow, collections::BTreeMap, num::NonZeroUsize};

use index::{
    card::Scored,
    composite::Tree,
    over_returns::Replicable,
    robustness::{
        Design, Draws, RankInterval, Removals, Replicated, RobustnessError, Sensitivity, draw, draw_sobol, remove_each,
        replicate, sensitivity,
    },
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::{pass::CHUNK, read::get_run, region::refuse_region, scored::ScoredRun, vary_settings::Varied};
use crate::{
    domain::{
        access::{Principal, Scope},
        count::count,
        enterprise::EnterpriseId,
        job::{Job, Task},
        robustness::RobustnessRequest,
        run::{RankingRow, Run, RunId},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        error::{Fault, ServiceError, codes},
        jobs::{
            progress::{Progress, Steps},
            take_on::take_on,
        },
    },
    store,
};

/// Enterprises that a report lists, by rank; beyond them it sums up.
const LISTED: usize = 2_000;
/// The most replications: past them intervals move by less than a rank.
const MOST_REPLICATIONS: u32 = 10_000;
/// The most runs of a sensitivity analysis: so many times the replications as there are parameters, and two.
const MOST_RUNS: u64 = 50_000;
/// How often the terms of a sensitivity index are drawn anew for its interval.
const BOOTSTRAP: usize = 1_000;
/// Threads of one report, as many as a run takes.
const THREADS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(1);

/// Sensitivity of the ranks of a run to its weights.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct RunRobustness {
    /// Identifier of the run.
    pub run_id: RunId,
    /// Seed of the replications.
    pub seed: i64,
    /// Number of replications.
    pub replications: u32,
    /// Largest change of a weight as a share of the weight.
    pub noise: f64,
    /// Number of enterprises ranked.
    pub ranked: usize,
    /// Mean distance of a rank from its rank in the run, in places, over replications and enterprises.
    pub mean_shift: f64,
    /// Mean distance between the 5 % and the 95 % quantile of the rank, in places, over the enterprises.
    pub mean_width: f64,
    /// Labels of the levels with a probability, from lowest to highest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Text>,
    /// Enterprises sorted by rank; at most 2000.
    pub enterprises: Vec<EnterpriseRobustness>,
    /// Effect of leaving out each indicator, largest first.
    pub removals: Vec<RemovedIndicator>,
    /// Sensitivity of the mean shift of the ranks to each choice (Sobol indices); absent if not requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// Range of the rank of an enterprise.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EnterpriseRobustness {
    /// Identifier of the enterprise.
    pub enterprise_id: EnterpriseId,
    /// Unified social credit code.
    pub uscc: String,
    /// Name.
    pub enterprise_name: String,
    /// Rank in the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rank: Option<i32>,
    /// Median of the rank.
    pub median: f64,
    /// 5 % quantile of the rank.
    pub q5: f64,
    /// 95 % quantile of the rank.
    pub q95: f64,
    /// Best rank in the replications.
    pub best: u32,
    /// Worst rank in the replications.
    pub worst: u32,
    /// Probability of each level or stage, from lowest to highest: share of the replications. Empty if the level
    /// depends on more than scores and scenes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<f64>,
}

/// Effect of leaving out one indicator on the ranks.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct RemovedIndicator {
    /// Code.
    pub code: String,
    /// Mean absolute change of rank over the enterprises, in places; absent if no enterprise is ranked in both cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_shift: Option<f64>,
    /// Largest change of rank, in places; absent if no enterprise is ranked in both cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_places: Option<u64>,
}

/// Refuses what cannot be asked for, before a job is made of it.
pub async fn check_robustness(
    service: &Service,
    caller: &Principal,
    run: RunId,
    request: &RobustnessRequest,
) -> Result<(), ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let run = get_run(service, caller, run).await?;
    refuse_region(service, &run).await?;
    let mut faults = Vec::new();
    if !(1..=MOST_REPLICATIONS).contains(&request.replications) {
        faults.push(Fault::saying(
            "/replications",
            codes::runs::REPLICATIONS,
            format!("重复次数须在 1 到 {MOST_REPLICATIONS} 之间。"),
            format!("Replications lie between 1 and {MOST_REPLICATIONS}."),
        ));
    }
    let without_noise = request.noise == 0.0 && !request.uncertain.is_empty();
    if !(request.noise > 0.0 && request.noise <= 1.0 || without_noise) {
        faults.push(Fault::at("/noise", codes::runs::NOISE));
    }
    let runs = request.runs();
    if request.sensitivity && runs > MOST_RUNS {
        faults.push(Fault::saying(
            "/replications",
            codes::runs::TOO_MANY_RUNS,
            format!("敏感性分析共需 {runs} 次测算，至多 {MOST_RUNS} 次，请减少重复次数。"),
            format!("The sensitivity analysis needs {runs} runs and may have {MOST_RUNS}; ask for fewer replications."),
        ));
    }
    if faults.is_empty() && (request.sensitivity || !request.uncertain.is_empty()) {
        faults = settings_faults(service, &run, request).await?;
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::new(codes::general::INVALID).with_faults(faults))
    }
}

/// What speaks against varying settings: only a composite has them in its document, and each alternative must fit there.
async fn settings_faults(
    service: &Service,
    run: &Run,
    request: &RobustnessRequest,
) -> Result<Vec<Fault>, ServiceError> {
    let round = store::round::find_round(service.db.read(), run.round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let Some(composite) = methodology.together().cloned() else {
        return Ok(vec![Fault::at(
            if request.sensitivity {
                "/sensitivity"
            } else {
                "/uncertain"
            },
            codes::runs::COMPOSITE_ONLY,
        )]);
    };
    let varied = Varied::of(service, run, &round).await?;
    let design = request.design();
    blocking(move || Ok(varied.faults(&design, &composite))).await
}

/// Takes on the robustness test of a run.
pub async fn queue_robustness(
    service: &Service,
    caller: &Principal,
    run: RunId,
    request: RobustnessRequest,
) -> Result<Job, ServiceError> {
    check_robustness(service, caller, run, &request).await?;
    take_on(service, caller, Task::TestRobustness { run, request }).await
}

/// Shakes the weights of a run.
pub async fn test_robustness(
    service: &Service,
    caller: &Principal,
    id: RunId,
    request: RobustnessRequest,
    progress: Progress<'_>,
) -> Result<RunRobustness, ServiceError> {
    check_robustness(service, caller, id, &request).await?;
    let run = get_run(service, caller, id).await?;
    let conn = service.db.read();
    let round = store::round::find_round(conn, run.round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let mut rows =
        store::run_result::all_results(conn, &Scope::whole_county("a run is varied over all its results"), id).await?;
    rows.retain(|row| row.score.is_some());
    let runs: usize = count(request.runs());
    if methodology.scores_together() {
        let all = service.scored_runs.of(service, &run).await?;
        let varied = Varied::of(service, &run, &round).await?;
        let report = move |steps: &Steps| {
            let ranking = Replicable::together(&all.methodology, &all.scores);
            report(&run, &request, rows, &ranking, Some((&all, &varied)), steps)
        };
        return progress.watch((0, runs), report).await;
    }
    let not_over_enterprises = || ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES);
    let mut results = methodology.results().ok_or_else(not_over_enterprises)?;
    let (mut read, total) = (0, rows.len() + runs);
    for chunk in rows.chunks(CHUNK) {
        let ids: Vec<EnterpriseId> = chunk.iter().map(|row| row.enterprise).collect();
        let details = store::run_result::details(
            conn,
            &Scope::whole_county("a run is varied over all its results"),
            id,
            &ids,
        )
        .await?;
        for row in chunk {
            let detail = details.get(&row.enterprise);
            let detail = detail.ok_or_else(|| ServiceError::internal("a result without its nodes"))?;
            let scored: Scored = serde_json::from_str(detail).map_err(ServiceError::internal)?;
            results.add(row.uscc.clone(), scored);
        }
        read += chunk.len();
        progress.report(read, total).await?;
    }
    let report = move |steps: &Steps| {
        let ranking = results.replicable().map_err(ServiceError::internal)?;
        let ranking = ranking.ok_or_else(|| ServiceError::new(codes::runs::NOT_SCORED))?;
        report(&run, &request, rows, &ranking, None, steps)
    };
    progress.watch((read, total), report).await
}

/// `varied` gives the figures on scale where settings can be otherwise.
fn report(
    run: &Run,
    request: &RobustnessRequest,
    rows: Vec<RankingRow>,
    ranking: &Replicable,
    varied: Option<(&ScoredRun, &Varied)>,
    steps: &Steps,
) -> Result<RunRobustness, ServiceError> {
    let prepared = &ranking.prepared;
    let go_on = |more| steps.go_on(more);
    let replications = ranking.request(THREADS, Some(&go_on));
    let design = request.design();
    let draws = draws(run, request, &design, &prepared.tree)?;
    let replicated = replicate(prepared, &draws, &replications, |at, drawn| match varied {
        Some((all, varied)) if !drawn.settings.is_empty() => varied.prepared(all, &design, at, drawn).map(Cow::Owned),
        _ => Ok(Cow::Borrowed(prepared)),
    });
    let replicated = replicated?;
    let told = request.sensitivity.then(|| {
        let mut bootstrap = uniform_numbers(run.seed.unsigned_abs(), 1);
        sensitivity(&replicated.mean_shifts, &design.parameters(), BOOTSTRAP, &mut bootstrap)
    });
    let told = told.transpose()?;
    let codes: Vec<String> = prepared.tree.indicators().map(str::to_owned).collect();
    let removals = remove_each(prepared, &ranking.root, &codes, replications.rank_precision, THREADS);
    let removals = removals?;
    Ok(RunRobustness {
        sensitivity: told,
        ..summed_up(run, request, rows, ranking, &replicated, &removals)
    })
}

fn draws(run: &Run, request: &RobustnessRequest, design: &Design, tree: &Tree) -> Result<Draws, RobustnessError> {
    let replications = count(request.replications);
    let mut uniform = uniform_numbers(run.seed.unsigned_abs(), 0);
    if request.sensitivity {
        draw_sobol(design, tree, replications, &mut uniform)
    } else {
        draw(design, tree, replications, &mut uniform)
    }
}

/// Uniform numbers from 0 up to 1: the upper 53 bits of ChaCha20 for a seed. The bootstrap has a stream of its own, so that
/// it is the same whether draws are made or replayed.
pub(crate) fn uniform_numbers(seed: u64, stream: u64) -> impl FnMut() -> f64 + use<> {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    random.set_stream(stream);
    move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn summed_up(
    run: &Run,
    request: &RobustnessRequest,
    rows: Vec<RankingRow>,
    ranking: &Replicable,
    replicated: &Replicated,
    removals: &Removals,
) -> RunRobustness {
    let mean = |sum: f64, count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
    let width = |interval: &RankInterval| interval.q95 - interval.q5;
    let intervals = replicated.units.iter().filter_map(|unit| unit.interval.as_ref());
    let units: BTreeMap<&str, _> = replicated.units.iter().map(|unit| (unit.unit.as_str(), unit)).collect();
    let mut enterprises: Vec<EnterpriseRobustness> = rows
        .into_iter()
        .filter_map(|row| {
            let unit = units.get(row.uscc.as_str())?;
            let interval = unit.interval.as_ref()?;
            Some(EnterpriseRobustness {
                enterprise_id: row.enterprise,
                uscc: row.uscc,
                enterprise_name: row.enterprise_name,
                rank: row.rank,
                median: interval.median,
                q5: interval.q5,
                q95: interval.q95,
                best: interval.best,
                worst: interval.worst,
                levels: ranking.levels_of(unit),
            })
        })
        .collect();
    enterprises.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| a.uscc.cmp(&b.uscc)));
    let ranked = enterprises.len();
    enterprises.truncate(LISTED);
    let mut removed: Vec<RemovedIndicator> = removals
        .removals
        .iter()
        .map(|removal| RemovedIndicator {
            code: removal.code.clone(),
            mean_shift: removal.mean_shift,
            most_places: removal.rise.iter().flatten().map(|rise| rise.unsigned_abs()).max(),
        })
        .collect();
    // Those that tell nothing last.
    let moved = |removed: &RemovedIndicator| removed.mean_shift.unwrap_or(f64::NEG_INFINITY);
    removed.sort_by(|a, b| moved(b).total_cmp(&moved(a)).then_with(|| a.code.cmp(&b.code)));
    RunRobustness {
        run_id: run.id,
        seed: run.seed,
        replications: request.replications,
        noise: request.noise,
        ranked,
        mean_shift: mean(replicated.mean_shifts.iter().sum(), replicated.mean_shifts.len()),
        mean_width: mean(intervals.clone().map(width).sum(), intervals.count()),
        levels: ranking.levels.clone(),
        enterprises,
        removals: removed,
        sensitivity: None,
    }
}
