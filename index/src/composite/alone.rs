//! One unit by itself, scored with all that was fitted to the units of a run: what a changed figure would give, without the
//! others being computed again.

use std::num::NonZeroUsize;

use super::{
    engine::{Composite, Plan, compute_with},
    error::CompositeError,
    matrix::{Column, Matrix},
    pipeline::{Method, Stage, YearResult},
    treat::TreatmentRecord,
};

/// A unit among those of a result, whose figures can be changed.
#[derive(Debug)]
pub struct Alone<'m> {
    method: &'m Method,
    before: &'m YearResult,
    plan: Plan,
    /// Its figures as they were compared, in the order of the tree.
    figures: Matrix,
    peers: Option<Vec<String>>,
}

/// A figure of an indicator, by its place in the tree, as it goes into treatment.
pub type Changed = (usize, f64);

impl<'m> Alone<'m> {
    /// The unit in this row of the result; none where a score hangs on everybody's, so that it cannot be told alone.
    pub fn of(method: &'m Method, before: &'m YearResult, row: usize) -> Option<Self> {
        if method.compares_pairs() {
            return None;
        }
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
        })
    }

    /// Its scores with some figures changed.
    ///
    /// # Errors
    /// Where the methodology refuses a figure.
    pub fn score(&self, changed: &[Changed]) -> Result<Composite, CompositeError> {
        let mut cells = self.figures.row(0);
        for (at, figure) in changed {
            if let Some(cell) = cells.get_mut(*at) {
                *cell = Some(self.treated(*at, *figure));
            }
        }
        let figures = self.figures.clone().with_row(0, &cells)?;
        let (tree, scales) = (&self.method.tree, &self.before.scales);
        compute_with(figures, self.peers.as_deref(), tree, &self.plan, scales)
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
