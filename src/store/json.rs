//! JSON columns.

use sea_orm::JsonValue;
use serde::{Serialize, de::DeserializeOwned};

use super::StoreError;

/// A value as the content of a JSON column.
pub(super) fn to_json(value: &impl Serialize) -> Result<JsonValue, StoreError> {
    serde_json::to_value(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// The value in a JSON column.
pub(super) fn from_json<T: DeserializeOwned>(json: JsonValue) -> Result<T, StoreError> {
    serde_json::from_value(json).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// A value as the content of a text column: the same value gives the same bytes.
pub(super) fn to_text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(error.to_string()))
}

/// The value in a text column that holds JSON.
pub(super) fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(error.to_string()))
}
