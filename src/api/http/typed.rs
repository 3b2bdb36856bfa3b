//! JSON of a form that another room defines.

use std::{borrow::Cow, marker::PhantomData};

use poem_openapi::{
    registry::{MetaSchemaRef, Registry},
    types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type},
};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    forms::{forms, name_in_document},
    problem::Bilingual,
};
use crate::service::error::ServiceError;

/// JSON of the form of `T`.
#[derive(Clone, Debug)]
pub struct Typed<T> {
    value: Value,
    form: PhantomData<fn() -> T>,
}

impl<T> Typed<T> {
    /// JSON that was written in this form before. What is null is left out.
    pub(crate) fn stored(mut value: Value) -> Self {
        leave_out_nulls(&mut value);
        Self {
            value,
            form: PhantomData,
        }
    }

    /// A value in its JSON form.
    pub(crate) fn of(value: &T) -> Result<Self, ServiceError>
    where
        T: Serialize,
    {
        Ok(Self::stored(
            serde_json::to_value(value).map_err(ServiceError::internal)?,
        ))
    }

    /// The value that a request states in this form.
    pub(crate) fn read(self) -> Result<T, serde_json::Error>
    where
        T: DeserializeOwned,
    {
        serde_json::from_value(self.value)
    }
}

fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        _ => {}
    }
}

impl<T: JsonSchema> Type for Typed<T> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        name_in_document(&T::schema_name()).to_owned().into()
    }

    fn schema_ref() -> MetaSchemaRef {
        forms::<T>().root
    }

    fn register(registry: &mut Registry) {
        for (name, form) in forms::<T>().named {
            if name == Bilingual::name() {
                Bilingual::register(registry);
                continue;
            }
            let known = registry.schemas.entry(name.clone()).or_insert_with(|| form.clone());
            debug_assert!(*known == form, "two forms are called {name}: name one of them in NAMES");
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self::RawElementValueType> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl<T: JsonSchema> ToJSON for Typed<T> {
    fn to_json(&self) -> Option<Value> {
        Some(self.value.clone())
    }
}

impl<T: JsonSchema> ParseFromJSON for Typed<T> {
    /// Whether it is of the form is told by `Typed::read`, which says where it is not.
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value.unwrap_or_default() {
            Value::Null => Err(ParseError::expected_input()),
            value => Ok(Self {
                value,
                form: PhantomData,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[derive(Debug, Serialize, serde::Deserialize, JsonSchema)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    enum Tagged {
        /// One.
        One,
        /// Two things.
        TwoThings {
            /// How many.
            count: u32,
            /// More.
            more: Option<String>,
        },
    }

    #[test]
    fn null_is_left_out_and_a_wrong_form_is_told_when_it_is_read() {
        let value = Tagged::TwoThings { count: 2, more: None };
        let typed = Typed::of(&value).unwrap();
        assert_eq!(typed.to_json().unwrap(), json!({ "kind": "two_things", "count": 2 }));
        assert!(Typed::<Tagged>::parse_from_json(Some(Value::Null)).is_err());
        let wrong = Typed::<Tagged>::parse_from_json(Some(json!({ "kind": "three" }))).unwrap();
        assert!(wrong.read().is_err());
    }
}
