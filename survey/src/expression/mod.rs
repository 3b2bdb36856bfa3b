//! Conditions and formulas: a typed, strict subset of CEL.
//!
//! The crate `cel` parses; this module gives every node a type before anything is evaluated, and refuses at publication
//! what could only fail at an enterprise's upload: unknown names and functions, option codes that do not exist, texts
//! compared with numbers, whole numbers mixed with doubles, missing answers used where a value is needed.
//!
//! The checked tree is evaluated here and not by the crate's interpreter, for three reasons: a division by zero is a
//! fault at its place and never an infinity that goes on to be compared; a regular expression is compiled once; and no
//! value is looked up by type at run time. A test compares both evaluators on every shipped expression.
//!
//! # Missing values
//!
//! Null equals only null. Everywhere else a nullable value must be *known to be present*: because its name is among the
//! `needs` under which the expression is evaluated, because a condition on the way has compared it with null
//! (`x != null && x > 0.0`, `x == null || x > 0.0`, `x == null ? 0.0 : x`), or because the function it is handed to
//! takes nulls (`nz`, `sum`). The comparison proves its branch only; nothing else proves anything.
//!
//! Where an environment is built with [`TypeEnv::faulting_on_missing`], such a use is accepted and evaluates to the
//! fault [`EvaluationFault::Missing`] instead (a designation criterion is then undecided, not failed).

mod evaluate;
mod fault;
mod formula;
mod functions;
mod lower;
mod node;
mod parse;
mod scope;
mod types;
mod value;

use std::collections::BTreeSet;

pub use fault::{EvaluationFault, ExpressionFault};
pub use formula::{CODE_BAR, CellKind, NameCell};
pub use functions::{Function, Library};
use node::Node;
pub use scope::Scope;
pub use types::{Type, TypeEnv};
pub use value::Value;

/// A compiled expression: parsed once, every node typed. Cheap to evaluate, `Send + Sync`.
#[derive(Clone, Debug)]
pub struct Expression {
    text: String,
    root: Node,
    result: Type,
    names: Vec<String>,
    functions: BTreeSet<String>,
    proves: BTreeSet<String>,
}

/// One of the summands of an expression, with its sign applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Free names of the summand, in the order of first use.
    pub names: Vec<String>,
    /// Its value.
    pub value: f64,
}

impl Expression {
    /// Parses and checks an expression in which no nullable name is known to be present.
    pub fn compile(text: &str, env: &TypeEnv) -> Result<Self, ExpressionFault> {
        Self::compile_given(text, env, &BTreeSet::new())
    }

    /// Parses and checks an expression that will be evaluated only while the names in `present` are not null.
    pub fn compile_given(text: &str, env: &TypeEnv, present: &BTreeSet<String>) -> Result<Self, ExpressionFault> {
        if text.trim() == "true" {
            return Ok(Self::always_true(text));
        }
        let lowered = parse::with_room(|| lower::lower(&parse::parse(text)?, env, present))?;
        Ok(Self {
            text: text.to_owned(),
            root: lowered.root,
            result: lowered.result,
            names: lowered.names,
            functions: lowered.functions,
            proves: lowered.proves,
        })
    }

    /// Evaluates the expression. A name the scope does not hold is null.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, EvaluationFault> {
        evaluate::evaluate(&self.root, &self.names, scope)
    }

    /// The value, or null where it is not computable (division by zero, overflow, a gap in a table row).
    pub fn value(&self, scope: &Scope) -> Value {
        self.evaluate(scope).unwrap_or(Value::Null)
    }

    /// Whether the expression is true; a fault and null are not.
    pub fn holds(&self, scope: &Scope) -> bool {
        self.is_always_true() || self.evaluate(scope) == Ok(Value::Bool(true))
    }

    /// Whether the expression is the literal `true`, which need not be evaluated.
    pub fn is_always_true(&self) -> bool {
        matches!(self.root, Node::Literal(Value::Bool(true)))
    }

    /// The summands of a sum of numbers with their values, in order; the whole as one where it is no sum.
    ///
    /// This is how a total explains itself: what each of its parts contributed.
    pub fn terms(&self, scope: &Scope) -> Result<Vec<Term>, EvaluationFault> {
        evaluate::terms(&self.root, &self.names, scope)
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The type of the value.
    pub fn result(&self) -> &Type {
        &self.result
    }

    /// The free names (`F03`, `prev.F03`, `ctx.peer_n`), in the order of first use.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The free names that it compares with numbers, each with the number, in the order of the text.
    pub fn limits(&self) -> Vec<(&str, f64)> {
        let mut found = Vec::new();
        evaluate::limits(&self.root, &mut found);
        let named = found
            .into_iter()
            .filter_map(|(name, limit)| Some((self.names.get(name)?.as_str(), limit)));
        named.collect()
    }

    /// The functions it calls, in the order of their names.
    pub fn functions(&self) -> &BTreeSet<String> {
        &self.functions
    }

    /// The nullable names that are certainly present whenever this condition is true.
    pub fn proves(&self) -> &BTreeSet<String> {
        &self.proves
    }

    fn always_true(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            root: Node::Literal(Value::Bool(true)),
            result: Type::Bool,
            names: Vec::new(),
            functions: BTreeSet::new(),
            proves: BTreeSet::new(),
        }
    }
}

#[cfg(test)]
mod tests;
