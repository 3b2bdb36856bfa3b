//! Why a score is what it is, and what would better it.

use crate::{
    card::Scored,
    compile::OverReturns,
    composite::CompositeError,
    explain::{
        Distance, ExplainNode, Improvement, Missing, distance, distance_together, improvement, improvement_together,
        missing, missing_together, tree, tree_region, tree_together,
    },
    outline::{OutlineNode, outline},
    returns::CompositeScores,
};

/// Why a score is what it is.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The tree of nodes, one root per top score.
    pub roots: Vec<ExplainNode>,
    /// How far the next level or stage is; none at the top and without result.
    pub next: Option<Distance>,
    /// What missing answers did: whose weight moved where, and what scores zero.
    pub missing: Missing,
}

impl OverReturns {
    /// Why a score is what it is. `scored` must come from this methodology.
    pub fn explain(&self, scored: &Scored) -> Explained {
        match self {
            Self::Each(card) => Explained {
                roots: tree(scored, card),
                next: distance(scored, card),
                missing: missing(scored, card),
            },
            Self::Together(composite) => Explained {
                roots: tree_together(scored, composite),
                next: distance_together(scored, composite),
                missing: missing_together(scored),
            },
            Self::Region(region) => Explained {
                roots: tree_region(scored, region),
                next: None,
                missing: Missing::default(),
            },
        }
    }

    /// What would reach the next level or stage; none where there is nothing above or no result. `scored` must come from this
    /// methodology; `among` are the scores of all with the place of the unit, asked for where [`Self::scores_together`].
    ///
    /// # Errors
    /// Where the methodology refuses the figures of the unit.
    pub fn improve(
        &self,
        scored: &Scored,
        among: Option<(&CompositeScores, usize)>,
    ) -> Result<Option<Improvement>, CompositeError> {
        match (self, among) {
            (Self::Each(card), _) => Ok(improvement(scored, card)),
            (Self::Together(composite), Some((scores, unit))) => improvement_together(scores, composite, unit),
            (Self::Together(_), None) | (Self::Region(_), _) => Ok(None),
        }
    }

    /// Whether all returns are scored together, so that what one of them would get takes the scores of all.
    pub fn scores_together(&self) -> bool {
        self.together().is_some()
    }

    /// The nodes of the methodology, parents before children.
    pub fn outline(&self) -> Vec<OutlineNode> {
        outline(self)
    }
}
