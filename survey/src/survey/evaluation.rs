//! Relevance and derived values of one return.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Survey, environment};
use crate::{
    answer::{Answer, AnswerRow, Answers},
    expression::{Scope, Term, Value},
    questionnaire::{Question, QuestionType},
};

/// What is known of a round besides the return itself: the fields of `ctx`. A field that is not set is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoundContext {
    fields: BTreeMap<String, Value>,
}

impl RoundContext {
    /// A context in which nothing is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a field. Fields the questionnaire does not declare, or declares with another type, are not used.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.fields.insert(name.into(), value.into());
        self
    }
}

/// A derived value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum DerivedResult {
    /// A number in the unit of the derived value, not rounded, always finite.
    Number(f64),
    /// A text such as a size class.
    Text(String),
}

/// What follows from the answers of one return.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The answers to relevant questions.
    pub answers: Answers,
    /// The relevant questions, answered or not.
    pub relevant: BTreeSet<String>,
    /// The questions that were answered although they are not relevant; such answers count as null.
    pub ignored: BTreeSet<String>,
    /// Derived values; one that is not computable has no entry.
    pub derived: BTreeMap<String, DerivedResult>,
    scope: Scope,
}

impl Evaluation {
    /// Everything an expression may see: answers, derived values, `prev.` and `ctx.`.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

impl Survey {
    /// Finds the relevant questions and computes the derived values, all in the order of the questionnaire.
    pub fn evaluate(&self, answers: &Answers, round: &RoundContext, previous: Option<&Answers>) -> Evaluation {
        let mut scope = Scope::new();
        self.bind_context(round, &mut scope);
        self.bind_previous(previous, &mut scope);
        let mut evaluation = Evaluation {
            answers: Answers::new(),
            relevant: BTreeSet::new(),
            ignored: BTreeSet::new(),
            derived: BTreeMap::new(),
            scope,
        };
        self.bind_answers(answers, &mut evaluation);
        self.derive(&mut evaluation);
        evaluation
    }

    /// What each summand contributed to a derived value that is a sum, such as each fuel to the energy total.
    ///
    /// None where the value is not computable.
    pub fn terms(&self, evaluation: &Evaluation, derived: &str) -> Option<Vec<Term>> {
        evaluation.derived.get(derived)?;
        let compiled = self.derived.iter().find(|compiled| &*compiled.name == derived)?;
        compiled.expression.terms(&evaluation.scope).ok()
    }

    fn bind_context(&self, round: &RoundContext, scope: &mut Scope) {
        for field in &self.questionnaire.expression_environment.context {
            let Some(value) = round.fields.get(&field.name) else {
                continue;
            };
            let fits = match value {
                Value::Bool(_) => field.kind == "bool",
                Value::Double(_) => field.kind == "double",
                Value::Text(_) => field.kind == "string",
                _ => false,
            };
            if fits {
                scope.set(format!("{}{}", environment::CONTEXT, field.name), value.clone());
            }
        }
    }

    fn bind_previous(&self, previous: Option<&Answers>, scope: &mut Scope) {
        let Some(previous) = previous else { return };
        for (question, compiled) in self.questionnaire.questions.iter().zip(&self.compiled) {
            if let Some(answer) = previous.get(&question.code) {
                scope.set(compiled.previous_name.clone(), value_of(question, answer));
            }
        }
    }

    /// Answers in the order of the questionnaire: relevance depends only on earlier ones, so that a null put in place of
    /// an answer that is not relevant is seen by all that follows.
    fn bind_answers(&self, answers: &Answers, evaluation: &mut Evaluation) {
        let mut holds: Vec<Option<bool>> = vec![None; self.conditions.len()];
        for (question, compiled) in self.questionnaire.questions.iter().zip(&self.compiled) {
            let scope = &mut evaluation.scope;
            let relevant =
                compiled
                    .relevance
                    .iter()
                    .all(|index| match (holds.get(*index), self.conditions.get(*index)) {
                        (Some(Some(known)), _) => *known,
                        (_, Some(condition)) => {
                            let found = condition.holds(scope);
                            if let Some(slot) = holds.get_mut(*index) {
                                *slot = Some(found);
                            }
                            found
                        }
                        (_, None) => false,
                    });
            if relevant {
                evaluation.relevant.insert(question.code.clone());
            }
            let Some(answer) = answers.get(&question.code) else {
                continue;
            };
            if relevant {
                scope.set(compiled.name.clone(), value_of(question, answer));
                evaluation.answers.insert(question.code.clone(), answer.clone());
            } else {
                evaluation.ignored.insert(question.code.clone());
            }
        }
    }

    /// The same return with one answer changed: relevance as it was, derived values computed anew.
    pub(super) fn with_answer(&self, evaluation: &Evaluation, question: &str, answer: Answer) -> Evaluation {
        let mut changed = evaluation.clone();
        let position = self.position(question);
        let found = position.and_then(|at| Some((self.questionnaire.questions.get(at)?, self.compiled.get(at)?)));
        if let Some((question, compiled)) = found {
            changed.scope.set(compiled.name.clone(), value_of(question, &answer));
            changed.answers.insert(question.code.clone(), answer);
        }
        changed.derived.clear();
        for derived in &self.derived {
            changed.scope.set(derived.name.clone(), Value::Null);
        }
        self.derive(&mut changed);
        changed
    }

    fn derive(&self, evaluation: &mut Evaluation) {
        let scope = &mut evaluation.scope;
        for compiled in &self.derived {
            let computable =
                compiled.needs.iter().all(|name| !scope.get(name).is_null()) && compiled.guard.holds(scope);
            if !computable {
                continue;
            }
            let value = compiled.expression.value(scope);
            let result = match &value {
                Value::Double(number) => DerivedResult::Number(*number),
                Value::Text(text) => DerivedResult::Text(text.clone()),
                _ => continue,
            };
            evaluation.derived.insert(compiled.name.to_string(), result);
            scope.set(compiled.name.clone(), value);
        }
    }
}

/// An answer as the value expressions see; null where it is of another kind than the question takes.
fn value_of(question: &Question, answer: &Answer) -> Value {
    match (question.kind, answer) {
        (QuestionType::Table, Answer::Table(rows)) => {
            let columns = question.table_columns();
            let row_value = |row: &AnswerRow| {
                let cells = columns.iter().filter_map(|column| {
                    let answer = row.get(&column.code)?;
                    Some((column.code.clone(), plain_value(column.kind, answer)))
                });
                Value::Row(cells.collect())
            };
            Value::List(rows.iter().map(row_value).collect())
        }
        (kind, answer) => plain_value(kind, answer),
    }
}

fn plain_value(kind: QuestionType, answer: &Answer) -> Value {
    match (kind, answer) {
        (kind, Answer::Number(number)) if kind.is_numeric() => Value::from(nearest_double(*number)),
        (QuestionType::Text, Answer::Text(text)) | (QuestionType::Date, Answer::Date(text)) => Value::text(text),
        (QuestionType::Single, Answer::Choice(code)) => Value::text(code),
        (QuestionType::Multi, Answer::Choices(codes)) => Value::texts(codes),
        (QuestionType::Boolean, Answer::Boolean(value)) => Value::Bool(*value),
        _ => Value::Null,
    }
}

/// The double nearest to a decimal number.
fn nearest_double(number: Decimal) -> Option<f64> {
    /// Powers of ten up to this one are exact doubles.
    const EXACT_POWER: u32 = 22;
    /// Whole numbers up to this one are exact doubles.
    const EXACT_WHOLE: i128 = 1 << 53;
    let mantissa = number.mantissa();
    if number.scale() <= EXACT_POWER && mantissa.abs() <= EXACT_WHOLE {
        // Both are exact, so that the quotient is rounded once.
        return Some(mantissa.to_f64()? / 10_f64.powi(i32::try_from(number.scale()).ok()?));
    }
    number.to_string().parse().ok()
}
