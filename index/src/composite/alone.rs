//! One unit by itself, scored with all that was fitted to the units of a run: what a changed figure would give, without the
//! others being computed again.

use std::{collections::BTreeMap, num::NonZeroUsize};

use super::{
    copeland::{Contest, Others},
    engine::{Composite, Plan, compute_among},
    error::CompositeError,
    matrix::{Column, Matrix},
    mean::{Mean, Missing},
    pipeline::{Method, Stage, YearResult},
    treat::TreatmentRecord,
    tree::{Aggregate, Child},
};

/// A unit among those of a result, whose figures can be changed.
#[derive(Clone, Debug)]
pub struct Alone<'m> {
    method: &'m Method,
    before: &'m YearResult,
    plan: Plan,
    /// Its figures as they were compared, in the order of the tree.
    figures: Matrix,
    peers: Option<Vec<String>>,
    /// For each aggregate that compares units, by its place, the others.
    others: BTreeMap<usize, Others<'m>>,
}

/// A figure of an indicator, by its place in the tree, as it goes into treatment.
pub type Changed = (usize, f64);

impl<'m> Alone<'m> {
    /// The unit in this row of the result; none where it cannot be told alone because the scores that it is compared with
    /// would move with its own: where an aggregate that compares units (Copeland) stands above another.
    pub fn of(method: &'m Method, before: &'m YearResult, row: usize) -> Option<Self> {
        let unit = before.figures.units().get(row)?.clone();
        let columns = before.figures.columns().iter();
        let columns = columns.map(|column| Column::new(column.code(), [column.get(row)]).ok());
        let peer = before.peers.as_ref().map(|peers| peers.get(row).cloned());
        Some(Self {
            method,
            before,
            plan: Plan {
                threads: NonZeroUsize::MIN,
                ..method.plan.clone()
            },
            figures: Matrix::new(vec![unit], columns.collect::<Option<_>>()?).ok()?,
            peers: match peer {
                None => None,
                Some(peer) => Some(vec![peer?]),
            },
            others: others_of(method, before, row)?,
        })
    }

    /// Its scores with some figures changed.
    ///
    /// # Errors
    /// Where the methodology refuses a figure.
    pub fn score(&self, changed: &[Changed]) -> Result<Composite, CompositeError> {
        let (tree, scales) = (&self.method.tree, &self.before.scales);
        let figures = self.figures_with(changed)?;
        compute_among(figures, self.peers.as_deref(), tree, &self.plan, scales, &self.others)
    }

    /// The unit with some figures changed, to be changed further.
    ///
    /// # Errors
    /// Where the methodology refuses a figure.
    pub fn with(&self, changed: &[Changed]) -> Result<Self, CompositeError> {
        let composite = self.score(changed)?;
        let others = self.others.iter().filter_map(|(at, others)| {
            let node = self.method.tree.aggregates.get(*at)?;
            let own = contests(node, self.method, &composite)?;
            Some((*at, others.with(own.iter().map(|child| child.get(0)).collect())))
        });
        Ok(Self {
            method: self.method,
            before: self.before,
            plan: self.plan.clone(),
            figures: self.figures_with(changed)?,
            peers: self.peers.clone(),
            others: others.collect(),
        })
    }

    fn figures_with(&self, changed: &[Changed]) -> Result<Matrix, CompositeError> {
        let mut cells = self.figures.row(0);
        for (at, figure) in changed {
            if let Some(cell) = cells.get_mut(*at) {
                *cell = Some(self.treated(*at, *figure));
            }
        }
        self.figures.clone().with_row(0, &cells)
    }

    /// What the treatments of the run make of a figure.
    fn treated(&self, at: usize, figure: f64) -> f64 {
        let Some(indicator) = self.method.tree.indicators.get(at) else {
            return figure;
        };
        let records = self.before.stages.iter().filter_map(|stage| match stage {
            Stage::Treated(treated) => Some(&treated.records),
            _ => None,
        });
        let own = records.filter_map(|records| records.iter().find(|record| record.code == indicator.code));
        own.fold(figure, |figure, record: &TreatmentRecord| record.treat(figure))
    }
}

/// The others of each aggregate that compares units; none where one stands above another.
fn others_of<'m>(method: &'m Method, before: &'m YearResult, row: usize) -> Option<BTreeMap<usize, Others<'m>>> {
    let mut others = BTreeMap::new();
    // Of each aggregate, children before parents, whether the scores of the others hang on the unit.
    let mut moves: Vec<bool> = Vec::new();
    for (at, node) in method.tree.aggregates.iter().enumerate() {
        let compares = node.mean.unwrap_or(method.plan.aggregation.mean) == Mean::Copeland;
        let above_moving = node.children.iter().any(|(child, _)| match child {
            Child::Indicator(_) => false,
            Child::Aggregate(below) => moves[*below],
        });
        if compares && above_moving {
            return None;
        }
        moves.push(compares || above_moving);
        if compares {
            let children = contests(node, method, &before.composite)?;
            let needed = missing_of(node, method).needed(children.len());
            others.insert(at, Others::of(children, before.figures.units().len(), row, needed));
        }
    }
    Some(others)
}

/// The children of an aggregate, as units are compared by them.
fn contests<'c>(node: &Aggregate, method: &Method, composite: &'c Composite) -> Option<Vec<Contest<'c>>> {
    let counts_as_zero = missing_of(node, method) == Missing::Zero;
    let contest = |(child, weight): &(Child, f64)| {
        let column = match child {
            Child::Indicator(at) => composite.normalised.columns().get(*at)?,
            Child::Aggregate(at) => composite.scores.columns().get(*at)?,
        };
        Some(Contest {
            values: column.values(),
            present: column.presence().filter(|_| !counts_as_zero),
            weight: *weight,
        })
    };
    node.children.iter().map(contest).collect()
}

fn missing_of(node: &Aggregate, method: &Method) -> Missing {
    node.missing.unwrap_or(method.plan.aggregation.missing)
}
