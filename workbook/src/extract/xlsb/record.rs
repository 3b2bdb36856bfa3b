//! Binary records of `.xlsb` parts (MS-XLSB 2.1.4), read from a part as it is inflated.

use super::super::{bytes::Bytes, container::Part};
use crate::error::ReadError;

/// Record types that are looked at (MS-XLSB 2.3).
pub(super) mod kind {
    pub(in super::super) const ROW: u32 = 0;
    pub(in super::super) const BLANK: u32 = 1;
    pub(in super::super) const RK: u32 = 2;
    pub(in super::super) const ERROR: u32 = 3;
    pub(in super::super) const BOOLEAN: u32 = 4;
    pub(in super::super) const REAL: u32 = 5;
    pub(in super::super) const TEXT: u32 = 6;
    pub(in super::super) const SHARED: u32 = 7;
    pub(in super::super) const FORMULA_TEXT: u32 = 8;
    pub(in super::super) const FORMULA_REAL: u32 = 9;
    pub(in super::super) const FORMULA_BOOLEAN: u32 = 10;
    pub(in super::super) const FORMULA_ERROR: u32 = 11;
    pub(in super::super) const SHORT_FIRST: u32 = 12;
    pub(in super::super) const SHORT_LAST: u32 = 18;
    pub(in super::super) const SHARED_STRING: u32 = 19;
    pub(in super::super) const FORMAT: u32 = 44;
    pub(in super::super) const STYLE: u32 = 47;
    pub(in super::super) const COLUMN: u32 = 60;
    pub(in super::super) const RICH_TEXT: u32 = 62;
    pub(in super::super) const WORKBOOK_PROPERTIES: u32 = 153;
    pub(in super::super) const SHEET: u32 = 156;
    pub(in super::super) const MERGED: u32 = 176;
    pub(in super::super) const PROTECTION: u32 = 535;
    pub(in super::super) const CELL_STYLES_BEGIN: u32 = 617;
    pub(in super::super) const CELL_STYLES_END: u32 = 618;
}

const OUTSIDE: &str = "a record outside of its part";

/// Bytes that are read at once.
const STEP: u64 = 64 * 1024;

/// The records of a part.
pub(super) struct Records<'p, 'a> {
    part: Part<'p, 'a>,
    row_bytes: u64,
    buffer: Vec<u8>,
    at: usize,
    at_end: bool,
}

impl<'p, 'a> Records<'p, 'a> {
    pub(super) fn of(part: Part<'p, 'a>, row_bytes: u64) -> Self {
        Self {
            part,
            row_bytes,
            buffer: Vec::new(),
            at: 0,
            at_end: false,
        }
    }

    /// The next record: its type and its data. `None` at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<(u32, Bytes<'_>)>, ReadError> {
        loop {
            let waiting = self.buffer.get(self.at..).ok_or_else(|| self.damaged(OUTSIDE))?;
            if let Some((kind, head, size)) = head(waiting) {
                let end = self.at.checked_add(head).and_then(|start| start.checked_add(size));
                let end = end.filter(|end| u64::try_from(end - self.at).is_ok_and(|bytes| bytes <= self.row_bytes));
                let end = end.ok_or_else(|| self.damaged("a record that is too long"))?;
                if end <= self.buffer.len() {
                    let start = self.at + head;
                    self.at = end;
                    let data = self.buffer.get(start..end);
                    let data = data.ok_or_else(|| ReadError::damaged(self.part.name(), OUTSIDE))?;
                    return Ok(Some((kind, Bytes::new(data))));
                }
            } else if self.at_end && waiting.is_empty() {
                return Ok(None);
            }
            if self.at_end {
                return Err(self.damaged("the part ends inside a record"));
            }
            self.buffer.drain(..self.at);
            self.at = 0;
            self.at_end = self.part.fill(&mut self.buffer, STEP)? == 0;
        }
    }

    pub(super) fn damaged(&self, reason: &str) -> ReadError {
        ReadError::damaged(self.part.name(), reason)
    }
}

/// Type, length of the head and length of the data; `None` when the head is not there as a whole.
fn head(bytes: &[u8]) -> Option<(u32, usize, usize)> {
    let (mut kind, mut at) = (0_u32, 0_usize);
    for shift in [0, 7] {
        let byte = *bytes.get(at)?;
        at += 1;
        kind |= u32::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let mut size = 0_usize;
    for shift in [0, 7, 14, 21] {
        let byte = *bytes.get(at)?;
        at += 1;
        size |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((kind, at, size))
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn heads_have_one_or_two_bytes_of_type_and_up_to_four_of_size() {
        assert_eq!(head(&[5, 8]), Some((5, 2, 8)));
        assert_eq!(head(&[0x9C, 0x01, 0x90, 0x01]), Some((156, 4, 144)));
        assert_eq!(head(&[0x91, 0x84, 0x00, 0]), Some((529, 3, 0)));
        assert_eq!(head(&[0x9C]), None);
        assert_eq!(head(&[5, 0x80]), None);
        assert_eq!(head(&[]), None);
    }
}
