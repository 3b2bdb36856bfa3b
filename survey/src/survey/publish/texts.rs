//! Every text stands in both languages.

use serde_json::Value;

use super::Faults;
use crate::{codes::DocumentCode, document::segment, questionnaire::Questionnaire};

pub(super) fn check(questionnaire: &Questionnaire, faults: &mut Faults) {
    // The document as JSON has every text as an object of two strings, wherever it is.
    if let Ok(document) = serde_json::to_value(questionnaire) {
        walk(&document, "", faults);
    }
}

fn walk(value: &Value, pointer: &str, faults: &mut Faults) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(zh)), Some(Value::String(en))) = (fields.get("zh"), fields.get("en")) {
                for (language, text) in [("zh", zh), ("en", en)] {
                    if text.trim().is_empty() {
                        faults.add(
                            DocumentCode::TextMissing,
                            format!("{pointer}/{language}"),
                            "中文和英文都要有。请补上。",
                            "A text is needed in both languages. Add it.",
                        );
                    }
                }
                return;
            }
            for (key, value) in fields {
                walk(value, &format!("{pointer}/{}", segment(key)), faults);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{pointer}/{index}"), faults);
            }
        }
        _ => {}
    }
}
