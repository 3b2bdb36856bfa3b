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
    /// Number of decimals for display.
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

impl RuleClass {
    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::Syntactical => Text::new("填报格式", "Format"),
            Self::Validity => Text::new("逻辑关系", "Consistency"),
            Self::Quality => Text::new("合理性", "Plausibility"),
            Self::Macro => Text::new("综合比对", "Comparison"),
        }
    }
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

impl Action {
    /// All actions, the gravest first.
    pub const ALL: [Self; 3] = [Self::Block, Self::Warn, Self::Info];

    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::Block => Text::new("强制性错误", "Error"),
            Self::Warn => Text::new("核实性错误", "Query"),
            Self::Info => Text::new("提示性信息", "Information"),
        }
    }

    /// The same with what is to be done about it.
    pub fn demand(self) -> Text {
        match self {
            Self::Block => Text::new("强制性错误（必须改正）", "Error (must be corrected)"),
            Self::Warn => Text::new("核实性错误（改正或说明）", "Query (correct or justify)"),
            Self::Info => self.title(),
        }
    }
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
    /// What must hold, as the form prints it before anything is filled in. Needed where the message holds values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Text>,
    /// What is wrong and what to do. Slots in braces hold the values compared: `{D07}`, `{D07.label}`, `{D07.code}`,
    /// `{D07.unit}`, computed ones as `{T02 + T03; 万元}`.
    pub message: Text,
    /// Source.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
}
