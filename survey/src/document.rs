//! Faults of documents: questionnaires, code lists, factor tables, settings.
//!
//! A document is refused with every fault that can be told apart, each with a stable code and its place.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::text::Text;

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
    /// A fault with its message in both languages.
    pub fn new(
        code: impl Into<String>,
        pointer: impl Into<String>,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) -> Self {
        Self {
            code: code.into(),
            pointer: pointer.into(),
            message: Text::new(zh, en),
        }
    }
}

/// Reads a JSON document of a known shape.
///
/// A syntax error is reported with its line and column, a wrong shape (unknown field, missing field, wrong type) with
/// the JSON pointer of the value that does not fit.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Vec<DocumentFault>> {
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| vec![syntax_fault(&error)])?;
    serde_path_to_error::deserialize(value).map_err(|error| vec![shape_fault(&error)])
}

fn syntax_fault(error: &serde_json::Error) -> DocumentFault {
    DocumentFault::new(
        "json.syntax",
        format!("{}:{}", error.line(), error.column()),
        format!("文件不是合法的 JSON：{error}。请改正该行该列后重新提交。"),
        format!("The file is not valid JSON: {error}. Correct that line and column and submit again."),
    )
}

fn shape_fault(error: &serde_path_to_error::Error<serde_json::Error>) -> DocumentFault {
    let inner = error.inner();
    DocumentFault::new(
        "json.shape",
        pointer_of(error.path()),
        format!("此处的内容与文档格式不符：{inner}。请对照该文档的 JSON Schema 改正。"),
        format!(
            "The content here does not fit the document format: {inner}. Correct it by the document's JSON Schema."
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
}
