//! What is said of the results besides their tables.

use index::{
    composite::{Method, Stage, YearResult},
    document::CompositeMethodology,
};
use serde::Serialize;

use super::{
    super::{folder::ResultFolder, tables::Tables},
    warning::Warning,
};
use crate::cli::tongue::Tongue;

/// What a program wants to know without reading the tables.
#[derive(Serialize)]
pub(super) struct Summary<'a> {
    methodology: Name<'a>,
    relative: bool,
    indicators: usize,
    aggregates: usize,
    years: Vec<YearOutcome<'a>>,
    warnings: &'a [Warning],
    folder: String,
    files: Vec<String>,
}

/// Which methodology it was.
#[derive(Serialize)]
struct Name<'a> {
    code: &'a str,
    version: &'a str,
}

/// What came of a year.
#[derive(Serialize)]
struct YearOutcome<'a> {
    year: Option<i64>,
    units: usize,
    not_ranked: Vec<&'a str>,
    left_out: Vec<LeftOut<'a>>,
    imputed: usize,
    still_missing: usize,
    treated: Vec<Treated<'a>>,
    best: Vec<Best<'a>>,
}

/// A unit that was not kept.
#[derive(Serialize)]
struct LeftOut<'a> {
    unit: &'a str,
    reason: &'a str,
}

/// An indicator that was treated, or stayed wild.
#[derive(Serialize)]
struct Treated<'a> {
    indicator: &'a str,
    steps: &'a [&'static str],
    points: usize,
    tame: Option<bool>,
}

/// A unit at the top.
#[derive(Serialize)]
struct Best<'a> {
    rank: u32,
    unit: &'a str,
    score: f64,
}

/// Units at the top that are shown.
const SHOWN: usize = 5;

impl<'a> Summary<'a> {
    pub(super) fn of(
        document: &'a CompositeMethodology,
        method: &'a Method,
        results: &'a [YearResult],
        warnings: &'a [Warning],
        folder: &ResultFolder,
        tables: &Tables<'_>,
    ) -> Self {
        Self {
            methodology: Name {
                code: &document.code,
                version: &document.version,
            },
            relative: method.relative(),
            indicators: method.tree.indicators().count(),
            aggregates: method.tree.aggregates().count(),
            years: results.iter().map(|year| YearOutcome::of(year, method)).collect(),
            warnings,
            folder: folder.path().display().to_string(),
            files: folder.names(tables),
        }
    }

    /// The summary for people.
    pub(super) fn text(&self, tongue: Tongue) -> String {
        let (name, indicators, aggregates) = (&self.methodology, self.indicators, self.aggregates);
        let name = format!("{} {}", name.code, name.version);
        let mut lines = vec![tongue.choose(
            format!("{name}：{indicators} 个指标，{aggregates} 个汇总项"),
            format!("{name}: {indicators} indicators, {aggregates} aggregates"),
        )];
        for year in &self.years {
            let (scored, not_ranked) = (year.units.saturating_sub(year.not_ranked.len()), year.not_ranked.len());
            let (left_out, imputed, missing) = (year.left_out.len(), year.imputed, year.still_missing);
            let treated = year.treated.len();
            let name = year.year.map_or(String::new(), |year| format!("{year}: "));
            lines.push(tongue.choose(
                format!(
                    "{name}{scored} 个单位有得分，{not_ranked} 个不排名，{left_out} 个剔除，填补 {imputed} 个数值，仍缺 {missing} 个，处理异常值的指标 {treated} 个"
                ),
                format!(
                    "{name}{scored} units scored, {not_ranked} not ranked, {left_out} left out, {imputed} values imputed, {missing} still \
                     missing, {treated} indicators treated"
                ),
            ));
            for best in &year.best {
                lines.push(format!("  {}  {}  {:.4}", best.rank, best.unit, best.score));
            }
        }
        let (written, folder) = (self.files.len(), &self.folder);
        lines.push(tongue.choose(
            format!("已将 {written} 张表写入 {folder}"),
            format!("{written} tables written to {folder}"),
        ));
        lines.join("\n")
    }
}

impl<'a> YearOutcome<'a> {
    fn of(year: &'a YearResult, method: &Method) -> Self {
        let columns = year.figures.columns().iter();
        let (mut left_out, mut treated) = (Vec::new(), Vec::new());
        for stage in &year.stages {
            match stage {
                Stage::Screened(screened) => {
                    let gone = screened.records.iter().filter(|record| !record.verdict.kept());
                    left_out.extend(gone.map(|record| LeftOut {
                        unit: &record.unit,
                        reason: record.verdict.name(),
                    }));
                }
                Stage::Treated(stage) => {
                    let touched = |steps: &[&str], tame| !steps.is_empty() || tame == Some(false);
                    let records = stage
                        .records
                        .iter()
                        .filter(|record| touched(&record.steps, record.tame));
                    treated.extend(records.map(|record| Treated {
                        indicator: &record.code,
                        steps: &record.steps,
                        points: record.points.len(),
                        tame: record.tame,
                    }));
                }
                Stage::Denominated(_) | Stage::Imputed(_) => {}
            }
        }
        Self {
            year: year.year,
            units: year.figures.units().len(),
            not_ranked: not_ranked(year, method),
            left_out,
            imputed: year.imputed_points().len(),
            still_missing: columns.map(|column| column.len() - column.present_count()).sum(),
            treated,
            best: best(year, method),
        }
    }
}

/// Units without a score at the main root.
fn not_ranked<'a>(year: &'a YearResult, method: &Method) -> Vec<&'a str> {
    let root = method.tree.main_root();
    let scores = root.and_then(|root| year.composite.scores.column(&root.code));
    let units = year.composite.scores.units().iter().enumerate();
    let without = units.filter(|(row, _)| scores.and_then(|scores| scores.get(*row)).is_none());
    without.map(|(_, unit)| unit.as_str()).collect()
}

/// The best units at the main root.
fn best<'a>(year: &'a YearResult, method: &Method) -> Vec<Best<'a>> {
    let root = method.tree.main_root();
    let columns = year.composite.scores.columns();
    let place = root.and_then(|root| columns.iter().position(|column| column.code() == root.code));
    let Some(place) = place else { return Vec::new() };
    let ranks = &year.composite.ranks[place];
    let units = year.figures.units().iter().enumerate();
    let ranked = units.filter_map(|(row, unit)| {
        Some(Best {
            rank: (*ranks.get(row)?)?,
            unit,
            score: columns[place].get(row)?,
        })
    });
    let mut ranked: Vec<Best<'_>> = ranked.collect();
    ranked.sort_unstable_by_key(|best| (best.rank, best.unit));
    ranked.truncate(SHOWN);
    ranked
}
