//! What scoring needs to know of one return.

use survey::{expression::Scope, survey::Evaluation};

/// The facts of one return.
pub trait Facts {
    /// Answers and derived values by name; what is missing is null.
    fn scope(&self) -> &Scope;

    /// Whether a question is relevant to the enterprise.
    fn is_relevant(&self, question: &str) -> bool;
}

impl Facts for Evaluation {
    fn scope(&self) -> &Scope {
        Evaluation::scope(self)
    }

    fn is_relevant(&self, question: &str) -> bool {
        self.relevant.contains(question)
    }
}
