//! What can be wrong with an expression when it is published, and when it is evaluated.

use crate::{codes::ExpressionCode, text::Text};

/// Why an expression is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} at {at}: {}", .code.code(), .message.en)]
pub struct ExpressionFault {
    /// Stable code.
    pub code: ExpressionCode,
    /// Where in the text, in characters from 0.
    pub at: usize,
    /// What is wrong and what to do.
    pub message: Text,
}

impl ExpressionFault {
    pub(super) fn new(code: ExpressionCode, at: usize, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code,
            at,
            message: Text::new(zh, en),
        }
    }
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationFault {
    /// A value is missing where one is needed.
    #[error("a value is missing")]
    Missing,
    /// Division by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The result is too large to be a number.
    #[error("the result is out of range")]
    OutOfRange,
    /// The scope holds a value of another type than was declared.
    #[error("a value has another type than declared")]
    WrongType,
    /// Loops within loops take too many steps.
    #[error("the evaluation takes too many steps")]
    TooLong,
    /// A function found no result for its arguments.
    #[error("{0} has no result for its arguments")]
    NoResult(String),
}
