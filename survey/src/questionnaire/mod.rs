//! The questionnaire document, as written in `data/questionnaire_*.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    document::{DocumentFault, parse_json},
    text::Text,
};

/// How sure the authors of a document are of one of its statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The notice or standard prints it.
    Published,
    /// Known only from other implementations of the document.
    Reimplemented,
    /// From general knowledge.
    Recalled,
    /// Ours, without outside authority.
    Proposed,
}

/// A questionnaire: what is asked, in which order, with which rules. Immutable once published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// Code, such as `integration-2026`.
    pub code: String,
    /// Version, such as `1.0.0`.
    pub version: String,
    /// Title.
    pub title: Text,
    /// The year in which it is asked.
    pub survey_year: i32,
    /// Language of the form.
    pub language: String,
    /// Confidence of the whole.
    pub confidence: Confidence,
    /// What the answers are used for.
    pub purpose: Text,
    /// How rows and periods are laid out.
    pub layout: Text,
    /// How last round's answers are carried over.
    pub carry: Text,
    /// Periods a question may speak of, by code.
    pub periods: BTreeMap<String, Text>,
    /// Variants of the form.
    pub variants: Vec<Variant>,
    /// Units, by code.
    pub units: BTreeMap<String, Unit>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// The environment every expression relies on.
    pub expression_environment: ExpressionEnvironment,
    /// Questions in order.
    pub questions: Vec<Question>,
    /// Derived values in the order of evaluation.
    pub derived: Vec<DerivedValue>,
    /// Edit rules.
    pub edit_rules: Vec<EditRule>,
}

impl Questionnaire {
    /// Reads the document. Whether it makes sense is checked by [`crate::survey::Survey::compile`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        parse_json(bytes)
    }
}

/// A variant of the form, such as industry or services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
}

/// A unit of measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Label.
    pub label: Text,
    /// Units it is often mistaken for.
    pub mistaken_for: Vec<MistakenUnit>,
}

/// A unit that fillers use by mistake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MistakenUnit {
    /// The mistaken unit.
    pub unit: String,
    /// Factor from the mistaken unit to the right one.
    pub multiply_by: f64,
}

/// A section of the form: one sheet of the workbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Code, one capital letter.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Filling notes.
    pub help: Text,
    /// CEL condition for the whole section.
    pub relevance: String,
}

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
    /// What it says.
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
    /// Unit code, empty for none.
    pub unit: String,
    /// Decimals for display.
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
    /// Decimals for display.
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
