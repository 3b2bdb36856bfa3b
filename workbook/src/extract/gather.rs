//! The cells of a sheet as a reader meets them, counted against the limits.

use survey::cell::RawValue;

use super::{
    Limits,
    limits::as_u64,
    raw::{CellRange, RawCellAt, RawRow, RawSheet, Visibility},
    reference::{MAX_COLUMNS, MAX_ROWS, a1},
};
use crate::error::{Counted, ReadError};

/// What all sheets of a file have used of the limits.
pub(super) struct Budget<'a> {
    pub(super) limits: &'a Limits,
    /// Cell elements met so far, in all sheets.
    cells: usize,
    /// Bytes of text copied into cells so far.
    text_bytes: u64,
    /// Sheets met so far.
    sheets: usize,
}

/// Takes finished rows; `false` means that no more are wanted.
pub(super) type RowTaker<'t> = &'t mut dyn FnMut(RawRow) -> bool;

/// One sheet being gathered: as a whole, or row by row into a taker.
pub(super) struct Gather<'g, 'l> {
    sheet: RawSheet,
    budget: &'g mut Budget<'l>,
    taker: Option<RowTaker<'g>>,
    /// The row that was given to the taker last.
    given: Option<u32>,
    seen: usize,
    stopped: bool,
}

impl<'l> Budget<'l> {
    pub(super) fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            cells: 0,
            text_bytes: 0,
            sheets: 0,
        }
    }

    /// Counts one more sheet.
    pub(super) fn count_sheet(&mut self) -> Result<(), ReadError> {
        self.sheets += 1;
        if self.sheets > self.limits.sheets {
            return Err(ReadError::too_many(Counted::Sheets, self.limits.sheets));
        }
        Ok(())
    }
}

impl<'g, 'l> Gather<'g, 'l> {
    /// A sheet that is kept as a whole.
    pub(super) fn whole(name: &str, visibility: Visibility, budget: &'g mut Budget<'l>) -> Self {
        Self::new(name, visibility, budget, None)
    }

    /// A sheet whose rows go to `taker` and are forgotten; without one it is kept as a whole.
    pub(super) fn new(
        name: &str,
        visibility: Visibility,
        budget: &'g mut Budget<'l>,
        taker: Option<RowTaker<'g>>,
    ) -> Self {
        let sheet = RawSheet {
            name: name.chars().take(255).collect(),
            visibility,
            ..RawSheet::default()
        };
        Self {
            sheet,
            budget,
            taker,
            given: None,
            seen: 0,
            stopped: false,
        }
    }

    /// Whether no more rows are wanted.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn limits(&self) -> &'l Limits {
        self.budget.limits
    }

    /// Counts one cell of the file, blank ones included.
    pub(super) fn count(&mut self) -> Result<(), ReadError> {
        self.seen += 1;
        self.budget.cells += 1;
        self.check_counts()
    }

    fn check_counts(&self) -> Result<(), ReadError> {
        let limits = self.budget.limits;
        if self.seen > limits.cells_per_sheet {
            return Err(ReadError::too_many(Counted::Cells, limits.cells_per_sheet));
        }
        if self.budget.cells > limits.cells {
            return Err(ReadError::too_many(Counted::Cells, limits.cells));
        }
        Ok(())
    }

    /// Counts many cells of the file.
    pub(super) fn count_many(&mut self, cells: usize) -> Result<(), ReadError> {
        self.seen = self.seen.saturating_add(cells);
        self.budget.cells = self.budget.cells.saturating_add(cells);
        self.check_counts()
    }

    /// Keeps a cell that was counted, unless it holds nothing.
    pub(super) fn put(&mut self, cell: RawCellAt) -> Result<(), ReadError> {
        if cell.value == RawValue::Blank && !cell.formula {
            return Ok(());
        }
        if cell.row >= MAX_ROWS || cell.column >= MAX_COLUMNS {
            return Err(self.out_of_range(a1(cell.row, cell.column)));
        }
        if let RawValue::Text(text) = &cell.value {
            self.check_text(text)?;
        }
        if self.taker.is_some() && self.sheet.cells.last().is_some_and(|last| last.row != cell.row) {
            self.flush()?;
        }
        self.sheet.cells.push(cell);
        Ok(())
    }

    fn check_text(&mut self, text: &str) -> Result<(), ReadError> {
        let limits = self.budget.limits;
        // Bytes are an upper bound of characters, so that short texts are never counted.
        if text.len() > limits.text_chars && text.chars().count() > limits.text_chars {
            return Err(ReadError::TextTooLong {
                part: self.sheet.name.clone(),
                limit: as_u64(limits.text_chars),
            });
        }
        let bytes = as_u64(text.len());
        self.budget.text_bytes = self.budget.text_bytes.saturating_add(bytes);
        if self.budget.text_bytes > limits.text_bytes {
            return Err(ReadError::TooMany {
                what: Counted::TextBytes,
                limit: limits.text_bytes,
            });
        }
        Ok(())
    }

    pub(super) fn merge(&mut self, merged: CellRange) -> Result<(), ReadError> {
        let limit = self.budget.limits.merged_ranges;
        if self.sheet.merged.len() >= limit {
            return Err(ReadError::too_many(Counted::MergedRanges, limit));
        }
        if merged.last_row >= MAX_ROWS || merged.last_column >= MAX_COLUMNS {
            return Err(self.out_of_range(a1(merged.last_row, merged.last_column)));
        }
        self.sheet.merged.push(merged);
        Ok(())
    }

    /// Hides rows from first to last, counted from 0.
    pub(super) fn hide_rows(&mut self, first: u32, last: u32) {
        push_range(&mut self.sheet.hidden_rows, first, last.min(MAX_ROWS - 1));
    }

    /// Hides columns from first to last, counted from 0.
    pub(super) fn hide_columns(&mut self, first: u32, last: u32) {
        push_range(&mut self.sheet.hidden_columns, first, last.min(MAX_COLUMNS - 1));
    }

    pub(super) fn protect(&mut self) {
        self.sheet.protected = true;
    }

    pub(super) fn set_visibility(&mut self, visibility: Visibility) {
        self.sheet.visibility = visibility;
    }

    /// The sheet in order; without cells when they went to a taker. No position may occur twice.
    pub(super) fn finish(mut self, part: &str) -> Result<RawSheet, ReadError> {
        if self.taker.is_some() {
            self.flush()?;
        } else {
            in_order(&mut self.sheet.cells, part)?;
        }
        apart(&mut self.sheet.hidden_rows);
        apart(&mut self.sheet.hidden_columns);
        Ok(self.sheet)
    }

    /// Gives the row that is complete to the taker.
    fn flush(&mut self) -> Result<(), ReadError> {
        let mut cells = std::mem::take(&mut self.sheet.cells);
        let Some(row) = cells.first().map(|cell| cell.row) else {
            return Ok(());
        };
        in_order(&mut cells, &self.sheet.name)?;
        // What was given away cannot be put in order any more.
        if self.given.is_some_and(|given| given >= row) {
            return Err(ReadError::damaged(
                &self.sheet.name,
                "rows that are not in ascending order",
            ));
        }
        self.given = Some(row);
        let hidden = self
            .sheet
            .hidden_rows
            .last()
            .is_some_and(|(first, last)| (*first..=*last).contains(&row));
        if let Some(taker) = self.taker.as_mut().filter(|_| !self.stopped) {
            self.stopped = !taker(RawRow { row, hidden, cells });
        }
        Ok(())
    }

    pub(super) fn out_of_range(&self, reference: impl AsRef<str>) -> ReadError {
        ReadError::CellOutOfRange {
            sheet: self.sheet.name.clone(),
            reference: reference.as_ref().chars().take(32).collect(),
        }
    }
}

/// By row, then by column; a position that occurs twice is an error.
fn in_order(cells: &mut [RawCellAt], part: &str) -> Result<(), ReadError> {
    if !cells.is_sorted_by_key(|cell| (cell.row, cell.column)) {
        cells.sort_by_key(|cell| (cell.row, cell.column));
    }
    let mut pairs = cells.iter().zip(cells.iter().skip(1));
    match pairs.find(|(one, next)| (one.row, one.column) == (next.row, next.column)) {
        Some((cell, _)) => {
            let place = a1(cell.row, cell.column);
            Err(ReadError::damaged(part, format!("cell {place} stands there twice")))
        }
        None => Ok(()),
    }
}

/// Adds a range, joined to the one before where they touch.
fn push_range(ranges: &mut Vec<(u32, u32)>, first: u32, last: u32) {
    match ranges.last_mut() {
        Some(previous) if previous.1.saturating_add(1) == first => previous.1 = last,
        _ if first > last => {}
        _ => ranges.push((first, last)),
    }
}

/// Ranges in ascending order, those that touch or overlap joined.
fn apart(ranges: &mut Vec<(u32, u32)>) {
    ranges.sort_unstable();
    ranges.dedup_by(|next, previous| {
        let touches = next.0 <= previous.1.saturating_add(1);
        if touches {
            previous.1 = previous.1.max(next.1);
        }
        touches
    });
}
