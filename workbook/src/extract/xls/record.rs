//! BIFF records of `.xls` files, and the texts in them.

use super::super::bytes::{Bytes, utf16};
use super::code_page::CodePage;
use crate::error::ReadError;

/// Record types that are looked at (MS-XLS 2.3).
pub(super) mod kind {
    pub(in super::super) const FORMULA: u16 = 0x0006;
    pub(in super::super) const EOF: u16 = 0x000A;
    pub(in super::super) const PROTECT: u16 = 0x0012;
    pub(in super::super) const DATE_1904: u16 = 0x0022;
    pub(in super::super) const FILE_PASS: u16 = 0x002F;
    pub(in super::super) const CONTINUE: u16 = 0x003C;
    pub(in super::super) const CODE_PAGE: u16 = 0x0042;
    pub(in super::super) const COLUMN: u16 = 0x007D;
    pub(in super::super) const SHEET: u16 = 0x0085;
    pub(in super::super) const MANY_RK: u16 = 0x00BD;
    pub(in super::super) const RICH_LABEL: u16 = 0x00D6;
    pub(in super::super) const STYLE: u16 = 0x00E0;
    pub(in super::super) const MERGED: u16 = 0x00E5;
    pub(in super::super) const STRINGS: u16 = 0x00FC;
    pub(in super::super) const SHARED_LABEL: u16 = 0x00FD;
    pub(in super::super) const LINKED_BOOK: u16 = 0x01AE;
    pub(in super::super) const NUMBER: u16 = 0x0203;
    pub(in super::super) const LABEL: u16 = 0x0204;
    pub(in super::super) const BOOLEAN_OR_ERROR: u16 = 0x0205;
    pub(in super::super) const FORMULA_4: u16 = 0x0406;
    pub(in super::super) const FORMULA_3: u16 = 0x0206;
    pub(in super::super) const TEXT_RESULT: u16 = 0x0207;
    pub(in super::super) const ROW: u16 = 0x0208;
    pub(in super::super) const RK: u16 = 0x027E;
    pub(in super::super) const FORMAT: u16 = 0x041E;
    pub(in super::super) const BEGIN: u16 = 0x0809;
}

/// A record with the records that continue it.
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    /// Its own data, then that of each continuation.
    pub(super) pieces: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// Its own data.
    pub(super) fn fields(&self) -> Bytes<'a> {
        Bytes::new(self.pieces.first().copied().unwrap_or(&[]))
    }
}

/// Records of a stream from an offset on.
pub(super) struct Records<'a> {
    rest: Bytes<'a>,
}

impl<'a> Records<'a> {
    pub(super) fn from(stream: &'a [u8], offset: usize) -> Option<Self> {
        let rest = Bytes::new(stream.get(offset..)?);
        Some(Self { rest })
    }

    /// Where in the stream the next record begins.
    pub(super) fn position(&self, stream: &[u8]) -> usize {
        stream.len() - self.rest.len()
    }

    /// The next record; `None` at the end of the stream. A record that is cut off is an error.
    pub(super) fn next(&mut self) -> Result<Option<Record<'a>>, ReadError> {
        if self.rest.len() < 4 {
            return Ok(None);
        }
        let (kind, data) = self.one().ok_or(ReadError::Truncated)?;
        let mut pieces = vec![data];
        loop {
            let mut ahead = self.rest;
            if ahead.u16() != Some(kind::CONTINUE) {
                return Ok(Some(Record { kind, pieces }));
            }
            let (_, data) = self.one().ok_or(ReadError::Truncated)?;
            pieces.push(data);
        }
    }

    fn one(&mut self) -> Option<(u16, &'a [u8])> {
        let kind = self.rest.u16()?;
        let length = usize::from(self.rest.u16()?);
        Some((kind, self.rest.take(length)?))
    }
}

/// How texts are written: Excel 97 on in UTF-16 or Latin-1, before in the code page of the file.
#[derive(Clone, Copy)]
pub(super) struct Wording {
    pub(super) is_biff8: bool,
    pub(super) code_page: CodePage,
}

impl Wording {
    /// A text with a count of 16 bits, over the pieces of a record from an offset in the first.
    pub(super) fn long(self, record: &Record<'_>, skip: usize) -> Option<String> {
        let mut text = Pieces::of(&record.pieces, skip)?;
        let count = usize::from(text.u16()?);
        if count == 0 {
            // Some writers leave the flags of an empty text out.
            Some(String::new())
        } else if self.is_biff8 {
            text.biff8_text(count)
        } else {
            Some(self.decode(text.rest.take(count)?))
        }
    }

    /// A text with a count of 8 bits.
    pub(super) fn short(self, fields: &mut Bytes<'_>) -> Option<String> {
        let count = usize::from(fields.u8()?);
        if !self.is_biff8 {
            return Some(self.decode(fields.take(count)?));
        }
        let is_wide = fields.u8()? & 1 == 1;
        Some(if is_wide {
            utf16(fields.take(count * 2)?)
        } else {
            latin1(fields.take(count)?)
        })
    }

    /// The code of a number format, whose count is of 8 bits before Excel 97.
    pub(super) fn format(self, record: &Record<'_>) -> Option<String> {
        let of_biff5 = || {
            let mut fields = record.fields();
            fields.u16()?;
            let count = usize::from(fields.u8()?);
            Some(self.decode(fields.take(count)?))
        };
        if self.is_biff8 {
            // Some writers of Excel 97 files write their formats as those before did.
            return self.long(record, 2).or_else(of_biff5);
        }
        of_biff5()
    }

    fn decode(self, bytes: &[u8]) -> String {
        self.code_page.decode(bytes)
    }
}

/// Data over several records: a text may be cut by the end of any of them.
pub(super) struct Pieces<'a, 'r> {
    pub(super) rest: Bytes<'a>,
    following: std::slice::Iter<'r, &'a [u8]>,
}

impl<'a, 'r> Pieces<'a, 'r> {
    pub(super) fn of(pieces: &'r [&'a [u8]], skip: usize) -> Option<Self> {
        let mut following = pieces.iter();
        let rest = Bytes::new(following.next()?.get(skip..)?);
        Some(Self { rest, following })
    }

    fn step(&mut self) -> Option<()> {
        self.rest = Bytes::new(self.following.next()?);
        Some(())
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        if self.rest.len() == 0 {
            self.step()?;
        }
        self.rest.u16()
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn u8(&mut self) -> Option<u8> {
        if self.rest.len() == 0 {
            self.step()?;
        }
        self.rest.u8()
    }

    /// Skips bytes that may be cut anywhere.
    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            if self.rest.len() == 0 {
                self.step()?;
            }
            let here = count.min(self.rest.len());
            self.rest.take(here)?;
            count -= here;
        }
        Some(())
    }

    /// A text of `count` characters behind its count (MS-XLS 2.5.293 `XLUnicodeRichExtendedString`). Where it is cut,
    /// the next piece says anew whether characters have one byte or two.
    pub(super) fn biff8_text(&mut self, mut count: usize) -> Option<String> {
        let flags = self.u8()?;
        let runs = if flags & 8 == 0 { 0 } else { usize::from(self.u16()?) };
        let extension = if flags & 4 == 0 {
            0
        } else {
            usize::try_from(self.u32()?).ok()?
        };
        let mut is_wide = flags & 1 == 1;
        let mut text = String::new();
        let mut wide = Vec::new();
        loop {
            let size = if is_wide { 2 } else { 1 };
            let here = count.min(self.rest.len() / size);
            let bytes = self.rest.take(here * size)?;
            if is_wide {
                wide.extend_from_slice(bytes);
            } else {
                text.push_str(&utf16(&std::mem::take(&mut wide)));
                text.push_str(&latin1(bytes));
            }
            count -= here;
            if count == 0 {
                break;
            }
            self.step()?;
            is_wide = self.rest.u8()? & 1 == 1;
        }
        text.push_str(&utf16(&wide));
        self.skip(runs.checked_mul(4)?.checked_add(extension)?)?;
        Some(text)
    }
}

fn latin1(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}
