//! Messages of edit rules: texts with the values that were compared in them.
//!
//! A message holds slots in braces. `{D07}` is the answer or derived value with its unit, an option with its label;
//! `{D07.label}`, `{D07.code}` and `{D07.unit}` are what the questionnaire says of it; any other expression is computed
//! in the environment of the rule. What follows a semicolon says how it is shown: in a unit (`{T02 + T03; 万元}`), or
//! like another question or derived value (`{"A"; N05}`). All of it is checked when the document is published.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    expression::{Expression, Scope, Value},
    figure::{self, COMPUTED, ENTERED},
    reading::shortened,
    text::Text,
};

/// A message in both languages.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) zh: Vec<Part>,
    pub(super) en: Vec<Part>,
}

/// A piece of a message.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// As it stands.
    Words(String),
    /// A value.
    Slot(Box<Slot>),
}

/// A value in a message.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) expression: Expression,
    pub(super) shown: Shown,
}

/// How a value is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shown {
    /// Unit of numbers.
    pub(super) unit: Text,
    /// Whether numbers were entered as they are, not computed.
    pub(super) entered: bool,
    /// Labels of options by their codes; a code without one is shown as it is.
    pub(super) options: Arc<BTreeMap<String, Text>>,
}

impl Message {
    /// The message with the values of a return.
    pub(super) fn fill(&self, scope: &Scope) -> Text {
        Text::new(
            filled(&self.zh, scope, |text| &text.zh, "、", "未填"),
            filled(&self.en, scope, |text| &text.en, ", ", "blank"),
        )
    }

    /// The names whose values are shown, by language.
    pub(super) fn names(&self) -> [impl Iterator<Item = &str>; 2] {
        [names(&self.zh), names(&self.en)]
    }
}

fn names(parts: &[Part]) -> impl Iterator<Item = &str> {
    parts
        .iter()
        .flat_map(|part| match part {
            Part::Words(_) => &[],
            Part::Slot(slot) => slot.expression.names(),
        })
        .map(String::as_str)
}

fn filled(parts: &[Part], scope: &Scope, language: fn(&Text) -> &String, separator: &str, blank: &str) -> String {
    let mut text = String::new();
    for part in parts {
        match part {
            Part::Words(words) => text.push_str(words),
            Part::Slot(slot) => {
                let shown = slot.expression.evaluate(scope).map_or_else(
                    |_| "—".to_owned(),
                    |value| slot.shown.value(&value, language, separator, blank),
                );
                text.push_str(&shown);
            }
        }
    }
    text
}

impl Shown {
    fn value(&self, value: &Value, language: fn(&Text) -> &String, separator: &str, blank: &str) -> String {
        let yes_no = |yes: bool| {
            language(&if yes {
                Text::new("是", "yes")
            } else {
                Text::new("否", "no")
            })
            .clone()
        };
        match value {
            Value::Null => blank.to_owned(),
            Value::Bool(yes) => yes_no(*yes),
            Value::Int(number) => figure::with_unit(&number.to_string(), language(&self.unit)),
            Value::Double(number) => {
                let decimals = if self.entered { ENTERED } else { COMPUTED };
                figure::with_unit(&figure::figure(*number, decimals), language(&self.unit))
            }
            Value::Text(code) => match self.options.get(code) {
                Some(label) => format!("{code} {}", language(label)),
                None => shortened(code),
            },
            Value::List(items) if items.is_empty() => blank.to_owned(),
            Value::List(items) => {
                let items = items.iter().map(|item| self.value(item, language, separator, blank));
                items.collect::<Vec<_>>().join(separator)
            }
            Value::Row(_) => String::new(),
        }
    }
}
