//! The value of an indicator as it was scored.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use survey::expression::Value;

use crate::exact::Fixed;

/// Value of an indicator used for scoring; numbers are rounded as the methodology specifies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Figure {
    /// Yes or no.
    Boolean(bool),
    /// A number or level.
    Number(Fixed),
    /// Code of the chosen option.
    Choice(String),
    /// Codes of the chosen options.
    Choices(Vec<String>),
}

impl Figure {
    /// The figure of an answer or derived value, a number rounded half up to `decimals`; none of a null, of a number
    /// beyond all measure and of what no score function takes.
    pub fn of(value: &Value, decimals: u32) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(Self::Boolean(*value)),
            Value::Double(number) => Fixed::from_observed(*number, decimals).map(Self::Number),
            Value::Int(number) => Some(Self::Number(Fixed::from_int(*number))),
            Value::Text(code) => Some(Self::Choice(code.clone())),
            Value::List(items) => {
                let codes: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
                codes.map(Self::Choices)
            }
            Value::Null | Value::Row(_) => None,
        }
    }
}
