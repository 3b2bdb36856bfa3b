//! A sheet part in pieces that end where a row ends, so that a sheet of any length costs little memory.

use super::{
    Limits,
    container::{Part, decode},
    limits::as_u64,
};
use crate::error::ReadError;

/// Bytes that are read at once.
const STEP: u64 = 256 * 1024;

/// The pieces of a part, in order.
pub(super) struct Pieces<'p, 'a> {
    part: Part<'p, 'a>,
    row_bytes: u64,
    buffer: Vec<u8>,
    /// End of the piece that was given last.
    given: usize,
    at_end: bool,
    is_first: bool,
    /// A part in UTF-16, as text.
    decoded: Option<String>,
}

/// One piece: no tag and no text is cut.
pub(super) struct Piece<'a> {
    pub(super) text: &'a str,
    pub(super) is_last: bool,
}

impl<'p, 'a> Pieces<'p, 'a> {
    pub(super) fn of(part: Part<'p, 'a>, limits: &Limits) -> Self {
        Self {
            part,
            row_bytes: limits.row_bytes,
            buffer: Vec::new(),
            given: 0,
            at_end: false,
            is_first: true,
            decoded: None,
        }
    }

    pub(super) fn next(&mut self) -> Result<Option<Piece<'_>>, ReadError> {
        if self.at_end && !self.is_first {
            return Ok(None);
        }
        self.buffer.drain(..self.given);
        self.given = 0;
        let mut searched = 0;
        let end = loop {
            // Small parts come as one piece, so that one more step tells whether this is all.
            let count = self.part.fill(&mut self.buffer, STEP)?;
            if self.is_first && is_utf16(&self.buffer) {
                return self.utf16();
            }
            if count == 0 {
                self.at_end = true;
                break self.buffer.len();
            }
            if self.buffer.len() >= usize::try_from(STEP).unwrap_or(0)
                && let Some(end) = row_end(&self.buffer, searched)
            {
                break end;
            }
            // The closing tag may lie over the seam.
            searched = self.buffer.len().saturating_sub(16);
            if as_u64(self.buffer.len()) > self.row_bytes {
                return Err(ReadError::ZipBomb {
                    bound: "row_bytes".into(),
                    limit: self.row_bytes,
                });
            }
        };
        let start = if self.is_first && self.buffer.starts_with(b"\xEF\xBB\xBF") {
            3
        } else {
            0
        };
        self.is_first = false;
        self.given = end;
        let damaged = |reason: &str| ReadError::damaged(self.part.name(), reason);
        let bytes = self.buffer.get(start..end);
        let bytes = bytes.ok_or_else(|| damaged("a row that ends before the text begins"))?;
        let text = std::str::from_utf8(bytes).map_err(|_| damaged("neither UTF-8 nor UTF-16"))?;
        Ok(Some(Piece {
            text,
            is_last: self.at_end,
        }))
    }

    /// A part in UTF-16 is rare and comes whole.
    fn utf16(&mut self) -> Result<Option<Piece<'_>>, ReadError> {
        self.part.fill(&mut self.buffer, self.row_bytes)?;
        (self.at_end, self.is_first) = (true, false);
        let text = decode(std::mem::take(&mut self.buffer))
            .ok_or_else(|| ReadError::damaged(self.part.name(), "neither UTF-8 nor UTF-16"))?;
        Ok(Some(Piece {
            text: self.decoded.insert(text),
            is_last: true,
        }))
    }
}

fn is_utf16(bytes: &[u8]) -> bool {
    [&b"\xFF\xFE"[..], b"\xFE\xFF", b"<\0", b"\0<"]
        .iter()
        .any(|start| bytes.starts_with(start))
}

/// Where the last `</row>` (with or without a prefix) ends, looked for from `from` on.
fn row_end(bytes: &[u8], from: usize) -> Option<usize> {
    const TAG: &[u8] = b"row>";
    let searched = bytes.get(from..)?;
    let mut end = searched.len();
    loop {
        let at = searched
            .get(..end)?
            .windows(TAG.len())
            .rposition(|window| window == TAG)?;
        let before = searched.get(..at)?;
        let name = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b':')
            .count();
        if before.get(..at - name)?.ends_with(b"</") {
            return Some(from + at + TAG.len());
        }
        end = at + TAG.len() - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::row_end;

    #[test]
    fn rows_end_at_their_closing_tag() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(row_end(text.as_bytes(), 0).map(|end| &text[..end]), expected, "{text}");
        };
        check("<row><c/></row><row>", Some("<row><c/></row>"));
        check("<x:row></x:row><x:row/>", Some("<x:row></x:row>"));
        check("</row></prow></sheetData>", Some("</row></prow>"));
        check("<row><c/>", None);
        check("a row> here", None);
        check("</row> a row>", Some("</row>"));
        check("", None);
    }
}
