//! How much the ranks of a run hang on its weights and, of a composite, on its other choices: replications with noise on every
//! weight and with settings that could be otherwise, and the ranking without each indicator. The engine and its formulas are
//! in [`index::robustness`]; the random numbers come from the run's seed, so that the same request gives the same report.

use std::{borrow::Cow, collections::BTreeMap, num::NonZeroUsize, sync::Arc};

use index::{
    card::{NodeKind, Scored},
    compile::OverReturns,
    composite::{Aggregation, Column, Direction, Matrix, NodeSpec, Tree},
    exact::Fixed,
    ladder::{SceneCount, ScoreLevels, ScoreStages},
    outline::{OutlineJoin, OutlineNode, main_tree, outline},
    rank::Precision,
    robustness::{
        Design, Draw, Draws, Prepared, RankInterval, Removals, Replicated, Request, RobustnessError, Sensitivity,
        UnitRobustness, draw, draw_sobol, remove_each, replicate, sensitivity,
    },
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Serialize;
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

/// How much the ranks of a run hang on its weights.
#[derive(Debug, Serialize)]
pub struct RunRobustness {
    /// Run.
    pub run_id: RunId,
    /// Seed of the replications.
    pub seed: i64,
    /// Replications.
    pub replications: u32,
    /// By how much a weight moved at most, as a share of itself.
    pub noise: f64,
    /// Enterprises ranked.
    pub ranked: usize,
    /// Mean over replications and enterprises of how many places a rank lies from its own.
    pub mean_shift: f64,
    /// Mean over the enterprises of the places between the 5 % and the 95 % quantile of the rank.
    pub mean_width: f64,
    /// Labels of the levels whose probabilities are told, from the lowest up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Text>,
    /// Enterprises by rank: at most two thousand.
    pub enterprises: Vec<EnterpriseRobustness>,
    /// What leaving out one indicator moves, the most first.
    pub removals: Vec<RemovedIndicator>,
    /// Which choice the mean shift of the ranks hangs on (Sobol indices), where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
}

/// Between which ranks an enterprise lies.
#[derive(Debug, Serialize)]
pub struct EnterpriseRobustness {
    /// Enterprise.
    pub enterprise_id: EnterpriseId,
    /// Credit code.
    pub uscc: String,
    /// Name.
    pub enterprise_name: String,
    /// Rank in the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<i32>,
    /// Median rank.
    pub median: f64,
    /// 5 % quantile of the rank.
    pub q5: f64,
    /// 95 % quantile of the rank.
    pub q95: f64,
    /// Best rank.
    pub best: u32,
    /// Worst rank.
    pub worst: u32,
    /// Probability of each level or stage, from the lowest up: the share of the replications. Empty where it hangs on more
    /// than scores and scenes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<f64>,
}

/// The ranking without one indicator.
#[derive(Debug, Serialize)]
pub struct RemovedIndicator {
    /// Code.
    pub code: String,
    /// Mean over the enterprises of how many places a rank moves; absent where nobody is ranked both times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_shift: Option<f64>,
    /// The most places that anybody moves; absent where nobody is ranked both times.
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
    let OverReturns::Together(composite) = service.methodology(run.methodology, &round).await? else {
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
    let levels = match &methodology {
        OverReturns::Each(methodology) => (methodology.score_levels(), methodology.score_stages()),
        OverReturns::Region(_) => return Err(ServiceError::new(codes::runs::NOT_OVER_ENTERPRISES)),
        OverReturns::Together(_) => {
            let all = service.scored_runs.of(service, &run).await?;
            let varied = Varied::of(service, &run, &round).await?;
            let report = move |steps: &Steps| report(&run, &request, rows, &Shaken::together(all, varied), steps);
            return progress.watch((0, runs), report).await;
        }
    };
    let nodes = main_tree(outline(&methodology));
    let (mut seen, total) = (Vec::with_capacity(rows.len()), rows.len() + runs);
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
            seen.push(Seen {
                scores: indicator_scores(&nodes, &scored),
                counts: scored.scene_counts,
            });
        }
        progress.report(seen.len(), total).await?;
    }
    let read = rows.len();
    let report = move |steps: &Steps| {
        let shaken = Shaken::each(&nodes, &rows, seen, levels)?;
        report(&run, &request, rows, &shaken, steps)
    };
    progress.watch((read, total), report).await
}

/// What is looked at of a return that was scored by itself.
struct Seen {
    /// The scores of its indicators, in the order of the tree.
    scores: Vec<Option<f64>>,
    /// Its scenes by level.
    counts: Vec<SceneCount>,
}

/// What is shaken.
struct Shaken {
    prepared: Prepared,
    /// The node that is ranked.
    root: String,
    /// Scores from which a level begins, rising.
    cuts: Vec<f64>,
    /// Labels of the levels or stages, from the lowest up; none where levels are no cuts of the node and stages no plain
    /// comparisons.
    levels: Vec<Text>,
    /// Where they are stages by the scores of several nodes.
    stages: Option<ScoreStages>,
    /// Where levels ask for scenes too: those of each unit.
    scenes: Option<(ScoreLevels, BTreeMap<String, Vec<SceneCount>>)>,
    /// In which form scores are ranked, and compared with cuts and the limits of stages.
    rank_precision: Precision,
    level_precision: Precision,
    /// Where settings can be otherwise: what gives the figures on scale then.
    varied: Option<(Arc<ScoredRun>, Varied)>,
}

impl Shaken {
    /// Returns that were scored together: their figures on one scale, under the methodology's own tree and means.
    fn together(all: Arc<ScoredRun>, varied: Varied) -> Self {
        let method = &all.methodology.method;
        let root = all.scores.main_node().to_owned();
        let cuts = method.cuts.as_ref().filter(|cuts| cuts.node == root);
        let levels: Vec<&(String, Option<f64>)> = cuts.into_iter().flat_map(|cuts| cuts.levels.iter().rev()).collect();
        let below = cuts.filter(|cuts| cuts.lowest_has_limit());
        let below = below.map(|_| Text::new("未达级", "no level"));
        let labels = levels.iter().map(|(level, _)| all.methodology.level_label(level));
        let stages = method.score_stages();
        Self {
            prepared: all.scores.prepared(&all.methodology),
            root,
            cuts: levels.iter().filter_map(|(_, least)| *least).collect(),
            levels: match &stages {
                Some(stages) => stages.labels(),
                None => below.into_iter().chain(labels).collect(),
            },
            stages,
            scenes: None,
            rank_precision: method.rank_precision(),
            level_precision: method.level_precision(),
            varied: Some((all, varied)),
        }
    }

    /// Returns that were scored each by itself: the scores of their indicators, under arithmetic means.
    fn each(
        nodes: &[OutlineNode],
        rows: &[RankingRow],
        seen: Vec<Seen>,
        (levels, stages): (Option<ScoreLevels>, Option<ScoreStages>),
    ) -> Result<Self, ServiceError> {
        let root = nodes
            .first()
            .ok_or_else(|| ServiceError::new(codes::runs::NOT_SCORED))?;
        let levels = levels.filter(|levels| levels.node == root.code);
        let (scores, counts): (Vec<_>, Vec<_>) = seen.into_iter().map(|seen| (seen.scores, seen.counts)).unzip();
        let prepared = prepared(nodes, rows, &scores)?;
        let is_node = |code: &str| prepared.tree.aggregates().any(|node| node == code);
        let stages = stages.filter(|stages| stages.nodes().all(is_node));
        let labels = match (&levels, &stages) {
            (Some(levels), _) => levels.labels(),
            (None, Some(stages)) => stages.labels(),
            (None, None) => Vec::new(),
        };
        let precision = Precision::Rounded(root.decimals);
        Ok(Self {
            root: root.code.to_string(),
            cuts: levels.as_ref().map_or_else(Vec::new, ScoreLevels::cuts),
            levels: labels,
            prepared,
            stages,
            scenes: levels.map(|levels| (levels, rows.iter().map(|row| row.uscc.clone()).zip(counts).collect())),
            rank_precision: precision,
            level_precision: precision,
            varied: None,
        })
    }

    /// The figures on scale under the settings of a draw.
    fn prepared_for(
        &self,
        design: &Design,
        replication: usize,
        draw: &Draw,
    ) -> Result<Cow<'_, Prepared>, RobustnessError> {
        match &self.varied {
            Some((all, varied)) if !draw.settings.is_empty() => {
                varied.prepared(all, design, replication, draw).map(Cow::Owned)
            }
            _ => Ok(Cow::Borrowed(&self.prepared)),
        }
    }

    /// The probability of each level of a unit; nothing where it cannot be told.
    fn levels_of(&self, unit: &UnitRobustness) -> Vec<f64> {
        match (&self.stages, &self.scenes) {
            _ if self.levels.is_empty() => Vec::new(),
            (Some(stages), _) => stages.probabilities(&unit.levels),
            (None, None) => unit.levels.clone(),
            (None, Some((levels, counts))) => {
                let counts = counts.get(&unit.unit).map_or(&[][..], Vec::as_slice);
                levels.probabilities(&unit.levels, counts)
            }
        }
    }
}

/// The scores of the indicators in the order of the tree, each 0 to 100.
fn indicator_scores(nodes: &[OutlineNode], scored: &Scored) -> Vec<Option<f64>> {
    let by_code: BTreeMap<&str, _> = scored.nodes.iter().map(|node| (&*node.code, node.score)).collect();
    nodes
        .iter()
        .filter(|node| node.kind == NodeKind::Indicator)
        .map(|node| {
            let score = by_code.get(&*node.code).copied().flatten()?;
            Some(as_percent(nodes, node, score).to_f64())
        })
        .collect()
}

/// Where points add up, a score stands as a percentage of its points; a weighted mean of those is the same sum.
fn as_percent(nodes: &[OutlineNode], node: &OutlineNode, score: Fixed) -> Fixed {
    let parent = nodes.iter().find(|other| Some(&other.code) == node.parent.as_ref());
    let points = node
        .weight
        .filter(|_| parent.is_some_and(|parent| parent.join == Some(OutlineJoin::Sum)));
    points
        .and_then(|points| Fixed::weighted_quotient([(Fixed::PERCENT, score)], points, Fixed::DECIMALS))
        .unwrap_or(score)
}

fn report(
    run: &Run,
    request: &RobustnessRequest,
    rows: Vec<RankingRow>,
    shaken: &Shaken,
    steps: &Steps,
) -> Result<RunRobustness, ServiceError> {
    let prepared = &shaken.prepared;
    let go_on = |more| steps.go_on(more);
    let replications = Request {
        node: &shaken.root,
        cuts: &shaken.cuts,
        stages: shaken.stages.as_ref(),
        rank_precision: shaken.rank_precision,
        level_precision: shaken.level_precision,
        threads: THREADS,
        keep: false,
        watch: Some(&go_on),
    };
    let design = request.design();
    let draws = draws(run, request, &design, &prepared.tree)?;
    let replicated = replicate(prepared, &draws, &replications, |at, drawn| {
        shaken.prepared_for(&design, at, drawn)
    });
    let replicated = replicated?;
    let told = request.sensitivity.then(|| {
        let mut bootstrap = uniform_numbers(run.seed.unsigned_abs(), 1);
        sensitivity(&replicated.mean_shifts, &design.parameters(), BOOTSTRAP, &mut bootstrap)
    });
    let told = told.transpose()?;
    let codes: Vec<String> = prepared.tree.indicators().map(str::to_owned).collect();
    let removals = remove_each(prepared, &shaken.root, &codes, replications.rank_precision, THREADS);
    let removals = removals?;
    Ok(RunRobustness {
        sensitivity: told,
        ..summed_up(run, request, rows, shaken, &replicated, &removals)
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

/// Data and tree for the engine: the tree of the main score, arithmetic means, missing indicators left out.
fn prepared(nodes: &[OutlineNode], rows: &[RankingRow], scores: &[Vec<Option<f64>>]) -> Result<Prepared, ServiceError> {
    let mut specs = Vec::with_capacity(nodes.len());
    let mut columns = Vec::new();
    for node in nodes {
        let weight = node.weight.unwrap_or(Fixed::ONE).to_f64();
        let (code, parent) = (node.code.to_string(), node.parent.as_deref());
        if node.kind == NodeKind::Indicator {
            let at = columns.len();
            let cells = scores.iter().map(|row| row.get(at).copied().flatten());
            columns.push(Column::new(code.clone(), cells).map_err(ServiceError::internal)?);
            let parent = parent.ok_or_else(|| ServiceError::internal(format!("indicator {code} without a parent")))?;
            specs.push(NodeSpec::indicator(code, parent, weight, Direction::Positive));
        } else {
            // Means are rounded as in the run; sums of rounded points are what they are.
            let is_mean = node.join == Some(OutlineJoin::WeightedMean);
            specs.push(NodeSpec {
                decimals: Some(node.decimals).filter(|_| is_mean),
                ..NodeSpec::aggregate(code, parent, weight)
            });
        }
    }
    let units = rows.iter().map(|row| row.uscc.clone()).collect();
    Ok(Prepared {
        data: Matrix::new(units, columns).map_err(ServiceError::internal)?,
        tree: Tree::new(&specs).map_err(ServiceError::internal)?,
        aggregation: Aggregation::default(),
    })
}

fn summed_up(
    run: &Run,
    request: &RobustnessRequest,
    rows: Vec<RankingRow>,
    shaken: &Shaken,
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
                levels: shaken.levels_of(unit),
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
        levels: shaken.levels.clone(),
        enterprises,
        removals: removed,
        sensitivity: None,
    }
}
