//! The cells of one sheet, streamed.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use survey::cell::{DateSystem, RawValue};

use super::{
    Limits,
    raw::{RawCellAt, RawSheet, Visibility},
    reference::{MAX_COLUMNS, MAX_ROWS, a1, position, range},
    styles::Styles,
    xml::{Element, Node, Xml, is_true},
};
use crate::error::{Counted, ReadError};

/// What all sheets share while they are read.
pub(super) struct Shared<'a> {
    pub(super) strings: &'a [String],
    pub(super) styles: &'a Styles,
    pub(super) dates: DateSystem,
    pub(super) limits: &'a Limits,
    /// Cell elements met so far, in all sheets.
    pub(super) cells: usize,
    /// Bytes of text copied into cells so far.
    pub(super) text_bytes: u64,
}

/// Reads one sheet part.
pub(super) fn read(
    text: &str,
    part: &str,
    name: String,
    visibility: Visibility,
    shared: &mut Shared<'_>,
) -> Result<RawSheet, ReadError> {
    let sheet = RawSheet {
        name,
        visibility,
        ..RawSheet::default()
    };
    let reading = Reading {
        xml: Xml::new(text, part, shared.limits),
        part,
        shared,
        sheet,
        next_row: 0,
        next_column: 0,
        seen: 0,
    };
    reading.run()
}

struct Reading<'a, 'b> {
    xml: Xml<'a>,
    part: &'a str,
    shared: &'a mut Shared<'b>,
    sheet: RawSheet,
    next_row: u32,
    next_column: u32,
    seen: usize,
}

/// The attributes of a cell element.
struct CellHead {
    row: u32,
    column: u32,
    style: u32,
    kind: CellKind,
}

/// The `t` attribute of a cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CellKind {
    Number,
    Shared,
    FormulaText,
    Inline,
    Boolean,
    Error,
    IsoDate,
}

impl Reading<'_, '_> {
    fn run(mut self) -> Result<RawSheet, ReadError> {
        let mut inside_data = false;
        loop {
            match self.xml.next()? {
                Node::Start(element) => match element.name() {
                    "sheetData" => inside_data = true,
                    "row" if inside_data => self.row(&element)?,
                    "c" if inside_data => self.cell(&element)?,
                    "mergeCell" if !inside_data => self.merged(&element)?,
                    "col" if !inside_data => self.column(&element)?,
                    "sheetProtection" => element.attributes(self.part, |key, value| {
                        self.sheet.protected |= key == "sheet" && is_true(&value);
                    })?,
                    _ => {}
                },
                Node::End if self.xml.depth() <= 1 => inside_data = false,
                Node::Eof => break,
                _ => {}
            }
        }
        self.finish()
    }

    fn row(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        let (mut number, mut hidden) = (None, false);
        element.attributes(self.part, |key, value| match key {
            "r" => number = Some(row_number(&value).ok_or_else(|| clip(&value))),
            "hidden" => hidden = is_true(&value),
            _ => {}
        })?;
        let row = match number {
            Some(Ok(number)) => number - 1,
            Some(Err(reference)) => return Err(self.out_of_range(reference)),
            None => self.next_row,
        };
        if row >= MAX_ROWS {
            return Err(self.out_of_range(format!("row {row}")));
        }
        self.next_row = row + 1;
        self.next_column = 0;
        if hidden {
            push_range(&mut self.sheet.hidden_rows, row, row);
        }
        Ok(())
    }

    fn cell(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        self.count()?;
        let head = self.head(element)?;
        self.next_column = head.column.saturating_add(1);
        let inside = self.xml.depth();
        let (mut formula, mut value, mut inline) = (false, None, None);
        loop {
            match self.xml.next()? {
                Node::Start(child) => match child.name() {
                    "v" => value = Some(self.xml.text()?),
                    "is" => inline = Some(self.xml.string_item()?),
                    "f" => {
                        formula = true;
                        self.xml.skip()?;
                    }
                    "c" | "row" => return Err(self.xml.damaged("a cell inside a cell")),
                    _ => self.xml.skip()?,
                },
                Node::End if self.xml.depth() < inside => break,
                Node::Eof => return Err(self.xml.damaged("the part ends inside a cell")),
                _ => {}
            }
        }
        let value = self.value(&head, formula, value.as_deref(), inline)?;
        if value == RawValue::Blank && !formula {
            return Ok(());
        }
        if let RawValue::Text(text) = &value {
            self.shared.text_bytes = self
                .shared
                .text_bytes
                .saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
            if self.shared.text_bytes > self.shared.limits.text_bytes {
                return Err(ReadError::TooMany {
                    what: Counted::TextBytes,
                    limit: self.shared.limits.text_bytes,
                });
            }
        }
        let CellHead { row, column, style, .. } = head;
        self.sheet.cells.push(RawCellAt {
            row,
            column,
            value,
            style,
            formula,
        });
        Ok(())
    }

    fn count(&mut self) -> Result<(), ReadError> {
        self.seen += 1;
        self.shared.cells += 1;
        let limits = self.shared.limits;
        if self.seen > limits.cells_per_sheet {
            return Err(ReadError::too_many(Counted::Cells, limits.cells_per_sheet));
        }
        if self.shared.cells > limits.cells {
            return Err(ReadError::too_many(Counted::Cells, limits.cells));
        }
        Ok(())
    }

    fn head(&self, element: &Element<'_>) -> Result<CellHead, ReadError> {
        let mut place = Some((self.next_row.saturating_sub(1), self.next_column));
        let (mut written, mut style, mut kind) = (String::new(), Some(0), Some(CellKind::Number));
        element.attributes(self.part, |key, value| match key {
            "r" => {
                place = position(&value);
                if place.is_none() {
                    written = clip(&value);
                }
            }
            "s" => style = value.parse().ok(),
            "t" => kind = kind_of(&value),
            _ => {}
        })?;
        let (row, column) = place.ok_or_else(|| self.out_of_range(written))?;
        if column >= MAX_COLUMNS {
            return Err(self.out_of_range(format!("column {column}")));
        }
        let style = style.ok_or_else(|| self.xml.damaged("a style that is no number"))?;
        let kind = kind.ok_or_else(|| self.xml.damaged("an unknown kind of cell"))?;
        Ok(CellHead {
            row,
            column,
            style,
            kind,
        })
    }

    fn value(
        &self,
        head: &CellHead,
        formula: bool,
        value: Option<&str>,
        inline: Option<String>,
    ) -> Result<RawValue, ReadError> {
        if head.kind == CellKind::Inline {
            return Ok(inline.map_or(RawValue::Blank, text_or_blank));
        }
        if head.kind == CellKind::FormulaText {
            // A formula whose result is the empty text shows nothing and holds nothing.
            return Ok(value.map_or(RawValue::Blank, |text| text_or_blank(text.to_owned())));
        }
        let Some(value) = value.map(str::trim).filter(|value| !value.is_empty()) else {
            return Ok(if formula {
                RawValue::FormulaWithoutValue
            } else {
                RawValue::Blank
            });
        };
        Ok(match head.kind {
            CellKind::Shared => {
                let string = value.parse().ok().and_then(|at: usize| self.shared.strings.get(at));
                text_or_blank(
                    string
                        .cloned()
                        .ok_or_else(|| self.xml.damaged("a shared string that is not there"))?,
                )
            }
            CellKind::Boolean => RawValue::Boolean(is_true(value)),
            CellKind::Error => RawValue::Error(value.to_owned()),
            CellKind::IsoDate => match iso_serial(value, self.shared.dates) {
                Some(serial) => RawValue::DateSerial(serial),
                None => RawValue::Text(value.to_owned()),
            },
            CellKind::Number | CellKind::FormulaText | CellKind::Inline => match value.parse::<f64>() {
                Ok(number) if number.is_finite() && self.shared.styles.is_date(head.style) => {
                    RawValue::DateSerial(number)
                }
                Ok(number) if number.is_finite() => RawValue::Number(number),
                _ => RawValue::Text(value.to_owned()),
            },
        })
    }

    fn merged(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        let mut merged = None;
        let mut written = String::new();
        element.attributes(self.part, |key, value| {
            if key == "ref" {
                merged = range(&value);
                written = clip(&value);
            }
        })?;
        let merged = merged.ok_or_else(|| self.out_of_range(written))?;
        if self.sheet.merged.len() >= self.shared.limits.merged_ranges {
            return Err(ReadError::too_many(
                Counted::MergedRanges,
                self.shared.limits.merged_ranges,
            ));
        }
        self.sheet.merged.push(merged);
        Ok(())
    }

    fn column(&mut self, element: &Element<'_>) -> Result<(), ReadError> {
        let (mut first, mut last, mut hidden) = (None, None, false);
        element.attributes(self.part, |key, value| match key {
            "min" => first = column_number(&value),
            "max" => last = column_number(&value),
            "hidden" => hidden = is_true(&value),
            _ => {}
        })?;
        if let (true, Some(first), Some(last)) = (hidden, first, last) {
            push_range(&mut self.sheet.hidden_columns, first, last);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<RawSheet, ReadError> {
        let cells = &mut self.sheet.cells;
        if !cells.is_sorted_by_key(|cell| (cell.row, cell.column)) {
            cells.sort_by_key(|cell| (cell.row, cell.column));
        }
        apart(&mut self.sheet.hidden_rows);
        apart(&mut self.sheet.hidden_columns);
        let cells = &self.sheet.cells;
        let doubled = cells
            .windows(2)
            .find(|pair| (pair[0].row, pair[0].column) == (pair[1].row, pair[1].column));
        if let Some([cell, _]) = doubled {
            let place = a1(cell.row, cell.column);
            return Err(ReadError::damaged(
                self.part,
                format!("cell {place} stands there twice"),
            ));
        }
        Ok(self.sheet)
    }

    fn out_of_range(&self, reference: String) -> ReadError {
        ReadError::CellOutOfRange {
            sheet: self.sheet.name.clone(),
            reference,
        }
    }
}

fn kind_of(kind: &str) -> Option<CellKind> {
    Some(match kind {
        "n" => CellKind::Number,
        "s" => CellKind::Shared,
        "str" => CellKind::FormulaText,
        "inlineStr" => CellKind::Inline,
        "b" => CellKind::Boolean,
        "e" => CellKind::Error,
        "d" => CellKind::IsoDate,
        _ => return None,
    })
}

fn text_or_blank(text: String) -> RawValue {
    if text.is_empty() {
        RawValue::Blank
    } else {
        RawValue::Text(text)
    }
}

/// The serial of an ISO 8601 date or date and time (`t="d"`).
fn iso_serial(value: &str, dates: DateSystem) -> Option<f64> {
    let value = value.trim_end_matches('Z');
    let moment = value
        .parse::<NaiveDateTime>()
        .or_else(|_| value.parse::<NaiveDate>().map(|date| date.and_time(NaiveTime::MIN)))
        .ok()?;
    // Day 60 of the 1900 system is 29 February 1900, which never was: only from March 1900 on is the sum right.
    let (zero, first) = match dates {
        DateSystem::From1900 => (
            NaiveDate::from_ymd_opt(1899, 12, 30)?,
            NaiveDate::from_ymd_opt(1900, 3, 1)?,
        ),
        DateSystem::From1904 => (
            NaiveDate::from_ymd_opt(1904, 1, 1)?,
            NaiveDate::from_ymd_opt(1904, 1, 1)?,
        ),
    };
    if moment.date() < first {
        return None;
    }
    let seconds = moment
        .signed_duration_since(zero.and_time(NaiveTime::MIN))
        .num_seconds();
    Some(seconds as f64 / 86_400.0)
}

fn row_number(value: &str) -> Option<u32> {
    value.parse().ok().filter(|number| (1..=MAX_ROWS).contains(number))
}

fn column_number(value: &str) -> Option<u32> {
    value
        .parse::<u32>()
        .ok()
        .filter(|number| (1..=MAX_COLUMNS).contains(number))
        .map(|number| number - 1)
}

/// Adds a range, joined to the one before where they touch.
fn push_range(ranges: &mut Vec<(u32, u32)>, first: u32, last: u32) {
    match ranges.last_mut() {
        Some(previous) if previous.1.saturating_add(1) == first => previous.1 = last,
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

fn clip(text: &str) -> String {
    text.chars().take(32).collect()
}
