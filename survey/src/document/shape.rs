//! What a deserialiser says of a value that does not fit, in words: no type of a programming language.

use crate::text::Text;

/// The reason without its place, as part of a sentence.
///
/// serde tells its reasons as text only. What is not one of its own sentences is one of ours and is passed on as it stands.
pub(super) fn in_words(reason: &str) -> Text {
    let known = wrong_type(reason)
        .or_else(|| wrong_length(reason))
        .or_else(|| unknown_member(reason))
        .or_else(|| missing(reason))
        .or_else(|| no_form(reason));
    known.unwrap_or_else(|| Text::new(reason, reason))
}

fn wrong_type(reason: &str) -> Option<Text> {
    let told = reason
        .strip_prefix("invalid type: ")
        .or_else(|| reason.strip_prefix("invalid value: "))?;
    let (found, expected) = told.rsplit_once(", expected ")?;
    let (found, expected) = (found_value(found), expected_value(expected));
    Some(Text::new(
        format!("此处是{}，应为{}", found.zh, spaced(&expected.zh)),
        format!("this is {}, where {} is expected", found.en, expected.en),
    ))
}

/// With a blank before Latin letters, as Chinese is set.
fn spaced(zh: &str) -> String {
    if zh.starts_with(|first: char| first.is_ascii()) {
        format!(" {zh}")
    } else {
        zh.to_owned()
    }
}

/// What stands there.
fn found_value(found: &str) -> Text {
    let (kind, shown) = found.split_once(' ').unwrap_or((found, ""));
    let shown = shown.trim_start_matches("point ").trim_matches('`');
    match kind {
        "integer" | "floating" => Text::new(format!("数字 {shown}"), format!("the number {shown}")),
        "boolean" => Text::new(format!("逻辑值 {shown}"), format!("the value {shown}")),
        "string" | "character" => {
            let shown = shown.trim_matches('"');
            Text::new(format!("文字“{shown}”"), format!("the text \"{shown}\""))
        }
        "null" | "unit" | "Option" => Text::new("空值 null", "the empty value null"),
        "sequence" => Text::new("列表", "a list"),
        "map" | "struct" => Text::new("对象", "an object"),
        _ => Text::new("其他类型的值", "a value of another kind"),
    }
}

/// What should stand there.
fn expected_value(expected: &str) -> Text {
    let word = expected.split(' ').next().unwrap_or(expected);
    if expected.contains("string or map") || expected.contains("enum") {
        return Text::new("规定的文字或对象", "one of the words or objects listed for it");
    }
    if expected.contains("tuple") || expected.contains("sequence") || expected.contains("array") {
        return Text::new("列表", "a list");
    }
    if expected.contains("map") || expected.contains("struct") || expected == "object" {
        return Text::new("对象", "an object");
    }
    if expected.contains("string") || expected.contains("identifier") || expected.contains("character") {
        return Text::new("文字", "a text");
    }
    if expected.contains("bool") {
        return Text::new("true 或 false", "true or false");
    }
    match word {
        "f64" | "f32" | "number" => Text::new("数字", "a number"),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => Text::new("整数", "a whole number"),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            Text::new("不小于零的整数", "a whole number of zero or more")
        }
        "a" if expected.contains("nonzero") => Text::new("大于零的整数", "a whole number above zero"),
        "null" | "unit" => Text::new("空值 null", "the empty value null"),
        _ => Text::new("其他类型的值", "a value of another kind"),
    }
}

fn wrong_length(reason: &str) -> Option<Text> {
    let (found, expected) = reason.strip_prefix("invalid length ")?.split_once(", expected ")?;
    let is_number = |word: &&str| !word.is_empty() && word.chars().all(|digit| digit.is_ascii_digit());
    let Some(needed) = expected.split(' ').find(is_number) else {
        return Some(Text::new(
            format!("列表有 {found} 项，过多"),
            format!("the list has the length {found}, which is too long"),
        ));
    };
    Some(Text::new(
        format!("列表有 {found} 项，应有 {needed} 项"),
        format!("the list has the length {found}, where {needed} is expected"),
    ))
}

fn unknown_member(reason: &str) -> Option<Text> {
    let (kind, told) = reason.strip_prefix("unknown ")?.split_once(' ')?;
    let (name, rest) = told.strip_prefix('`')?.split_once('`')?;
    // Every other piece between two of these marks is a name.
    let names: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    Some(match (kind, names.is_empty()) {
        ("field", true) => Text::new(
            format!("没有字段 {name}，这里不能有字段"),
            format!("there is no field {name} here, nor any other"),
        ),
        ("field", false) => Text::new(
            format!("没有字段 {name}，可用的字段是 {}", names.join("、")),
            format!("there is no field {name} here; the fields are {}", names.join(", ")),
        ),
        _ => Text::new(
            format!("“{name}”不是规定的值，可用的值是 {}", names.join("、")),
            format!("\"{name}\" is not one of the values, which are {}", names.join(", ")),
        ),
    })
}

fn missing(reason: &str) -> Option<Text> {
    let between = |prefix: &str| reason.strip_prefix(prefix)?.strip_suffix('`');
    if let Some(name) = between("missing field `") {
        return Some(Text::new(
            format!("缺少字段 {name}"),
            format!("the field {name} is missing"),
        ));
    }
    between("duplicate field `")
        .map(|name| Text::new(format!("字段 {name} 重复"), format!("the field {name} stands twice")))
}

fn no_form(reason: &str) -> Option<Text> {
    let is_one = reason.starts_with("no variant of enum ") || reason.starts_with("data did not match any variant");
    is_one.then(|| {
        Text::new(
            "内容与这里允许的任何一种写法都不符",
            "this is none of the forms that are allowed here",
        )
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, num::NonZeroU32};

    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Plain {
        #[serde(rename = "at")]
        _at: f64,
        #[serde(default, rename = "by")]
        _by: u32,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        First,
        Second,
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(#[expect(dead_code, reason = "only read")] f64),
        Flag(#[expect(dead_code, reason = "only read")] bool),
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
    enum Tagged {
        Line {
            #[serde(rename = "low")]
            _low: f64,
        },
    }

    /// What is said of a value that is to be read as `T`.
    #[track_caller]
    fn check<T: DeserializeOwned + std::fmt::Debug>(value: Value, zh: &str, en: &str) {
        let error = serde_json::from_value::<T>(value).unwrap_err();
        assert_eq!(in_words(&error.to_string()), Text::new(zh, en), "{error}");
    }

    #[test]
    fn every_sentence_of_the_deserialiser_is_told_in_words() {
        check::<f64>(
            json!("x"),
            "此处是文字“x”，应为数字",
            "this is the text \"x\", where a number is expected",
        );
        check::<f64>(
            json!("a, expected b"),
            "此处是文字“a, expected b”，应为数字",
            "this is the text \"a, expected b\", where a number is expected",
        );
        check::<f64>(
            Value::Null,
            "此处是空值 null，应为数字",
            "this is the empty value null, where a number is expected",
        );
        check::<u32>(
            json!(-1),
            "此处是数字 -1，应为不小于零的整数",
            "this is the number -1, where a whole number of zero or more is expected",
        );
        check::<i64>(
            json!(1.5),
            "此处是数字 1.5，应为整数",
            "this is the number 1.5, where a whole number is expected",
        );
        check::<NonZeroU32>(
            json!(0),
            "此处是数字 0，应为大于零的整数",
            "this is the number 0, where a whole number above zero is expected",
        );
        check::<bool>(
            json!(1),
            "此处是数字 1，应为 true 或 false",
            "this is the number 1, where true or false is expected",
        );
        check::<String>(
            json!(true),
            "此处是逻辑值 true，应为文字",
            "this is the value true, where a text is expected",
        );
        check::<Vec<f64>>(
            json!({}),
            "此处是对象，应为列表",
            "this is an object, where a list is expected",
        );
        check::<BTreeMap<String, f64>>(
            json!([]),
            "此处是列表，应为对象",
            "this is a list, where an object is expected",
        );
        check::<Plain>(
            json!("x"),
            "此处是文字“x”，应为对象",
            "this is the text \"x\", where an object is expected",
        );
        check::<Word>(
            json!(3),
            "此处是数字 3，应为规定的文字或对象",
            "this is the number 3, where one of the words or objects listed for it is expected",
        );
        check::<Tagged>(
            json!(3),
            "此处是数字 3，应为规定的文字或对象",
            "this is the number 3, where one of the words or objects listed for it is expected",
        );
        check::<(f64, f64)>(
            json!([1.0]),
            "列表有 1 项，应有 2 项",
            "the list has the length 1, where 2 is expected",
        );
        check::<[f64; 2]>(
            json!([1.0]),
            "列表有 1 项，应有 2 项",
            "the list has the length 1, where 2 is expected",
        );
        check::<(f64, f64)>(
            json!([1.0, 2.0, 3.0]),
            "列表有 3 项，过多",
            "the list has the length 3, which is too long",
        );
        check::<Plain>(json!({}), "缺少字段 at", "the field at is missing");
        check::<Plain>(
            json!({ "at": 1, "on": 2 }),
            "没有字段 on，可用的字段是 at、by",
            "there is no field on here; the fields are at, by",
        );
        check::<Nothing>(
            json!({ "on": 2 }),
            "没有字段 on，这里不能有字段",
            "there is no field on here, nor any other",
        );
        check::<Word>(
            json!("third"),
            "“third”不是规定的值，可用的值是 first、second",
            "\"third\" is not one of the values, which are first, second",
        );
        check::<Tagged>(
            json!({ "method": "curve" }),
            "“curve”不是规定的值，可用的值是 line",
            "\"curve\" is not one of the values, which are line",
        );
        check::<Tagged>(json!({ "low": 1 }), "缺少字段 method", "the field method is missing");
        check::<Either>(
            json!("x"),
            "内容与这里允许的任何一种写法都不符",
            "this is none of the forms that are allowed here",
        );
    }

    #[test]
    fn a_sentence_of_our_own_is_passed_on() {
        assert_eq!(
            in_words("a code has no blanks"),
            Text::new("a code has no blanks", "a code has no blanks")
        );
    }
}
