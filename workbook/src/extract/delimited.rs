//! Text with separators: `.csv`, `.tsv`, `.txt` (RFC 4180, and what spreadsheets make of it).
//!
//! Every cell is the text that stands there: a file of this kind has no numbers, no dates and no formats, and what
//! looks like one may be a code with a leading zero. A field that a program wrote as `="0501"` to keep Excel from
//! changing it is the text inside.

use std::io::{BufRead, BufReader};

use survey::cell::RawValue;

use super::{
    FileFormat, Limits,
    charset::Utf8Stream,
    gather::{Budget, Gather},
    limits::as_u64,
    raw::{RawCellAt, RawSheet, RawWorkbook, Visibility},
    reference::MAX_ROWS,
    rows::{RowEvent, Rows, RowsEnd, RowsHead, SheetTitle},
};
use crate::error::ReadError;

/// A file of this kind has one sheet without a name.
const SHEET: &str = "Sheet1";
/// Separators, the likelier first.
const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Reads the whole file.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<RawWorkbook, ReadError> {
    let mut budget = Budget::new(limits);
    let gather = Gather::whole(SHEET, Visibility::Visible, &mut budget);
    Ok(RawWorkbook {
        format: FileFormat::Csv,
        sheets: vec![read_sheet(bytes, gather)?],
        ..RawWorkbook::default()
    })
}

/// Reads the file row by row.
pub(super) fn read_rows(bytes: &[u8], limits: &Limits, rows: &mut Rows<'_>) -> Result<RowsEnd, ReadError> {
    let sheets = vec![SheetTitle {
        name: SHEET.to_owned(),
        visibility: Visibility::Visible,
    }];
    let head = RowsHead {
        format: FileFormat::Csv,
        sheet: rows.wanted.find(&sheets)?,
        sheets,
        ..RowsHead::default()
    };
    if !(rows.take)(RowEvent::Head(head)) {
        return Ok(RowsEnd::default());
    }
    rows.through(SHEET, Visibility::Visible, limits, |gather| read_sheet(bytes, gather))
}

fn read_sheet(bytes: &[u8], gather: Gather<'_, '_>) -> Result<RawSheet, ReadError> {
    let mut stream = BufReader::with_capacity(64 * 1024, Utf8Stream::new(bytes)?);
    let head = stream.fill_buf().map_err(|error| damaged(0, &error.to_string()))?;
    let (separator, skipped) = separator_of(head);
    stream.consume(skipped);
    let mut fields = Fields {
        separator,
        state: State::FieldStart,
        field: Vec::new(),
        longest: gather.limits().text_chars.saturating_mul(4),
        row: 0,
        column: 0,
        after_return: false,
        gather,
    };
    loop {
        let piece = stream
            .fill_buf()
            .map_err(|error| damaged(fields.row, &error.to_string()))?;
        if piece.is_empty() || fields.gather.is_stopped() {
            break;
        }
        for byte in piece {
            fields.take(*byte)?;
        }
        let length = piece.len();
        stream.consume(length);
    }
    fields.finish()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// Behind a quotation mark inside a quoted field: its end, or the first of a doubled one.
    QuoteInQuoted,
}

/// Fields as they come, byte by byte. UTF-8 never has a separator or a quotation mark inside a character.
struct Fields<'g, 'l> {
    separator: u8,
    state: State,
    field: Vec<u8>,
    /// Bytes that a field may have.
    longest: usize,
    row: u32,
    column: u32,
    /// Whether the byte before was a carriage return, which ends a line with or without a line feed.
    after_return: bool,
    gather: Gather<'g, 'l>,
}

impl Fields<'_, '_> {
    fn take(&mut self, byte: u8) -> Result<(), ReadError> {
        let after_return = std::mem::take(&mut self.after_return);
        if self.state == State::Quoted {
            if byte == b'"' {
                self.state = State::QuoteInQuoted;
                return Ok(());
            }
            return self.push(byte);
        }
        match byte {
            b'"' if self.state == State::FieldStart => self.state = State::Quoted,
            b'"' if self.state == State::QuoteInQuoted => {
                self.state = State::Quoted;
                self.push(byte)?;
            }
            b'\n' if after_return => {}
            b'\n' | b'\r' => {
                self.after_return = byte == b'\r';
                self.end_row()?;
            }
            _ if byte == self.separator => self.end_field()?,
            _ => {
                self.state = State::Plain;
                self.push(byte)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, byte: u8) -> Result<(), ReadError> {
        if self.field.len() >= self.longest {
            return Err(ReadError::TextTooLong {
                part: format!("{SHEET}, {}", u64::from(self.row) + 1),
                limit: as_u64(self.gather.limits().text_chars),
            });
        }
        self.field.push(byte);
        Ok(())
    }

    fn end_field(&mut self) -> Result<(), ReadError> {
        self.gather.count()?;
        self.state = State::FieldStart;
        let text = std::str::from_utf8(&self.field).map_err(|_| damaged(self.row, "bytes that are no characters"))?;
        let text = unprotected(text);
        if !text.is_empty() {
            self.gather.put(RawCellAt {
                row: self.row,
                column: self.column,
                value: RawValue::Text(text.to_owned()),
                style: 0,
                formula: false,
            })?;
        }
        self.field.clear();
        self.column = self.column.saturating_add(1);
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), ReadError> {
        self.end_field()?;
        self.column = 0;
        self.row += 1;
        if self.row > MAX_ROWS {
            return Err(self.gather.out_of_range(format!("row {}", self.row)));
        }
        Ok(())
    }

    fn finish(mut self) -> Result<RawSheet, ReadError> {
        if self.state == State::Quoted && !self.gather.is_stopped() {
            return Err(damaged(self.row, "a quotation mark without its end"));
        }
        if self.column > 0 || !self.field.is_empty() {
            self.end_field()?;
        }
        self.gather.finish(SHEET)
    }
}

fn damaged(row: u32, reason: &str) -> ReadError {
    ReadError::damaged(format!("{SHEET}, {}", u64::from(row) + 1), reason)
}

/// `="0501"` is `0501`.
fn unprotected(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inside| !inside.contains('"'))
        .unwrap_or(field)
}

/// The separator, and how many bytes at the beginning only name it (`sep=;`).
fn separator_of(head: &[u8]) -> (u8, usize) {
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator, rest @ ..] = head {
        let end = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\n' | b'\r', ..] => 1,
            _ => 0,
        };
        return (*separator, 5 + end);
    }
    let mut counts = [0; SEPARATORS.len()];
    let mut best = [(0, 0); SEPARATORS.len()];
    let mut lines = 0;
    let mut quoted = false;
    for byte in head.iter().chain(b"\n") {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => {
                for (count, best) in counts.iter_mut().zip(&mut best) {
                    // Lines that have it, then how often: a comma inside one sentence is no separator.
                    best.0 += u32::from(*count > 0);
                    best.1 += std::mem::take(count);
                }
                lines += 1;
                if lines == 50 {
                    break;
                }
            }
            _ if !quoted => {
                for (separator, count) in SEPARATORS.iter().zip(&mut counts) {
                    *count += u32::from(separator == byte);
                }
            }
            _ => {}
        }
    }
    let likeliest = SEPARATORS.iter().zip(best).rev().max_by_key(|(_, best)| *best);
    (likeliest.map_or(b',', |(separator, _)| *separator), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Vec<(u32, u32, String)> {
        let workbook = read(text.as_bytes(), &Limits::default()).unwrap();
        let shown = |cell: &RawCellAt| match &cell.value {
            RawValue::Text(text) => (cell.row, cell.column, text.clone()),
            other => panic!("{other:?}"),
        };
        workbook.sheets[0].cells.iter().map(shown).collect()
    }

    #[test]
    fn fields_are_read_as_they_stand() {
        let check = |text: &str, expected: &[(u32, u32, &str)]| {
            let expected: Vec<_> = expected
                .iter()
                .map(|(row, column, text)| (*row, *column, (*text).to_owned()))
                .collect();
            assert_eq!(table(text), expected, "{text:?}");
        };
        check("a,b\r\n1,2\r\n", &[(0, 0, "a"), (0, 1, "b"), (1, 0, "1"), (1, 1, "2")]);
        check(
            "a;b;c\n1,5;2;3",
            &[
                (0, 0, "a"),
                (0, 1, "b"),
                (0, 2, "c"),
                (1, 0, "1,5"),
                (1, 1, "2"),
                (1, 2, "3"),
            ],
        );
        check("a\tb, c\n\n0501\t", &[(0, 0, "a"), (0, 1, "b, c"), (2, 0, "0501")]);
        check("\"a,\"\"x\"\"\nb\",c", &[(0, 0, "a,\"x\"\nb"), (0, 1, "c")]);
        check("sep=|\r\na|b", &[(0, 0, "a"), (0, 1, "b")]);
        check("a\rb\r\rc", &[(0, 0, "a"), (1, 0, "b"), (3, 0, "c")]);
        check("=\"0501\",=\"a\"\"b\"", &[(0, 0, "0501"), (0, 1, "=\"a\"\"b\"")]);
        check("a \"quoted\" word,1", &[(0, 0, "a \"quoted\" word"), (0, 1, "1")]);
        check("\"a\" ,1", &[(0, 0, "a "), (0, 1, "1")]);
        check(
            "one sentence; with a mark\nplain\nplain",
            &[
                (0, 0, "one sentence"),
                (0, 1, " with a mark"),
                (1, 0, "plain"),
                (2, 0, "plain"),
            ],
        );
    }

    #[test]
    fn what_has_no_end_is_refused() {
        let code = |text: &str| read(text.as_bytes(), &Limits::default()).unwrap_err().code();
        assert_eq!(code("a,\"b\nc,d"), "workbook.damaged");
        assert_eq!(code(&format!("a,\"{}", "b".repeat(200_000))), "workbook.text_too_long");
        assert_eq!(code(&format!("{}x", ",".repeat(20_000))), "workbook.cell_out_of_range");
        assert_eq!(code(&",".repeat(2_000_000)), "workbook.too_many_cells");
        assert_eq!(code(&"\n".repeat(1_100_000)), "workbook.too_many_cells");
    }
}
