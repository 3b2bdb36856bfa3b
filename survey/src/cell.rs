//! Raw cells of a returned workbook, before anything is understood: what stood where, exactly.
//!
//! The workbook crate produces them; [`crate::survey::Survey::read_answers`] turns them into answers and findings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{codes::Coded, questionnaire::Action, text::Text};

/// Where something stands in a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Sheet name as found in the returned file.
    pub sheet: String,
    /// A1 reference without `$`, such as `D12`.
    pub cell: String,
}

/// What a cell holds, as the file says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RawValue {
    /// Nothing.
    Blank,
    /// Text, exactly as typed (not trimmed).
    Text(String),
    /// A number as stored in the file.
    Number(f64),
    /// A number whose format is a date or time: the serial in the workbook's own date system.
    DateSerial(f64),
    /// TRUE or FALSE.
    Boolean(bool),
    /// An error value such as `#DIV/0!`.
    Error(String),
    /// A formula that was saved without a value.
    FormulaWithoutValue,
}

/// One cell that belongs to a question (or to one column of one row of a table question).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawCell {
    /// Question code.
    pub question: String,
    /// For a table question: row number from 0 and column code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableCell>,
    /// Where it stands.
    pub place: Place,
    /// What it holds.
    pub value: RawValue,
    /// Number format code of the cell, `General` where none.
    pub number_format: String,
    /// Whether the cell holds a formula (its cached value is in `value`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub formula: bool,
}

/// Position inside a table question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TableCell {
    /// Row, from 0.
    pub row: u32,
    /// Column code.
    pub column: String,
}

/// The date system of a workbook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateSystem {
    /// Serial 1 is 1900-01-01 (with Excel's leap-year error).
    #[default]
    From1900,
    /// Serial 0 is 1904-01-01.
    From1904,
}

/// Where an answer came from: kept with every accepted figure for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Where it stood.
    pub place: Place,
    /// The raw text: numbers in their shortest exact form, texts as typed.
    pub raw: String,
    /// Number format code of the cell.
    pub number_format: String,
    /// Rules that turned the raw text into the answer, in order (fault codes such as `WF06`); empty when none was needed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub normalised_by: Vec<String>,
}

/// Provenance of all answers by question code; table cells under `CODE[row].column`.
pub type Provenances = BTreeMap<String, Provenance>;

/// Something about the layout of a returned workbook that the filler should know (moved, hidden, missing, doubled).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LayoutNotice {
    /// Stable code, such as `WF14.row_missing`.
    pub code: String,
    /// How grave it is.
    pub action: Action,
    /// Question it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// Where.
    pub places: Vec<Place>,
    /// What and what to do.
    pub message: Text,
}

impl LayoutNotice {
    /// A notice under one of the codes of this house.
    pub fn of(code: impl Coded, action: Action, question: Option<&str>, places: Vec<Place>, message: Text) -> Self {
        Self {
            code: code.code().to_owned(),
            action,
            question: question.map(str::to_owned),
            places,
            message,
        }
    }
}
