//! From the rows of a bulk sheet to the raw cells of returns, one row at a time.

use std::collections::BTreeMap;

use survey::{
    cell::{LayoutNotice, Place, RawCell, RawValue},
    identifier::normalise,
    questionnaire::Action,
    text::Text,
};

use super::{BulkColumn, BulkLayout, NAME_COLUMN, USCC_COLUMN, write::Words};
use crate::{
    codes::NoticeCode,
    error::{AnchorError, DoubledCode},
    extract::{CellStyle, GENERAL, RawCellAt, a1},
    language::Language,
    layout::FURNITURE,
    wording,
};

/// The code row is looked for in so many rows that hold something.
const HEAD_ROWS: usize = 20;
/// Columns without a code of the questionnaire that are listed one by one.
const LISTED_COLUMNS: usize = 50;

/// Reads a bulk sheet row by row. Rows must come from top to bottom; blank ones may be left out.
pub struct BulkReader<'a> {
    layout: &'a BulkLayout,
    words: Words,
    sheet: String,
    head: Head<'a>,
    seen: usize,
    notices: Vec<LayoutNotice>,
}

/// The code row, once it was met.
#[derive(Default)]
struct Head<'a> {
    row: Option<u32>,
    uscc: u32,
    name: Option<u32>,
    /// Columns of the sheet with what they answer, in the order of the layout.
    columns: Vec<(u32, &'a BulkColumn)>,
}

/// What a row was.
#[derive(Clone, Debug, PartialEq)]
pub enum BulkStep {
    /// A row of the head, or one above it.
    Head,
    /// A row that holds nothing.
    Blank,
    /// A return.
    Row(BulkRow),
    /// A row that holds something but no credit code; it was not read.
    Stray(LayoutNotice),
}

/// The return in one row.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkRow {
    /// The row on the sheet, from 0.
    pub row: u32,
    /// The credit code as typed, in the form in which codes are compared; whether it is one is not said.
    pub uscc: String,
    /// Where the credit code stands.
    pub uscc_place: Place,
    /// The name that stands beside it, for messages alone: the code decides.
    pub name: Option<String>,
    /// Every answer cell whose column is there, in the order of the questionnaire, blank ones included. Of a table
    /// question only rows that hold something, or its first row when none does.
    pub cells: Vec<RawCell>,
    /// Every cell in which a reason may stand why a question does not apply, blank ones included.
    pub claims: Vec<RawCell>,
}

impl<'a> BulkReader<'a> {
    /// A reader of the sheet of this name. `language` is that of the marks.
    pub fn new(layout: &'a BulkLayout, language: Language, sheet: impl Into<String>) -> Self {
        Self {
            layout,
            words: Words::of(language),
            sheet: sheet.into(),
            head: Head::default(),
            seen: 0,
            notices: Vec::new(),
        }
    }

    /// Takes the next row: its number from 0, its cells by column, and the styles that they point to.
    ///
    /// # Errors
    /// When the code row is not among the first rows, or names a column twice.
    pub fn read(&mut self, row: u32, cells: &[RawCellAt], styles: &[CellStyle]) -> Result<BulkStep, AnchorError> {
        let Some(code_row) = self.head.row else {
            return self.find_head(row, cells);
        };
        let uscc = cells.iter().find(|cell| cell.column == self.head.uscc);
        let uscc = uscc.map_or_else(String::new, |cell| shown(&cell.value));
        // Labels and units stand right below the codes.
        if row <= code_row.saturating_add(2) && self.words.is_of_the_head(&uscc) {
            self.compare_wording(&uscc, row, cells);
            return Ok(BulkStep::Head);
        }
        let holds_something = |cell: &&RawCellAt| !shown(&cell.value).is_empty() || cell.formula;
        let answers = |cell: &&RawCellAt| self.head.columns.iter().any(|(column, _)| *column == cell.column);
        if uscc.is_empty() {
            let stray = cells.iter().filter(holds_something).find(answers);
            return Ok(stray.map_or(BulkStep::Blank, |cell| BulkStep::Stray(self.stray(row, cell.column))));
        }
        let name = cells.iter().find(|cell| Some(cell.column) == self.head.name);
        let name = name.map(|cell| shown(&cell.value)).filter(|name| !name.is_empty());
        let (claims, cells) = self.cells(row, cells, styles);
        Ok(BulkStep::Row(BulkRow {
            row,
            uscc: normalise(&uscc),
            uscc_place: self.place(row, self.head.uscc),
            name,
            cells,
            claims,
        }))
    }

    /// What is to be said of the sheet as a whole, once its head was read: missing, unknown and reworded columns.
    pub fn notices(&self) -> &[LayoutNotice] {
        &self.notices
    }

    /// Whether the code row was met.
    pub fn has_head(&self) -> bool {
        self.head.row.is_some()
    }

    fn find_head(&mut self, row: u32, cells: &[RawCellAt]) -> Result<BulkStep, AnchorError> {
        let uscc = cells.iter().find(|cell| shown(&cell.value) == USCC_COLUMN);
        let Some(uscc) = uscc else {
            self.seen += usize::from(!cells.is_empty());
            return if self.seen > HEAD_ROWS {
                Err(AnchorError::SheetsMissing)
            } else {
                Ok(BulkStep::Head)
            };
        };
        let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for cell in cells {
            let code = shown(&cell.value);
            if !code.is_empty() {
                found.entry(code).or_default().push(cell.column);
            }
        }
        let doubled: Vec<DoubledCode> = found
            .iter()
            .filter(|(_, columns)| columns.len() > 1)
            .map(|(code, columns)| DoubledCode {
                code: code.chars().take(40).collect(),
                places: columns.iter().take(50).map(|column| self.place(row, *column)).collect(),
            })
            .collect();
        if !doubled.is_empty() {
            return Err(AnchorError::CodeTwice { codes: doubled });
        }
        let first = |code: &str| found.get(code).and_then(|columns| columns.first()).copied();
        let mut missing = Vec::new();
        for column in &self.layout.columns {
            match first(&column.code) {
                Some(at) => self.head.columns.push((at, column)),
                None => missing.push(column.code.as_str()),
            }
        }
        (self.head.row, self.head.uscc, self.head.name) = (Some(row), uscc.column, first(NAME_COLUMN));
        self.report_missing(row, &missing);
        let is_unknown =
            |code: &&String| !code.starts_with(FURNITURE) && !self.layout.columns.iter().any(|c| c.code == **code);
        let unknown: Vec<(String, u32)> = found
            .keys()
            .filter(is_unknown)
            .take(LISTED_COLUMNS)
            .filter_map(|code| Some((code.chars().take(40).collect(), first(code)?)))
            .collect();
        for (code, at) in unknown {
            let message = Text::new(
                format!("列 {code} 不属于本调查表，没有读取。"),
                format!("Column {code} does not belong to this form and was not read."),
            );
            let place = self.place(row, at);
            self.notice(NoticeCode::ColumnUnknown, None, vec![place], message);
        }
        Ok(BulkStep::Head)
    }

    /// A column whose label or unit was changed counts as not answered (WF25).
    fn compare_wording(&mut self, uscc: &str, row: u32, cells: &[RawCellAt]) {
        let is_unit_row = self.words.is_of_the_units(uscc);
        let mut changed = Vec::new();
        for (at, column) in &self.head.columns {
            let expected = if is_unit_row {
                self.words.unit(column)
            } else {
                self.words.label(column)
            };
            let found = cells.iter().find(|cell| cell.column == *at);
            let found = found.map_or_else(String::new, |cell| shown(&cell.value));
            if !wording::same(found.trim_end_matches('*'), expected.trim_end_matches('*')) {
                changed.push((*at, *column, expected));
            }
        }
        for (at, column, expected) in changed {
            self.head.columns.retain(|(_, kept)| kept.code != column.code);
            let (code, zh, en) = if is_unit_row {
                (NoticeCode::UnitChanged, "计量单位", "unit")
            } else {
                (NoticeCode::LabelChanged, "题目文字", "wording")
            };
            let message = Text::new(
                format!(
                    "列 {} 的{zh}被改动（原为“{expected}”），整列按未答处理。请恢复原文后再填。",
                    column.code
                ),
                format!(
                    "The {en} of column {} was changed (it was \"{expected}\"); the column counts as not answered. Restore it and answer again.",
                    column.code
                ),
            );
            let place = self.place(row, at);
            self.notice(code, Some(&column.key.question), vec![place], message);
        }
    }

    /// The claims and the answer cells of a row.
    fn cells(&self, row: u32, cells: &[RawCellAt], styles: &[CellStyle]) -> (Vec<RawCell>, Vec<RawCell>) {
        let mut found = Vec::with_capacity(self.head.columns.len());
        let mut claims = Vec::new();
        // Columns of one row of a table question stand together in the layout.
        for group in self.head.columns.chunk_by(|(_, a), (_, b)| same_row(a, b)) {
            let Some((_, first)) = group.first() else { continue };
            let raw: Vec<RawCell> = group
                .iter()
                .map(|(at, column)| {
                    let cell = cells
                        .binary_search_by_key(at, |cell| cell.column)
                        .ok()
                        .and_then(|index| cells.get(index));
                    let format = cell
                        .and_then(|cell| styles.get(usize::try_from(cell.style).ok()?))
                        .map_or(GENERAL, |style| style.number_format.as_str());
                    RawCell {
                        question: column.key.question.clone(),
                        table: column.key.table.clone(),
                        place: self.place(row, *at),
                        value: cell.map_or(RawValue::Blank, |cell| cell.value.clone()),
                        number_format: format.to_owned(),
                        formula: cell.is_some_and(|cell| cell.formula),
                    }
                })
                .collect();
            let is_further_row = first.key.table.as_ref().is_some_and(|table| table.row > 0);
            let is_empty = raw.iter().all(|cell| shown(&cell.value).is_empty() && !cell.formula);
            if first.claim {
                claims.extend(raw);
            } else if !(is_further_row && is_empty) {
                found.extend(raw);
            }
        }
        (claims, found)
    }

    fn report_missing(&mut self, row: u32, missing: &[&str]) {
        if missing.is_empty() {
            return;
        }
        let (list, count) = (missing.iter().take(20).copied().collect::<Vec<_>>(), missing.len());
        let message = Text::new(
            format!("缺少 {count} 列（{}），按未填处理。请从原表恢复。", list.join("、")),
            format!(
                "{count} columns are missing ({}) and count as blank. Restore them from the sheet that was issued.",
                list.join(", ")
            ),
        );
        let place = self.place(row, self.head.uscc);
        self.notice(NoticeCode::ColumnMissing, None, vec![place], message);
    }

    fn stray(&self, row: u32, column: u32) -> LayoutNotice {
        LayoutNotice::of(
            NoticeCode::RowWithoutUscc,
            Action::Warn,
            None,
            vec![self.place(row, column)],
            Text::new(
                "这一行没有统一社会信用代码，没有读取。请在第一列填上代码，或删去该行。",
                "This row has no credit code and was not read. Enter the code in the first column, or clear the row.",
            ),
        )
    }

    fn notice(&mut self, code: NoticeCode, question: Option<&str>, places: Vec<Place>, message: Text) {
        let notice = LayoutNotice::of(code, Action::Warn, question, places, message);
        self.notices.push(notice);
    }

    fn place(&self, row: u32, column: u32) -> Place {
        Place {
            sheet: self.sheet.clone(),
            cell: a1(row, column),
        }
    }
}

/// Whether two columns belong to the same row of the same table question.
fn same_row(a: &BulkColumn, b: &BulkColumn) -> bool {
    match (&a.key.table, &b.key.table) {
        (Some(one), Some(other)) => a.key.question == b.key.question && one.row == other.row,
        _ => false,
    }
}

/// What a cell says, without blanks at its ends.
fn shown(value: &RawValue) -> String {
    match value {
        RawValue::Blank => String::new(),
        RawValue::Text(text) | RawValue::Error(text) => text.trim().to_owned(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(yes) => yes.to_string(),
        RawValue::FormulaWithoutValue => "=".to_owned(),
    }
}
