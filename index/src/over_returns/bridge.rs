//! The returns of one round under the method of another: what a change of method does by itself.

use std::{collections::BTreeMap, sync::Arc};

use super::{ScoringError, Taken, gather::Kind};
use crate::{
    compile::{CompiledComposite, OverReturns},
    composite::{Column, Matrix},
    returns::{CompositeScores, UnitFigures},
};

/// Returns of which something was taken, on their way to the scores of their nodes.
pub struct Bridge {
    units: Vec<String>,
    kept: Kept,
}

enum Kept {
    /// The scores of the nodes, by node.
    Each(BTreeMap<Arc<str>, Vec<Option<f64>>>),
    Together(Vec<UnitFigures>),
}

impl OverReturns {
    /// No returns yet; none where returns have no scores.
    pub fn bridge(&self) -> Option<Bridge> {
        let kept = match self {
            Self::Each(_) => Kept::Each(BTreeMap::new()),
            Self::Together(_) => Kept::Together(Vec::new()),
            Self::Region(_) => return None,
        };
        Some(Bridge {
            units: Vec::new(),
            kept,
        })
    }
}

impl Bridge {
    /// Adds what the next return gave.
    ///
    /// # Errors
    /// Where it was taken by a methodology of another kind.
    pub fn add(&mut self, unit: &str, taken: Taken) -> Result<(), ScoringError> {
        let before = self.units.len();
        match (&mut self.kept, taken.0) {
            (Kept::Each(columns), Kind::Scored(scored)) => {
                for (code, score) in scored.totals {
                    let column = columns.entry(code).or_default();
                    column.resize(before, None);
                    column.push(Some(score.to_f64()));
                }
            }
            (Kept::Together(units), Kind::Figures(figures)) => units.push(figures),
            _ => return Err(ScoringError::Foreign),
        }
        self.units.push(unit.to_owned());
        Ok(())
    }

    /// The scores of the nodes by unit. Where returns are scored together it is with the scales of `before`: the methodology
    /// of the other run and its scores.
    ///
    /// # Errors
    /// Where the methodology refuses the figures, or `before` is asked for and not given.
    pub fn totals(
        self,
        year: i64,
        before: Option<(&CompiledComposite, &CompositeScores)>,
    ) -> Result<Matrix, ScoringError> {
        match self.kept {
            Kept::Together(units) => {
                let (methodology, scores) = before.ok_or(ScoringError::Foreign)?;
                Ok(scores.on_scales(methodology, year, units)?)
            }
            Kept::Each(columns) => {
                let count = self.units.len();
                let columns = columns.into_iter().map(|(code, mut scores)| {
                    scores.resize(count, None);
                    Column::new(&*code, scores)
                });
                Ok(Matrix::new(self.units, columns.collect::<Result<_, _>>()?)?)
            }
        }
    }
}
