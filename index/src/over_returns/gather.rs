//! The returns of a round on their way to scores: something is taken from each, and what all gave is scored.
//!
//! A round of a hundred thousand returns does not stand in memory: what is kept of each is what its methodology ranks.

use std::collections::{BTreeMap, BTreeSet};

use survey::{
    answer::Answers,
    survey::{Evaluation, RoundContext, Survey},
};

use super::ScoringError;
use crate::{
    card::Scored,
    compile::{CompiledComposite, OverReturns},
    region::{CompiledRegion, Measured},
    returns::{Figures, UnitFigures},
};

/// A return of a round, as a methodology looks at it.
pub struct UnitReturn<'r> {
    /// The unit: credit code.
    pub unit: &'r str,
    /// What the answers are answers to.
    pub survey: &'r Survey,
    /// What it says.
    pub now: Content<'r>,
    /// What it said the round before.
    pub last_year: Option<Content<'r>>,
    /// Its groups by their names: see [`crate::compile::GROUPS`].
    pub groups: BTreeMap<&'static str, &'r str>,
}

/// What a return says.
pub struct Content<'r> {
    /// Its answers.
    pub answers: &'r Answers,
    /// Questions of which the reviewer has agreed that they do not apply.
    pub not_applicable: BTreeSet<String>,
}

/// What one return gave.
pub struct Taken(pub(super) Kind);

pub(super) enum Kind {
    /// Its own score.
    Scored(Box<Scored>),
    /// What a composite keeps of it.
    Figures(UnitFigures),
    /// What it says of its region.
    Measured {
        now: Measured,
        /// Of the round before.
        last_year: Option<Measured>,
    },
}

impl UnitReturn<'_> {
    /// What it says now, seen beside the round before.
    fn evaluate(&self) -> Evaluation {
        let previous = self.last_year.as_ref().map(|before| before.answers);
        self.survey
            .evaluate(self.now.answers, &RoundContext::default(), previous)
    }

    /// What it said the round before, which stands alone.
    fn evaluate_last_year(&self) -> Option<(Evaluation, &BTreeSet<String>)> {
        let before = self.last_year.as_ref()?;
        let evaluation = self.survey.evaluate(before.answers, &RoundContext::default(), None);
        Some((evaluation, &before.not_applicable))
    }

    pub(super) fn figures(&self, composite: &CompiledComposite) -> Figures {
        composite.figures(&self.evaluate(), &self.now.not_applicable)
    }

    fn unit_figures(&self, composite: &CompiledComposite) -> UnitFigures {
        let last_year = composite.needs_last_year().then(|| self.evaluate_last_year()).flatten();
        let group = |name: &String| self.groups.get(name.as_str()).map(|group| (*group).to_owned());
        UnitFigures {
            unit: self.unit.to_owned(),
            figures: self.figures(composite),
            last_year: last_year.map(|(before, not_applicable)| composite.figures(&before, not_applicable)),
            groups: composite.group_columns().iter().map(group).collect(),
        }
    }

    fn measure(&self, region: &CompiledRegion) -> Measured {
        region.measure(&self.evaluate(), &self.now.not_applicable)
    }
}

impl OverReturns {
    /// Takes from a return what its score, or that of all, is computed from.
    pub fn take(&self, unit: &UnitReturn<'_>) -> Taken {
        Taken(match self {
            Self::Each(card) => Kind::Scored(Box::new(card.score(&unit.evaluate(), &unit.now.not_applicable))),
            Self::Together(composite) => Kind::Figures(unit.unit_figures(composite)),
            Self::Region(region) => Kind::Measured {
                now: unit.measure(region),
                last_year: unit
                    .evaluate_last_year()
                    .map(|(before, not_applicable)| region.measure(&before, not_applicable)),
            },
        })
    }

    /// The nodes of a return that is looked at by itself.
    ///
    /// # Errors
    /// Where [`Self::scores_together`].
    pub fn scored_alone(&self, unit: &UnitReturn<'_>) -> Result<Scored, ScoringError> {
        match self {
            Self::Each(card) => Ok(card.score(&unit.evaluate(), &unit.now.not_applicable)),
            Self::Region(region) => Ok(region.scored_return(&unit.measure(region))),
            Self::Together(_) => Err(ScoringError::Foreign),
        }
    }
}
