//! Strings that are strings, and no longer than said: poem-openapi's own `String` takes numbers and booleans too.
//!
//! These bounds keep out what cannot be meant. Rules of the content, with sentences of their own, are the use cases'.

use std::borrow::Cow;

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef},
    types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type},
};
use serde_json::Value;

/// A string of at most `MOST` characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<const MOST: usize>(pub String);

/// A code, a key, a unit, a login name.
pub type Code = Word<100>;
/// A name or title.
pub type Name = Word<300>;
/// Part of a name or code that is searched.
pub type Search = Word<200>;
/// A reason or explanation.
pub type Prose = Word<4_000>;
/// A password.
pub type Secret = Word<1_000>;
/// The cursor of a page.
pub type CursorText = Word<2_000>;
/// Name of a file.
pub type FileName = Word<255>;

impl<const MOST: usize> Word<MOST> {
    fn bounded(text: String) -> ParseResult<Self> {
        // A text is at least as many bytes as characters, so that a short one need not be counted.
        if text.len() > MOST && text.chars().count() > MOST {
            return Err(ParseError::custom(format!("the text is longer than {MOST} characters")));
        }
        Ok(Self(text))
    }
}

impl<const MOST: usize> Type for Word<MOST> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("string({MOST})").into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema {
            max_length: Some(MOST),
            ..MetaSchema::new("string")
        }))
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<const MOST: usize> ParseFromJSON for Word<MOST> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value.unwrap_or(Value::Null) {
            // PostgreSQL cannot keep U+0000, and no name, code or reason needs it.
            Value::String(text) if text.contains('\0') => Err(ParseError::custom("the text holds a NUL character")),
            Value::String(text) => Self::bounded(text),
            other => Err(ParseError::expected_type(other)),
        }
    }
}

impl<const MOST: usize> ParseFromParameter for Word<MOST> {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Self::bounded(value.to_owned())
    }
}

impl<const MOST: usize> ToJSON for Word<MOST> {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.clone()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_word_is_a_string_of_so_many_characters() {
        let check = |value: Value, fits: bool| {
            assert_eq!(Word::<3>::parse_from_json(Some(value.clone())).is_ok(), fits, "{value}");
        };
        check(json!("富阳区"), true);
        check(json!("富阳区镇"), false);
        check(json!("a\0"), false);
        check(json!(5), false);
        check(json!(null), false);
        assert!(Word::<3>::parse_from_parameter("富阳区").is_ok());
        assert!(Word::<3>::parse_from_parameter("abcd").is_err());
    }
}
