//! What is wrong with a JSON body: every member that is missing, unknown or of another kind than the document says, each
//! by its JSON pointer and in words for people.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate};
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use rust_decimal::Decimal;
use serde_json::{Map, Value};
use survey::document::segment;
use uuid::Uuid;

use super::forms::ORIGIN;
use crate::service::error::{Fault, ServiceError, codes::http};

/// Members that a sentence lists; more would not be read.
const LISTED: usize = 30;

/// Everything that is wrong with a body of this form.
pub(super) fn faults(body: &Value, form: &MetaSchemaRef, registry: &Registry) -> Vec<Fault> {
    let mut check = Check {
        registry,
        faults: Vec::new(),
    };
    check.value("", body, form);
    check.faults.truncate(ServiceError::MOST_FAULTS);
    check.faults
}

struct Check<'r> {
    registry: &'r Registry,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn value(&mut self, pointer: &str, value: &Value, form: &MetaSchemaRef) {
        let form = match form {
            MetaSchemaRef::Inline(form) => form,
            MetaSchemaRef::Reference(name) => match self.registry.schemas.get(name) {
                Some(form) => form,
                None => return,
            },
        };
        // The form of another room: whoever reads it says what is wrong with it.
        if form.rust_typename == Some(ORIGIN) {
            return;
        }
        for part in &form.all_of {
            self.value(pointer, value, part);
        }
        if !form.enum_items.is_empty() {
            self.word(pointer, value, form);
            return;
        }
        match form.ty {
            "object" => match value {
                Value::Object(members) => self.members(pointer, members, form),
                other => self.other_kind(pointer, other, "一个对象 {…}", "an object {…}"),
            },
            "array" => match value {
                Value::Array(items) => self.items(pointer, items, form),
                other => self.other_kind(pointer, other, "一个列表 […]", "a list […]"),
            },
            "string" => self.text(pointer, value, form),
            "integer" => match value.as_i64() {
                Some(number) => self.within(pointer, number, form),
                None => self.other_kind(pointer, value, "整数", "a whole number"),
            },
            "number" if !value.is_number() => self.other_kind(pointer, value, "数字", "a number"),
            "boolean" if !value.is_boolean() => self.other_kind(pointer, value, "true 或 false", "true or false"),
            _ => {}
        }
    }

    fn members(&mut self, pointer: &str, members: &Map<String, Value>, form: &MetaSchema) {
        let below = |name: &str| format!("{pointer}/{}", segment(name));
        for name in form.required.iter().filter(|name| !members.contains_key(**name)) {
            let says = form.properties.iter().find(|(own, _)| own == name);
            let says = says.and_then(|(_, form)| self.description(form)).unwrap_or_default();
            let en = match says.trim_end_matches('.') {
                "" => format!("\"{name}\" is missing."),
                says => format!("\"{name}\" is missing: {}.", lower_first(says)),
            };
            self.faults.push(Fault::saying(
                below(name),
                http::MEMBER_MISSING,
                format!("缺少“{name}”，请补上。"),
                en,
            ));
        }
        for (name, member) in members {
            let own = form.properties.iter().find(|(own, _)| own == name);
            match (own, &form.additional_properties) {
                (Some((_, form)), _) => self.value(&below(name), member, form),
                (None, Some(form)) => self.value(&below(name), member, form),
                (None, None) => {
                    let known: Vec<&str> = form.properties.iter().map(|(name, _)| *name).take(LISTED).collect();
                    let known = known.join(", ");
                    self.faults.push(Fault::saying(
                        below(name),
                        http::MEMBER_UNKNOWN,
                        format!("这里没有“{}”这一项；可用的有：{known}。", shortened(name)),
                        format!("There is no \"{}\" here; known are: {known}.", shortened(name)),
                    ));
                }
            }
        }
    }

    fn items(&mut self, pointer: &str, items: &[Value], form: &MetaSchema) {
        let (least, most) = (form.min_items.unwrap_or(0), form.max_items.unwrap_or(usize::MAX));
        if !(least..=most).contains(&items.len()) {
            let bounds = bounds(form.min_items, form.max_items);
            self.faults.push(Fault::saying(
                pointer,
                http::MEMBER_OUT_OF_BOUNDS,
                format!("项数应为{}，现有 {} 项。", bounds.0, items.len()),
                format!("The list has {} items; {} are allowed.", items.len(), bounds.1),
            ));
        }
        if let Some(form) = &form.items {
            for (at, item) in items.iter().enumerate() {
                self.value(&format!("{pointer}/{at}"), item, form);
            }
        }
    }

    fn word(&mut self, pointer: &str, value: &Value, form: &MetaSchema) {
        if form.enum_items.contains(value) {
            return;
        }
        let known: Vec<String> = form.enum_items.iter().map(plain).collect();
        let known = known.join(", ");
        self.faults.push(Fault::saying(
            pointer,
            http::MEMBER_NOT_LISTED,
            format!("应为下列之一：{known}；现为{}。", found(value).0),
            format!("One of {known} is expected, not {}.", found(value).1),
        ));
    }

    fn text(&mut self, pointer: &str, value: &Value, form: &MetaSchema) {
        let (zh, en) = match form.format {
            Some("uuid") => ("编号（UUID）", "an identifier (UUID)"),
            Some("naive-date" | "date") => ("日期，如 2026-03-01", "a date such as 2026-03-01"),
            Some("date-time" | "naive-date-time") => {
                ("时间，如 2026-03-01T08:00:00Z", "a time such as 2026-03-01T08:00:00Z")
            }
            Some("decimal") => ("数字，如 12.5", "a number such as 12.5"),
            _ => ("文字", "a text"),
        };
        let fits = match (form.format, value) {
            (Some("decimal"), Value::Number(_)) => true,
            (Some("uuid"), Value::String(text)) => Uuid::from_str(text).is_ok(),
            (Some("naive-date" | "date"), Value::String(text)) => NaiveDate::from_str(text).is_ok(),
            (Some("date-time"), Value::String(text)) => DateTime::parse_from_rfc3339(text).is_ok(),
            (Some("decimal"), Value::String(text)) => Decimal::from_str(text).is_ok(),
            (_, value) => value.is_string(),
        };
        if !fits {
            self.other_kind(pointer, value, zh, en);
            return;
        }
        let Some(text) = value.as_str() else {
            return;
        };
        if text.contains('\0') {
            self.faults.push(Fault::saying(
                pointer,
                http::MEMBER_KIND,
                "文字中含有不能保存的字符（NUL），请删去。",
                "The text holds a character that cannot be kept (NUL); remove it.",
            ));
        }
        let length = text.chars().count();
        let (least, most) = (form.min_length.unwrap_or(0), form.max_length.unwrap_or(usize::MAX));
        if !(least..=most).contains(&length) {
            let bounds = bounds(form.min_length, form.max_length);
            self.faults.push(Fault::saying(
                pointer,
                http::MEMBER_OUT_OF_BOUNDS,
                format!("字数应为{}，现有 {length} 个。", bounds.0),
                format!("The text has {length} characters; {} are allowed.", bounds.1),
            ));
        }
    }

    fn within(&mut self, pointer: &str, number: i64, form: &MetaSchema) {
        let (least, most) = match form.format {
            Some("int8") => (i64::from(i8::MIN), i64::from(i8::MAX)),
            Some("int16") => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
            Some("uint8") => (0, i64::from(u8::MAX)),
            Some("uint16") => (0, i64::from(u16::MAX)),
            Some("uint32") => (0, i64::from(u32::MAX)),
            Some("uint64") => (0, i64::MAX),
            _ => (i64::MIN, i64::MAX),
        };
        #[expect(clippy::cast_possible_truncation, reason = "bounds of ours, far below 2^53")]
        let stated = |bound: Option<f64>, own: i64| bound.map_or(own, |bound| bound as i64);
        let (least, most) = (stated(form.minimum, least), stated(form.maximum, most));
        if !(least..=most).contains(&number) {
            self.faults.push(Fault::saying(
                pointer,
                http::MEMBER_OUT_OF_BOUNDS,
                format!("应在 {least} 至 {most} 之间，现为 {number}。"),
                format!("A number from {least} to {most} is expected, not {number}."),
            ));
        }
    }

    fn other_kind(&mut self, pointer: &str, value: &Value, zh: &str, en: &str) {
        let found = found(value);
        self.faults.push(Fault::saying(
            pointer,
            http::MEMBER_KIND,
            format!("应为{zh}，现为{}。", found.0),
            format!("Expected {en}, found {}.", found.1),
        ));
    }

    /// What the document says of a member.
    fn description<'f>(&'f self, form: &'f MetaSchemaRef) -> Option<&'f str> {
        match form {
            MetaSchemaRef::Inline(form) => form.description,
            MetaSchemaRef::Reference(name) => self.registry.schemas.get(name)?.description,
        }
    }
}

/// What stands there, in Chinese and English.
fn found(value: &Value) -> (String, String) {
    match value {
        Value::Null => ("空值 null".to_owned(), "null".to_owned()),
        Value::Bool(_) | Value::Number(_) => (format!(" {value}"), value.to_string()),
        Value::String(text) if text.is_empty() => ("空文字".to_owned(), "an empty text".to_owned()),
        Value::String(text) => {
            let text = shortened(text);
            (format!("文字“{text}”"), format!("the text \"{text}\""))
        }
        Value::Array(_) => ("列表".to_owned(), "a list".to_owned()),
        Value::Object(_) => ("对象".to_owned(), "an object".to_owned()),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// No more of what was sent goes back than tells it apart.
fn shortened(text: &str) -> String {
    let mut kept: String = text.chars().take(40).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}

fn bounds(least: Option<usize>, most: Option<usize>) -> (String, String) {
    match (least, most) {
        (Some(least), Some(most)) => (format!("{least} 至 {most}"), format!("{least} to {most}")),
        (Some(least), None) => (format!("至少 {least}"), format!("at least {least}")),
        (None, Some(most)) => (format!("至多 {most}"), format!("at most {most}")),
        (None, None) => ("任意".to_owned(), "any".to_owned()),
    }
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    // A name or abbreviation stays as it is.
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain([second]).chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use poem_openapi::{Enum, Object, types::Type as _};
    use serde_json::json;

    use super::*;
    use crate::api::http::word::Word;

    #[derive(Enum)]
    #[oai(rename_all = "snake_case")]
    enum Size {
        Large,
        Small,
    }

    #[derive(Object)]
    struct Part {
        id: Uuid,
        #[oai(validator(max_items = 2))]
        sizes: Option<Vec<Size>>,
    }

    /// A body.
    #[derive(Object)]
    struct Body {
        /// Title.
        title: Word<5>,
        /// Year of the survey.
        #[oai(validator(minimum(value = "2000"), maximum(value = "2100")))]
        year: i32,
        opens_on: Option<NaiveDate>,
        part: Option<Part>,
        amount: Option<Decimal>,
        sure: Option<bool>,
    }

    #[test]
    fn every_fault_is_named_by_its_pointer_in_words() {
        let mut registry = Registry::new();
        Body::register(&mut registry);
        let check = |body: Value, expected: &[(&str, &str, &str)]| {
            let found = faults(&body, &Body::schema_ref(), &registry);
            let found: Vec<(&str, &str, &str)> = found
                .iter()
                .map(|fault| {
                    let pointer = fault.pointer.as_deref().unwrap();
                    (fault.code.as_str(), pointer, fault.message.en.as_str())
                })
                .collect();
            assert_eq!(found, expected, "{body}");
        };
        check(json!({ "title": "x", "year": 2026 }), &[]);
        check(
            json!({}),
            &[
                ("body.member_missing", "/title", "\"title\" is missing: title."),
                (
                    "body.member_missing",
                    "/year",
                    "\"year\" is missing: year of the survey.",
                ),
            ],
        );
        check(
            json!({ "title": 5, "year": "2026", "open_on": "2026-03-01" }),
            &[
                ("body.member_kind", "/title", "Expected a text, found 5."),
                (
                    "body.member_kind",
                    "/year",
                    "Expected a whole number, found the text \"2026\".",
                ),
                (
                    "body.member_unknown",
                    "/open_on",
                    "There is no \"open_on\" here; known are: title, year, opens_on, part, amount, sure.",
                ),
            ],
        );
        check(
            json!({ "title": "longer", "year": 1999, "opens_on": "2026-02-30", "sure": "yes", "amount": "x" }),
            &[
                (
                    "body.member_out_of_bounds",
                    "/title",
                    "The text has 6 characters; at most 5 are allowed.",
                ),
                (
                    "body.member_out_of_bounds",
                    "/year",
                    "A number from 2000 to 2100 is expected, not 1999.",
                ),
                (
                    "body.member_kind",
                    "/opens_on",
                    "Expected a date such as 2026-03-01, found the text \"2026-02-30\".",
                ),
                (
                    "body.member_kind",
                    "/sure",
                    "Expected true or false, found the text \"yes\".",
                ),
                (
                    "body.member_kind",
                    "/amount",
                    "Expected a number such as 12.5, found the text \"x\".",
                ),
            ],
        );
        check(
            json!({ "title": "x", "year": 2026, "amount": 1.5, "part": { "id": "7", "sizes": ["large", "huge", "small"] } }),
            &[
                (
                    "body.member_kind",
                    "/part/id",
                    "Expected an identifier (UUID), found the text \"7\".",
                ),
                (
                    "body.member_out_of_bounds",
                    "/part/sizes",
                    "The list has 3 items; at most 2 are allowed.",
                ),
                (
                    "body.member_not_listed",
                    "/part/sizes/1",
                    "One of large, small is expected, not the text \"huge\".",
                ),
            ],
        );
        check(
            json!([]),
            &[("body.member_kind", "", "Expected an object {…}, found a list.")],
        );
    }

    #[test]
    fn the_chinese_sentence_names_the_member_and_what_stands_there() {
        let mut registry = Registry::new();
        Body::register(&mut registry);
        let found = faults(&json!({ "title": "x", "year": true }), &Body::schema_ref(), &registry);
        assert_eq!(found[0].message.zh, "应为整数，现为 true。");
        let found = faults(&json!({ "title": "x" }), &Body::schema_ref(), &registry);
        assert_eq!(found[0].message.zh, "缺少“year”，请补上。");
    }
}
