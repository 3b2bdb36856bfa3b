//! The whole way from figures to ranks, one year or several, with the result of every step.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    denominate::{Denominator, denominate},
    engine::{Composite, Plan, compute_with, fit},
    error::CompositeError,
    fitting::Sample,
    impute::{Imputation, Imputed, ImputedPoint, impute, impute_by_unit, refuse_missing},
    levels::{Cuts, StageConditions},
    matrix::{Column, Matrix},
    normalise::Scales,
    panel::{YearFill, impute_over_years},
    screen::{Screened, Screening, screen, select_rows},
    treat::{Treated, Treatments, treat},
    tree::{Tree, in_tree_order},
};
use crate::{
    ladder::ScoreStages,
    rank::{Precision, counted, percentiles, rank_with_tolerance, rank_within},
};

/// A methodology, ready to be applied to figures.
#[derive(Clone, Debug)]
pub struct Method {
    /// The tree.
    pub tree: Tree,
    /// How it is scored.
    pub plan: Plan,
    /// The steps before normalisation, in order.
    pub steps: Vec<Step>,
    /// The column of groups within which scales are fitted; none: over all.
    pub peers: Option<String>,
    /// To what the scales of several years are fitted.
    pub bounds: Bounding,
    /// Decimals of published scores.
    pub decimals: Option<u32>,
    /// Whether published scores are ranked instead of those computed.
    pub rank_published: bool,
    /// Columns of groups within which units are ranked besides.
    pub rank_within: Vec<String>,
    /// Levels by cuts.
    pub cuts: Option<Cuts>,
    /// Stages by conditions.
    pub stages: Option<StageConditions>,
}

/// A step before normalisation.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Indicators are divided.
    Denominate(BTreeMap<String, Denominator>),
    /// Missing values are filled column by column, within a column of groups where the fill says so.
    Impute(Imputation, Option<String>),
    /// Missing values are filled from the unit's other values.
    ImputeByUnit {
        /// The level of the ancestor under which values count.
        level: Option<usize>,
        /// Median instead of mean.
        by_median: bool,
        /// Whether a value for which there is nothing to put in is refused instead of left missing.
        refuse_empty: bool,
    },
    /// Missing values are filled from other years.
    ImputeOverYears {
        /// How.
        fill: YearFill,
        /// Whether a value for which no year has one is refused instead of left missing.
        refuse_empty: bool,
    },
    /// Units are left out.
    Screen(Screening),
    /// Outliers are treated.
    Treat(Treatments),
}

/// To what the scales of several years are fitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bounding {
    /// All years together.
    #[default]
    AllYears,
    /// Each year by itself.
    EachYear,
    /// One year, frozen for all.
    Year(i64),
}

/// The figures of one year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearInput {
    /// The year, where there are several.
    pub year: Option<i64>,
    /// The indicators.
    pub data: Matrix,
    /// Denominators of the same units.
    pub denominators: Matrix,
    /// Groups of the same units, by the name of their column.
    pub groups: BTreeMap<String, Vec<Option<String>>>,
}

/// The result of one year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearResult {
    /// The year, where there are several.
    pub year: Option<i64>,
    /// The result of every step before normalisation, in order.
    pub stages: Vec<Stage>,
    /// The figures that were normalised, in the order of the tree.
    pub figures: Matrix,
    /// The peer group of each unit, where scales were fitted within groups.
    pub peers: Option<Vec<String>>,
    /// The scales.
    pub scales: Scales,
    /// Normalised figures, scores and ranks; the ranks are those that the methodology asks for.
    pub composite: Composite,
    /// Published scores, where the methodology says how they are rounded.
    pub published: Option<Matrix>,
    /// For each aggregate the percentile of each unit: the share, in percent, of the other ranked units it is ahead of.
    pub percentiles: Vec<Vec<Option<f64>>>,
    /// Ranks within groups, by the column of groups, then for each aggregate.
    pub ranks_within: BTreeMap<String, Vec<Vec<Option<u32>>>>,
    /// The level of each unit, where the methodology has levels.
    pub levels: Option<Vec<Option<String>>>,
    /// The stage of development of each unit, where the methodology has stages.
    pub development_stages: Option<Vec<Option<u32>>>,
}

/// The result of a step before normalisation.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// Divided figures.
    Denominated(Matrix),
    /// Filled figures and what was put in.
    Imputed(Imputed),
    /// Kept units and the record of all.
    Screened(Screened),
    /// Treated figures and the record of what was done.
    Treated(Treated),
}

impl Stage {
    /// The figures after the step.
    pub fn figures(&self) -> &Matrix {
        match self {
            Self::Denominated(data) => data,
            Self::Imputed(imputed) => &imputed.data,
            Self::Screened(screened) => &screened.kept,
            Self::Treated(treated) => &treated.data,
        }
    }
}

impl YearResult {
    /// The scores as published, where they are asked for so and the methodology publishes any, else as computed.
    pub(crate) fn scores_as(&self, published: bool) -> &Matrix {
        let rounded = self.published.as_ref().filter(|_| published);
        rounded.unwrap_or(&self.composite.scores)
    }

    /// Every value that was put in, of units that are still there.
    pub fn imputed_points(&self) -> Vec<ImputedPoint> {
        let left: BTreeSet<&String> = self.figures.units().iter().collect();
        let imputed = self.stages.iter().filter_map(|stage| match stage {
            Stage::Imputed(imputed) => Some(&imputed.points),
            _ => None,
        });
        imputed
            .flatten()
            .filter(|point| left.contains(&point.unit))
            .cloned()
            .collect()
    }
}

impl Method {
    /// Whether the figures of other units decide the score of a unit.
    pub fn relative(&self) -> bool {
        let steps = self.steps.iter().any(|step| match step {
            Step::Impute(imputation, _) => imputation.relative(),
            Step::ImputeByUnit { .. } | Step::Treat(_) => true,
            Step::Denominate(_) | Step::ImputeOverYears { .. } | Step::Screen(_) => false,
        });
        let scales = self.tree.indicators.iter().any(|indicator| {
            indicator
                .normalisation
                .as_ref()
                .unwrap_or(&self.plan.normalisation)
                .relative()
        });
        steps || scales || self.compares_pairs()
    }

    /// Whether a score comes of comparing units with one another (Copeland): even with frozen scales it hangs on all.
    fn compares_pairs(&self) -> bool {
        let mut means = self.tree.aggregates.iter().map(|node| node.mean);
        means.any(|mean| mean.unwrap_or(self.plan.aggregation.mean) == super::Mean::Copeland)
    }

    /// By what a figure of an indicator is divided; none where it is taken as it is.
    pub(crate) fn denominator(&self, indicator: &str) -> Option<&Denominator> {
        self.steps.iter().find_map(|step| match step {
            Step::Denominate(of) => of.get(indicator),
            _ => None,
        })
    }

    /// Columns of denominators that it needs.
    pub fn denominators(&self) -> BTreeSet<String> {
        let of = self.steps.iter().filter_map(|step| match step {
            Step::Denominate(of) => Some(of.values()),
            _ => None,
        });
        of.flatten().map(|denominator| denominator.by.clone()).collect()
    }

    /// Columns of groups that it needs.
    pub fn groups(&self) -> BTreeSet<String> {
        let steps = self.steps.iter().filter_map(|step| match step {
            Step::Impute(_, group) => group.clone(),
            _ => None,
        });
        steps
            .chain(self.peers.clone())
            .chain(self.rank_within.iter().cloned())
            .collect()
    }

    /// In which form scores are ranked.
    pub fn rank_precision(&self) -> Precision {
        self.precision(self.rank_published)
    }

    /// In which form scores are compared with the limits of levels or stages.
    pub fn level_precision(&self) -> Precision {
        let levels = self.cuts.as_ref().is_some_and(|cuts| cuts.published);
        self.precision(levels || self.stages.as_ref().is_some_and(|stages| stages.published))
    }

    fn precision(&self, published: bool) -> Precision {
        let decimals = self.decimals.filter(|_| published);
        decimals.map_or(Precision::Within(self.plan.rank_tolerance), Precision::Rounded)
    }

    /// The stages that replications can give; none where it has none or a condition is no plain comparison.
    pub fn score_stages(&self) -> Option<ScoreStages> {
        ScoreStages::of(&self.stages.as_ref()?.ladder)
    }

    /// The numbers of the levels or stages, from the highest down.
    pub(crate) fn rungs(&self) -> Vec<u32> {
        let levels = self.cuts.iter().map(|cuts| cuts.levels.len()).sum::<usize>();
        let levels = (1..=counted(levels)).rev();
        let stages = self.stages.iter().flat_map(|stages| stages.ladder.numbers());
        levels.chain(stages).collect()
    }

    /// Does every step. The years stand in rising order.
    pub fn run(&self, years: Vec<YearInput>) -> Result<Vec<YearResult>, CompositeError> {
        let mut years: Vec<Progress> = years.into_iter().map(Progress::new).collect();
        for step in &self.steps {
            if let Step::ImputeOverYears { fill, refuse_empty } = step {
                fill_over_years(&mut years, *fill, *refuse_empty)?;
            } else {
                years.iter_mut().try_for_each(|year| year.take(step, &self.tree))?;
            }
        }
        let peers = years.iter().map(|year| year.peers(self.peers.as_deref()));
        let peers = peers.collect::<Result<Vec<_>, _>>()?;
        let samples: Vec<Sample<'_>> = years
            .iter()
            .zip(&peers)
            .map(|(year, peers)| Sample {
                data: &year.data,
                peers: peers.as_deref(),
            })
            .collect();
        let scales = self.scales(&years, &samples)?;
        let results = years.into_iter().zip(peers).zip(scales);
        results
            .map(|((year, peers), scales)| self.score(year, peers, scales))
            .collect()
    }

    /// Does every step of the last year again after the figures of one unit have changed, with all that was fitted to the
    /// units before as it was: what gaps of the others were filled with, treatment, scales. `before` is what [`Method::run`]
    /// gave for that year, `years` are the figures as they are now.
    pub fn run_frozen(
        &self,
        before: &YearResult,
        years: Vec<YearInput>,
        unit: &str,
    ) -> Result<YearResult, CompositeError> {
        let mut years: Vec<Progress> = years.into_iter().map(Progress::new).collect();
        for (step, stage) in self.steps.iter().zip(&before.stages) {
            match (step, stage) {
                (Step::ImputeOverYears { fill, refuse_empty }, _) => {
                    fill_over_years(&mut years, *fill, *refuse_empty)?;
                }
                (Step::Treat(_), Stage::Treated(treated)) => {
                    if let Some(last) = years.last_mut() {
                        last.treat_as(treated)?;
                    }
                }
                _ => years.iter_mut().try_for_each(|year| year.take(step, &self.tree))?,
            }
            if let (Some(last), Stage::Imputed(imputed)) = (years.last_mut(), stage) {
                last.data = frozen_but(&imputed.data, &last.data, unit)?;
            }
        }
        let Some(last) = years.pop() else {
            return Ok(before.clone());
        };
        let peers = last.peers(self.peers.as_deref())?;
        self.score(last, peers, before.scales.clone())
    }

    /// The scales of every year.
    fn scales(&self, years: &[Progress], samples: &[Sample<'_>]) -> Result<Vec<Scales>, CompositeError> {
        let fit_to = |samples: &[Sample<'_>]| fit(samples, &self.tree, &self.plan);
        match self.bounds {
            Bounding::EachYear => samples.iter().map(|sample| fit_to(&[*sample])).collect(),
            Bounding::AllYears => fit_to(samples).map(|scales| vec![scales; years.len()]),
            Bounding::Year(base) => {
                let unknown = CompositeError::BadSetting {
                    setting: "base_year",
                    value: base as f64,
                };
                let base = years.iter().position(|year| year.year == Some(base)).ok_or(unknown)?;
                fit_to(&samples[base..=base]).map(|scales| vec![scales; years.len()])
            }
        }
    }

    fn score(&self, year: Progress, peers: Option<Vec<String>>, scales: Scales) -> Result<YearResult, CompositeError> {
        let figures = in_tree_order(year.data, &self.tree)?;
        let mut composite = compute_with(figures.clone(), peers.as_deref(), &self.tree, &self.plan, &scales)?;
        let published = self
            .decimals
            .map(|decimals| rounded(&composite.scores, decimals))
            .transpose()?;
        let ranked = published.as_ref().filter(|_| self.rank_published);
        let tolerance = self.rank_precision().tolerance();
        if let Some(published) = ranked {
            composite.ranks = published
                .columns()
                .iter()
                .map(|column| ranks_of(column, tolerance))
                .collect();
        }
        let ranked = ranked.unwrap_or(&composite.scores);
        let mut ranks_within = BTreeMap::new();
        for group in &self.rank_within {
            let groups = year.groups.get(group);
            let groups = groups.ok_or_else(|| CompositeError::UnknownGroup { group: group.clone() })?;
            let of = |column: &Column| {
                let scores: Vec<Option<f64>> = column.cells().collect();
                rank_within(&scores, groups, tolerance)
            };
            ranks_within.insert(group.clone(), ranked.columns().iter().map(of).collect());
        }
        let mut result = YearResult {
            year: year.year,
            stages: year.stages,
            figures,
            peers,
            scales,
            percentiles: composite.ranks.iter().map(|ranks| percentiles(ranks)).collect(),
            composite,
            published,
            ranks_within,
            levels: None,
            development_stages: None,
        };
        let precision = self.level_precision();
        let levels = self
            .cuts
            .as_ref()
            .map(|cuts| cuts.levels_in(result.scores_as(cuts.published), precision));
        result.levels = levels.transpose()?;
        let stages = self.stages.as_ref().zip(self.tree.main_root());
        result.development_stages =
            stages.map(|(stages, root)| stages.stages_in(result.scores_as(stages.published), &root.code, precision));
        Ok(result)
    }
}

/// A year on its way.
struct Progress {
    year: Option<i64>,
    data: Matrix,
    denominators: Matrix,
    groups: BTreeMap<String, Vec<Option<String>>>,
    stages: Vec<Stage>,
}

impl Progress {
    fn new(input: YearInput) -> Self {
        Self {
            year: input.year,
            data: input.data,
            denominators: input.denominators,
            groups: input.groups,
            stages: Vec::new(),
        }
    }

    fn take(&mut self, step: &Step, tree: &Tree) -> Result<(), CompositeError> {
        let stage = match step {
            Step::Denominate(of) => Stage::Denominated(denominate(&self.data, &self.denominators, of)?),
            Step::Impute(imputation, group) => {
                let groups = group.as_ref().map(|group| self.group(group)).transpose()?;
                Stage::Imputed(impute(&self.data, groups, imputation)?)
            }
            Step::ImputeByUnit {
                level,
                by_median,
                refuse_empty,
            } => Stage::Imputed(impute_by_unit(&self.data, tree, *level, *by_median, *refuse_empty)?),
            Step::Screen(screening) => Stage::Screened(self.screen(screening)?),
            Step::Treat(treatments) => Stage::Treated(treat(&self.data, treatments)?),
            Step::ImputeOverYears { .. } => return Ok(()),
        };
        self.data = stage.figures().clone();
        self.stages.push(stage);
        Ok(())
    }

    /// Treats the figures with what was fitted to those of another time: what has not changed since comes out the same.
    fn treat_as(&mut self, before: &Treated) -> Result<(), CompositeError> {
        let columns = self.data.columns().iter().zip(&before.records);
        let treated = columns.map(|(column, record)| column.map(|value| record.treat(value)));
        self.data = self.data.with_columns(treated.collect::<Result<_, _>>()?);
        self.stages.push(Stage::Treated(Treated {
            data: self.data.clone(),
            records: before.records.clone(),
        }));
        Ok(())
    }

    fn screen(&mut self, screening: &Screening) -> Result<Screened, CompositeError> {
        let screened = screen(&self.data, screening)?;
        self.denominators = select_rows(&self.denominators, &screened.rows)?;
        for groups in self.groups.values_mut() {
            *groups = screened
                .rows
                .iter()
                .map(|row| groups.get(*row).cloned().flatten())
                .collect();
        }
        Ok(screened)
    }

    fn group(&self, name: &str) -> Result<&[Option<String>], CompositeError> {
        let unknown = || CompositeError::UnknownGroup { group: name.to_owned() };
        self.groups.get(name).map(Vec::as_slice).ok_or_else(unknown)
    }

    /// The peer group of each unit; a unit without one is refused.
    fn peers(&self, column: Option<&str>) -> Result<Option<Vec<String>>, CompositeError> {
        let Some(column) = column else { return Ok(None) };
        let groups = self.group(column)?.iter().zip(self.data.units());
        let groups = groups.map(|(group, unit)| {
            let without = || CompositeError::NoGroup { unit: unit.clone() };
            group.clone().ok_or_else(without)
        });
        groups.collect::<Result<_, _>>().map(Some)
    }
}

fn fill_over_years(years: &mut [Progress], fill: YearFill, refuse_empty: bool) -> Result<(), CompositeError> {
    let numbers = numbers_of(years)?;
    let borrowed: Vec<(i64, &Matrix)> = numbers.into_iter().zip(years.iter().map(|year| &year.data)).collect();
    let filled = impute_over_years(&borrowed, fill)?;
    for (year, imputed) in years.iter_mut().zip(filled) {
        if refuse_empty {
            refuse_missing(&imputed.data)?;
        }
        year.data = imputed.data.clone();
        year.stages.push(Stage::Imputed(imputed));
    }
    Ok(())
}

/// The numbers of the years. One alone needs none, since nothing is filled from another; of several each needs one.
fn numbers_of(years: &[Progress]) -> Result<Vec<i64>, CompositeError> {
    const ALONE: i64 = 0;
    if let [only] = years {
        return Ok(vec![only.year.unwrap_or(ALONE)]);
    }
    let without = || CompositeError::MissingColumn {
        code: "Time".to_owned(),
    };
    years.iter().map(|year| year.year.ok_or_else(without)).collect()
}

/// The figures as they were, but those of one unit as they are now. Which units there are is as it is now.
fn frozen_but(frozen: &Matrix, now: &Matrix, unit: &str) -> Result<Matrix, CompositeError> {
    if frozen.units() == now.units() {
        return match now.row_of(unit) {
            Some(row) => frozen.clone().with_row(row, &now.row(row)),
            None => Ok(frozen.clone()),
        };
    }
    let places: BTreeMap<&String, usize> = frozen.units().iter().zip(0..).collect();
    let columns = now.columns().iter().zip(frozen.columns()).map(|(column, before)| {
        let cells = now.units().iter().enumerate().map(|(row, other)| {
            let place = places.get(other).filter(|_| other != unit);
            place.map_or_else(|| column.get(row), |place| before.get(*place))
        });
        Column::new(column.code(), cells)
    });
    Ok(now.with_columns(columns.collect::<Result<_, _>>()?))
}

fn ranks_of(column: &Column, tolerance: f64) -> Vec<Option<u32>> {
    let scores: Vec<f64> = column.cells().map(|cell| cell.unwrap_or(f64::NAN)).collect();
    rank_with_tolerance(&scores, tolerance)
}

fn rounded(scores: &Matrix, decimals: u32) -> Result<Matrix, CompositeError> {
    let columns = scores.columns().iter();
    let columns = columns.map(|column| column.map(|score| Precision::Rounded(decimals).form(score)));
    Ok(scores.with_columns(columns.collect::<Result<_, _>>()?))
}
