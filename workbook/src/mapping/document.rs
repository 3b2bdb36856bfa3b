//! The mapping as a document.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// How the spreadsheet of another system is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Where enterprises stand.
    pub shape: Shape,
    /// What tells whose figures they are.
    pub key: Key,
    /// Which cells answer which questions.
    pub fields: Vec<Field>,
}

/// Where enterprises stand in the spreadsheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Shape {
    /// One row for each, below a header. Places are columns (`C`).
    Rows {
        /// The sheet; the first visible one that holds something when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<String>,
        /// The last row of the header, from 1; figures begin in the next.
        header_row: u32,
    },
    /// One sheet for each, labels beside values. Places are cells (`C7`); every visible sheet that holds a key is one.
    Sheets,
}

/// What tells whose figures they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// Kind of key.
    pub kind: KeyKind,
    /// Column (`B`) or cell (`C2`).
    pub at: String,
}

/// Kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyKind {
    /// 统一社会信用代码.
    Uscc,
    /// The exact registered name.
    Name,
}

/// One column or cell that answers a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Column (`D`) or cell (`C7`).
    pub at: String,
    /// Question code.
    pub question: String,
    /// Column code, for a table question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Row of the table question, from 0; 0 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// What a figure is multiplied with to come into the unit of the question; 1 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_factor: Option<Decimal>,
}
