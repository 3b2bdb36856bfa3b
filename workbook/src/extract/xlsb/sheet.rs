//! The cells of one `.xlsb` sheet part, record by record.

use survey::cell::RawValue;

use super::{
    record::{Records, kind},
    rich, wide,
};
use crate::{
    error::ReadError,
    extract::{
        bytes::{Bytes, error_text, rk},
        container::Part,
        gather::Gather,
        raw::{CellRange, RawCellAt, RawSheet, text_or_blank},
        reference::MAX_ROWS,
        styles::Styles,
    },
};

/// Reads one sheet part into `gather`.
pub(super) fn read(
    part: Part<'_, '_>,
    styles: &Styles,
    strings: &[String],
    gather: Gather<'_, '_>,
) -> Result<RawSheet, ReadError> {
    let name = part.name().to_owned();
    let row_bytes = gather.limits().row_bytes;
    let mut records = Records::of(part, row_bytes);
    let mut reading = Reading {
        part: &name,
        styles,
        strings,
        gather,
        row: 0,
        next_column: 0,
    };
    while let Some((kind, fields)) = records.next()? {
        let taken = reading.take(kind, fields);
        taken.ok_or_else(|| ReadError::damaged(&name, "a record that is cut off"))??;
        if reading.gather.is_stopped() {
            break;
        }
    }
    reading.gather.finish(&name)
}

struct Reading<'a, 'g, 'l> {
    part: &'a str,
    styles: &'a Styles,
    strings: &'a [String],
    gather: Gather<'g, 'l>,
    row: u32,
    next_column: u32,
}

/// `None`: the record is cut off.
type Taken = Option<Result<(), ReadError>>;

impl Reading<'_, '_, '_> {
    fn take(&mut self, kind: u32, mut fields: Bytes<'_>) -> Taken {
        match kind {
            kind::ROW => return self.row(fields),
            kind::COLUMN => {
                let (first, last) = (fields.u32()?, fields.u32()?);
                fields.take(8)?;
                if fields.u16()? & 1 == 1 {
                    self.gather.hide_columns(first, last);
                }
                return Some(Ok(()));
            }
            kind::MERGED => {
                let (rows, columns) = ((fields.u32()?, fields.u32()?), (fields.u32()?, fields.u32()?));
                return Some(self.gather.merge(CellRange {
                    first_row: rows.0.min(rows.1),
                    first_column: columns.0.min(columns.1),
                    last_row: rows.0.max(rows.1),
                    last_column: columns.0.max(columns.1),
                }));
            }
            kind::PROTECTION => {
                fields.u16()?;
                if fields.u32()? != 0 {
                    self.gather.protect();
                }
                return Some(Ok(()));
            }
            kind::BLANK..=kind::FORMULA_ERROR | kind::RICH_TEXT => {
                self.next_column = fields.u32()?;
                let style = fields.u32()? & 0x00FF_FFFF;
                return self.cell(kind, style, fields);
            }
            // The short forms have no column: they stand right of the cell before.
            kind::SHORT_FIRST..=kind::SHORT_LAST => {
                let style = fields.u32()? & 0x00FF_FFFF;
                return self.cell(kind - kind::SHORT_FIRST + kind::BLANK, style, fields);
            }
            _ => {}
        }
        Some(Ok(()))
    }

    fn row(&mut self, mut fields: Bytes<'_>) -> Taken {
        self.row = fields.u32()?;
        self.next_column = 0;
        if self.row >= MAX_ROWS {
            return Some(Err(self.gather.out_of_range(format!("row {}", self.row))));
        }
        // Style, height and one byte of flags come before the byte with the hidden flag.
        fields.take(7)?;
        if fields.u8()? & 0x10 != 0 {
            self.gather.hide_rows(self.row, self.row);
        }
        Some(Ok(()))
    }

    fn cell(&mut self, kind: u32, style: u32, mut fields: Bytes<'_>) -> Taken {
        if let Err(error) = self.gather.count() {
            return Some(Err(error));
        }
        let column = self.next_column;
        self.next_column = column.saturating_add(1);
        let value = match kind {
            kind::RK => self.styles.number(style, rk(fields.u32()?)),
            kind::REAL | kind::FORMULA_REAL => self.styles.number(style, fields.f64()?),
            kind::ERROR | kind::FORMULA_ERROR => RawValue::Error(error_text(fields.u8()?).to_owned()),
            kind::BOOLEAN | kind::FORMULA_BOOLEAN => RawValue::Boolean(fields.u8()? != 0),
            kind::TEXT | kind::FORMULA_TEXT => text_or_blank(wide(&mut fields)?),
            kind::RICH_TEXT => text_or_blank(rich(&mut fields)?),
            kind::SHARED => match self.strings.get(fields.size()?) {
                Some(text) => text_or_blank(text.clone()),
                None => return Some(Err(ReadError::damaged(self.part, "a shared string that is not there"))),
            },
            _ => RawValue::Blank,
        };
        Some(self.gather.put(RawCellAt {
            row: self.row,
            column,
            value,
            style,
            formula: (kind::FORMULA_TEXT..=kind::FORMULA_ERROR).contains(&kind),
        }))
    }
}
