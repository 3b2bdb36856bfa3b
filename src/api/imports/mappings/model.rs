//! How a spreadsheet of another system is read.

use poem_openapi::{Enum, Object};
use rust_decimal::Decimal;
use workbook::mapping::{Field, Key, KeyKind, Mapping, Shape};

use crate::api::http::word::{Code, Name, Word};

/// Arrangement of the enterprises in a spreadsheet.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "MappingShape")]
enum ShapeName {
    /// One row for each, below a header: places are columns (`C`).
    Rows,
    /// One sheet for each, labels beside values: places are cells (`C7`).
    Sheets,
}

/// Kind of key that identifies the enterprise.
#[derive(Clone, Copy, Enum)]
#[oai(rename_all = "snake_case", rename = "MappingKey")]
enum KeyName {
    /// Unified social credit code (统一社会信用代码).
    Uscc,
    /// The exact registered name.
    Name,
}

/// A column or cell assigned to a question.
#[derive(Object)]
#[oai(rename = "MappingField", deny_unknown_fields, skip_serializing_if_is_none)]
struct FieldDocument {
    /// Column (`D`) or cell (`C7`).
    at: Code,
    /// Question code.
    question: Code,
    /// Column code; only for a table question.
    column: Option<Code>,
    /// Row of the table question, from 0; only for a table question.
    row: Option<u32>,
    /// Factor that converts a figure into the unit of the question, as a decimal string.
    unit_factor: Option<Decimal>,
}

/// Mapping of the spreadsheet of another system.
#[derive(Object)]
#[oai(rename = "Mapping", deny_unknown_fields, skip_serializing_if_is_none)]
pub(super) struct MappingDocument {
    /// Arrangement of the enterprises.
    shape: ShapeName,
    /// Name of the sheet with the rows; by default the first sheet with content.
    sheet: Option<Name>,
    /// Number of the last heading row, from 1; only for `rows`.
    header_row: Option<u32>,
    /// Kind of key that identifies the enterprise.
    key: KeyName,
    /// Column or cell that contains the key.
    key_at: Code,
    /// Assignment of columns or cells to questions.
    fields: Vec<FieldDocument>,
}

impl From<Mapping> for MappingDocument {
    fn from(mapping: Mapping) -> Self {
        let (shape, sheet, header_row) = match mapping.shape {
            Shape::Rows { sheet, header_row } => (ShapeName::Rows, sheet.map(Word), Some(header_row)),
            Shape::Sheets => (ShapeName::Sheets, None, None),
        };
        let field = |field: Field| FieldDocument {
            at: Word(field.at),
            question: Word(field.question),
            column: field.column.map(Word),
            row: field.row,
            unit_factor: field.unit_factor,
        };
        Self {
            shape,
            sheet,
            header_row,
            key: match mapping.key.kind {
                KeyKind::Uscc => KeyName::Uscc,
                KeyKind::Name => KeyName::Name,
            },
            key_at: Word(mapping.key.at),
            fields: mapping.fields.into_iter().map(field).collect(),
        }
    }
}

impl From<MappingDocument> for Mapping {
    fn from(document: MappingDocument) -> Self {
        let field = |field: FieldDocument| Field {
            at: field.at.0,
            question: field.question.0,
            column: field.column.map(|word| word.0),
            row: field.row,
            unit_factor: field.unit_factor,
        };
        Self {
            shape: match document.shape {
                ShapeName::Rows => Shape::Rows {
                    sheet: document.sheet.map(|word| word.0),
                    // Without a header row the first row is one.
                    header_row: document.header_row.unwrap_or(1),
                },
                ShapeName::Sheets => Shape::Sheets,
            },
            key: Key {
                kind: match document.key {
                    KeyName::Uscc => KeyKind::Uscc,
                    KeyName::Name => KeyKind::Name,
                },
                at: document.key_at.0,
            },
            fields: document.fields.into_iter().map(field).collect(),
        }
    }
}
