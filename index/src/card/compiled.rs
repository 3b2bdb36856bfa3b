//! The compiled form of a methodology for enterprises: one tree, whatever the document's shape.

use std::sync::Arc;

use survey::{expression::Expression, text::Text};

use super::{NodeKind, ScoreRule};
use crate::{
    document::{MissingPolicy, Rounding},
    exact::Fixed,
    ladder::{LevelRow, StageLadder},
};

/// Everything needed to score an enterprise.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub(crate) code: String,
    pub(crate) version: String,
    /// None: it applies everywhere.
    pub(crate) applies_when: Option<Expression>,
    pub(crate) rounding: Rounding,
    pub(crate) policy: MissingPolicy,
    pub(crate) leaves: Vec<Leaf>,
    /// Children before parents.
    pub(crate) branches: Vec<Branch>,
    /// All nodes in the order of display: parents before children.
    pub(crate) order: Vec<NodeRef>,
    pub(crate) scenes: Vec<SceneNode>,
    pub(crate) ladder: Ladder,
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeRef {
    Leaf(usize),
    Branch(usize),
}

/// An indicator or item.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) code: Arc<str>,
    pub(crate) label: Arc<Text>,
    pub(crate) unit: String,
    pub(crate) source: Arc<str>,
    /// The questions without which it has no score.
    pub(crate) depends_on: Arc<[String]>,
    /// All questions that its figure comes from, through derived values too.
    pub(crate) questions: Arc<[String]>,
    /// Whether its source is a question that takes whole numbers.
    pub(crate) whole: bool,
    pub(crate) rule: ScoreRule,
    pub(crate) weight: Fixed,
    /// The branch it counts under.
    pub(crate) parent: usize,
}

/// A block, aggregate, topic or total.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) code: Arc<str>,
    pub(crate) label: Arc<Text>,
    pub(crate) kind: NodeKind,
    pub(crate) join: Join,
    /// Children and their weights in the order of the document.
    pub(crate) children: Vec<(NodeRef, Fixed)>,
    /// Decimals to which its score is rounded.
    pub(crate) decimals: u32,
    /// The branch it counts under and its weight there.
    pub(crate) parent: Option<(usize, Fixed)>,
}

/// How children become a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Join {
    /// `sum(weight * score) / sum(weight)` over the children that count.
    WeightedMean,
    /// `sum(score)`.
    Sum,
}

/// A business scene.
#[derive(Clone, Debug)]
pub(crate) struct SceneNode {
    pub(crate) code: Arc<str>,
    pub(crate) label: Arc<Text>,
    /// The scene's own question.
    pub(crate) depends_on: Arc<[String]>,
    pub(crate) constrained: bool,
}

/// How scores become a level or stage.
#[derive(Clone, Debug)]
pub(crate) enum Ladder {
    /// Points and scenes.
    Levels {
        /// The branch whose score is compared.
        total: usize,
        rows: Vec<LevelRow>,
    },
    /// Conditions over scores.
    Stages {
        /// The nodes are the branches, in their order.
        stages: StageLadder,
        until_confirmed: Option<Text>,
    },
}

impl Card {
    /// The code of a branch.
    pub(crate) fn shared_code(&self, at: usize) -> Option<Arc<str>> {
        self.branches.get(at).map(|branch| Arc::clone(&branch.code))
    }
}

impl Ladder {
    /// The levels or stages from the highest down, with their labels.
    pub(crate) fn bands(&self) -> Vec<(u32, Text)> {
        match self {
            Self::Levels { rows, .. } => rows.iter().map(|row| (row.level, row.label.clone())).collect(),
            Self::Stages { stages, .. } => {
                let rows = stages.rows.iter();
                rows.map(|row| (row.stage, row.label.clone())).collect()
            }
        }
    }

    /// The levels or stages from the highest down.
    pub(crate) fn rungs(&self) -> Vec<u32> {
        match self {
            Self::Levels { rows, .. } => rows.iter().map(|row| row.level).collect(),
            Self::Stages { stages, .. } => stages.numbers().collect(),
        }
    }
}
