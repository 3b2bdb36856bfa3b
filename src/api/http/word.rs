//! Strings that are strings: poem-openapi's own `String` takes numbers and booleans too.

use std::borrow::Cow;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type},
};
use serde_json::Value;

/// A JSON string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

impl Type for Word {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")))
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ParseFromJSON for Word {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value.unwrap_or(Value::Null) {
            // PostgreSQL cannot keep U+0000, and no name, code or reason needs it.
            Value::String(text) if text.contains('\0') => Err(ParseError::custom("the text holds a NUL character")),
            Value::String(text) => Ok(Self(text)),
            other => Err(ParseError::expected_type(other)),
        }
    }
}

impl ToJSON for Word {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.clone()))
    }
}
