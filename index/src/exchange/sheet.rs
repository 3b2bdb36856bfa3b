//! A table of text, its cells and their faults.

use std::collections::BTreeSet;

use survey::document::{DocumentFault, without_mark};

use crate::codes::TableCode;

/// A table of text with named columns.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sheet {
    pub(super) columns: Vec<String>,
    /// Cells and the line of each row.
    pub(super) rows: Vec<(u64, Vec<String>)>,
}

impl Sheet {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Vec<DocumentFault>> {
        let bytes = without_mark(bytes);
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let unreadable = |error: &csv::Error| {
            let line = error.position().map_or(1, csv::Position::line);
            vec![fault(
                TableCode::Unreadable,
                line,
                "",
                &format!("无法读取该行：{error}。请保存为 UTF-8 编码的 CSV。"),
                &format!("The line cannot be read: {error}. Save the table as CSV in UTF-8."),
            )]
        };
        let columns: Vec<String> = reader
            .headers()
            .map_err(|error| unreadable(&error))?
            .iter()
            .map(|name| name.trim().to_owned())
            .collect();
        if let [only] = columns.as_slice()
            && only.contains([';', '\t'])
        {
            return Err(vec![fault(
                TableCode::Separator,
                1,
                "",
                "表中的列不是用逗号分隔的：请另存为逗号分隔的 CSV，小数点用“.”。",
                "The columns are not separated by commas: save the table as CSV with commas, and with points in numbers.",
            )]);
        }
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for name in columns.iter().filter(|name| !name.is_empty()) {
            if !seen.insert(name) {
                faults.push(fault(
                    TableCode::DuplicateColumn,
                    1,
                    name,
                    &format!("列 {name} 重复，请只保留一列。"),
                    &format!("The column {name} stands twice; keep one."),
                ));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| unreadable(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.len() != columns.len() {
                let (found, expected) = (record.len(), columns.len());
                faults.push(fault(
                    TableCode::RowLength,
                    line,
                    "",
                    &format!("该行有 {found} 个单元格，表头有 {expected} 列。"),
                    &format!("The row has {found} cells, the header {expected}."),
                ));
            }
            rows.push((line, record.iter().map(|cell| cell.trim().to_owned()).collect()));
        }
        if faults.is_empty() {
            Ok(Self { columns, rows })
        } else {
            Err(faults)
        }
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The numbers of a column.
    pub(super) fn numbers(&self, name: &str, faults: &mut Vec<DocumentFault>) -> Option<Vec<Option<f64>>> {
        let Some(at) = self.column(name) else {
            faults.push(no_column(name));
            return None;
        };
        let before = faults.len();
        let cells = self
            .rows
            .iter()
            .map(|(line, row)| number(row, at, *line, name, faults))
            .collect();
        (faults.len() == before).then_some(cells)
    }
}

/// The text of a cell; none when it is missing.
pub(super) fn text(row: &[String], at: usize) -> Option<&str> {
    let cell = row.get(at)?.as_str();
    (!matches!(cell, "" | "NA" | "NaN")).then_some(cell)
}

pub(super) fn number(row: &[String], at: usize, line: u64, name: &str, faults: &mut Vec<DocumentFault>) -> Option<f64> {
    let cell = text(row, at)?;
    let number = cell.parse::<f64>().ok().filter(|number| number.is_finite());
    if number.is_none() {
        faults.push(fault(
            TableCode::NotANumber,
            line,
            name,
            &format!("“{cell}”不是数字；缺失值请留空或写 NA。"),
            &format!("\"{cell}\" is not a number; leave the cell empty or write NA where the value is missing."),
        ));
    }
    number
}

pub(super) fn no_column(name: &str) -> DocumentFault {
    fault(
        TableCode::NoColumn,
        1,
        name,
        &format!("缺少列 {name}，请补充。"),
        &format!("The column {name} is missing; supply it."),
    )
}

pub(super) fn fault(code: TableCode, line: u64, column: &str, zh: &str, en: &str) -> DocumentFault {
    DocumentFault::of(code, format!("{line}:{column}"), zh, en)
}
