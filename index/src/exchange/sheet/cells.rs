//! Where the cells of a text with separators stand. Nothing is copied: a cell is a range of the text.
//!
//! The dialect is that of RFC 4180 as programs read it: a cell is quoted when a quotation mark is its first character, two of
//! them inside quotes stand for one, a line ends with CR, LF or both, and empty lines are no rows.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

/// The rows of a piece of a text, of which every one has as many cells as the header.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// Where the piece begins in the text.
    from: usize,
    /// For each row the beginnings of its cells and, one behind its last cell, that of what follows; relative to `from`.
    starts: Vec<u32>,
    /// Beginnings of rows with another number of cells, and that number.
    pub(super) wrong: Vec<(usize, usize)>,
}

/// What stops the reading of a text, with the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Quotes that are opened here are not closed.
    Unclosed(usize),
    /// A row is longer than can be addressed.
    TooLong(usize),
}

/// The separator of a text, the likeliest of those in use by its first line, and where the first line begins: `sep=` in a
/// line of its own names the separator.
pub(super) fn separator_of(text: &[u8]) -> (u8, usize) {
    if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator, rest @ ..] = text
        && matches!(rest.first(), None | Some(b'\r' | b'\n'))
    {
        return (*separator, text.len() - rest.len());
    }
    let mut counts = [(b'|', 0_usize), (b';', 0), (b'\t', 0), (b',', 0)];
    let mut is_quoted = false;
    for byte in text {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\r' | b'\n' if !is_quoted => break,
            _ if !is_quoted => {
                for (separator, count) in &mut counts {
                    *count += usize::from(separator == byte);
                }
            }
            _ => {}
        }
    }
    // Of equal counts the last one is taken.
    let likeliest = counts.iter().max_by_key(|(_, count)| *count);
    (likeliest.map_or(b',', |(separator, _)| *separator), 0)
}

/// The cells of one line, and where the next begins.
pub(super) fn first_row(text: &[u8], from: usize, separator: u8) -> Result<(Vec<&[u8]>, usize), Stopped> {
    let mut cells = Vec::new();
    let next = row(text, skip_ends(text, from), separator, |from, to| {
        cells.push(&text[from..to]);
    })?;
    Ok((cells, next))
}

/// Cuts a text from a place on at ends of rows into pieces of about this length.
pub(super) fn cut(text: &[u8], from: usize, separator: u8, length: usize) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let (mut start, mut quotes) = (
        from,
        Quotes {
            text,
            separator,
            at: from,
        },
    );
    let mut quoted = quotes.next();
    while start < text.len() {
        let mut target = start.saturating_add(length).min(text.len());
        let end = loop {
            let Some(line_end) = memchr2(b'\n', b'\r', &text[target..]).map(|offset| target + offset) else {
                break text.len();
            };
            while quoted.is_some_and(|(_, close)| close <= line_end) {
                quoted = quotes.next();
            }
            match quoted {
                Some((open, close)) if open < line_end => target = close,
                _ => break line_end + 1,
            }
        };
        pieces.push((start, end));
        start = end;
    }
    pieces
}

/// The quoted parts of a text: where each is opened, and the place behind it.
struct Quotes<'a> {
    text: &'a [u8],
    separator: u8,
    at: usize,
}

impl Iterator for Quotes<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        loop {
            let open = self.at + memchr(b'"', self.text.get(self.at..)?)?;
            let before = open.checked_sub(1).map(|before| self.text[before]);
            let begins_a_cell = before.is_none_or(|before| before == self.separator || matches!(before, b'\r' | b'\n'));
            if begins_a_cell {
                let close = closing(self.text, open).unwrap_or(self.text.len());
                self.at = close;
                return Some((open, close));
            }
            self.at = open + 1;
        }
    }
}

impl Piece {
    /// Finds the cells of a piece, which ends with a row.
    pub(super) fn read(
        text: &[u8],
        (from, to): (usize, usize),
        separator: u8,
        columns: usize,
    ) -> Result<Self, Stopped> {
        let (text, mut starts, mut wrong) = (&text[..to], Vec::new(), Vec::new());
        let mut at = skip_ends(text, from);
        while at < to {
            let before = starts.len();
            let mut is_too_long = false;
            let mut put = |place: usize| match u32::try_from(place - from) {
                Ok(place) => starts.push(place),
                Err(_) => is_too_long = true,
            };
            let mut end = at;
            let next = row(text, at, separator, |from, to| {
                put(from);
                end = to;
            })?;
            // As if a separator stood behind the last cell.
            put(end + 1);
            if is_too_long {
                return Err(Stopped::TooLong(at));
            }
            let cells = starts.len() - before - 1;
            if cells != columns {
                wrong.push((at, cells));
                starts.truncate(before);
            }
            at = skip_ends(text, next);
        }
        Ok(Self { from, starts, wrong })
    }

    /// How many rows it has, of so many columns.
    pub(super) fn rows(&self, columns: usize) -> usize {
        self.starts.len() / (columns + 1)
    }

    /// Where a cell stands in the text.
    pub(super) fn range(&self, row: usize, column: usize, columns: usize) -> (usize, usize) {
        let at = row * (columns + 1) + column;
        let place = |at: usize| self.from + self.starts[at] as usize;
        (place(at), place(at + 1) - 1)
    }
}

/// Tells where each cell of a row stands, and gives the place of the next line.
fn row(text: &[u8], from: usize, separator: u8, mut cell: impl FnMut(usize, usize)) -> Result<usize, Stopped> {
    let mut start = from;
    loop {
        let behind_quotes = match text.get(start) {
            Some(b'"') => closing(text, start).ok_or(Stopped::Unclosed(start))?,
            _ => start,
        };
        let rest = &text[behind_quotes..];
        let end = memchr3(separator, b'\n', b'\r', rest).map_or(text.len(), |offset| behind_quotes + offset);
        cell(start, end);
        start = end + 1;
        if text.get(end) != Some(&separator) {
            return Ok(start.min(text.len()));
        }
    }
}

/// The place behind the quotes that are opened here.
fn closing(text: &[u8], open: usize) -> Option<usize> {
    let mut from = open + 1;
    loop {
        let mark = from + memchr(b'"', text.get(from..)?)?;
        if text.get(mark + 1) != Some(&b'"') {
            return Some(mark + 1);
        }
        from = mark + 2;
    }
}

fn skip_ends(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b'\r' | b'\n')) {
        at += 1;
    }
    at
}

/// The text of a cell without its quotes.
pub(super) fn unquoted(cell: &str) -> Cow<'_, str> {
    let Some(inside) = cell.strip_prefix('"') else {
        return Cow::Borrowed(cell);
    };
    if let Some(plain) = inside.strip_suffix('"').filter(|plain| !plain.contains('"')) {
        return Cow::Borrowed(plain);
    }
    let close = closing(cell.as_bytes(), 0).unwrap_or(cell.len());
    let (quoted, behind) = cell.split_at(close);
    let quoted = quoted.get(1..close - 1).unwrap_or("");
    Cow::Owned(quoted.replace("\"\"", "\"") + behind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All rows as they are read in pieces of this length.
    fn rows(text: &str, separator: u8, length: usize) -> Result<Vec<Vec<String>>, Stopped> {
        let mut found = Vec::new();
        for (from, to) in cut(text.as_bytes(), 0, separator, length) {
            let mut at = skip_ends(&text.as_bytes()[..to], from);
            while at < to {
                let mut cells = Vec::new();
                let text = &text[..to];
                at = row(text.as_bytes(), at, separator, |from, to| {
                    cells.push(unquoted(&text[from..to]).into_owned());
                })?;
                at = skip_ends(text.as_bytes(), at);
                found.push(cells);
            }
        }
        Ok(found)
    }

    /// The rows as the csv crate reads them.
    fn of_peer(text: &str, separator: u8) -> Vec<Vec<String>> {
        let mut builder = csv::ReaderBuilder::new();
        let mut reader = builder
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(text.as_bytes());
        let rows = reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect());
        rows.collect()
    }

    proptest! {
        #[test]
        fn rows_are_those_of_the_csv_crate_however_the_text_is_cut(
            parts in prop::collection::vec(prop::sample::select(vec!["a", "1.5", "", "\"", "\"\"", ",", ";", "\n", "\r\n", "\r", " ", "\"x,y\"", "值"]), 0..40),
            separator in prop::sample::select(vec![b',', b';']),
            length in 1_usize..30,
        ) {
            let text = parts.concat();
            match rows(&text, separator, length) {
                Ok(found) => prop_assert_eq!(found, of_peer(&text, separator)),
                // The csv crate takes all that follows for one cell.
                Err(stopped) => prop_assert!(matches!(stopped, Stopped::Unclosed(_)), "{:?}", stopped),
            }
        }
    }

    #[test]
    fn the_separator_is_the_likeliest_one_of_the_first_line() {
        let check = |text: &str, expected: (char, usize)| {
            let (separator, from) = separator_of(text.as_bytes());
            assert_eq!((char::from(separator), from), expected, "{text}");
        };
        check("uCode,a\nu;v;w,1\n", (',', 0));
        check("uCode\ta\n", ('\t', 0));
        check("uCode;\"a, b, c\";d\n", (';', 0));
        check("uCode|a\n", ('|', 0));
        check("uCode\nu\n", (',', 0));
        check("sep=;\r\nuCode;a,b,c\n", (';', 5));
        check("", (',', 0));
    }

    #[test]
    fn quotes_that_are_not_closed_are_told() {
        let check = |text: &str, expected: usize| {
            let read = Piece::read(text.as_bytes(), (0, text.len()), b',', 2);
            assert_eq!(read, Err(Stopped::Unclosed(expected)), "{text}");
        };
        check("a,\"b\nc,d\n", 2);
        check("a,b\n\"c\"\",d\n", 4);
    }
}
