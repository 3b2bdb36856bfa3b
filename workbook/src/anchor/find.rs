//! The marks of a template, its sheets, and the codes of their rows and columns.

use std::collections::BTreeMap;

use survey::cell::RawValue;

use crate::{
    annotate,
    error::{AnchorError, DoubledCode},
    extract::{FileFormat, RawCellAt, RawSheet, RawWorkbook, Visibility},
    layout::{FURNITURE, SHEET_ANCHOR, at, row_anchor},
    metadata::{MARK, SEAL_KEY, SEAL_NAME, TemplateMetadata},
};

/// Doubled codes, and places of one, that an error names.
const NAMED: usize = 50;

/// A cell by its sheet, row and column.
type Position<'a> = (&'a RawSheet, u32, u32);

/// A sheet of a template as it came back.
pub(super) struct AnchoredSheet<'a> {
    /// The sheet.
    pub(super) raw: &'a RawSheet,
    /// Sheet code.
    pub(super) code: &'a str,
    /// Row of the column codes.
    pub(super) anchor_row: u32,
    /// Column of the row codes.
    pub(super) anchor_column: u32,
    /// Column codes to columns, furniture included.
    pub(super) columns: BTreeMap<&'a str, u32>,
    /// Row codes to rows, without furniture.
    pub(super) rows: BTreeMap<&'a str, u32>,
}

/// Reads the marks, the seal also from its defined name. The sheet may have any name and visibility: LibreOffice turns very hidden into hidden.
pub(super) fn metadata(workbook: &RawWorkbook) -> Result<TemplateMetadata, AnchorError> {
    let marks: Vec<(&RawSheet, &RawCellAt)> = form_sheets(workbook)
        .filter_map(|sheet| Some((sheet, sheet.cells.iter().find(|cell| text_of(cell) == Some(MARK))?)))
        .collect();
    let Some((sheet, mark)) = marks.first() else {
        let has_sheets = form_sheets(workbook).any(|sheet| sheet_anchor(sheet).is_some());
        return Err(match workbook.format {
            FileFormat::Csv => AnchorError::Csv,
            FileFormat::Html => AnchorError::Html,
            _ if has_sheets => AnchorError::MetadataMissing,
            _ => AnchorError::Foreign,
        });
    };
    if marks.len() > 1 {
        let places = marks
            .iter()
            .map(|(sheet, cell)| sheet.place(cell.row, cell.column))
            .collect();
        return Err(AnchorError::CodeTwice {
            codes: vec![DoubledCode {
                code: MARK.to_owned(),
                places,
            }],
        });
    }
    let mut entries = BTreeMap::new();
    for cell in &sheet.cells {
        if let Some(key) = text_of(cell).filter(|_| cell.row > mark.row && cell.column == mark.column) {
            let value = sheet
                .cell(cell.row, mark.column.saturating_add(1))
                .map_or_else(String::new, shown);
            entries.entry(key.to_owned()).or_insert(value);
        }
    }
    let named = || {
        workbook
            .names
            .get(SEAL_NAME)
            .map(|text| text.trim_matches('"').to_owned())
    };
    if entries.get(SEAL_KEY).is_none_or(String::is_empty)
        && let Some(seal) = named()
    {
        entries.insert(SEAL_KEY.to_owned(), seal);
    }
    TemplateMetadata::from_entries(&entries)
}

/// The sheets of the template in the order of the file, once it is sure that no code occurs twice (WF16).
pub(super) fn sheets(workbook: &RawWorkbook) -> Result<Vec<AnchoredSheet<'_>>, AnchorError> {
    let mut seen: BTreeMap<&str, Vec<Position<'_>>> = BTreeMap::new();
    let mut sheets = Vec::new();
    for raw in form_sheets(workbook) {
        let Some((anchor, code)) = sheet_anchor(raw) else {
            continue;
        };
        let Some(mark) = text_of(anchor) else { continue };
        seen.entry(mark).or_default().push((raw, anchor.row, anchor.column));
        let (mut rows, mut columns) = (BTreeMap::new(), BTreeMap::<&str, u32>::new());
        let mut doubled_columns: BTreeMap<&str, Vec<Position<'_>>> = BTreeMap::new();
        for cell in &raw.cells {
            let Some(text) = text_of(cell) else { continue };
            if cell.column == anchor.column && cell.row > anchor.row && !text.starts_with(FURNITURE) {
                rows.insert(text, cell.row);
                seen.entry(text).or_default().push((raw, cell.row, cell.column));
            }
            if cell.row == anchor.row && cell.column > anchor.column {
                if let Some(first) = columns.get(text).filter(|_| !text.starts_with(FURNITURE)) {
                    let places = doubled_columns
                        .entry(text)
                        .or_insert_with(|| vec![(raw, anchor.row, *first)]);
                    places.push((raw, cell.row, cell.column));
                }
                columns.entry(text).or_insert(cell.column);
            }
        }
        if !doubled_columns.is_empty() {
            return Err(twice(&doubled_columns));
        }
        sheets.push(AnchoredSheet {
            raw,
            code,
            anchor_row: anchor.row,
            anchor_column: anchor.column,
            columns,
            rows,
        });
    }
    seen.retain(|_, places| places.len() > 1);
    if !seen.is_empty() {
        return Err(twice(&seen));
    }
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(AnchorError::SheetsMissing);
    }
    Ok(sheets)
}

/// The sheets of a form: all but those that tell of findings, which quote what was typed.
fn form_sheets(workbook: &RawWorkbook) -> impl Iterator<Item = &RawSheet> {
    workbook.sheets.iter().filter(|sheet| !annotate::is_ours(sheet))
}

/// Whether a sheet may show what the form works out: seen by people, without answers.
pub(super) fn is_computed_sheet(sheet: &RawSheet) -> bool {
    sheet.visibility == Visibility::Visible && !annotate::is_ours(sheet) && sheet_anchor(sheet).is_none()
}

/// The row of the heads that people see.
pub(super) fn header_row(sheet: &AnchoredSheet<'_>) -> u32 {
    let is_header = |cell: &&RawCellAt| cell.column == sheet.anchor_column && text_of(cell) == Some(row_anchor::HEADER);
    let usual = sheet.anchor_row.saturating_add(at::HEADER_ROW - at::ANCHOR_ROW);
    sheet.raw.cells.iter().find(is_header).map_or(usual, |cell| cell.row)
}

/// The text at a place, blank where there is none.
pub(super) fn text_or_blank(sheet: &RawSheet, row: u32, column: u32) -> &str {
    sheet.cell(row, column).and_then(text_of).unwrap_or("")
}

/// The text of a cell that holds one.
pub(super) fn text_of(cell: &RawCellAt) -> Option<&str> {
    match &cell.value {
        RawValue::Text(text) => Some(text.trim()),
        _ => None,
    }
}

/// The text or number of a cell, for marks that a program may have turned into numbers.
fn shown(cell: &RawCellAt) -> String {
    match &cell.value {
        RawValue::Text(text) => text.trim().to_owned(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Blank | RawValue::Boolean(_) | RawValue::Error(_) | RawValue::FormulaWithoutValue => String::new(),
    }
}

/// The first sheet code of a sheet; a text typed into an answer stands below it and is none.
fn sheet_anchor(sheet: &RawSheet) -> Option<(&RawCellAt, &str)> {
    sheet
        .cells
        .iter()
        .find_map(|cell| Some((cell, text_of(cell)?.strip_prefix(SHEET_ANCHOR)?)))
}

fn twice(codes: &BTreeMap<&str, Vec<Position<'_>>>) -> AnchorError {
    let places = |positions: &[Position<'_>]| {
        positions
            .iter()
            .take(NAMED)
            .map(|(sheet, row, column)| sheet.place(*row, *column))
            .collect()
    };
    let doubled = |(code, positions): (&&str, &Vec<Position<'_>>)| DoubledCode {
        code: code.chars().take(40).collect(),
        places: places(positions),
    };
    AnchorError::CodeTwice {
        codes: codes.iter().take(NAMED).map(doubled).collect(),
    }
}
