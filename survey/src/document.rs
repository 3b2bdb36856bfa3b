//! Faults of documents: questionnaires, code lists, factor tables, settings.
//!
//! A document is refused with every fault that can be told apart, each with a stable code and its place.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use self::members::Members;
use crate::{
    codes::{Coded, DocumentCode},
    text::Text,
};

mod members;
mod shape;

/// One fault of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentFault {
    /// Stable code, such as `json.syntax` or `section.unknown`.
    pub code: String,
    /// JSON pointer into the document (`/edit_rules/12/expression`); `line:column` where the text is no JSON at all;
    /// `line:column name` of a CSV file.
    pub pointer: String,
    /// What is wrong and what to do.
    pub message: Text,
}

impl DocumentFault {
    /// A fault under one of the codes of this house.
    pub fn of(code: impl Coded, pointer: impl Into<String>, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code: code.code().to_owned(),
            pointer: pointer.into(),
            message: Text::new(zh, en),
        }
    }
}

/// Reads a JSON document of a known shape.
///
/// A syntax error is reported with its line and column, a wrong shape (unknown field, missing field, wrong type) with
/// the JSON pointer of the value that does not fit, and a member that stands twice with its own: which of the two is meant
/// nobody can know. A byte order mark is passed over.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Vec<DocumentFault>> {
    let bytes = without_mark(bytes);
    let mut members = Members::default();
    let value = members.read(bytes).map_err(|error| vec![syntax_fault(&error)])?;
    let twice = members.into_twice();
    if !twice.is_empty() {
        return Err(twice.into_iter().map(twice_fault).collect());
    }
    serde_path_to_error::deserialize::<Value, T>(value).map_err(|error| vec![shape_fault(&error)])
}

/// A text in UTF-8 without the byte order mark that some editors put before it.
pub fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

fn twice_fault(pointer: String) -> DocumentFault {
    DocumentFault::of(
        DocumentCode::JsonDuplicateMember,
        pointer,
        "同一对象中该成员出现了两次，无法判断以哪个为准。请删去一个。",
        "The member stands twice in its object, and nothing tells which is meant. Remove one of the two.",
    )
}

fn syntax_fault(error: &serde_json::Error) -> DocumentFault {
    DocumentFault::of(
        DocumentCode::JsonSyntax,
        format!("{}:{}", error.line(), error.column()),
        format!("文件不是合法的 JSON：{error}。请改正该行该列后重新提交。"),
        format!("The file is not valid JSON: {error}. Correct that line and column and submit again."),
    )
}

fn shape_fault(error: &serde_path_to_error::Error<serde_json::Error>) -> DocumentFault {
    let reason = shape::in_words(&error.inner().to_string());
    DocumentFault::of(
        DocumentCode::JsonShape,
        pointer_of(error.path()),
        format!(
            "此处的内容与文档格式不符：{}。请对照该文档的 JSON Schema 改正。",
            reason.zh
        ),
        format!(
            "The content here does not fit the document format: {}. Correct it by the document's JSON Schema.",
            reason.en
        ),
    )
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|part| match part {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", segment(key)),
            Segment::Enum { variant } => format!("/{}", segment(variant)),
            Segment::Unknown => "/?".to_owned(),
        })
        .collect()
}

/// A key as a segment of a JSON pointer (RFC 6901).
pub fn segment(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    fn check(json: &str, code: &str, pointer: &str) {
        let faults = parse_json::<Vec<Text>>(json.as_bytes()).unwrap_err();
        assert_eq!(
            (faults[0].code.as_str(), faults[0].pointer.as_str()),
            (code, pointer),
            "{json}"
        );
    }

    #[test]
    fn faults_have_a_place() {
        check("[{\"zh\":\"a\",\n \"en\" \"b\"}]", "json.syntax", "2:7");
        check("[{\"zh\":\"a\",\"en\":\"b\"},{\"zh\":\"a\"}]", "json.shape", "/1");
        check("[{\"zh\":\"a\",\"en\":7}]", "json.shape", "/0/en");
        check("[{\"zh\":\"a\",\"en\":\"b\",\"fr/x\":\"c\"}]", "json.shape", "/0/fr~1x");
    }

    #[test]
    fn a_member_that_stands_twice_is_named() {
        let twice = "json.duplicate_member";
        check("[{\"zh\":\"a\",\"en\":\"b\",\"zh\":\"a\"}]", twice, "/0/zh");
        check("[{},{\"x\":[0,{\"a/b\":1,\"a/b\":{}}]}]", twice, "/1/x/1/a~1b");
        // The same name in another object is another member.
        check("[{\"zh\":{\"zh\":1}}]", "json.shape", "/0/zh");
    }

    #[test]
    fn a_value_is_read_as_it_is_written() {
        let text =
            r#"{ "b": [1, -2, 0.1, 1e300, 18446744073709551615, true, null], "a": { "文": "\u4e00\n" }, "": {} }"#;
        let read = parse_json::<serde_json::Value>(text.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str::<serde_json::Value>(text).unwrap());
        assert_eq!(
            read.to_string(),
            serde_json::from_str::<serde_json::Value>(text).unwrap().to_string()
        );
        let marked = format!("\u{feff}{text}");
        assert_eq!(parse_json::<serde_json::Value>(marked.as_bytes()).unwrap(), read);
        let deep = "[".repeat(100_000);
        assert_eq!(
            parse_json::<serde_json::Value>(deep.as_bytes()).unwrap_err()[0].code,
            "json.syntax"
        );
    }
}
