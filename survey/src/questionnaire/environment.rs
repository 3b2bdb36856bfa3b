//! What the expressions of a questionnaire rely on.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The declared CEL environment of a questionnaire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpressionEnvironment {
    /// Always `CEL`.
    pub language: String,
    /// How answers become CEL values.
    pub values: Text,
    /// What relevance means.
    pub relevance: Text,
    /// How derived values are computed.
    pub derived: Text,
    /// How edit rules are evaluated.
    pub edit_rules: Text,
    /// What null means.
    pub null: Text,
    /// Functions that may be called.
    pub functions: Vec<FunctionDeclaration>,
    /// Fields of `ctx`.
    pub context: Vec<ContextField>,
    /// What `prev` means.
    pub previous_return: Text,
}

/// A function of the expression environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionDeclaration {
    /// Name.
    pub name: String,
    /// Signature, such as `nz(double?) -> double`.
    pub signature: String,
    /// What it does.
    pub label: Text,
}

/// A field of the round context `ctx`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContextField {
    /// Name.
    pub name: String,
    /// CEL type: `bool` or `double`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Text of the reason.
    pub label: Text,
    /// What it is made of; a field without a source is always null.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<ContextSource>,
}

/// What a field of the round context is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContextSource {
    /// Whether another return of the round gives the same answer.
    DuplicateAnswer {
        /// Question code.
        question: String,
    },
    /// Share of the numbers that equal the enterprise's own of last round, 0 to 1.
    SameNumberShare,
    /// Share of the numbers that equal those of the most similar other return of the round, 0 to 1.
    TwinNumberShare,
    /// Share of the single choices and levels at their last option, 0 to 1.
    TopOptionShare,
    /// Number of accepted returns of the same industry that have the value.
    PeerCount {
        /// Derived value or numeric question.
        of: String,
        /// Leading characters of the industry code that make an industry the same.
        industry_digits: u8,
    },
    /// Quantile of the value over the accepted returns of the same industry.
    PeerQuantile {
        /// Derived value or numeric question.
        of: String,
        /// Leading characters of the industry code that make an industry the same.
        industry_digits: u8,
        /// Probability, 0 to 1.
        probability: f64,
    },
}

impl ContextSource {
    /// The CEL type of the field.
    pub fn field_type(&self) -> &'static str {
        match self {
            Self::DuplicateAnswer { .. } => "bool",
            _ => "double",
        }
    }
}
