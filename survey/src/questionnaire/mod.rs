//! The questionnaire document, as written in `data/questionnaire_*.json`.

mod environment;
mod period;
mod question;
mod rule;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use environment::{ContextField, ContextSource, ExpressionEnvironment, FunctionDeclaration};
pub use period::Period;
pub use question::{CarryMode, ChoiceOption, OptionsRef, Question, QuestionType, RegistryFact, TableColumn};
pub use rule::{Action, DerivedValue, EditRule, RuleClass};

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
    /// The first year in which it is asked.
    pub survey_year: i32,
    /// The last year in which it is asked; absent for one that is asked in the survey year alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_survey_year: Option<i32>,
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
    /// Periods a question may speak of, by code. `{code}` in a text stands for the year, or the day, of the period.
    pub periods: BTreeMap<String, Period>,
    /// Variants of the form.
    pub variants: Vec<Variant>,
    /// The question whose answer is the variant; absent where there is none, and every form has all questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_question: Option<String>,
    /// Wordings of labels and units that forms issued earlier have and that mean the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_wordings: Vec<FormerWording>,
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
    /// The variant of an enterprise of this industry; nothing where no variant names it.
    pub fn variant_of_industry(&self, industry: &str) -> Option<&str> {
        let names_it = |variant: &&Variant| variant.industries.iter().any(|prefix| industry.starts_with(prefix));
        let variant = self.variants.iter().find(names_it)?;
        self.variant_question.as_ref().map(|_| variant.code.as_str())
    }

    /// Reads the document. Whether it makes sense is checked by [`crate::survey::Survey::compile`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        parse_json(bytes)
    }
}

/// A wording that was another one in forms issued earlier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormerWording {
    /// As it reads now.
    pub now: String,
    /// As it read before.
    pub before: Vec<String>,
}

/// A variant of the form, such as industry or services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variant {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Beginnings of the industry codes whose enterprises answer it, so long as nothing better is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub industries: Vec<String>,
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
    /// Its name for people; absent where the unit is its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Text>,
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
