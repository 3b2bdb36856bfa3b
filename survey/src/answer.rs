//! Answers as they are stored: one JSON document per revision, numbers as canonical decimal strings.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cell::Place;

/// All answers of one return, by question code. A question without an answer has no entry: a blank is a blank.
pub type Answers = BTreeMap<String, Answer>;

/// One row of a table question: column code to answer. A blank cell has no entry.
pub type AnswerRow = BTreeMap<String, Answer>;

/// Questions that the enterprise claims not to apply to it, by question code. The reviewer who accepts the revision
/// agrees to them.
pub type Claims = BTreeMap<String, Claim>;

/// A claim that a question does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The reason, as typed.
    pub reason: String,
    /// Location in the workbook.
    pub place: Place,
}

/// The answer to one question. Serialised with its kind (`{"number":"286.5"}`, `{"choices":["A","C"]}`), so that a
/// stored document can be read without the questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Number, percentage, integer, money or level, in the question's own unit; never rounded.
    Number(#[schemars(with = "String")] Decimal),
    /// Free text.
    Text(String),
    /// The code of the chosen option.
    Choice(String),
    /// The codes of the chosen options, in the order of the questionnaire.
    Choices(Vec<String>),
    /// Yes or no.
    Boolean(bool),
    /// A date as `YYYY-MM-DD`.
    Date(String),
    /// The rows of a table question, blank rows left out.
    Table(Vec<AnswerRow>),
}
