//! Every text stands in both languages, and names no year that the document does not know.

use serde_json::Value;

use super::Faults;
use crate::{codes::DocumentCode, document::segment, questionnaire::Questionnaire};

pub(super) fn check(questionnaire: &Questionnaire, faults: &mut Faults) {
    // The document as JSON has every text as an object of two strings, wherever it is.
    if let Ok(document) = serde_json::to_value(questionnaire) {
        walk(questionnaire, &document, "", faults);
    }
}

/// What a message of an edit rule names beside years is looked at with the rule.
const MESSAGES: &str = "/edit_rules/";

fn walk(questionnaire: &Questionnaire, value: &Value, pointer: &str, faults: &mut Faults) {
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
                    if pointer.starts_with(MESSAGES) {
                        continue;
                    }
                    for name in questionnaire.unknown_placeholders(text) {
                        faults.add(
                            DocumentCode::PlaceholderUnknown,
                            format!("{pointer}/{language}"),
                            format!("占位符“{{{name}}}”不是 periods 中写有 year 的时期。请改正，或在 periods 中补上。"),
                            format!(
                                "The placeholder '{{{name}}}' is no period with a year. Correct it, or add it to periods."
                            ),
                        );
                    }
                }
                return;
            }
            for (key, value) in fields {
                walk(questionnaire, value, &format!("{pointer}/{}", segment(key)), faults);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(questionnaire, item, &format!("{pointer}/{index}"), faults);
            }
        }
        _ => {}
    }
}
