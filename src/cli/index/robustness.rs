//! `ronghe index robustness`

use std::{
    borrow::Cow,
    num::NonZeroUsize,
    path::{Path, PathBuf},
};

use index::{
    composite::{CompositeError, Method, NodeKind, YearInput},
    document::Methodology,
    exchange::TextTable,
    ladder::ScoreStages,
    rank::Precision,
    robustness::{
        Design, Draws, Prepared, RankInterval, Removals, Replicated, Request, RobustnessError, Sensitivity,
        SensitivityWarning, Setting, UnitRobustness, draw, draw_sobol, remove_each, replicate, sensitivity,
    },
};
use serde_json::{Value, json};
use survey::{document::DocumentFault, text::Text};

use super::{
    folder::ResultFolder,
    inputs::{InputFiles, Inputs, Source, refused_in},
    machine_threads,
    tables::{Cell, Tables},
};
use crate::{
    cli::{
        files,
        output::{Failed, Output},
    },
    service::{error::codes, runs::robustness::uniform_numbers},
};

/// Show how sensitive the ranks are to methodological choices
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe index robustness --data iData.csv --tree iMeta.csv --methodology m.json --uncertainty u.json --seed 7 --replications 1000 --out robust\n  ronghe index robustness --data iData.csv --tree iMeta.csv --methodology m.json --uncertainty u.json --draws robust/draws.csv --out again\n  ronghe index robustness --data iData.csv --tree iMeta.csv --methodology m.json --uncertainty u.json --sensitivity --replications 500 --out sobol\n\nThe uncertainty file names settings of the methodology by JSON pointer with their alternatives, and noise or sets of\nweights:\n  { \"uncertain\": [ { \"name\": \"mean\", \"pointer\": \"/aggregation/all/mean\",\n      \"choices\": { \"a\": \"arithmetic\", \"g\": \"geometric\" } } ],\n    \"weights\": { \"noise\": [ { \"factor\": 0.25 } ] }, \"cuts\": [60, 80] }\n\nA geometric mean takes no zero: with it, let m.json normalise to 1-100\n({ \"normalisation\": { \"all\": { \"method\": \"min_max\", \"low\": 1, \"high\": 100 } } }).\n\nWrites draws.csv (replication, a column per setting, weight:CODE per weight), rank_intervals.csv (with --first a\ncolumn first:K of the probability of being among the first K), with --sensitivity sobol.csv,\nwith --keep scores.csv and ranks.csv, with --remove removed.csv and removed_ranks.csv. Of several years the latest is ranked."
)]
pub(in crate::cli) struct Robustness {
    #[command(flatten)]
    files: InputFiles,
    /// What is uncertain
    #[arg(long, value_name = "FILE")]
    uncertainty: PathBuf,
    /// Draws to replay, instead of drawing
    #[arg(long, value_name = "FILE", conflicts_with = "replications")]
    draws: Option<PathBuf>,
    /// Seed of the draws and of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Replications to draw; with --sensitivity per block, so that N (d + 2) are computed
    #[arg(long, value_name = "N", required_unless_present = "draws")]
    replications: Option<usize>,
    /// Compute Sobol indices of the mean rank shift
    #[arg(long)]
    sensitivity: bool,
    /// Bootstrap samples for their intervals
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    bootstrap: usize,
    /// Node that is ranked; by default the root
    #[arg(long, value_name = "CODE")]
    node: Option<String>,
    /// Also tell the probability of being among the first so many, such as 3,10
    #[arg(long, value_name = "K", value_delimiter = ',', value_parser = clap::value_parser!(u32).range(1..))]
    first: Vec<u32>,
    /// Also leave out these, one after the other
    #[arg(long, value_enum)]
    remove: Option<Remove>,
    /// Also write scores and ranks of every replication
    #[arg(long)]
    keep: bool,
    /// Threads; the result is the same for any number
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::MIN.saturating_add(1))]
    threads: NonZeroUsize,
    #[command(flatten)]
    out: ResultFolder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Remove {
    /// Every indicator
    Indicators,
    /// Every aggregate but the root
    Aggregates,
}

impl Robustness {
    pub(super) fn run(self, output: &Output) -> Result<(), Failed> {
        self.out.check()?;
        let Inputs {
            document,
            method,
            years,
            source,
            ignored,
        } = self.files.read()?;
        let design = read_design(&self.uncertainty)?;
        let document = serde_json::to_value(&document).map_err(std::io::Error::from)?;
        let nominal = prepared(&method, years)?;
        let ranked = self.ranked(&method, &design, &nominal);
        let draws = self.draws(&design, &nominal)?;
        if self.sensitivity && draws.blocks.is_empty() {
            return Err(Failed::new(
                codes::cli::NO_BLOCKS,
                "敏感性分析需要带 block 列的抽样表，请用 --sensitivity 重新抽样。",
                "A sensitivity analysis needs draws with a block column; draw them with --sensitivity.",
            ));
        }
        let request = Request {
            node: &ranked.node,
            cuts: &ranked.cuts,
            stages: ranked.stages.as_ref(),
            first: &self.first,
            rank_precision: method.rank_precision(),
            level_precision: ranked.precision,
            threads: self.threads,
            keep: self.keep,
            watch: None,
        };
        let found = replicate(&nominal, &draws, &request, |replication, drawn| {
            replicated(&source, &design.apply(&document, drawn)?, replication).map(Cow::Owned)
        })?;

        let mut tables = Tables::default();
        add_draws(&mut tables, &draws);
        add_intervals(&mut tables, &found, &ranked, &self.first);
        let mut warnings = Vec::new();
        if self.sensitivity {
            let mut bootstrap = uniform_numbers(self.seed, 1);
            let estimated = sensitivity(&found.mean_shifts, &design.parameters(), self.bootstrap, &mut bootstrap)?;
            add_indices(&mut tables, &estimated);
            warnings = estimated.warnings;
        }
        if let Some(kept) = &found.kept {
            add_kept(&mut tables, "scores", &found.units, &kept.scores);
            add_kept(&mut tables, "ranks", &found.units, &kept.ranks);
        }
        if let Some(remove) = self.remove {
            let codes: Vec<String> = match remove {
                Remove::Indicators => nominal.tree.indicators().map(str::to_owned).collect(),
                Remove::Aggregates => {
                    let inner = nominal
                        .tree
                        .nodes()
                        .iter()
                        .filter(|n| n.kind == NodeKind::Aggregate && n.parent.is_some());
                    inner.map(|node| node.code.clone()).collect()
                }
            };
            let removals = remove_each(&nominal, &ranked.node, &codes, request.rank_precision, self.threads)?;
            add_removals(&mut tables, &removals);
        }
        self.out.write(&tables, machine_threads())?;
        let names = self.out.names(&tables);

        let (times, units, written) = (draws.draws.len(), found.units.len(), names.len());
        let folder = self.out.path().display();
        let mut text = output.choose(
            format!("对 {units} 个单位重复测算 {times} 次，{written} 张表写入 {folder}"),
            format!("{times} replications of {units} units; wrote {written} tables to {folder}"),
        );
        for warning in &warnings {
            text.push_str(output.choose("\n提示：", "\nwarning: "));
            text.push_str(output.tongue().say(&sentence(warning)));
        }
        for warning in &ignored {
            text.push_str(&warning.line(output.tongue()));
        }
        let value = json!({
            "node": ranked.node,
            "replications": draws.draws.len(),
            "units": found.units.len(),
            "warnings": warnings,
            "ignored": ignored,
            "folder": self.out.path().display().to_string(),
            "files": names,
        });
        output.say(text, &value)
    }

    /// What is ranked, with the levels of the uncertainty file, else the stages of the methodology or its levels for this
    /// node.
    fn ranked(&self, method: &Method, design: &Design, nominal: &Prepared) -> Ranked {
        // A tree without a node is refused by the engine whatever name is asked for.
        // A tree without a root has no node to be ranked.
        let root = || {
            nominal
                .tree
                .main_root()
                .map_or_else(String::new, |root| root.code.clone())
        };
        let of_method = method.cuts.as_ref();
        let node = self
            .node
            .clone()
            .or_else(|| of_method.map(|cuts| cuts.node.clone()))
            .unwrap_or_else(root);
        if !design.cuts.is_empty() {
            let titles = (0..=design.cuts.len()).map(|at| format!("level:{at}"));
            return Ranked {
                node,
                cuts: design.cuts.clone(),
                stages: None,
                precision: Precision::Within(method.plan.rank_tolerance),
                titles: titles.collect(),
            };
        }
        if let Some(stages) = method.score_stages().filter(|_| node == root()) {
            let titles = stages.numbers().into_iter().map(|stage| format!("stage:{stage}"));
            return Ranked {
                node,
                cuts: Vec::new(),
                precision: method.level_precision(),
                titles: titles.collect(),
                stages: Some(stages),
            };
        }
        let cuts = of_method.filter(|cuts| cuts.node == node);
        let levels: Vec<&(String, Option<f64>)> = cuts.into_iter().flat_map(|cuts| cuts.levels.iter().rev()).collect();
        // Who is below all levels has none: a title without code.
        let below = cuts.filter(|cuts| cuts.lowest_has_limit()).map(|_| "level:".to_owned());
        let titles = levels.iter().map(|(code, _)| format!("level:{code}"));
        Ranked {
            cuts: levels.iter().filter_map(|(_, least)| *least).collect(),
            stages: None,
            precision: method.level_precision(),
            titles: below.into_iter().chain(titles).collect(),
            node,
        }
    }

    #[expect(
        clippy::expect_used,
        reason = "the command line is refused without either of the two"
    )]
    fn draws(&self, design: &Design, nominal: &Prepared) -> Result<Draws, Failed> {
        if let Some(path) = &self.draws {
            let table = TextTable::parse(files::read_text(path)?).map_err(refused_in(path))?;
            return Ok(Draws::from_table(design, &table.header, &table.rows)?);
        }
        let replications = self.replications.expect("replications or draws");
        let mut uniform = uniform_numbers(self.seed, 0);
        Ok(if self.sensitivity {
            draw_sobol(design, &nominal.tree, replications, &mut uniform)?
        } else {
            draw(design, &nominal.tree, replications, &mut uniform)?
        })
    }
}

/// What is ranked, and the levels or stages whose probabilities are told.
struct Ranked {
    node: String,
    /// Scores from which levels begin, rising.
    cuts: Vec<f64>,
    stages: Option<ScoreStages>,
    /// In which form scores are compared with either; with cuts of the uncertainty file as computed.
    precision: Precision,
    /// Columns of the levels or stages, from the lowest up.
    titles: Vec<String>,
}

impl Ranked {
    /// The probability of each title; none for a unit that was never scored.
    fn probabilities(&self, unit: &UnitRobustness) -> Vec<f64> {
        match &self.stages {
            Some(stages) => stages.probabilities(&unit.levels),
            None => unit.levels.clone(),
        }
    }
}

/// Normalised indicators of the latest year, under a methodology.
fn prepared(method: &Method, years: Vec<YearInput>) -> Result<Prepared, CompositeError> {
    let latest = method.run(years)?.into_iter().next_back();
    let latest = latest.ok_or(CompositeError::MissingColumn {
        code: "uCode".to_owned(),
    })?;
    Ok(Prepared::of(method, latest.composite.normalised))
}

/// The same under a methodology with other settings.
fn replicated(source: &Source, document: &Value, replication: usize) -> Result<Prepared, RobustnessError> {
    let invalid = |faults: Vec<DocumentFault>| RobustnessError::invalid(replication, faults);
    let parsed = Methodology::parse(document.to_string().as_bytes()).map_err(invalid)?;
    let Methodology::Composite(document) = parsed else {
        return Err(invalid(Vec::new()));
    };
    let (method, years) = source.apply(&document).map_err(invalid)?;
    prepared(&method, years).map_err(|error| RobustnessError::Refused { replication, error })
}

fn read_design(path: &Path) -> Result<Design, Failed> {
    let design = Design::parse(&files::read(path)?).map_err(refused_in(path))?;
    design.check()?;
    Ok(design)
}

fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// The draws, so that they can be replayed.
fn add_draws<'a>(tables: &mut Tables<'a>, draws: &'a Draws) {
    let rows = draws.rows().map(|row| {
        let settings = row.draw.settings.iter().map(|setting| match setting {
            Setting::Choice(name) => Cell::from(name),
            Setting::Number(number) => (*number).into(),
        });
        let weights = row.draw.weights.iter().map(|weight| Cell::from(*weight));
        std::iter::once(Cell::from(row.replication))
            .chain(row.block.map(Cell::from))
            .chain(settings)
            .chain(weights)
            .collect::<Vec<_>>()
    });
    tables.add("draws", &strs(&draws.header()), rows);
}

fn add_intervals(tables: &mut Tables<'_>, found: &Replicated, ranked: &Ranked, first: &[u32]) {
    let fixed = [
        "uCode", "Score", "Rank", "Ranked", "Mean", "Median", "Q5", "Q95", "Best", "Worst",
    ];
    let header: Vec<String> = fixed
        .iter()
        .map(|title| (*title).to_owned())
        .chain(first.iter().map(|first| format!("first:{first}")))
        .chain(ranked.titles.iter().cloned())
        .collect();
    let rows = found.units.iter().map(|unit| {
        let interval = unit.interval;
        let figure = |of: fn(RankInterval) -> f64| Cell::from(interval.map(of));
        let mut row = vec![
            Cell::from(unit.unit.clone()),
            unit.score.into(),
            unit.rank.into(),
            interval.map_or(0, |i| i.ranked).into(),
            figure(|i| i.mean),
            figure(|i| i.median),
            figure(|i| i.q5),
            figure(|i| i.q95),
            interval.map(|i| i.best).into(),
            interval.map(|i| i.worst).into(),
        ];
        row.extend((0..first.len()).map(|at| Cell::from(unit.among_first.get(at).copied())));
        let probabilities = ranked.probabilities(unit);
        row.extend((0..ranked.titles.len()).map(|at| Cell::from(probabilities.get(at).copied())));
        row
    });
    tables.add("rank_intervals", &strs(&header), rows);
}

fn add_indices(tables: &mut Tables<'_>, found: &Sensitivity) {
    let rows = found.indices.iter().map(|index| {
        let mut row = vec![Cell::from(index.parameter.clone())];
        for estimate in [index.first, index.total] {
            row.extend([Cell::from(estimate.index), estimate.q5.into(), estimate.q95.into()]);
        }
        row
    });
    let header = ["Variable", "Si", "Si_q5", "Si_q95", "STi", "STi_q5", "STi_q95"];
    tables.add("sobol", &header, rows);
}

/// One row per unit, one column per replication.
fn add_kept<'a, T: Copy + Into<Cell<'a>> + Sync>(
    tables: &mut Tables<'a>,
    name: &str,
    units: &'a [UnitRobustness],
    kept: &'a [Vec<Option<T>>],
) {
    let replications = (1..=kept.len()).map(|at| format!("r_{at}"));
    let header: Vec<String> = std::iter::once("uCode".to_owned()).chain(replications).collect();
    tables.add_parts(name, &strs(&header), units.len(), move |unit, to| {
        to.cell((&units[unit].unit).into());
        for row in kept {
            to.cell(row[unit].into());
        }
        to.end();
    });
}

/// One row per unit with its ranks without each node, and one row per node with the mean shift.
fn add_removals(tables: &mut Tables<'_>, found: &Removals) {
    let codes = found.removals.iter().map(|removal| removal.code.as_str());
    let header: Vec<&str> = ["uCode", "Nominal"].into_iter().chain(codes).collect();
    let rows = found.units.iter().enumerate().map(|(unit, code)| {
        let without = found.removals.iter().map(|removal| Cell::from(removal.ranks[unit]));
        [Cell::from(code.clone()), found.ranks[unit].into()]
            .into_iter()
            .chain(without)
            .collect::<Vec<_>>()
    });
    tables.add("removed_ranks", &header, rows);
    let shifts = found
        .removals
        .iter()
        .map(|removal| [Cell::from(removal.code.clone()), removal.mean_shift.into()]);
    tables.add("removed", &["iCode", "MeanAbsDiff"], shifts);
}

fn sentence(warning: &SensitivityWarning) -> Text {
    match warning {
        SensitivityWarning::FewRuns { base, advised } => {
            let zh = format!("每块 {base} 次过少，建议 {advised} 次。");
            Text::new(zh, format!("{base} runs per block are few, {advised} are advised."))
        }
        SensitivityWarning::WideInterval { parameter, total } => {
            let which = if *total { "STi" } else { "Si" };
            let zh = format!("{parameter} 的 {which} 区间宽于其值。");
            Text::new(
                zh,
                format!("The interval of {which} of {parameter} is wider than {which} itself."),
            )
        }
    }
}

impl From<RobustnessError> for Failed {
    fn from(error: RobustnessError) -> Self {
        let message = error.message();
        Self::of(error.code(), message.zh, message.en)
    }
}
