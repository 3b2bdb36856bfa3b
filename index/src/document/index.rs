//! The document of an integration index: blocks of weighted indicators, aggregates over blocks, topics and stages.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{questionnaire::Confidence, text::Text};

use super::{Direction, MissingPolicy, Reference, Rounding, ScoreFunction};
use crate::{exact::Fixed, weights::Weighting};

/// A methodology that gives an enterprise an index and a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexMethodology {
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title.
    pub title: Text,
    /// Code of the questionnaire it scores.
    pub questionnaire: String,
    /// Whether the product must not offer to edit it.
    pub locked: bool,
    /// Confidence of the whole.
    pub confidence: Confidence,
    /// Whether one enterprise's figures can move another's score.
    pub relative: bool,
    /// CEL condition over the answers: only where it holds is an enterprise scored. Absent: everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_when: Option<String>,
    /// Rounding.
    pub rounding: Rounding,
    /// The score kinds in words.
    pub score_kinds: BTreeMap<String, Text>,
    /// Blocks in order.
    pub blocks: Vec<Block>,
    /// Confidence of the block weights.
    pub block_weight_confidence: Confidence,
    /// Aggregates, parts before wholes.
    pub aggregates: Vec<IndexAggregate>,
    /// Blocks that are shown by themselves and count in no aggregate.
    pub topics: Vec<Topic>,
    /// How indicators become a block.
    pub block_score: BlockScore,
    /// Indicators in order.
    pub indicators: Vec<IndexIndicator>,
    /// What becomes of missing values.
    pub missing_policy: MissingPolicy,
    /// Stages.
    pub stages: Stages,
    /// What is published over all enterprises.
    pub aggregation_over_enterprises: EnterpriseAggregation,
    /// Documents it leans on.
    pub references: Vec<Reference>,
    /// How weights came about, by the code of the block or aggregate whose parts they weigh: comparisons with their matrix,
    /// figures of a computation. The weights stated above must be these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weight_origins: BTreeMap<String, Weighting>,
}

/// A block of indicators.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Code, an upper-case name usable in expressions.
    pub code: String,
    /// Label.
    pub label: Text,
    /// The aggregate it is a part of, or `topic`.
    pub part_of: String,
    /// Weight in percent among the blocks of the same aggregate.
    pub weight: Fixed,
}

/// An aggregate over blocks and earlier aggregates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexAggregate {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// The formula as CEL, for the reader; proved to agree with `parts`.
    pub expression: String,
    /// Weight in percent of every part. The aggregate is computed from these, exactly.
    pub parts: BTreeMap<String, Fixed>,
}

/// A block that is shown by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    /// Code, that of its block.
    pub code: String,
    /// Label.
    pub label: Text,
    /// The code of the block.
    pub expression: String,
    /// Always false: a topic counts in no aggregate.
    pub in_index: bool,
}

/// How indicators become a block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockScore {
    /// The formula: `sum(weight * score) / sum(weight)` is the one there is.
    pub expression: String,
    /// Description in words.
    pub note: Text,
}

/// An indicator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndexIndicator {
    /// Code.
    pub code: String,
    /// Code of its block.
    pub block: String,
    /// Label.
    pub label: Text,
    /// Unit of the value; empty if there is none.
    pub unit: String,
    /// Whether more is better, for the reader; the score function decides.
    pub direction: Direction,
    /// The question or derived value that is scored.
    pub source: String,
    /// Questions it depends on: where one is not relevant or does not apply, the indicator is left out.
    pub depends_on: Vec<String>,
    /// How the value becomes a score of 0 to 100.
    pub score: ScoreFunction,
    /// Weight in percent of its block.
    pub weight: Fixed,
    /// Source.
    pub reference: String,
    /// Confidence.
    pub confidence: Confidence,
}

/// Stages of development.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stages {
    /// Who confirms a stage.
    pub confirmation: Confirmation,
    /// What is shown until then.
    pub until_confirmed: Text,
    /// Confidence.
    pub confidence: Confidence,
    /// Description in words.
    pub note: Text,
    /// Rules from the highest stage down; the first that holds decides, the last always holds.
    pub rules: Vec<StageRule>,
}

/// Who confirms a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// A reviewer.
    Manual,
    /// Nobody: it stands as computed.
    Automatic,
}

/// A stage and its condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageRule {
    /// Stage.
    pub stage: u32,
    /// Label.
    pub label: Text,
    /// CEL condition over the scores of nodes: in an index the rounded ones of blocks and aggregates.
    pub expression: String,
}

/// What is published over all enterprises of a round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterpriseAggregation {
    /// Shares of enterprises that fulfil a condition.
    pub rates: Vec<EnterpriseRate>,
    /// Means over enterprises.
    pub means: Vec<EnterpriseMean>,
    /// Cells with fewer enterprises are not published.
    pub min_cell: u32,
    /// Description in words.
    pub note: Text,
}

/// The share of enterprises that fulfil a condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterpriseRate {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// CEL condition over the answers.
    pub expression: String,
    /// Names that must not be null for an enterprise to be counted.
    pub needs: Vec<String>,
}

/// A mean over enterprises.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnterpriseMean {
    /// Code of the derived value.
    pub code: String,
    /// Description in words.
    pub note: Text,
}
