//! The result of scoring one enterprise: every number and why.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::Figure;
use crate::ladder::{Attained, SceneCount};
use crate::{composite::CompositeDetail, exact::Fixed};

/// The score of one enterprise under one methodology. The same inputs give the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scored {
    /// Code of the methodology.
    pub methodology: String,
    /// Version of the methodology.
    pub version: String,
    /// Whether the methodology is meant for this enterprise.
    pub applies: bool,
    /// Why there is no score; absent when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_scored: Option<NotScored>,
    /// Every node in the order of the tree, parents before children, then the scenes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<ScoredNode>,
    /// The scores of blocks, aggregates, topics and the total, by code. A node left out has none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub totals: BTreeMap<Arc<str>, Fixed>,
    /// How many scenes reach each level; empty without scenes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scene_counts: Vec<SceneCount>,
    /// The level or stage and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attained: Option<Attained>,
    /// What a methodology that scores all returns together says besides, at full precision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub composite: Option<Box<CompositeDetail>>,
}

impl Scored {
    /// The node of a code.
    pub fn node(&self, code: &str) -> Option<&ScoredNode> {
        self.nodes.iter().find(|node| *node.code == *code)
    }

    /// The node whose score enterprises are ranked by: the first root that is a total or an aggregate.
    pub fn main_node(&self) -> Option<&ScoredNode> {
        let mut roots = self.nodes.iter().filter(|node| node.parent.is_none());
        roots.find(|node| node.kind.can_be_main())
    }

    /// The score that enterprises are ranked by.
    pub fn main_score(&self) -> Option<Fixed> {
        self.main_node()?.score
    }
}

/// Why there is no score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotScored {
    /// Stable code: `applies_when`, `open_block_finding`, `block_left_out`, `screened_out`, `not_ranked`.
    pub code: String,
    /// In words.
    pub message: Text,
}

impl NotScored {
    pub(crate) fn new(code: &str, zh: &str, en: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: Text::new(zh, en),
        }
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// An indicator or item: it has a value.
    Indicator,
    /// A block or dimension of indicators.
    Block,
    /// A mean over blocks.
    Aggregate,
    /// A block that counts in no aggregate.
    Topic,
    /// A business scene: it has a level and no score.
    Scene,
    /// The sum of everything.
    Total,
}

impl NodeKind {
    /// Whether a root of this kind can be what enterprises are ranked by: a topic, a block or a scene beside it is not.
    pub(crate) fn can_be_main(self) -> bool {
        matches!(self, Self::Aggregate | Self::Total)
    }
}

/// Why a value is missing, and with it, what the missing policy was applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// The question was left blank.
    Blank,
    /// The answers are there but the value cannot be computed from them, for example because of a division by zero.
    NotComputable,
    /// A question it depends on is not relevant to the enterprise.
    NotRelevant,
    /// The reviewer has agreed that a question it depends on does not apply.
    NotApplicable,
    /// Everything below it is left out.
    NothingBelow,
}

/// One node. Codes and labels are shared with the methodology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScoredNode {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// What it is.
    pub kind: NodeKind,
    /// Code of the node it counts under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Arc<str>>,
    /// The question or derived value it scores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
    /// Questions it depends on.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub depends_on: Arc<[String]>,
    /// The value as it was scored; absent when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Figure>,
    /// The score; absent when the node is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Fixed>,
    /// The weight the methodology gives it: percent of its parent, or points. Absent for a root and a scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Fixed>,
    /// The weight after that of siblings left out has been spread; zero when it is left out itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_weight: Option<Fixed>,
    /// What it adds to the score of each node above it, by code; to nine decimals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contributions: BTreeMap<Arc<str>, Fixed>,
    /// The score less the contributions of all indicators below it: what rounding added. Absent for an indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_residual: Option<Fixed>,
    /// Why the value is missing; absent when it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReason>,
}

impl ScoredNode {
    /// What it adds to its parent.
    pub fn contribution(&self) -> Option<Fixed> {
        self.contributions.get(self.parent.as_ref()?).copied()
    }
}

fn is_empty(list: &Arc<[String]>) -> bool {
    list.is_empty()
}
