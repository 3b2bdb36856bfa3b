//! The cells of one worksheet of a workbook stream.

use survey::cell::RawValue;

use super::{
    Globals, PART,
    record::{Record, Records, kind},
};
use crate::{
    error::ReadError,
    extract::{
        bytes::{Bytes, error_text, rk},
        gather::Gather,
        raw::{CellRange, RawCellAt, RawSheet, text_or_blank},
    },
};

/// Kind of a stream part: a worksheet.
const WORKSHEET: u16 = 0x0010;

/// Whether a sheet begins at an offset.
pub(super) fn begins_at(stream: &[u8], offset: usize) -> bool {
    let first = Records::from(stream, offset).and_then(|mut records| records.next().ok().flatten());
    first.is_some_and(|record| record.kind == kind::BEGIN)
}

/// Where sheets begin behind the globals, as far as the records can be walked.
pub(super) fn begins(stream: &[u8], end_of_globals: usize) -> Vec<usize> {
    let mut begins = Vec::new();
    let Some(mut records) = Records::from(stream, end_of_globals) else {
        return begins;
    };
    let mut depth = 0_usize;
    loop {
        let at = records.position(stream);
        let Ok(Some(record)) = records.next() else {
            return begins;
        };
        match record.kind {
            kind::BEGIN => {
                if depth == 0 {
                    begins.push(at);
                }
                depth += 1;
            }
            kind::EOF => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
}

/// Reads the worksheet that begins at an offset; `None` when another kind of sheet begins there.
pub(super) fn read(
    stream: &[u8],
    offset: usize,
    globals: &Globals,
    gather: Gather<'_, '_>,
) -> Result<Option<RawSheet>, ReadError> {
    let mut records = Records::from(stream, offset).ok_or(ReadError::Truncated)?;
    let begin = records.next()?.ok_or(ReadError::Truncated)?;
    if begin.kind != kind::BEGIN {
        return Err(ReadError::damaged(
            PART,
            "a sheet that does not begin where it is listed",
        ));
    }
    let mut fields = begin.fields();
    fields.u16();
    if fields.u16() != Some(WORKSHEET) {
        return Ok(None);
    }
    let mut reading = Reading {
        globals,
        gather,
        waiting: None,
    };
    // Charts stand inside the sheet as parts of their own.
    let mut inside = 0_u32;
    loop {
        // Without an end record the sheet was cut off.
        let record = records.next()?.ok_or(ReadError::Truncated)?;
        match record.kind {
            kind::BEGIN => inside += 1,
            kind::EOF if inside == 0 => break,
            kind::EOF => inside -= 1,
            _ if inside == 0 => reading.take(&record).ok_or_else(|| cut_off(record.kind))??,
            _ => {}
        }
    }
    reading.put_waiting(RawValue::FormulaWithoutValue)?;
    reading.gather.finish(PART).map(Some)
}

struct Reading<'a, 'g, 'l> {
    globals: &'a Globals,
    gather: Gather<'g, 'l>,
    /// A formula whose text result comes in a record of its own.
    waiting: Option<(u32, u32, u32)>,
}

/// `None`: the record is cut off.
type Taken = Option<Result<(), ReadError>>;

impl Reading<'_, '_, '_> {
    fn take(&mut self, record: &Record<'_>) -> Taken {
        let mut fields = record.fields();
        match record.kind {
            kind::NUMBER => {
                let at = place(&mut fields)?;
                let number = fields.f64()?;
                Some(self.put(at, self.globals.styles.number(at.2, number), false))
            }
            kind::RK => {
                let at = place(&mut fields)?;
                let number = rk(fields.u32()?);
                Some(self.put(at, self.globals.styles.number(at.2, number), false))
            }
            kind::MANY_RK => self.many_numbers(fields),
            kind::SHARED_LABEL => {
                let at = place(&mut fields)?;
                let text = self.globals.strings.get(fields.size()?).cloned();
                let text = text.ok_or_else(|| ReadError::damaged(PART, "a shared string that is not there"));
                Some(text.and_then(|text| self.put(at, text_or_blank(text), false)))
            }
            kind::LABEL | kind::RICH_LABEL => {
                let at = place(&mut fields)?;
                let text = self.globals.wording.long(record, 6)?;
                Some(self.put(at, text_or_blank(text), false))
            }
            kind::BOOLEAN_OR_ERROR => {
                let at = place(&mut fields)?;
                let value = fields.u8()?;
                let is_error = fields.u8()? == 1;
                Some(self.put(at, boolean_or_error(value, is_error), false))
            }
            kind::FORMULA | kind::FORMULA_3 | kind::FORMULA_4 => self.formula(fields),
            kind::TEXT_RESULT => {
                let text = self.globals.wording.long(record, 0)?;
                Some(self.put_waiting(text_or_blank(text)))
            }
            kind::ROW => {
                let row = u32::from(fields.u16()?);
                fields.take(10)?;
                if fields.u16()? & 0x20 != 0 {
                    self.gather.hide_rows(row, row);
                }
                Some(Ok(()))
            }
            kind::COLUMN => {
                let (first, last) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
                fields.take(4)?;
                if fields.u16()? & 1 == 1 {
                    self.gather.hide_columns(first, last.min(255));
                }
                Some(Ok(()))
            }
            kind::MERGED => self.merged(fields),
            kind::PROTECT => {
                if fields.u16()? != 0 {
                    self.gather.protect();
                }
                Some(Ok(()))
            }
            _ => Some(Ok(())),
        }
    }

    fn many_numbers(&mut self, mut fields: Bytes<'_>) -> Taken {
        let (row, mut column) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
        // The last two bytes are the last column again.
        while fields.len() >= 8 {
            let style = u32::from(fields.u16()?);
            let number = rk(fields.u32()?);
            if let Err(error) = self.put((row, column, style), self.globals.styles.number(style, number), false) {
                return Some(Err(error));
            }
            column += 1;
        }
        Some(Ok(()))
    }

    fn formula(&mut self, mut fields: Bytes<'_>) -> Taken {
        let at = place(&mut fields)?;
        let result = fields.take(8)?;
        let waited = self.put_waiting(RawValue::FormulaWithoutValue);
        if waited.is_err() {
            return Some(waited);
        }
        let value = match result {
            // A text follows in its own record.
            [0, .., 0xFF, 0xFF] => {
                self.waiting = Some(at);
                return Some(Ok(()));
            }
            [1, _, value, .., 0xFF, 0xFF] => boolean_or_error(*value, false),
            [2, _, value, .., 0xFF, 0xFF] => boolean_or_error(*value, true),
            [3, .., 0xFF, 0xFF] => RawValue::Blank,
            [.., 0xFF, 0xFF] => RawValue::FormulaWithoutValue,
            _ => self.globals.styles.number(at.2, Bytes::new(result).f64()?),
        };
        Some(self.put(at, value, true))
    }

    fn merged(&mut self, mut fields: Bytes<'_>) -> Taken {
        for _ in 0..fields.u16()? {
            let (rows, columns) = ((fields.u16()?, fields.u16()?), (fields.u16()?, fields.u16()?));
            let merged = self.gather.merge(CellRange {
                first_row: u32::from(rows.0.min(rows.1)),
                first_column: u32::from(columns.0.min(columns.1)),
                last_row: u32::from(rows.0.max(rows.1)),
                last_column: u32::from(columns.0.max(columns.1)),
            });
            if merged.is_err() {
                return Some(merged);
            }
        }
        Some(Ok(()))
    }

    fn put_waiting(&mut self, value: RawValue) -> Result<(), ReadError> {
        match self.waiting.take() {
            Some(at) => self.put(at, value, true),
            None => Ok(()),
        }
    }

    fn put(&mut self, (row, column, style): (u32, u32, u32), value: RawValue, formula: bool) -> Result<(), ReadError> {
        self.gather.count()?;
        self.gather.put(RawCellAt {
            row,
            column,
            value,
            style,
            formula,
        })
    }
}

fn place(fields: &mut Bytes<'_>) -> Option<(u32, u32, u32)> {
    Some((
        u32::from(fields.u16()?),
        u32::from(fields.u16()?),
        u32::from(fields.u16()?),
    ))
}

fn boolean_or_error(value: u8, is_error: bool) -> RawValue {
    if is_error {
        RawValue::Error(error_text(value).to_owned())
    } else {
        RawValue::Boolean(value != 0)
    }
}

fn cut_off(kind: u16) -> ReadError {
    ReadError::damaged(PART, format!("record {kind:#06x} is cut off"))
}
