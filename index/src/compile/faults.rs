//! The faults of a methodology, gathered while it is compiled: all of them, each at its place.

use std::fmt::Display;

use serde_json::Value;
use survey::{
    codes::Coded,
    document::{DocumentFault, segment},
    expression::ExpressionFault,
};

use crate::{codes::MethodologyCode, exact::Fixed};

/// Faults found so far.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<DocumentFault>);

impl Faults {
    /// Notes a fault: what is wrong and what to do, in both languages.
    pub(super) fn add(
        &mut self,
        code: impl Coded,
        pointer: impl Display,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        let fault = DocumentFault::of(code, pointer.to_string(), zh, en);
        // What is said for all indicators is found wrong for each of them.
        if !self.0.contains(&fault) {
            self.0.push(fault);
        }
    }

    /// Whether something was found wrong at a place that begins so.
    pub(super) fn any_below(&self, pointer: &str) -> bool {
        self.0.iter().any(|fault| fault.pointer.starts_with(pointer))
    }

    /// Notes why an expression is refused.
    pub(super) fn add_expression(&mut self, pointer: impl Display, fault: ExpressionFault) {
        let ExpressionFault { code, at, message } = fault;
        let (zh, en) = (
            format!("第 {} 个字符处：{}", at + 1, message.zh),
            format!("At character {}: {}", at + 1, message.en),
        );
        self.add(code, pointer, zh, en);
    }

    /// The value when there is no fault, else all faults.
    pub(super) fn into_result<T>(self, value: Option<T>) -> Result<T, Vec<DocumentFault>> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            _ => Err(self.0),
        }
    }
}

/// Checks what holds for every value of a document that is scored exactly: texts in both languages, numbers of a size that
/// can be computed with exactly.
pub(super) fn check_values(value: &Value, pointer: &str, faults: &mut Faults) {
    check_texts(value, pointer, faults);
    check_numbers(value, pointer, faults);
}

/// Notes a fault for every text of which a language is missing.
pub(super) fn check_texts(value: &Value, pointer: &str, faults: &mut Faults) {
    if let Value::Object(fields) = value {
        for (key, field) in fields {
            let blank = field.as_str().is_some_and(|text| text.trim().is_empty());
            if blank && (key == "zh" || key == "en") {
                faults.add(
                    MethodologyCode::TextMissing,
                    format!("{pointer}/{}", segment(key)),
                    "缺少该语言的文字，请补全。",
                    "The text in this language is missing; write it.",
                );
            }
        }
    }
    for_each_below(value, pointer, |value, pointer| check_texts(value, pointer, faults));
}

fn check_numbers(value: &Value, pointer: &str, faults: &mut Faults) {
    // Where weights come from is a record of doubles, which nothing is scored with.
    if pointer == "/weight_origins" {
        return;
    }
    if let Value::Number(number) = value {
        let fits = number
            .as_f64()
            .and_then(Fixed::from_written)
            .is_some_and(Fixed::fits_document);
        if !fits {
            let limit = Fixed::DOCUMENT_LIMIT;
            faults.add(
                MethodologyCode::NumberTooLarge,
                pointer,
                format!("数字 {number} 超出正负 {limit} 的范围。"),
                format!("{number} is beyond plus or minus {limit}."),
            );
        }
    }
    for_each_below(value, pointer, |value, pointer| check_numbers(value, pointer, faults));
}

fn for_each_below(value: &Value, pointer: &str, mut visit: impl FnMut(&Value, &str)) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                visit(field, &format!("{pointer}/{}", segment(key)));
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                visit(item, &format!("{pointer}/{at}"));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
