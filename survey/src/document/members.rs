//! JSON read member by member, so that one that stands twice does not silently replace the other.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::segment;

/// Most members that are named.
const NAMED: usize = 100;

/// Where the reading is, and which members stood twice.
#[derive(Default)]
pub(super) struct Members {
    path: Vec<String>,
    twice: Vec<String>,
}

impl Members {
    /// Reads one JSON text.
    pub(super) fn read(&mut self, bytes: &[u8]) -> serde_json::Result<Value> {
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let value = reader.deserialize_any(&mut *self)?;
        reader.end()?;
        Ok(value)
    }

    /// JSON pointers of the members that stood twice.
    pub(super) fn into_twice(self) -> Vec<String> {
        self.twice
    }

    fn note(&mut self) {
        if self.twice.len() < NAMED {
            self.twice.push(format!("/{}", self.path.join("/")));
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Members {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Members {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        self.path.push(String::new());
        loop {
            if let Some(place) = self.path.last_mut() {
                *place = values.len().to_string();
            }
            match sequence.next_element_seed(&mut *self)? {
                Some(value) => values.push(value),
                None => break,
            }
        }
        self.path.pop();
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            self.path.push(segment(&key));
            let value = map.next_value_seed(&mut *self)?;
            if members.insert(key, value).is_some() {
                self.note();
            }
            self.path.pop();
        }
        Ok(Value::Object(members))
    }
}
