//! What the shapes of methodologies have in common.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::{questionnaire::Confidence, text::Text};

/// How and where numbers are rounded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rounding {
    /// The rule for ties.
    pub mode: RoundingMode,
    /// Decimals of an indicator's value before it meets a score function.
    pub value_decimals: u32,
    /// Decimals of an item's or indicator's score.
    pub item_decimals: u32,
    /// Decimals of a block's score.
    pub block_decimals: u32,
    /// Decimals of a total or aggregate.
    pub total_decimals: u32,
    /// Decimals in print; nothing is computed from printed numbers.
    pub print_decimals: u32,
    /// Reason for this rounding.
    pub note: Text,
}

/// The rule for ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingMode {
    /// Half up: away from zero.
    HalfUp,
}

/// Whether more is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// More is better.
    HigherIsBetter,
    /// Less is better.
    LowerIsBetter,
}

/// What becomes of an indicator without a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MissingPolicy {
    /// The question is left blank, or the value cannot be computed from the answers.
    pub blank: BlankPolicy,
    /// A question it depends on is not relevant to the enterprise.
    pub not_relevant: NotRelevantPolicy,
    /// The reviewer has agreed that a question it depends on does not apply.
    pub not_applicable: NotApplicablePolicy,
    /// A blocking finding of the return is open.
    pub open_block_finding: OpenFindingPolicy,
    /// Every indicator of a block is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_block_left_out: Option<WholeBlockPolicy>,
    /// Description in words.
    pub note: Text,
}

/// What becomes of an indicator whose value is blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlankPolicy {
    /// It scores zero and is shown as blank.
    ZeroAndFlag,
}

/// What becomes of an indicator that is not relevant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotRelevantPolicy {
    /// It scores zero.
    Zero,
    /// Its weight is spread over the other indicators of its block in proportion.
    SpreadInBlock,
}

/// What becomes of an indicator that does not apply, with the reviewer's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotApplicablePolicy {
    /// Items are scored all the same; a scene counts as no level.
    NotAllowedForItems,
    /// Its weight is spread over the other indicators of its block in proportion.
    SpreadInBlockWithApproval,
}

/// What becomes of a return with an open blocking finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenFindingPolicy {
    /// It is not scored.
    NoResult,
}

/// What becomes of a block all of whose indicators are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WholeBlockPolicy {
    /// Its weight is spread over the other blocks in proportion, provided that the reviewer has agreed to leave out at
    /// least one of its indicators; without that consent there is no result.
    SpreadOverOtherBlocksWithApproval,
}

/// A document that a methodology leans on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Name of the document.
    pub name: String,
    /// What was taken from it.
    #[serde(rename = "use")]
    pub taken: Text,
    /// Confidence.
    pub confidence: Confidence,
}
