//! The OpenAPI document in Chinese: every summary and description by a table that is kept as data beside the committed file
//! (`openapi/zh.json`, from the English text to the Chinese one).

use std::collections::BTreeMap;

use serde_json::Value;

/// The table, in the order of the English texts.
const TABLE: &str = include_str!("../../../openapi/zh.json");

/// Members that hold what is sent or answered, not what is said about it.
const DATA: [&str; 4] = ["value", "example", "default", "enum"];

/// Members whose own members are named by the document: a property `value` and the response `default` hold texts.
const NAMED: [&str; 2] = ["properties", "responses"];

/// The table from English to Chinese.
///
/// # Panics
/// When the table is no JSON object of texts, at the start of the program.
#[expect(clippy::expect_used, reason = "a server without its documentation must not start")]
fn table() -> BTreeMap<String, String> {
    serde_json::from_str(TABLE).expect("the table of translations is JSON")
}

/// The document with every summary and description in Chinese; a text without a translation stays English.
pub fn in_chinese(document: &Value) -> Value {
    let table = table();
    let mut document = document.clone();
    each_text(&mut document, &mut |text| {
        if let Some(found) = table.get(&key(text)).filter(|found| !found.is_empty()) {
            found.clone_into(text);
        }
    });
    document
}

/// The table as it should be for a document: every text of it, those without a translation with an empty one, and no other.
pub fn table_for(document: &Value) -> BTreeMap<String, String> {
    let known = table();
    let mut wanted = BTreeMap::new();
    each_text(&mut document.clone(), &mut |text| {
        let key = key(text);
        let found = known.get(&key).cloned().unwrap_or_default();
        wanted.insert(key, found);
    });
    wanted
}

/// A text as the table names it: in one line, however it is broken in the source.
fn key(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Visits every summary and description of a document.
fn each_text(value: &mut Value, visit: &mut impl FnMut(&mut String)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, visit)),
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if matches!(name.as_str(), "summary" | "description") => visit(text),
                    Value::Object(named) if NAMED.contains(&name.as_str()) => {
                        named.values_mut().for_each(|item| each_text(item, visit));
                    }
                    _ if DATA.contains(&name.as_str()) => {}
                    _ => each_text(member, visit),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_visited_and_data_are_not() {
        let mut document = json!({
            "info": { "description": "a" },
            "paths": { "/x": { "get": { "summary": "b", "responses": { "200": { "description": "c",
                "content": { "application/json": { "example": { "description": "not this" } } } } } } } },
            // A property of that name is no text, and neither a property nor a response is an example by its name alone.
            "components": { "schemas": { "S": { "properties": {
                "description": { "type": "string", "description": "d" },
                "value": { "type": "string", "description": "e", "default": { "description": "not this" } },
            } } }, "responses": { "default": { "description": "f" } } },
        });
        let mut seen = Vec::new();
        each_text(&mut document, &mut |text| seen.push(text.clone()));
        seen.sort();
        assert_eq!(seen, ["a", "b", "c", "d", "e", "f"]);
    }
}
