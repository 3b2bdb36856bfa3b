//! What a return would get with other answers, everybody else's as they are.

use super::{ScoringError, UnitReturn, score::rung};
use crate::{
    card::Scored,
    compile::{CompiledComposite, OverReturns},
    exact::Fixed,
    returns::CompositeScores,
};

/// What a return would get.
pub struct Tried {
    /// Its nodes.
    pub scored: Scored,
    /// Its result, where all that was fitted to everybody's figures is held as it is. A methodology that scores each by itself
    /// tells no rank: it has not seen the others.
    pub result: TriedResult,
    /// Its result if all were computed anew; only where returns are scored together.
    pub rerun: Option<TriedResult>,
}

/// A score and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TriedResult {
    /// The main score; none where there is none.
    pub score: Option<f64>,
    /// The rank by it.
    pub rank: Option<u32>,
    /// The level or stage.
    pub rung: Option<u32>,
}

impl OverReturns {
    /// What a return would get. `among` are the scores of all with the place of the unit, asked for where
    /// [`Self::scores_together`].
    ///
    /// # Errors
    /// Where the methodology refuses the figures, or gives returns no scores.
    pub fn try_return(
        &self,
        unit: &UnitReturn<'_>,
        among: Option<(&CompositeScores, usize)>,
    ) -> Result<Tried, ScoringError> {
        match (self, among) {
            (Self::Each(_), _) => {
                let scored = self.scored_alone(unit)?;
                let result = TriedResult {
                    score: scored.main_score().map(Fixed::to_f64),
                    rank: None,
                    rung: rung(scored.attained.as_ref()),
                };
                Ok(Tried {
                    scored,
                    result,
                    rerun: None,
                })
            }
            (Self::Together(composite), Some((all, place))) => {
                let figures = unit.figures(composite);
                let rerun = all.rerun(composite, place, figures.clone())?;
                let frozen = all.frozen(composite, place, figures)?;
                Ok(Tried {
                    scored: frozen.scored(composite, place),
                    result: result(composite, &frozen, place),
                    rerun: Some(result(composite, &rerun, place)),
                })
            }
            (Self::Together(_), None) => Err(ScoringError::Foreign),
            (Self::Region(_), _) => Err(ScoringError::NotOverEnterprises),
        }
    }
}

fn result(composite: &CompiledComposite, scores: &CompositeScores, unit: usize) -> TriedResult {
    TriedResult {
        score: scores.score(unit),
        rank: scores.rank(unit),
        rung: rung(scores.attained(composite, unit).as_ref()),
    }
}
