//! The values that names have while an expression is evaluated.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Value,
    value::{self},
};

/// Values by full name (`F03`, `prev.F03`, `ctx.peer_n`). What is not there is null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    values: BTreeMap<Arc<str>, Value>,
}

impl Scope {
    /// A scope in which everything is null.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives a name a value. Null takes it away, and so does a number that is not finite.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) {
        let value = match value.into() {
            Value::Double(number) => Value::number(number),
            other => other,
        };
        if value.is_null() {
            self.values.remove(&name.into());
        } else {
            self.values.insert(name.into(), value);
        }
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> &Value {
        self.values.get(name).unwrap_or(&value::NULL)
    }

    /// All values that are not null, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (&**name, value))
    }
}
