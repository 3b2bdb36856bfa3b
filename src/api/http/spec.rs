//! The OpenAPI document: poem-openapi's, made correct by one normaliser, the same bytes everywhere.
//!
//! What is mended and why: the version label (3.0.0 to 3.0.3, the document uses nothing newer), media types without
//! parameters, date formats that OpenAPI knows, integer formats and bounds, descriptions that would be empty, and
//! `security: []` on public operations, which linters and client generators ask for; objects that are taken in refuse
//! properties they do not have, decimals are texts of digits, and `If-Match` is required and holds a version.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::language::PageLanguage;

/// The normalised document.
///
/// # Panics
/// When poem-openapi writes no JSON, at the start of the program.
#[expect(clippy::expect_used, reason = "a server without a document must not start")]
pub fn document() -> Value {
    let mut document: Value = serde_json::from_str(&crate::api::openapi().spec()).expect("the document is JSON");
    normalise(&mut document);
    close_what_is_taken_in(&mut document);
    document
}

/// The document as the file holds it: pretty, with a final newline.
pub fn text(document: &Value) -> String {
    let mut text = format!("{document:#}");
    text.push('\n');
    text
}

/// The documentation page: Swagger UI from the binary, showing the normalised document. Nothing is fetched elsewhere. Above it
/// stands what the page is, in its language, with the way to the other.
pub fn page(document: &Value, language: PageLanguage) -> String {
    let service = crate::api::openapi();
    // Inside a script element a literal "</" could end it.
    let shown = document.to_string().replace("</", "<\\/");
    let page = service.swagger_ui_html().replace(&service.spec(), &shown);
    let (title, told) = match language {
        PageLanguage::Zh => (
            "融合 Ronghe 接口文档",
            "本页列出融合平台的全部接口：用途、参数、返回内容和可能的错误。先用“登录”接口取得令牌，点 Authorize 填入后即可在本页试用。\
             接口出错时返回稳定的错误代码 code 和中英文说明。<a href=\"/openapi.json?language=zh\">OpenAPI 文件</a> · <a href=\"/docs?language=en\">English</a>",
        ),
        PageLanguage::En => (
            "Ronghe API documentation",
            "All operations of the Ronghe platform with their parameters, responses and errors. Log in to get a bearer token, then use \
             Authorize to try operations on this page. Errors carry a stable code and a message in Chinese and English. \
             <a href=\"/openapi.json\">OpenAPI file</a> · <a href=\"/docs?language=zh\">中文</a>",
        ),
    };
    let lang = match language {
        PageLanguage::Zh => "zh-CN",
        PageLanguage::En => "en",
    };
    let head = format!(
        "<header style=\"font:15px/1.7 sans-serif;max-width:1420px;margin:20px auto 0;padding:0 20px;color:#3b4151\">\
         <h1 style=\"font-size:24px;margin:0\">{title}</h1><p style=\"margin:4px 0\">{told}</p></header><div id=\"ui\"></div>"
    );
    page.replacen("<title>Swagger UI</title>", &format!("<title>{title}</title>"), 1)
        .replacen(
            "<html charset=\"UTF-8\">",
            &format!("<html lang=\"{lang}\" charset=\"UTF-8\">"),
            1,
        )
        .replacen("<div id=\"ui\"></div>", &head, 1)
}

/// Paths that occur twice in the text of a document: a JSON parser would silently keep the last.
pub fn duplicate_paths(raw: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut twice = Vec::new();
    let Some(start) = raw.find("\"paths\"") else {
        return twice;
    };
    for line in raw[start..].lines() {
        let key = line.trim();
        if let Some(path) = key.strip_prefix("\"/").and_then(|rest| rest.strip_suffix("\": {"))
            && !seen.insert(path.to_owned())
        {
            twice.push(format!("/{path}"));
        }
    }
    twice
}

/// The document as poem-openapi writes it, for the test of duplicate paths.
pub fn raw() -> String {
    crate::api::openapi().spec()
}

fn normalise(document: &mut Value) {
    document["openapi"] = json!("3.0.3");
    walk(document);
    let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) else {
        return;
    };
    for operation in paths
        .values_mut()
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut)
    {
        let Some(operation) = operation.as_object_mut() else {
            continue;
        };
        operation.entry("security").or_insert_with(|| json!([]));
        if operation.get("deprecated") == Some(&json!(false)) {
            operation.remove("deprecated");
        }
    }
}

/// Every object that a request body may hold denies unknown fields; the document says so.
fn close_what_is_taken_in(document: &mut Value) {
    let mut open: Vec<String> = Vec::new();
    let operations = document["paths"].as_object().into_iter().flat_map(Map::values);
    for operation in operations.filter_map(Value::as_object).flat_map(Map::values) {
        references(&operation["requestBody"], &mut open);
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        let Some(schema) = document.pointer_mut(&format!("/components/schemas/{name}")) else {
            continue;
        };
        if !seen.insert(name) {
            continue;
        }
        references(schema, &mut open);
        if let Some(object) = schema
            .as_object_mut()
            .filter(|object| object.contains_key("properties"))
        {
            object.insert("additionalProperties".to_owned(), json!(false));
        }
    }
}

/// Names of the schemas that are referred to, however deep.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(object) => {
            let name = object.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|path| path.strip_prefix("#/components/schemas/"));
            found.extend(name.map(str::to_owned));
            object.values().for_each(|item| references(item, found));
        }
        _ => {}
    }
}

fn walk(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(walk),
        Value::Object(object) => {
            mend_media_types(object);
            mend_schema(object);
            mend_parameter(object);
            object.values_mut().for_each(walk);
        }
        _ => {}
    }
}

fn mend_media_types(object: &mut Map<String, Value>) {
    let Some(content) = object.get_mut("content").and_then(Value::as_object_mut) else {
        return;
    };
    if content.keys().any(|key| key.contains(';')) {
        let renamed = std::mem::take(content)
            .into_iter()
            .map(|(key, media)| {
                (
                    key.split_once(';').map_or(&*key, |(key, _)| key).trim().to_owned(),
                    media,
                )
            })
            .collect();
        *content = renamed;
    }
}

fn mend_schema(object: &mut Map<String, Value>) {
    let format = object.get("format").and_then(Value::as_str).unwrap_or("").to_owned();
    match format.as_str() {
        "naive-date" => drop(object.insert("format".to_owned(), json!("date"))),
        "naive-date-time" => drop(object.insert("format".to_owned(), json!("date-time"))),
        "decimal" => drop(object.insert("pattern".to_owned(), json!(r"^-?[0-9]+(\.[0-9]+)?$"))),
        "uint8" => mend_unsigned(object, "int32", Some(u8::MAX.into())),
        "uint16" => mend_unsigned(object, "int32", Some(u16::MAX.into())),
        "uint32" => mend_unsigned(object, "int64", Some(u32::MAX)),
        "uint64" => mend_unsigned(object, "int64", None),
        "int8" | "int16" => drop(object.insert("format".to_owned(), json!("int32"))),
        _ => {}
    }
    if object.get("type") == Some(&json!("integer")) {
        for bound in ["minimum", "maximum"] {
            if let Some(number) = object.get(bound).and_then(Value::as_f64) {
                #[expect(clippy::cast_possible_truncation, reason = "bounds of ours, far below 2^53")]
                object.insert(bound.to_owned(), json!(number as i64));
            }
        }
    }
}

/// An unsigned integer becomes a signed one with the bounds that are checked.
fn mend_unsigned(object: &mut Map<String, Value>, format: &str, most: Option<u32>) {
    object.insert("format".to_owned(), json!(format));
    object.entry("minimum").or_insert_with(|| json!(0));
    if let Some(most) = most {
        object.entry("maximum").or_insert_with(|| json!(most));
    }
}

fn mend_parameter(object: &mut Map<String, Value>) {
    if object.contains_key("in") && object.get("deprecated") == Some(&json!(false)) {
        object.remove("deprecated");
    }
    if object.get("explode") == Some(&json!(true)) {
        object.remove("explode");
    }
    if object.get("in") == Some(&json!("header")) && object.get("name") == Some(&json!("If-Match")) {
        object.insert("required".to_owned(), json!(true));
        if let Some(schema) = object.get_mut("schema") {
            schema["pattern"] = json!("^\"[1-9][0-9]{0,17}\"$");
        }
    }
}
