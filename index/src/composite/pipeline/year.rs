//! The figures of a year, and their result.

use std::collections::{BTreeMap, BTreeSet};

use crate::composite::{
    engine::Composite,
    impute::{Imputed, ImputedPoint},
    matrix::Matrix,
    normalise::Scales,
    screen::Screened,
    treat::Treated,
};

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
