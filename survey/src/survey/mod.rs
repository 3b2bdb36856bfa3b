//! A compiled questionnaire: validated once, then used for every return of a round.

mod causes;
mod cells;
mod check;
mod context;
mod conversion;
mod environment;
mod evaluation;
mod fingerprint;
mod fit;
mod identify;
mod message;
mod neighbours;
mod publish;
mod rows;
mod rule;

use std::{collections::BTreeMap, sync::Arc};

pub use conversion::WantedConversion;
pub use evaluation::{DerivedResult, Evaluation, RoundContext};
pub use fingerprint::{Fingerprint, PeerFigures};
pub use fit::Misfit;
pub use neighbours::{Neighbour, Neighbours, Others};
pub use rows::Row;
pub use rule::Guarded;
use rule::{CompiledDerived, CompiledRule};

use crate::{
    document::DocumentFault,
    expression::{Expression, TypeEnv},
    questionnaire::{ChoiceOption, DerivedValue, EditRule, Question, Questionnaire, TableColumn},
    reading::{Field, OptionIndex},
    tables::ReferenceTables,
    text::Text,
};

/// A questionnaire that has passed publication: every expression compiled, every reference resolved. `Send + Sync`.
#[derive(Debug)]
pub struct Survey {
    questionnaire: Questionnaire,
    tables: Arc<ReferenceTables>,
    /// One per question, in the order of the questionnaire.
    compiled: Vec<CompiledQuestion>,
    /// Position of each question.
    positions: BTreeMap<String, usize>,
    /// The distinct relevance conditions.
    conditions: Vec<Expression>,
    derived: Vec<CompiledDerived>,
    rules: Vec<CompiledRule>,
    environment: TypeEnv,
}

/// What is prepared for one question.
#[derive(Debug)]
struct CompiledQuestion {
    name: Arc<str>,
    /// `prev.CODE`.
    previous_name: Arc<str>,
    /// Conditions, by index, which must all hold for the question to be relevant.
    relevance: Vec<usize>,
    options: Vec<ChoiceOption>,
    option_index: OptionIndex,
    /// By column code.
    column_options: BTreeMap<String, OptionIndex>,
}

impl Survey {
    /// Validates and compiles a questionnaire with the tables it refers to.
    ///
    /// This is the whole validation before publication; all faults are returned, each with its JSON pointer.
    pub fn compile(questionnaire: Questionnaire, tables: Arc<ReferenceTables>) -> Result<Self, Vec<DocumentFault>> {
        publish::compile(questionnaire, tables)
    }

    /// The questionnaire as published.
    pub fn questionnaire(&self) -> &Questionnaire {
        &self.questionnaire
    }

    /// The tables it was compiled with.
    pub fn tables(&self) -> &ReferenceTables {
        &self.tables
    }

    /// A question by its code.
    pub fn question(&self, code: &str) -> Option<&Question> {
        self.questionnaire.questions.get(*self.positions.get(code)?)
    }

    /// Position of a question in the questionnaire, from 0.
    pub fn position(&self, code: &str) -> Option<usize> {
        self.positions.get(code).copied()
    }

    /// The options of a question, those of a code list resolved; empty for a question without options.
    pub fn options(&self, code: &str) -> &[ChoiceOption] {
        self.positions
            .get(code)
            .and_then(|position| self.compiled.get(*position))
            .map_or(&[], |compiled| compiled.options.as_slice())
    }

    /// The names (questions, derived values, `prev.`, `ctx.`) and functions that conditions of other documents, such as
    /// methodologies and programmes, may use.
    pub fn environment(&self) -> &TypeEnv {
        &self.environment
    }

    /// The conditions that must all hold for a question to be relevant; they rely on questions before it alone.
    pub fn conditions_of(&self, code: &str) -> impl Iterator<Item = &Expression> {
        let compiled = self
            .positions
            .get(code)
            .and_then(|position| self.compiled.get(*position));
        let indices = compiled.map_or(&[] as &[usize], |compiled| &compiled.relevance);
        indices.iter().filter_map(|index| self.conditions.get(*index))
    }

    /// The derived values with their expressions, in the order of evaluation.
    pub fn derived_expressions(&self) -> impl Iterator<Item = (&DerivedValue, Guarded<'_>)> {
        self.questionnaire
            .derived
            .iter()
            .zip(self.derived.iter().map(CompiledDerived::guarded))
    }

    /// The edit rules with their expressions.
    pub fn rule_expressions(&self) -> impl Iterator<Item = (&EditRule, Guarded<'_>)> {
        self.questionnaire
            .edit_rules
            .iter()
            .zip(self.rules.iter().map(CompiledRule::guarded))
    }

    /// What each edit rule asks for, in the words that the form prints.
    pub fn relations(&self) -> impl Iterator<Item = &Text> {
        let rules = self.questionnaire.edit_rules.iter().zip(&self.rules);
        rules.map(|(rule, compiled)| compiled.relation.as_ref().unwrap_or(&rule.message))
    }

    /// Whether there is such a question, with such a column if one is named.
    pub(crate) fn has_cell(&self, question: &str, column: Option<&str>) -> bool {
        self.question(question)
            .is_some_and(|question| match (&question.columns, column) {
                (None, None) => true,
                (Some(columns), Some(column)) => columns.iter().any(|known| known.code == column),
                _ => false,
            })
    }

    pub(crate) fn field<'s>(&'s self, question: &'s Question) -> Field<'s> {
        Field::of_question(
            question,
            self.questionnaire.units.get(&question.unit),
            self.option_index(&question.code),
        )
    }

    pub(crate) fn column_field<'s>(&'s self, question: &Question, column: &'s TableColumn) -> Field<'s> {
        let options = self
            .positions
            .get(&question.code)
            .and_then(|position| self.compiled.get(*position))
            .and_then(|compiled| compiled.column_options.get(&column.code))
            .unwrap_or(&NO_OPTIONS);
        Field::of_column(column, self.questionnaire.units.get(&column.unit), options)
    }

    fn option_index(&self, code: &str) -> &OptionIndex {
        self.positions
            .get(code)
            .and_then(|position| self.compiled.get(*position))
            .map_or(&NO_OPTIONS, |compiled| &compiled.option_index)
    }
}

static NO_OPTIONS: OptionIndex = OptionIndex::empty();

/// The key of a table cell in places, provenance and findings: `V02[0].name`.
pub fn table_key(question: &str, row: usize, column: &str) -> String {
    format!("{question}[{row}].{column}")
}
