//! From a methodology document to something that scores: every reference resolved, every promise of the document proved.

mod aggregate;
mod checks;
mod composite;
mod faults;
mod index;
mod level;
mod region;
mod score;
mod sources;
mod stage;
mod weight_origin;

use std::{collections::BTreeSet, sync::Arc};

use serde::Serialize;
use survey::{document::DocumentFault, expression::Value, finding::Findings, survey::Survey, text::Text};

use crate::{
    card::{
        self, Facts, Figure, Scored,
        compiled::{Card, Ladder},
    },
    document::Methodology,
    exact::Fixed,
    ladder::{ScoreLevels, ScoreStages},
    region::CompiledRegion,
};
use faults::{Faults, check_values};
use sources::Sources;

pub use composite::{CompiledComposite, CompositeColumn, GROUPS};
pub use level::TOTAL;

/// A methodology that has passed publication.
#[derive(Clone, Debug)]
pub enum Compiled {
    /// It scores enterprises, one return at a time.
    Enterprise(Box<CompiledCard>),
    /// It gives a region an index, from statistics and from returns.
    Region(Box<CompiledRegion>),
    /// It scores many units together.
    Composite(Box<CompiledComposite>),
}

/// A methodology over the returns of a round. Clones share it.
#[derive(Clone, Debug)]
pub enum OverReturns {
    /// It scores each return by itself.
    Each(Arc<CompiledCard>),
    /// It scores all of them together.
    Together(Arc<CompiledComposite>),
    /// It takes something from each and gives their region an index; no return has a score.
    Region(Arc<CompiledRegion>),
}

impl OverReturns {
    /// Code of the methodology.
    pub fn code(&self) -> &str {
        match self {
            Self::Each(methodology) => methodology.code(),
            Self::Together(composite) => &composite.code,
            Self::Region(region) => &region.code,
        }
    }

    /// Version of the methodology.
    pub fn version(&self) -> &str {
        match self {
            Self::Each(methodology) => methodology.version(),
            Self::Together(composite) => &composite.version,
            Self::Region(region) => &region.version,
        }
    }

    /// Whether the figures of one enterprise or region can move the score of another.
    pub fn relative(&self) -> bool {
        match self {
            Self::Each(methodology) => methodology.relative(),
            Self::Together(composite) => composite.method.relative(),
            Self::Region(region) => region.relative,
        }
    }

    /// The one that scores each return by itself, if it is one.
    pub fn each(&self) -> Option<&Arc<CompiledCard>> {
        match self {
            Self::Each(methodology) => Some(methodology),
            Self::Together(_) | Self::Region(_) => None,
        }
    }

    /// The one that scores all returns together, if it is one.
    pub fn together(&self) -> Option<&Arc<CompiledComposite>> {
        match self {
            Self::Together(composite) => Some(composite),
            Self::Each(_) | Self::Region(_) => None,
        }
    }

    /// The one that gives a region an index, if it is one.
    pub fn region(&self) -> Option<&Arc<CompiledRegion>> {
        match self {
            Self::Region(region) => Some(region),
            Self::Each(_) | Self::Together(_) => None,
        }
    }

    /// The levels or stages it can give with their labels, from the highest down.
    pub fn bands(&self) -> Vec<(u32, Text)> {
        match self {
            Self::Each(methodology) => methodology.card.ladder.bands(),
            Self::Together(composite) => composite.bands(),
            Self::Region(_) => Vec::new(),
        }
    }

    /// Decimals of scores in print.
    pub fn print_decimals(&self) -> u32 {
        match self {
            Self::Each(methodology) => methodology.print_decimals(),
            Self::Together(composite) => composite.print_decimals(),
            Self::Region(region) => region.rounding.print_decimals,
        }
    }

    /// The levels or stages it can give, from the highest down: for distributions in which nothing is left out.
    pub fn rungs(&self) -> Vec<u32> {
        match self {
            Self::Each(methodology) => methodology.rungs(),
            Self::Together(composite) => composite.method.rungs(),
            Self::Region(_) => Vec::new(),
        }
    }
}

/// A methodology for enterprises, ready to score. `Send + Sync`.
#[derive(Clone, Debug)]
pub struct CompiledCard {
    pub(crate) card: Card,
    locked: bool,
    relative: bool,
}

impl Methodology {
    /// Checks the document against the questionnaire it scores and compiles it. Returns every fault that can be told
    /// apart, each with its JSON pointer.
    pub fn compile(&self, survey: &Survey) -> Result<Compiled, Vec<DocumentFault>> {
        let sources = Sources::new(survey.questionnaire(), survey.environment());
        let mut faults = Faults::default();
        match self {
            Self::Level(document) => {
                check_document(document, &mut faults);
                let card = level::compile(document, &sources, &mut faults);
                faults.into_result(card).map(|card| self.enterprise(card, false))
            }
            Self::Index(document) => {
                check_document(document, &mut faults);
                let card = index::compile(document, &sources, &mut faults);
                faults
                    .into_result(card)
                    .map(|card| self.enterprise(card, document.relative))
            }
            Self::Region(document) => {
                check_document(document, &mut faults);
                let region = region::compile(document, &sources, &mut faults);
                faults
                    .into_result(region)
                    .map(|region| Compiled::Region(Box::new(region)))
            }
            Self::Composite(document) => {
                composite::check_texts(document, &mut faults);
                let composite = composite::compile(document, &sources, &mut faults);
                faults
                    .into_result(composite)
                    .map(|composite| Compiled::Composite(Box::new(composite)))
            }
        }
    }

    fn enterprise(&self, card: Card, relative: bool) -> Compiled {
        let locked = self.locked();
        Compiled::Enterprise(Box::new(CompiledCard { card, locked, relative }))
    }
}

/// What holds for the values of every document, whatever its shape.
fn check_document(document: &impl Serialize, faults: &mut Faults) {
    // A document that was read can be written; if not, the typed checks still follow.
    if let Ok(value) = serde_json::to_value(document) {
        check_values(&value, "", faults);
    }
}

impl Compiled {
    /// The methodology for enterprises, if it is one.
    pub fn enterprise(self) -> Option<CompiledCard> {
        match self {
            Self::Enterprise(methodology) => Some(*methodology),
            Self::Region(_) | Self::Composite(_) => None,
        }
    }

    /// The methodology over the returns of a round, if it is one.
    pub fn over_returns(self) -> Option<OverReturns> {
        match self {
            Self::Enterprise(methodology) => Some(OverReturns::Each(Arc::from(methodology))),
            Self::Composite(composite) if !composite.columns.is_empty() => {
                Some(OverReturns::Together(Arc::from(composite)))
            }
            Self::Region(region) => Some(OverReturns::Region(Arc::from(region))),
            Self::Composite(_) => None,
        }
    }

    /// The methodology for regions, if it is one.
    pub fn region(self) -> Option<CompiledRegion> {
        match self {
            Self::Region(region) => Some(*region),
            Self::Enterprise(_) | Self::Composite(_) => None,
        }
    }

    /// The methodology for many units together, if it is one.
    pub fn composite(self) -> Option<CompiledComposite> {
        match self {
            Self::Composite(composite) => Some(*composite),
            Self::Enterprise(_) | Self::Region(_) => None,
        }
    }
}

impl CompiledCard {
    /// Scores one return. `not_applicable` are the questions of which the reviewer has agreed that they do not apply.
    ///
    /// Exact and deterministic: the same answers give the same bytes.
    pub fn score(&self, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> Scored {
        card::score(&self.card, facts, not_applicable)
    }

    /// The score an indicator or item gives to a value; none where there is no such indicator or the value does not fit.
    pub fn score_of(&self, indicator: &str, value: &Value) -> Option<Fixed> {
        let leaf = self.card.leaves.iter().find(|leaf| *leaf.code == *indicator)?;
        let rounding = &self.card.rounding;
        leaf.rule
            .score(&Figure::of(value, rounding.value_decimals)?, rounding.item_decimals)
    }

    /// The result for a return whose open blocking findings keep it from being scored, by the methodology's missing
    /// policy; none when it may be scored.
    pub fn refuse_open_findings(&self, findings: &Findings) -> Option<Scored> {
        card::refuse_open_findings(&self.card, findings)
    }

    /// Code of the methodology.
    pub fn code(&self) -> &str {
        &self.card.code
    }

    /// Version of the methodology.
    pub fn version(&self) -> &str {
        &self.card.version
    }

    /// Whether the product must not offer to edit it.
    pub fn locked(&self) -> bool {
        self.locked
    }

    /// Whether one enterprise's figures can move another's score.
    pub fn relative(&self) -> bool {
        self.relative
    }

    /// The levels or stages it can give, from the highest down: for distributions in which nothing is left out.
    pub fn rungs(&self) -> Vec<u32> {
        self.card.ladder.rungs()
    }

    /// The levels, where they are given by a score and counts of scenes; none where conditions decide.
    pub fn score_levels(&self) -> Option<ScoreLevels> {
        match &self.card.ladder {
            Ladder::Levels { total, rows } => {
                let node = self.card.branches.get(*total)?;
                Some(ScoreLevels::new(Arc::clone(&node.code), rows.clone()))
            }
            Ladder::Stages { .. } => None,
        }
    }

    /// The stages, where they are given by plain comparisons of scores; none where a level or another condition decides.
    pub fn score_stages(&self) -> Option<ScoreStages> {
        match &self.card.ladder {
            Ladder::Levels { .. } => None,
            Ladder::Stages { stages, .. } => ScoreStages::of(stages),
        }
    }

    /// Decimals in print.
    pub fn print_decimals(&self) -> u32 {
        self.card.rounding.print_decimals
    }
}
