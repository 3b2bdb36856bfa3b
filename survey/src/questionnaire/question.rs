//! Questions, their options and the columns of tables.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Confidence;
use crate::text::Text;

/// The kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionType {
    /// A number in the question's unit.
    Number,
    /// A percentage, 0 to 100.
    Percent,
    /// A whole number.
    Integer,
    /// An amount of money in the question's unit.
    Money,
    /// One option.
    Single,
    /// Any number of options.
    Multi,
    /// A level, a whole number with a described option each.
    Level,
    /// Free text.
    Text,
    /// A date.
    Date,
    /// Yes or no.
    Boolean,
    /// Rows with columns.
    Table,
}

impl QuestionType {
    /// Whether answers are numbers.
    pub fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Number | Self::Percent | Self::Integer | Self::Money | Self::Level
        )
    }

    /// Whether answers are whole numbers.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Integer | Self::Level)
    }

    /// How a question of this kind is answered.
    pub(crate) fn how_to_answer(self) -> Text {
        match self {
            Self::Number | Self::Percent | Self::Integer | Self::Money => {
                Text::new("填写；数为零的填 0", "Fill it in; enter 0 for none")
            }
            Self::Single | Self::Level => Text::new("从下拉列表中选择", "Choose from the list"),
            Self::Multi => Text::new("选择，可选多项", "Choose; several options may hold"),
            Self::Boolean => Text::new("从下拉列表中选“是”或“否”", "Choose yes or no from the list"),
            Self::Date => Text::new("填写日期，如 2025-06-30", "Enter the date, like 2025-06-30"),
            Self::Text | Self::Table => Text::new("填写", "Fill it in"),
        }
    }
}

/// A question: one answer cell (or one table).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Code, such as `F03` or `F03P`.
    pub code: String,
    /// Section code.
    pub section: String,
    /// Row code: questions of the same row stand side by side, one column per period.
    pub row: String,
    /// Period code.
    pub period: String,
    /// Label.
    pub label: Text,
    /// Filling note.
    pub help: Text,
    /// Kind of answer.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// Unit code; empty if there is none.
    pub unit: String,
    /// Number of decimals for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// Lower bound, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper bound, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Whether an answer must be given when the question is relevant.
    pub required: bool,
    /// Options of a choice or level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<ChoiceOption>>,
    /// Options from a code list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options_ref: Option<OptionsRef>,
    /// The option that means none of the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub none_code: Option<String>,
    /// The most options or rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_items: Option<u32>,
    /// Columns of a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<TableColumn>>,
    /// CEL condition: unless true the question is not relevant and its answer is null.
    pub relevance: String,
    /// Whether the enterprise may claim that it does not apply.
    pub na_allowed: bool,
    /// Whether last round's answer is carried.
    pub carried_forward: bool,
    /// How it is carried.
    pub carry_mode: CarryMode,
    /// The question of last round whose answer prefills this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carry_from: Option<String>,
    /// The fact of the registry of enterprises that stands in the cell when a template is issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryFact>,
    /// Code in the energy factor table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub factor_code: Option<String>,
    /// Code in the CO2 factor table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co2_code: Option<String>,
    /// Business scene, for level questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<Text>,
    /// Domain of the scene.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Text>,
    /// Whether the scene is constrained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub constrained: Option<bool>,
    /// Whether the answer is personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub personal_data: Option<bool>,
    /// A known doubt about the definition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// Source of the question.
    pub source: String,
    /// Confidence.
    pub confidence: Confidence,
}

impl Question {
    /// The columns of a table question; other questions have none.
    pub fn table_columns(&self) -> &[TableColumn] {
        self.columns.as_deref().unwrap_or(&[])
    }
}

/// A fact of the registry of enterprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistryFact {
    /// Unified social credit code.
    Uscc,
    /// Registered name.
    Name,
    /// Former names.
    FormerNames,
    /// Organisation code, derived from the credit code.
    OrgCode,
    /// Code of the area.
    AreaCode,
    /// Code of the industry.
    IndustryCode,
}

/// How last round's answer is carried into the new form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CarryMode {
    /// Shown beside the cell.
    Show,
    /// Put into the cell, to be kept or changed.
    Prefill,
    /// Not carried.
    None,
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Points in the national methodology, for the reader of the questionnaire only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<f64>,
}

/// Options that come from a code list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionsRef {
    /// File of the code list.
    pub file: String,
    /// Column that holds the code.
    pub value: String,
    /// Column that holds the label.
    pub label: String,
    /// Column values a row must have.
    #[serde(rename = "where")]
    pub filter: BTreeMap<String, String>,
}

/// A column of a table question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableColumn {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Kind of answer.
    #[serde(rename = "type")]
    pub kind: QuestionType,
    /// Unit code.
    pub unit: String,
    /// Number of decimals for display.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u32>,
    /// Whether each row needs it.
    pub required: bool,
    /// Lower bound, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Upper bound, inclusive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<ChoiceOption>>,
}

impl TableColumn {
    /// The options of a column of choices; other columns have none.
    pub fn own_options(&self) -> &[ChoiceOption] {
        self.options.as_deref().unwrap_or(&[])
    }
}
