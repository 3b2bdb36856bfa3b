//! The scores of all returns of a round.

use std::sync::Arc;

use super::{ScoringError, Taken, gather::Kind};
use crate::{
    card::Scored,
    compile::{CompiledComposite, OverReturns},
    exact::Fixed,
    ladder::Attained,
    rank::rank,
    region::{CompiledRegion, RegionFigures, RegionScored, RegionTally},
    returns::{CompositeScores, UnitFigures},
};

/// Returns of which something was taken, in the order of the run.
pub struct Gathered {
    year: i64,
    kept: Kept,
}

enum Kept {
    Each {
        scores: Vec<Option<Fixed>>,
        rungs: Vec<Option<u32>>,
    },
    Together {
        composite: Arc<CompiledComposite>,
        units: Vec<UnitFigures>,
    },
    Region {
        region: Arc<CompiledRegion>,
        figures: RegionFigures,
        now: RegionTally,
        last_year: RegionTally,
        returns: usize,
    },
}

/// What all returns of a round got, in the order of the run.
pub struct RoundScores {
    /// The main score; none for a return that has none.
    pub scores: Vec<Option<f64>>,
    /// The rank by that score.
    pub ranks: Vec<Option<u32>>,
    /// The level or stage.
    pub rungs: Vec<Option<u32>>,
    /// What was given for the region and what came out, where the methodology gives a region an index.
    pub region: Option<(RegionFigures, RegionScored)>,
    /// The scores with all on the way, where returns are scored together.
    pub together: Option<(Arc<CompiledComposite>, Arc<CompositeScores>)>,
}

impl OverReturns {
    /// No returns yet. `year` is that of the round; `region` is what is given by hand, for the index of a region.
    ///
    /// # Errors
    /// Where figures of a region are asked for and not given.
    pub fn gather(&self, year: i64, region: Option<RegionFigures>) -> Result<Gathered, ScoringError> {
        let kept = match self {
            Self::Each(_) => Kept::Each {
                scores: Vec::new(),
                rungs: Vec::new(),
            },
            Self::Together(composite) => Kept::Together {
                composite: Arc::clone(composite),
                units: Vec::new(),
            },
            Self::Region(compiled) => Kept::Region {
                region: Arc::clone(compiled),
                figures: region.ok_or(ScoringError::RegionMissing)?,
                now: compiled.tally(),
                last_year: compiled.tally(),
                returns: 0,
            },
        };
        Ok(Gathered { year, kept })
    }
}

impl Gathered {
    /// Adds what the next return gave.
    ///
    /// # Errors
    /// Where it was taken by a methodology of another kind.
    pub fn add(&mut self, taken: Taken) -> Result<(), ScoringError> {
        match (&mut self.kept, taken.0) {
            (Kept::Each { scores, rungs }, Kind::Scored(scored)) => {
                scores.push(scored.main_score());
                rungs.push(rung(scored.attained.as_ref()));
            }
            (Kept::Together { units, .. }, Kind::Figures(figures)) => units.push(figures),
            (
                Kept::Region {
                    now: tally,
                    last_year: tally_before,
                    returns,
                    ..
                },
                Kind::Measured { now, last_year },
            ) => {
                *returns += 1;
                tally.add(&now);
                if let Some(before) = &last_year {
                    tally_before.add(before);
                }
            }
            _ => return Err(ScoringError::Foreign),
        }
        Ok(())
    }

    /// Scores all that were added.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn score(self) -> Result<RoundScores, ScoringError> {
        match self.kept {
            Kept::Each { scores, rungs } => {
                let by_place: Vec<_> = scores.iter().copied().enumerate().collect();
                Ok(RoundScores {
                    ranks: rank(&by_place),
                    scores: scores.into_iter().map(|score| score.map(Fixed::to_f64)).collect(),
                    rungs,
                    region: None,
                    together: None,
                })
            }
            Kept::Together { composite, units } => {
                let count = units.len();
                let scores = composite.score(self.year, units)?;
                Ok(RoundScores {
                    scores: (0..count).map(|unit| scores.score(unit)).collect(),
                    ranks: (0..count).map(|unit| scores.rank(unit)).collect(),
                    rungs: (0..count)
                        .map(|unit| rung(scores.attained(&composite, unit).as_ref()))
                        .collect(),
                    region: None,
                    together: Some((composite, Arc::new(scores))),
                })
            }
            Kept::Region {
                region,
                figures,
                now,
                last_year,
                returns,
            } => {
                let values = region.values(&figures, &now, &last_year);
                let outcome = region.score(&values)?;
                Ok(RoundScores {
                    scores: vec![None; returns],
                    ranks: vec![None; returns],
                    rungs: vec![None; returns],
                    region: Some((figures, outcome)),
                    together: None,
                })
            }
        }
    }
}

impl RoundScores {
    /// The nodes of a return, where they are known without looking at it again.
    pub fn scored(&self, unit: usize) -> Option<Scored> {
        let (composite, scores) = self.together.as_ref()?;
        Some(scores.scored(composite, unit))
    }
}

/// The number of the level or stage.
pub(super) fn rung(attained: Option<&Attained>) -> Option<u32> {
    Some(attained?.value)
}
