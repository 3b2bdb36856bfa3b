//! A methodology, and what can be told of it without figures.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    composite::{
        denominate::Denominator,
        engine::Plan,
        impute::Imputation,
        levels::{Cuts, StageConditions},
        mean::Mean,
        normalisation::Normalisation,
        panel::YearFill,
        screen::Screening,
        treat::Treatments,
        tree::Tree,
    },
    ladder::ScoreStages,
    rank::{Precision, counted},
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
        let rescales = self.tree.aggregates.iter().filter_map(|node| node.rescale.as_ref());
        steps || scales || rescales.into_iter().any(Normalisation::relative) || self.compares_pairs()
    }

    /// Whether a score comes of comparing units with one another (Copeland): even with frozen scales it hangs on all.
    fn compares_pairs(&self) -> bool {
        let mut means = self.tree.aggregates.iter().map(|node| node.mean);
        means.any(|mean| mean.unwrap_or(self.plan.aggregation.mean) == Mean::Copeland)
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
}
