//! JSON bodies of requests. What is not meant is left out: a null is refused. What is wrong is told place by place, in words
//! for people.

use poem::{FromRequest, Request, RequestBody, Result};
use poem_openapi::{
    impl_apirequest_for_payload,
    payload::{Json, ParsePayload, Payload},
    registry::{MetaSchemaRef, Registry},
    types::{ParseFromJSON, Type},
};
use serde_json::Value;
use survey::document::segment;

use super::{body_form, problem::Failure};
use crate::service::error::{Fault, ServiceError, codes::http};

/// The JSON body of a request.
pub struct JsonBody<T>(pub T);

/// Members that hold content of a document, in which null may mean something.
const OPEN: [&str; 2] = ["methodology", "choices"];

impl<T: Type> Payload for JsonBody<T> {
    const CONTENT_TYPE: &'static str = Json::<T>::CONTENT_TYPE;

    fn check_content_type(content_type: &str) -> bool {
        Json::<T>::check_content_type(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }
}

impl<T: ParseFromJSON> ParsePayload for JsonBody<T> {
    const IS_REQUIRED: bool = T::IS_REQUIRED;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = Vec::<u8>::from_request(request, body).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|error| refused(vec![not_json(&error)]))?;
        if let Some(pointer) = first_null(&value) {
            return Err(refused(vec![Fault::at(pointer, http::MEMBER_NULL)]));
        }
        let mut registry = Registry::new();
        T::register(&mut registry);
        let faults = body_form::faults(&value, &T::schema_ref(), &registry);
        if !faults.is_empty() {
            return Err(refused(faults));
        }
        // The form was checked; what is left is a value that only its type knows to be wrong. Its sentence is for the log.
        let value = T::parse_from_json(Some(value)).map_err(|error| {
            tracing::debug!(error = error.message(), "a body of the right form was not read");
            refused(vec![Fault::at("", http::MEMBER_VALUE)])
        })?;
        Ok(Self(value))
    }
}

impl_apirequest_for_payload!(JsonBody<T>, T: ParseFromJSON);

fn refused(faults: Vec<Fault>) -> poem::Error {
    Failure::from(ServiceError::new(http::INVALID_JSON).with_faults(faults)).into()
}

/// Where a text stops being JSON.
fn not_json(error: &serde_json::Error) -> Fault {
    let (line, column) = (error.line(), error.column());
    Fault::saying(
        "",
        http::NOT_JSON,
        format!("请求体不是完整、正确的 JSON：第 {line} 行第 {column} 列起读不下去，请检查引号、逗号和括号。"),
        format!(
            "The body is not well-formed JSON: it cannot be read from line {line}, column {column} on. Check quotes, commas and brackets."
        ),
    )
}

/// JSON pointer to the first null; content of a document is not looked into.
fn first_null(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(items) => items.iter().enumerate().find_map(|(at, item)| {
            let below = first_null(item)?;
            Some(format!("/{at}{below}"))
        }),
        Value::Object(members) => {
            let mut looked_into = members.iter().filter(|(name, _)| !OPEN.contains(&name.as_str()));
            looked_into.find_map(|(name, member)| {
                let below = first_null(member)?;
                Some(format!("/{}{below}", segment(name)))
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_null_is_named_by_its_pointer() {
        let check = |value: Value, pointer: Option<&str>| {
            assert_eq!(first_null(&value).as_deref(), pointer, "{value}");
        };
        check(json!({ "name": "x", "tags": [1, 2] }), None);
        check(json!(null), Some(""));
        check(json!({ "name": null }), Some("/name"));
        check(json!({ "values": { "a/b": [1, null] } }), Some("/values/a~1b/1"));
        check(json!({ "methodology": { "note": null } }), None);
    }
}
