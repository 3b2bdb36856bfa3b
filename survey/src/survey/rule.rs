//! Derived values and edit rules, ready to be computed.

use std::{collections::BTreeSet, sync::Arc};

use super::message::Message;
use crate::{
    expression::{Expression, Scope},
    text::Text,
};

/// An expression with what must be so before it counts.
#[derive(Clone, Copy, Debug)]
pub struct Guarded<'s> {
    /// Names that must not be null.
    pub needs: &'s [String],
    /// Condition that must hold.
    pub guard: &'s Expression,
    /// The expression.
    pub expression: &'s Expression,
}

impl Guarded<'_> {
    /// Whether everything needed is there and the condition holds.
    pub fn applies(&self, scope: &Scope) -> bool {
        self.needs.iter().all(|name| !scope.get(name).is_null()) && self.guard.holds(scope)
    }
}

/// A derived value, ready to be computed.
#[derive(Debug)]
pub(super) struct CompiledDerived {
    pub(super) name: Arc<str>,
    pub(super) needs: Vec<String>,
    pub(super) guard: Expression,
    pub(super) expression: Expression,
}

/// An edit rule, ready to be checked. The rest of it stays in the questionnaire, at the same position.
#[derive(Debug)]
pub(super) struct CompiledRule {
    pub(super) needs: Vec<String>,
    pub(super) when: Expression,
    pub(super) expression: Expression,
    /// Every question the rule reads, through derived values too.
    pub(super) reads: BTreeSet<String>,
    /// What is wrong, with the values.
    pub(super) message: Message,
    /// What must hold, without them.
    pub(super) relation: Option<Text>,
}

impl CompiledDerived {
    pub(super) fn guarded(&self) -> Guarded<'_> {
        Guarded {
            needs: &self.needs,
            guard: &self.guard,
            expression: &self.expression,
        }
    }
}

impl CompiledRule {
    pub(super) fn guarded(&self) -> Guarded<'_> {
        Guarded {
            needs: &self.needs,
            guard: &self.when,
            expression: &self.expression,
        }
    }

    /// Whether the rule applies and is broken. What is not computable (a gap in a table row) breaks nothing.
    pub(super) fn breaks(&self, scope: &Scope) -> bool {
        self.verdict(scope) == Some(false)
    }

    /// Whether the rule applies and is kept.
    pub(super) fn holds(&self, scope: &Scope) -> bool {
        self.verdict(scope) == Some(true)
    }

    /// Whether the rule is kept; none where it does not apply or is not computable.
    fn verdict(&self, scope: &Scope) -> Option<bool> {
        let applies = self.guarded().applies(scope);
        let value = applies.then(|| self.expression.evaluate(scope).ok()).flatten()?;
        Some(value.as_bool() == Some(true))
    }
}
