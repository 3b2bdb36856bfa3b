//! The result of scoring one enterprise: every number and why.

use std::{collections::BTreeMap, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::text::Text;

use super::Figure;
use crate::ladder::{Attained, SceneCount};
use crate::{composite::CompositeDetail, exact::Fixed};

/// Score of one enterprise under one methodology. The same inputs give the same bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scored {
    /// Code of the methodology.
    pub methodology: String,
    /// Version of the methodology.
    pub version: String,
    /// Whether the methodology applies to this enterprise.
    pub applies: bool,
    /// Reason for the missing score; absent if there is a score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_scored: Option<NotScored>,
    /// Every node in the order of the tree, parents before children, followed by the scenes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<ScoredNode>,
    /// Scores of blocks, aggregates, topics and the total, by code. Nodes left out are not listed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub totals: BTreeMap<Arc<str>, Fixed>,
    /// Number of scenes that reach each level; empty without scenes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scene_counts: Vec<SceneCount>,
    /// The level or stage with the rule that determined it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attained: Option<Attained>,
    /// Additional details of a methodology that scores all returns together, at full precision.
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

/// Reason for the missing score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotScored {
    /// Stable code: `applies_when`, `open_block_finding`, `block_left_out`, `screened_out`, `not_ranked`.
    pub code: String,
    /// Description in words.
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

/// Kind of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NodeKind {
    /// An indicator or item, with a value.
    Indicator,
    /// A block or dimension of indicators.
    Block,
    /// A mean over blocks.
    Aggregate,
    /// A block that does not count in an aggregate.
    Topic,
    /// A business scene, with a level and without a score.
    Scene,
    /// The total score.
    Total,
}

impl NodeKind {
    /// Whether a root of this kind can be what enterprises are ranked by: a topic, a block or a scene beside it is not.
    pub(crate) fn can_be_main(self) -> bool {
        matches!(self, Self::Aggregate | Self::Total)
    }
}

/// Reason for a missing value, which determines how the missing policy is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingReason {
    /// The question was left blank.
    Blank,
    /// The answers are present but the value cannot be computed from them, for example because of a division by zero.
    NotComputable,
    /// A question it depends on is not relevant to the enterprise.
    NotRelevant,
    /// The reviewer has confirmed that a question it depends on does not apply.
    NotApplicable,
    /// All nodes below it are left out.
    NothingBelow,
}

/// A node. Codes and labels are shared with the methodology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScoredNode {
    /// Code.
    pub code: Arc<str>,
    /// Label.
    pub label: Arc<Text>,
    /// Kind of node.
    pub kind: NodeKind,
    /// Code of the parent node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Arc<str>>,
    /// Question or derived value that is scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Arc<str>>,
    /// Codes of the questions that the node depends on.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub depends_on: Arc<[String]>,
    /// Value used for scoring; absent if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Figure>,
    /// Score; absent if the node is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Fixed>,
    /// Weight specified by the methodology: percentage of its parent, or points. Absent for a root and a scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<Fixed>,
    /// Weight after redistribution of the weights of siblings left out; zero if the node itself is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_weight: Option<Fixed>,
    /// Contribution to the score of each node above, by code, to nine decimals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contributions: BTreeMap<Arc<str>, Fixed>,
    /// Rounding residual: the score less the contributions of all indicators below the node. Absent for an indicator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounding_residual: Option<Fixed>,
    /// Reason for the missing value; absent if the value is present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<MissingReason>,
}

impl ScoredNode {
    /// Contribution to the parent.
    pub fn contribution(&self) -> Option<Fixed> {
        self.contributions.get(self.parent.as_ref()?).copied()
    }
}

fn is_empty(list: &Arc<[String]>) -> bool {
    list.is_empty()
}
