//! One table of a page, as a grid of cells.

use survey::cell::RawValue;

use super::token::unescape;
use crate::{
    error::{Counted, ReadError},
    extract::{
        Limits,
        limits::as_u64,
        raw::{CellRange, RawCellAt, text_or_blank},
        reference::{MAX_COLUMNS, MAX_ROWS, a1},
        styles::Styles,
    },
};

/// Steps over spans of earlier rows that one table may cost.
const MOST_STEPS: usize = 20_000_000;

/// How many columns and rows a cell covers.
#[derive(Clone, Copy, Default)]
pub(super) struct Spans {
    pub(super) columns: u32,
    pub(super) rows: u32,
}

/// What the attributes of a cell say.
#[derive(Default)]
pub(super) struct CellHead {
    pub(super) spans: Spans,
    pub(super) style: u32,
    /// The exact number, or an empty text when the shown one is exact.
    pub(super) number: Option<String>,
    pub(super) is_text: bool,
    pub(super) is_boolean: bool,
    pub(super) formula: bool,
}

/// Columns that a cell of an earlier row covers, up to a row.
struct Covered {
    first: u32,
    last: u32,
    last_row: u32,
}

/// A table being read.
pub(super) struct Grid {
    /// Its place among the tables of the page.
    pub(super) number: usize,
    pub(super) name: Option<String>,
    pub(super) cells: Vec<RawCellAt>,
    pub(super) merged: Vec<CellRange>,
    pub(super) hidden_rows: Vec<u32>,
    /// Rows begun so far.
    rows: u32,
    column: u32,
    seen: usize,
    steps: usize,
    /// By first column.
    covered: Vec<Covered>,
    /// The earliest row after which one of `covered` ends; past all rows when there is none.
    next_end: u32,
    cell: Option<(CellHead, u32, String)>,
}

impl Grid {
    pub(super) fn new(number: usize, name: Option<String>) -> Self {
        Self {
            number,
            name: name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
            cells: Vec::new(),
            merged: Vec::new(),
            hidden_rows: Vec::new(),
            rows: 0,
            column: 0,
            seen: 0,
            steps: 0,
            covered: Vec::new(),
            next_end: MAX_ROWS,
            cell: None,
        }
    }

    pub(super) fn start_row(&mut self, hidden: bool, limits: &Limits) -> Result<(), ReadError> {
        self.count(limits)?;
        if self.rows >= MAX_ROWS {
            return Err(self.out_of_range(self.rows, 0));
        }
        if hidden {
            self.hidden_rows.push(self.rows);
        }
        self.rows += 1;
        self.column = 0;
        Ok(())
    }

    pub(super) fn start_cell(&mut self, head: CellHead, limits: &Limits) -> Result<(), ReadError> {
        self.count(limits)?;
        if self.rows == 0 {
            self.start_row(false, limits)?;
        }
        let row = self.rows - 1;
        if self.next_end < row {
            self.covered.retain(|covered| covered.last_row >= row);
            self.next_end = self
                .covered
                .iter()
                .map(|covered| covered.last_row)
                .min()
                .unwrap_or(MAX_ROWS);
            self.steps += self.covered.len();
        }
        // The first column that no cell of an earlier row covers.
        let mut at = self.covered.partition_point(|covered| covered.last < self.column);
        while let Some(covered) = self.covered.get(at).filter(|covered| covered.first <= self.column) {
            self.column = covered.last.saturating_add(1);
            at += 1;
            self.steps += 1;
        }
        if self.steps > MOST_STEPS {
            return Err(ReadError::too_many(Counted::Steps, MOST_STEPS));
        }
        let column = self.column;
        let last = column.saturating_add(head.spans.columns - 1);
        let last_row = row.saturating_add(head.spans.rows - 1).min(MAX_ROWS - 1);
        if last >= MAX_COLUMNS {
            return Err(self.out_of_range(row, last));
        }
        if last > column || last_row > row {
            if self.merged.len() >= limits.merged_ranges {
                return Err(ReadError::too_many(Counted::MergedRanges, limits.merged_ranges));
            }
            self.merged.push(CellRange {
                first_row: row,
                first_column: column,
                last_row,
                last_column: last,
            });
        }
        if last_row > row {
            self.steps += self.covered.len() - at;
            self.covered.insert(
                at,
                Covered {
                    first: column,
                    last,
                    last_row,
                },
            );
            self.next_end = self.next_end.min(last_row);
        }
        self.column = last + 1;
        self.cell = Some((head, column, String::new()));
        Ok(())
    }

    /// Adds text to the cell that is open.
    pub(super) fn text(&mut self, text: &str, limits: &Limits) -> Result<(), ReadError> {
        let Some((_, _, shown)) = &mut self.cell else {
            return Ok(());
        };
        unescape(text, shown);
        if shown.len() > limits.text_chars.saturating_mul(8) {
            return Err(ReadError::TextTooLong {
                part: "page".to_owned(),
                limit: as_u64(limits.text_chars),
            });
        }
        Ok(())
    }

    /// Closes the cell that is open.
    pub(super) fn end_cell(&mut self, styles: &Styles) {
        let Some((head, column, shown)) = self.cell.take() else {
            return;
        };
        let value = value_of(&head, &shown, styles);
        if value != RawValue::Blank {
            self.cells.push(RawCellAt {
                row: self.rows.saturating_sub(1),
                column,
                value,
                style: head.style,
                formula: head.formula,
            });
        }
    }

    fn count(&mut self, limits: &Limits) -> Result<(), ReadError> {
        self.seen += 1;
        if self.seen > limits.cells_per_sheet {
            return Err(ReadError::too_many(Counted::Cells, limits.cells_per_sheet));
        }
        Ok(())
    }

    fn out_of_range(&self, row: u32, column: u32) -> ReadError {
        ReadError::CellOutOfRange {
            sheet: self.name.clone().unwrap_or_else(|| format!("{}", self.number + 1)),
            reference: a1(row, column),
        }
    }
}

fn value_of(head: &CellHead, shown: &str, styles: &Styles) -> RawValue {
    let shown = collapsed(shown);
    // Beside an error LibreOffice writes the number 0.
    if shown.starts_with('#') && ERRORS.contains(&shown.as_str()) {
        return RawValue::Error(shown);
    }
    if let (Some(exact), false) = (&head.number, head.is_text) {
        let number = if exact.trim().is_empty() {
            shown.replace(',', "").parse::<f64>()
        } else {
            exact.trim().parse::<f64>()
        };
        if let Ok(number) = number
            && number.is_finite()
        {
            return if head.is_boolean {
                RawValue::Boolean(number != 0.0)
            } else {
                styles.number(head.style, number)
            };
        }
    }
    text_or_blank(shown)
}

const ERRORS: [&str; 7] = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A"];

/// The text as it is shown: runs of white space are one space, breaks (of `br` and between blocks) are line ends.
fn collapsed(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    // Breaks come as characters of their own between pieces of source text, whose own line ends are white space.
    let mut gap = None;
    for character in text.chars() {
        let is_break = character == '\u{B}' || character == BREAK;
        if is_break || character.is_whitespace() {
            let stronger = if is_break { '\n' } else { ' ' };
            gap = if gap == Some('\n') { gap } else { Some(stronger) };
        } else {
            if let Some(gap) = gap.take().filter(|_| !result.is_empty()) {
                result.push(gap);
            }
            result.push(character);
        }
    }
    result
}

/// A `br`, told from a line end of the source.
pub(super) const BREAK: char = '\u{C}';
