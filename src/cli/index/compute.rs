//! `ronghe index compute`

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    num::NonZeroUsize,
    path::PathBuf,
    thread,
};

use index::{
    composite::{
        Bounding, Composite, CompositeError, Matrix, Method, Stage, YearResult, compute_with, decompose_means,
        explain_unit, imputed_share, unit_changes,
    },
    weights::effective_weights,
};
use serde_json::{Value, json};
use survey::text::Text;

use super::tables::{InputFiles, Inputs, Tables, number, unit_cells, unit_header};
use crate::cli::output::{Failed, Output};

/// Compute a composite indicator and write every stage as CSV
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe index compute --data iData.csv --tree iMeta.csv --methodology method.json --out results\n  ronghe index compute --data iData.csv --tree iMeta.csv --methodology method.json --parameters norm_params.csv --out results --format json\n\nThe smallest methodology is {\"kind\": \"composite\", \"code\": \"mine\", \"version\": \"1\"}: minimum to maximum on 0 to 100, weighted arithmetic means. Its fields are described in docs/en/composite.md (docs/zh/composite.md); data/schema/methodology_composite.schema.json is its JSON Schema.\n\nWritten into the folder, keyed by uCode (and Time where there are several years): denominated, imputed, screened, treated (the steps that the methodology has), normalised, aggregated, ranks, percentiles, weights, explain, where the methodology has them published, levels and stages, over several years changes and change_summary, and the records treatment, imputation, screening. Nothing is written when anything is refused; then the exit status is 1 and each fault names its row and column or its place in the methodology. No database is used."
)]
pub(in crate::cli) struct Compute {
    #[command(flatten)]
    files: InputFiles,
    /// Folder for the results
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Leave out explain.csv, the longest of the results
    #[arg(long)]
    no_explain: bool,
    /// Threads; all that the machine has when absent. The results are the same for any number
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
}

/// Tables of an earlier run that must not be taken for those of this one.
const NAMES: [&str; 21] = [
    "denominated",
    "imputed",
    "screened",
    "treated",
    "normalised",
    "aggregated",
    "published",
    "ranks",
    "percentiles",
    "levels",
    "stages",
    "weights",
    "explain",
    "treatment",
    "treatment_summary",
    "imputation",
    "imputed_share",
    "screening",
    "changes",
    "change_summary",
    "scales",
];

impl Compute {
    pub(super) fn run(self, output: &Output) -> Result<(), Failed> {
        let Inputs {
            document,
            mut method,
            years,
            ..
        } = self.files.read()?;
        let machine = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        method.plan.threads = self.threads.unwrap_or_else(machine);
        let results = method.run(years)?;

        let mut tables = Tables::default();
        let written = Written {
            method: &method,
            results: &results,
        };
        written.stages(&mut tables)?;
        written.scores(&mut tables)?;
        written.weights(&mut tables)?;
        written.records(&mut tables)?;
        if !self.no_explain {
            written.explain(&mut tables)?;
        }
        let mut warnings = written.turned_over();
        warnings.extend(written.treated_otherwise());
        warnings.extend(written.changes(&mut tables)?);
        self.remove_stale()?;
        tables.write(&self.out)?;

        let summary = json!({
            "methodology": { "code": document.code, "version": document.version },
            "relative": method.relative(),
            "indicators": method.tree.indicators().count(),
            "aggregates": method.tree.aggregates().count(),
            "years": results.iter().map(|year| summary(year, &method)).collect::<Vec<_>>(),
            "warnings": warnings.iter().map(Warning::json).collect::<Vec<_>>(),
            "folder": self.out.display().to_string(),
            "files": tables.names(),
        });
        let told = warnings.iter().map(Warning::line);
        let text: String = std::iter::once(text(&summary, &results)).chain(told).collect();
        output.say(text, &summary)
    }

    /// Removes the results of an earlier run from the folder, those by groups among them.
    fn remove_stale(&self) -> Result<(), Failed> {
        if !self.out.is_dir() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.out)? {
            let path = entry?.path();
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .and_then(|name| name.strip_suffix(".csv"));
            let is_ours = |name: &str| NAMES.contains(&name) || name.starts_with("ranks_");
            if name.is_some_and(is_ours) && path.is_file() {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl From<CompositeError> for Failed {
    fn from(error: CompositeError) -> Self {
        let message = error.message();
        Self::new(error.code(), message.zh, message.en)
    }
}

/// What is computed and should be looked at all the same.
struct Warning {
    code: &'static str,
    message: Text,
}

impl Warning {
    fn line(&self) -> String {
        format!("\nwarning: {} / {}", self.message.zh, self.message.en)
    }

    fn json(&self) -> Value {
        json!({ "code": self.code, "message": { "zh": self.message.zh, "en": self.message.en } })
    }
}

struct Written<'a> {
    method: &'a Method,
    results: &'a [YearResult],
}

type OfYear<'a> = (Option<i64>, &'a Matrix);

impl<'a> Written<'a> {
    fn several(&self) -> bool {
        self.results.iter().any(|year| year.year.is_some())
    }

    fn of<'m>(&'m self, matrix: impl Fn(&'m YearResult) -> Option<&'m Matrix>) -> Vec<OfYear<'m>> {
        self.results
            .iter()
            .filter_map(|year| Some((year.year, matrix(year)?)))
            .collect()
    }

    fn indicators(&self) -> Vec<&'a str> {
        self.method.tree.indicators().collect()
    }

    /// Aggregates in the order in which the tree is described.
    fn aggregates(&self) -> Vec<&'a str> {
        let known: Vec<&str> = self.method.tree.aggregates().collect();
        let nodes = self.method.tree.nodes().iter().map(|node| node.code.as_str());
        nodes.filter(|code| known.contains(code)).collect()
    }

    /// The figures after every step.
    fn stages(&self, tables: &mut Tables) -> Result<(), Failed> {
        for at in 0..self.results.first().map_or(0, |year| year.stages.len()) {
            let matrices = self.of(|year| year.stages.get(at).map(Stage::figures));
            let name = match self.results.first().and_then(|year| year.stages.get(at)) {
                Some(Stage::Denominated(_)) => "denominated.csv",
                Some(Stage::Imputed(_)) => "imputed.csv",
                Some(Stage::Screened(_)) => "screened.csv",
                _ => "treated.csv",
            };
            tables.add_matrices(name, &self.indicators(), &matrices)?;
        }
        let normalised = self.of(|year| Some(&year.composite.normalised));
        tables.add_matrices("normalised.csv", &self.indicators(), &normalised)
    }

    /// Scores, ranks, percentiles, and levels or stages.
    fn scores(&self, tables: &mut Tables) -> Result<(), Failed> {
        let aggregates = self.aggregates();
        let scores = self.of(|year| Some(&year.composite.scores));
        tables.add_matrices("aggregated.csv", &aggregates, &scores)?;
        let published = self.of(|year| year.published.as_ref());
        if !published.is_empty() {
            tables.add_matrices("published.csv", &aggregates, &published)?;
        }
        self.of_scores(tables, "ranks.csv", |year, node, row| {
            rank(year.composite.ranks.get(node).and_then(|ranks| ranks.get(row)))
        })?;
        self.of_scores(tables, "percentiles.csv", |year, node, row| {
            number(year.percentiles.get(node).and_then(|of| of.get(row).copied().flatten()))
        })?;
        for group in &self.method.rank_within {
            self.of_scores(tables, &format!("ranks_{group}.csv"), |year, node, row| {
                let of_group = year.ranks_within.get(group);
                rank(
                    of_group
                        .and_then(|ranks| ranks.get(node))
                        .and_then(|ranks| ranks.get(row)),
                )
            })?;
        }
        if self.method.cuts.is_some() {
            self.of_units(tables, "levels.csv", "Level", |year, row| {
                year.levels.as_ref()?.get(row)?.clone()
            })?;
        }
        if self.method.stages.is_some() {
            self.of_units(tables, "stages.csv", "Stage", |year, row| {
                let stage = (*year.development_stages.as_ref()?.get(row)?)?;
                Some(stage.to_string())
            })?;
        }
        Ok(())
    }

    /// A column with a cell for every unit; `cell` gets the row.
    fn of_units(
        &self,
        tables: &mut Tables,
        name: &str,
        column: &str,
        cell: impl Fn(&YearResult, usize) -> Option<String>,
    ) -> Result<(), Failed> {
        let mut rows = Vec::new();
        for year in self.results {
            for (at, unit) in year.figures.units().iter().enumerate() {
                let mut row = unit_cells(unit, year.year);
                row.push(cell(year, at).unwrap_or_default());
                rows.push(row);
            }
        }
        let header: Vec<&str> = unit_header(self.several()).into_iter().chain([column]).collect();
        tables.add(name, &header, rows)
    }

    /// A cell for every unit and aggregate; `cell` gets the place of the aggregate among the scores and the row.
    fn of_scores(
        &self,
        tables: &mut Tables,
        name: &str,
        cell: impl Fn(&YearResult, usize, usize) -> String,
    ) -> Result<(), Failed> {
        let aggregates = self.aggregates();
        let mut rows = Vec::new();
        for year in self.results {
            let columns = year.composite.scores.columns();
            let places: Vec<usize> = aggregates
                .iter()
                .filter_map(|code| columns.iter().position(|column| column.code() == *code))
                .collect();
            for (row, unit) in year.figures.units().iter().enumerate() {
                let cells = places.iter().map(|node| cell(year, *node, row));
                rows.push(unit_cells(unit, year.year).into_iter().chain(cells).collect::<Vec<_>>());
            }
        }
        let header: Vec<&str> = unit_header(self.several()).into_iter().chain(aggregates).collect();
        tables.add(name, &header, rows)
    }

    fn weights(&self, tables: &mut Tables) -> Result<(), Failed> {
        let tree = &self.method.tree;
        let effective: BTreeMap<String, f64> = effective_weights(tree)
            .into_iter()
            .map(|node| (node.code, node.weight))
            .collect();
        let rows = tree.nodes().iter().zip(tree.levels()).map(|(node, level)| {
            let rule = node.mean.map_or(String::new(), |mean| mean.name().to_owned());
            vec![
                node.code.clone(),
                level.to_string(),
                node.parent.clone().unwrap_or_default(),
                number(Some(node.weight)),
                number(effective.get(&node.code).copied()),
                rule,
            ]
        });
        let header = ["iCode", "Level", "Parent", "Weight", "EffWeight", "Aggregation"];
        tables.add("weights.csv", &header, rows)
    }

    /// What was put in, pulled in and left out.
    fn records(&self, tables: &mut Tables) -> Result<(), Failed> {
        let (mut imputed, mut screened, mut treated, mut shapes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut has = [false; 3];
        for year in self.results {
            for stage in &year.stages {
                match stage {
                    Stage::Denominated(_) => {}
                    Stage::Imputed(stage) => {
                        has[0] = true;
                        imputed.extend(stage.points.iter().map(|point| {
                            let mut row = unit_cells(&point.unit, year.year);
                            row.extend([point.code.clone(), number(Some(point.value))]);
                            row
                        }));
                    }
                    Stage::Screened(stage) => {
                        has[1] = true;
                        screened.extend(stage.records.iter().map(|record| {
                            let mut row = unit_cells(&record.unit, year.year);
                            row.extend([
                                record.missing.to_string(),
                                record.zeros.to_string(),
                                number(Some(record.availability)),
                                number(record.nonzero),
                                record.verdict.kept().to_string(),
                                record.verdict.name().to_owned(),
                            ]);
                            row
                        }));
                    }
                    Stage::Treated(stage) => {
                        has[2] = true;
                        for record in &stage.records {
                            let steps = record.steps.join("+");
                            treated.extend(record.points.iter().map(|point| {
                                let mut row = unit_cells(&point.unit, year.year);
                                row.extend([
                                    record.code.clone(),
                                    steps.clone(),
                                    number(Some(point.before)),
                                    number(Some(point.after)),
                                ]);
                                row
                            }));
                            let (before, after) = (record.before, record.after);
                            shapes.push(vec![
                                record.code.clone(),
                                year.year.map_or(String::new(), |year| year.to_string()),
                                steps,
                                record.points.len().to_string(),
                                number(before.map(|shape| shape.skew)),
                                number(before.map(|shape| shape.kurtosis)),
                                number(after.map(|shape| shape.skew)),
                                number(after.map(|shape| shape.kurtosis)),
                                record.tame.map_or(String::new(), |tame| tame.to_string()),
                            ]);
                        }
                    }
                }
            }
        }
        let header = |columns: &[&'static str]| -> Vec<&'static str> {
            unit_header(self.several())
                .into_iter()
                .chain(columns.iter().copied())
                .collect()
        };
        if has[0] {
            tables.add("imputation.csv", &header(&["iCode", "Value"]), imputed)?;
            let shares = self.results.iter().map(|year| {
                let share = imputed_share(
                    &self.method.tree,
                    &year.figures,
                    &year.imputed_points(),
                    self.method.plan.aggregation.missing,
                );
                share.map(|share| (year.year, share))
            });
            let shares = shares.collect::<Result<Vec<_>, _>>()?;
            let shares: Vec<OfYear<'_>> = shares.iter().map(|(year, share)| (*year, share)).collect();
            tables.add_matrices("imputed_share.csv", &self.aggregates(), &shares)?;
        }
        if has[1] {
            let columns = ["N_missing", "N_zero", "Dat_Avail", "Non_Zero", "Included", "Reason"];
            tables.add("screening.csv", &header(&columns), screened)?;
        }
        if has[2] {
            tables.add(
                "treatment.csv",
                &header(&["iCode", "Treatment", "Before", "After"]),
                treated,
            )?;
            let columns = [
                "iCode",
                "Time",
                "Treatment",
                "N_points",
                "Skew_before",
                "Kurt_before",
                "Skew_after",
                "Kurt_after",
                "Pass",
            ];
            tables.add("treatment_summary.csv", &columns, shapes)?;
        }
        Ok(())
    }

    fn explain(&self, tables: &mut Tables) -> Result<(), Failed> {
        let mut rows = Vec::new();
        for year in self.results {
            for (row, unit) in year.figures.units().iter().enumerate() {
                let (tree, plan) = (&self.method.tree, &self.method.plan);
                for part in explain_unit(tree, plan, &year.figures, &year.composite, row) {
                    let mut cells = unit_cells(unit, year.year);
                    cells.extend([
                        part.node,
                        part.parent.unwrap_or_default(),
                        number(part.value),
                        number(part.score),
                        number(Some(part.weight)),
                        number(part.weight_used),
                        number(part.contribution),
                        part.scale.name().to_owned(),
                        number(part.weight_in_top),
                        number(part.top_contribution),
                    ]);
                    rows.push(cells);
                }
            }
        }
        let columns = [
            "node",
            "parent",
            "value",
            "normalised",
            "weight",
            "weight_used",
            "contribution",
            "contribution_of",
            "weight_in_top",
            "top_contribution",
        ];
        let header: Vec<&str> = unit_header(self.several()).into_iter().chain(columns).collect();
        tables.add("explain.csv", &header, rows)
    }

    /// Indicators whose better values have lower scores.
    fn turned_over(&self) -> Vec<Warning> {
        let tree = &self.method.tree;
        let turned = self.results.iter().flat_map(|year| year.scales.turned_over(tree));
        let turned: BTreeSet<&str> = turned.collect();
        let told = turned.into_iter().map(|code| {
            let error = CompositeError::TurnedOver { code: code.to_owned() };
            Warning {
                code: error.code(),
                message: error.message(),
            }
        });
        told.collect()
    }

    /// Indicators that are treated in one year otherwise than in another: their scores cannot be compared over the years.
    fn treated_otherwise(&self) -> Option<Warning> {
        if self.method.bounds == Bounding::EachYear {
            return None;
        }
        let mut steps: BTreeMap<&str, BTreeSet<&[&str]>> = BTreeMap::new();
        for year in self.results {
            for stage in &year.stages {
                if let Stage::Treated(treated) = stage {
                    for record in &treated.records {
                        steps.entry(&record.code).or_default().insert(&record.steps);
                    }
                }
            }
        }
        let differing: Vec<&str> = steps
            .iter()
            .filter(|(_, ways)| ways.len() > 1)
            .map(|(code, _)| *code)
            .collect();
        (!differing.is_empty()).then(|| {
            let codes = differing.join(", ");
            Warning {
                code: "treatment.differs",
                message: Text::new(
                    format!("各年的异常值处理不同，得分不能跨年比较，变化中也含有处理的影响：{codes}"),
                    format!("treated otherwise in one year than in another, so that scores cannot be compared over the years and changes hold the treatment too: {codes}"),
                ),
            }
        })
    }

    /// From each year to the next: unit by unit, and the means. Where the scales of one year cannot take the figures of the
    /// next, there is a warning instead.
    fn changes(&self, tables: &mut Tables) -> Result<Vec<Warning>, Failed> {
        let mut warnings = Vec::new();
        if !self.several() {
            return Ok(warnings);
        }
        let (mut units, mut means) = (Vec::new(), Vec::new());
        for pair in self.results.windows(2) {
            let [from, to] = pair else { continue };
            let bridge = compute_with(
                to.figures.clone(),
                to.peers.as_deref(),
                &self.method.tree,
                &self.method.plan,
                &from.scales,
            );
            let bridge = match bridge {
                Ok(bridge) => bridge,
                Err(error) => {
                    let [from, to] = [from.year, to.year].map(Option::unwrap_or_default);
                    let why = error.message();
                    warnings.push(Warning {
                        code: "changes.not_told",
                        message: Text::new(
                            format!("{from} 年到 {to} 年的变动无从分解，因为 {from} 年的标尺不适用于 {to} 年的数据：{}", why.zh),
                            format!(
                                "the change from {from} to {to} is not taken apart, as the scales of {from} cannot take the figures of {to}: {}",
                                why.en
                            ),
                        ),
                    });
                    continue;
                }
            };
            let years = [from.year, to.year].map(|year| year.map_or(String::new(), |year| year.to_string()));
            let ranks = [from, to].map(|year| ranks_by_unit(&year.composite));
            let scores = [&from.composite, &bridge, &to.composite].map(|composite| &composite.scores);
            for change in unit_changes(scores[0], scores[1], scores[2]) {
                let figures = [
                    change.from,
                    change.to,
                    change.to - change.from,
                    change.data,
                    change.method,
                ];
                let own = (change.node.as_str(), change.unit.as_str());
                let of_unit = [0, 1].map(|at| rank(ranks[at].get(&own)));
                let mut row = vec![
                    change.unit.clone(),
                    change.node.clone(),
                    years[0].clone(),
                    years[1].clone(),
                ];
                row.extend(figures.map(|figure| number(Some(figure))));
                row.extend(of_unit);
                units.push(row);
            }
            for change in decompose_means(scores[0], scores[1], scores[2]) {
                let mut row = vec![
                    change.node,
                    years[0].clone(),
                    years[1].clone(),
                    change.same_units.to_string(),
                ];
                let figures = [change.from, change.to, change.data, change.method, change.population];
                row.extend(figures.map(|figure| number(Some(figure))));
                means.push(row);
            }
        }
        let header = [
            "uCode",
            "node",
            "From",
            "To",
            "score_from",
            "score_to",
            "change",
            "data_effect",
            "method_effect",
            "rank_from",
            "rank_to",
        ];
        tables.add("changes.csv", &header, units)?;
        let header = [
            "node",
            "From",
            "To",
            "same_units",
            "mean_from",
            "mean_to",
            "data_effect",
            "method_effect",
            "population_effect",
        ];
        tables.add("change_summary.csv", &header, means)?;
        Ok(warnings)
    }
}

fn rank(rank: Option<&Option<u32>>) -> String {
    rank.copied().flatten().map_or(String::new(), |rank| rank.to_string())
}

/// What a program wants to know of a year without reading the tables.
fn summary(year: &YearResult, method: &Method) -> Value {
    let still_missing: usize = year
        .figures
        .columns()
        .iter()
        .map(|column| column.len() - column.present_count())
        .sum();
    let mut left_out = Vec::new();
    let mut treated = Vec::new();
    for stage in &year.stages {
        match stage {
            Stage::Screened(screened) => {
                let gone = screened.records.iter().filter(|record| !record.verdict.kept());
                left_out.extend(gone.map(|record| json!({ "unit": record.unit, "reason": record.verdict.name() })));
            }
            Stage::Treated(stage) => {
                let touched = stage
                    .records
                    .iter()
                    .filter(|record| !record.steps.is_empty() || record.tame == Some(false));
                treated.extend(touched.map(|record| {
                    json!({
                        "indicator": record.code,
                        "steps": record.steps,
                        "points": record.points.len(),
                        "tame": record.tame,
                    })
                }));
            }
            Stage::Denominated(_) | Stage::Imputed(_) => {}
        }
    }
    json!({
        "year": year.year,
        "units": year.figures.units().len(),
        "not_ranked": not_ranked(year, method),
        "left_out": left_out,
        "imputed": year.imputed_points().len(),
        "still_missing": still_missing,
        "treated": treated,
        "best": best(year, method, 5),
    })
}

/// Units without a score at the first root.
fn not_ranked(year: &YearResult, method: &Method) -> Vec<String> {
    let root = method.tree.main_root();
    let scores = root.and_then(|root| year.composite.scores.column(&root.code));
    let units = year.composite.scores.units().iter().enumerate();
    let without = units.filter(|(row, _)| scores.and_then(|scores| scores.get(*row)).is_none());
    without.map(|(_, unit)| unit.clone()).collect()
}

/// The best units at the first root.
fn best(year: &YearResult, method: &Method, most: usize) -> Vec<Value> {
    let root = method.tree.main_root();
    let columns = year.composite.scores.columns();
    let place = root.and_then(|root| columns.iter().position(|column| column.code() == root.code));
    let Some(place) = place else { return Vec::new() };
    let ranks = &year.composite.ranks[place];
    let mut ranked: Vec<(u32, &String, usize)> = year
        .figures
        .units()
        .iter()
        .enumerate()
        .filter_map(|(row, unit)| Some(((*ranks.get(row)?)?, unit, row)))
        .collect();
    ranked.sort_unstable();
    let shown = ranked.into_iter().take(most);
    shown
        .map(|(rank, unit, row)| json!({ "rank": rank, "unit": unit, "score": columns[place].get(row) }))
        .collect()
}

/// The summary for people.
fn text(summary: &Value, results: &[YearResult]) -> String {
    let mut lines = vec![format!(
        "{} {}: {} indicators, {} aggregates",
        summary["methodology"]["code"].as_str().unwrap_or_default(),
        summary["methodology"]["version"].as_str().unwrap_or_default(),
        summary["indicators"],
        summary["aggregates"]
    )];
    let of_years = summary["years"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (year, result) in of_years.iter().zip(results) {
        let name = result.year.map_or(String::new(), |year| format!("{year}: "));
        let count = |list: &str| year[list].as_array().map_or(0, Vec::len);
        lines.push(format!(
            "{name}{} units scored, {} not ranked, {} left out, {} values imputed, {} still missing, {} indicators treated",
            result.figures.units().len().saturating_sub(count("not_ranked")),
            count("not_ranked"),
            count("left_out"),
            year["imputed"],
            year["still_missing"],
            count("treated"),
        ));
        for unit in year["best"].as_array().map(Vec::as_slice).unwrap_or_default() {
            let score = unit["score"].as_f64().unwrap_or_default();
            lines.push(format!(
                "  {:>4}  {}  {score:.4}",
                unit["rank"],
                unit["unit"].as_str().unwrap_or_default()
            ));
        }
    }
    lines.push(format!(
        "{} tables written to {}",
        summary["files"].as_array().map_or(0, Vec::len),
        summary["folder"].as_str().unwrap_or_default()
    ));
    lines.join("\n")
}

/// The rank of each unit at each node.
fn ranks_by_unit(composite: &Composite) -> BTreeMap<(&str, &str), Option<u32>> {
    let units = composite.scores.units();
    let nodes = composite.scores.columns().iter().zip(&composite.ranks);
    let all = nodes.flat_map(|(column, ranks)| {
        let of_node = units.iter().zip(ranks);
        of_node.map(move |(unit, rank)| ((column.code(), unit.as_str()), *rank))
    });
    all.collect()
}
