//! Rows of a CSV file by column name, with a place for every fault.

use std::collections::BTreeMap;

use crate::{codes::DocumentCode, document::DocumentFault};

/// The rows of a CSV file whose header names at least the given columns; faults are collected, not returned.
pub(super) fn read(bytes: &[u8], columns: &[&str], faults: &mut Vec<DocumentFault>) -> Vec<CsvRow> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            faults.push(unreadable("1", &error));
            return Vec::new();
        }
    };
    let missing: Vec<&str> = columns
        .iter()
        .filter(|c| !header.iter().any(|h| h == *c))
        .copied()
        .collect();
    for column in &missing {
        faults.push(DocumentFault::of(
            DocumentCode::CsvColumnMissing,
            format!("1:{column}"),
            format!("缺少列 {column}。请补上该列。"),
            format!("The column {column} is missing. Add it."),
        ));
    }
    if !missing.is_empty() {
        return Vec::new();
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                if record.len() == header.len() {
                    let cells = header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
                    rows.push(CsvRow { line, cells });
                } else {
                    faults.push(wrong_width(line, header.len(), record.len()));
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(unreadable(&line.to_string(), &error));
            }
        }
    }
    rows
}

/// One row of a CSV file.
pub(super) struct CsvRow {
    line: u64,
    cells: BTreeMap<String, String>,
}

impl CsvRow {
    /// The text of one of the columns that were asked for, empty where blank.
    pub(super) fn text(&self, column: &str) -> String {
        self.cells[column].clone()
    }

    /// The text of a column that may be blank.
    pub(super) fn optional(&self, column: &str) -> Option<String> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// The place of a column of this row.
    pub(super) fn place(&self, column: &str) -> String {
        format!("{}:{column}", self.line)
    }

    /// The text of a column that must not be blank.
    pub(super) fn required(&self, column: &str, faults: &mut Vec<DocumentFault>) -> String {
        let text = self.text(column);
        if text.is_empty() {
            faults.push(DocumentFault::of(
                DocumentCode::CsvBlank,
                self.place(column),
                format!("{column} 不能为空。请填写。"),
                format!("{column} must not be blank. Fill it in."),
            ));
        }
        text
    }

    /// A finite number.
    pub(super) fn number(&self, column: &str, faults: &mut Vec<DocumentFault>) -> Option<f64> {
        let text = self.required(column, faults);
        if text.is_empty() {
            None
        } else {
            self.parse_number(column, &text, faults)
        }
    }

    /// A finite number that may be blank.
    pub(super) fn optional_number(&self, column: &str, faults: &mut Vec<DocumentFault>) -> Option<f64> {
        self.parse_number(column, &self.optional(column)?, faults)
    }

    /// One of the listed words.
    pub(super) fn one_of<T: Copy>(
        &self,
        column: &str,
        words: &[(&str, T)],
        faults: &mut Vec<DocumentFault>,
    ) -> Option<T> {
        let text = self.text(column);
        let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        if found.is_none() {
            let allowed = words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
            faults.push(DocumentFault::of(
                DocumentCode::CsvUnknownWord,
                self.place(column),
                format!("{column} 只能是 {allowed} 之一，现为“{text}”。请改正。"),
                format!("{column} must be one of {allowed}, found '{text}'. Correct it."),
            ));
        }
        found
    }

    fn parse_number(&self, column: &str, text: &str, faults: &mut Vec<DocumentFault>) -> Option<f64> {
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        if number.is_none() {
            faults.push(DocumentFault::of(
                DocumentCode::CsvNotANumber,
                self.place(column),
                format!("{column} 应为数字，现为“{text}”。请改正。"),
                format!("{column} must be a number, found '{text}'. Correct it."),
            ));
        }
        number
    }
}

/// The fault of a key met twice.
pub(super) fn duplicate(row: &CsvRow, column: &str, key: &str) -> DocumentFault {
    DocumentFault::of(
        DocumentCode::CsvDuplicate,
        row.place(column),
        format!("“{key}”出现了两次。请删去其中一行。"),
        format!("'{key}' is there twice. Remove one of the rows."),
    )
}

/// The fault of a code that refers to nothing.
pub(super) fn unknown(place: String, column: &str, code: &str) -> DocumentFault {
    DocumentFault::of(
        DocumentCode::CsvUnknownCode,
        place,
        format!("{column} 中的“{code}”不在本表内。请改正代码或补上该行。"),
        format!("'{code}' in {column} is not in this table. Correct the code or add the row."),
    )
}

fn wrong_width(line: u64, expected: usize, found: usize) -> DocumentFault {
    DocumentFault::of(
        DocumentCode::CsvWidth,
        line.to_string(),
        format!("该行应有 {expected} 列，现有 {found} 列。请检查逗号和引号。"),
        format!("The row should have {expected} columns and has {found}. Check commas and quotes."),
    )
}

fn unreadable(line: &str, error: &csv::Error) -> DocumentFault {
    DocumentFault::of(
        DocumentCode::CsvUnreadable,
        line,
        format!("该行读不出：{error}。请以 UTF-8 保存。"),
        format!("The row cannot be read: {error}. Save the file as UTF-8."),
    )
}
