//! Derived values and edit rules as the document writes them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Confidence;
use crate::text::Text;

/// A value computed from answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DerivedValue {
    /// Code, such as `energy_tce`.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Unit code.
    pub unit: String,
    /// Decimals for display.
    pub decimals: u32,
    /// CEL expression.
    pub expression: String,
    /// Names that must not be null.
    pub needs: Vec<String>,
    /// CEL condition that must hold.
    pub guard: String,
    /// Direction of the change it expresses, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direction: Option<String>,
    /// A note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
}

/// The class of an edit rule (the CFPB's four classes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleClass {
    /// The answer is not of the right form.
    Syntactical,
    /// The answers contradict each other.
    Validity,
    /// The answers are unlikely.
    Quality,
    /// The return looks odd beside others.
    Macro,
}

/// What a finding does. Ordered from the gravest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Must be corrected.
    Block,
    /// Must be corrected or justified.
    Warn,
    /// A note.
    Info,
}

/// An edit rule: when `needs` are present and `when` holds, `expression` must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditRule {
    /// Code, such as `CK044`.
    pub code: String,
    /// Class.
    pub class: RuleClass,
    /// What a finding does.
    pub action: Action,
    /// CEL condition under which the rule applies.
    pub when: String,
    /// CEL condition that must hold.
    pub expression: String,
    /// Names that must not be null.
    pub needs: Vec<String>,
    /// Questions at whose cells the finding is raised.
    pub cells: Vec<String>,
    /// Message.
    pub message: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
}
