//! Where a figure comes from in a return, and what a return gives for it.

use std::{collections::BTreeSet, sync::Arc};

use survey::expression::{Expression, Value};

use crate::card::{Facts, MissingReason};

/// Where a figure comes from in a return.
#[derive(Clone, Debug)]
pub struct FigureSource {
    /// Gives a number, or yes or no.
    pub expression: Expression,
    /// Names that must be present.
    pub needs: Vec<String>,
    /// Questions it depends on, through derived values too.
    pub questions: Arc<[String]>,
    /// Whether it gives whole numbers: the answer to a question that takes them, or yes or no.
    pub(crate) whole: bool,
}

/// What a return gives for a source, yes or no as one or zero, or why it gives nothing.
pub(crate) fn figure(
    source: &FigureSource,
    facts: &dyn Facts,
    not_applicable: &BTreeSet<String>,
) -> Result<f64, MissingReason> {
    let scope = facts.scope();
    if source.needs.iter().all(|name| !scope.get(name).is_null()) {
        match source.expression.value(scope) {
            Value::Double(figure) => return Ok(figure),
            Value::Bool(holds) => return Ok(f64::from(u8::from(holds))),
            _ => {}
        }
    }
    let any = |is: &dyn Fn(&String) -> bool| source.questions.iter().any(is);
    Err(if any(&|question| !facts.is_relevant(question)) {
        MissingReason::NotRelevant
    } else if any(&|question| not_applicable.contains(question)) {
        MissingReason::NotApplicable
    } else if any(&|question| scope.get(question).is_null()) {
        MissingReason::Blank
    } else {
        MissingReason::NotComputable
    })
}
