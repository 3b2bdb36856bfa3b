//! A table of text, its cells and their faults.

mod cells;

use std::{borrow::Cow, collections::BTreeSet, num::NonZeroUsize, sync::OnceLock};

use memchr::memchr_iter;
use survey::document::DocumentFault;

use self::cells::{Piece, Stopped, cut, first_row, separator_of, unquoted};
use crate::{codes::TableCode, parallel::in_parallel};

/// A text is read in pieces of at least so many bytes.
const PIECE: usize = 1 << 18;

/// A table of text with named columns. Its separator is found in the first line.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    text: String,
    pub(super) columns: Vec<String>,
    pieces: Vec<Piece>,
    threads: NonZeroUsize,
    /// Lines of the rows, counted when the first one is asked for: only faults name them.
    lines: OnceLock<Vec<u64>>,
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    sheet: &'a Sheet,
    piece: &'a Piece,
    /// Its place in the piece and in the table.
    within: usize,
    at: usize,
}

/// The cells of a column that are numbers, zero where a value is missing, and which are present.
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    pub(super) present: Vec<bool>,
}

impl Sheet {
    /// Reads a table on up to so many threads, with which the result does not change.
    pub(super) fn read(text: String, threads: NonZeroUsize) -> Result<Self, Vec<DocumentFault>> {
        let bytes = text.as_bytes();
        let (separator, from) = separator_of(bytes);
        let stopped = |stopped: Stopped| vec![unreadable(bytes, stopped)];
        let (header, from) = first_row(bytes, from, separator).map_err(stopped)?;
        // The separators are ASCII: between them stand whole characters.
        let name = |cell: &[u8]| unquoted(&String::from_utf8_lossy(cell)).trim().to_owned();
        let columns: Vec<String> = header.into_iter().map(name).collect();
        let mut faults = doubled(&columns);
        let length = bytes.len() / threads / 4;
        let cuts = cut(bytes, from, separator, length.max(PIECE));
        let read = |(): &mut (), piece| Piece::read(bytes, piece, separator, columns.len());
        let pieces = in_parallel(cuts, threads.get(), read);
        let pieces = pieces.into_iter().collect::<Result<Vec<_>, _>>().map_err(stopped)?;
        let wrong = pieces.iter().flat_map(|piece| &piece.wrong);
        let mut lines = Lines::of(bytes);
        faults.extend(wrong.map(|(at, found)| row_length(lines.at(*at), *found, columns.len())));
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Self {
            text,
            columns,
            pieces,
            threads,
            lines: OnceLock::new(),
        })
    }

    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The number of rows.
    pub(super) fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.rows(self.columns.len())).sum()
    }

    /// A row.
    pub(super) fn row(&self, at: usize) -> Option<Row<'_>> {
        let mut first = 0;
        for piece in &self.pieces {
            let rows = piece.rows(self.columns.len());
            if at < first + rows {
                let within = at - first;
                return Some(Row {
                    sheet: self,
                    piece,
                    within,
                    at,
                });
            }
            first += rows;
        }
        None
    }

    /// The rows in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let columns = self.columns.len();
        let pieces = self.pieces.iter();
        let all = pieces.flat_map(move |piece| (0..piece.rows(columns)).map(move |within| (piece, within)));
        let all = all.enumerate();
        all.map(|(at, (piece, within))| Row {
            sheet: self,
            piece,
            within,
            at,
        })
    }

    /// The numbers of columns; each fault names its cell.
    pub(super) fn numbers(&self, names: &[&str]) -> Result<Vec<Numbers>, Vec<DocumentFault>> {
        let (mut places, mut faults) = (Vec::new(), Vec::new());
        for name in names {
            match self.column(name) {
                Some(place) => places.push(place),
                None => faults.push(no_column(name)),
            }
        }
        let mut jobs = Vec::new();
        let mut first = 0;
        for piece in &self.pieces {
            jobs.push((piece, first));
            first += piece.rows(self.columns.len());
        }
        let read = |(): &mut (), (piece, first)| self.numbers_of(piece, first, &places);
        let (pieces, wrong): (Vec<_>, Vec<_>) = in_parallel(jobs, self.threads.get(), read).into_iter().unzip();
        let mut wrong = wrong.concat();
        // Column by column.
        wrong.sort_unstable();
        faults.extend(wrong.into_iter().map(|(place, row, cell)| {
            let name = places.get(place).and_then(|at| self.columns.get(*at));
            not_a_number(self.line(row), name.map_or("", String::as_str), &cell)
        }));
        if !faults.is_empty() {
            return Err(faults);
        }
        let whole = |place: usize| {
            let of = || pieces.iter().filter_map(move |columns| columns.get(place));
            Numbers {
                values: of().flat_map(|numbers| numbers.values.iter().copied()).collect(),
                present: of().flat_map(|numbers| numbers.present.iter().copied()).collect(),
            }
        };
        Ok((0..places.len()).map(whole).collect())
    }

    /// The numbers of columns in the rows of a piece, and which cells are none: their column, row and text.
    fn numbers_of(&self, piece: &Piece, first: usize, places: &[usize]) -> (Vec<Numbers>, Vec<(usize, usize, String)>) {
        let (rows, mut wrong) = (piece.rows(self.columns.len()), Vec::new());
        let mut columns: Vec<Numbers> = places.iter().map(|_| Numbers::with_room_for(rows)).collect();
        for within in 0..rows {
            let row = Row {
                sheet: self,
                piece,
                within,
                at: first + within,
            };
            for (place, (at, column)) in places.iter().zip(&mut columns).enumerate() {
                let number = row.number(*at).unwrap_or_else(|cell| {
                    wrong.push((place, row.at, cell.into_owned()));
                    None
                });
                column.push(number);
            }
        }
        (columns, wrong)
    }

    /// The line of a row, from 1.
    pub(super) fn line(&self, row: usize) -> u64 {
        let lines = self.lines.get_or_init(|| {
            let mut lines = Lines::of(self.text.as_bytes());
            let begin = |row: Row<'_>| row.piece.range(row.within, 0, self.columns.len()).0;
            self.rows().map(|row| lines.at(begin(row))).collect()
        });
        lines[row]
    }
}

impl Numbers {
    pub(super) fn with_room_for(rows: usize) -> Self {
        Self {
            values: Vec::with_capacity(rows),
            present: Vec::with_capacity(rows),
        }
    }

    pub(super) fn push(&mut self, number: Option<f64>) {
        self.values.push(number.unwrap_or(0.0));
        self.present.push(number.is_some());
    }

    /// The numbers of some rows.
    pub(super) fn of_rows(&self, rows: &[usize]) -> Self {
        Self {
            values: rows.iter().map(|row| self.values[*row]).collect(),
            present: rows.iter().map(|row| self.present[*row]).collect(),
        }
    }
}

impl<'a> Row<'a> {
    /// The text of a cell without the blanks around it.
    pub(super) fn cell(&self, column: usize) -> Cow<'a, str> {
        let (from, to) = self.piece.range(self.within, column, self.sheet.columns.len());
        match unquoted(&self.sheet.text[from..to]) {
            Cow::Borrowed(cell) => Cow::Borrowed(cell.trim()),
            Cow::Owned(cell) => Cow::Owned(cell.trim().to_owned()),
        }
    }

    /// The text of a cell; none when it is missing.
    pub(super) fn text(&self, column: usize) -> Option<Cow<'a, str>> {
        present(self.cell(column))
    }

    /// The number of a cell, none when it is missing; the text of one that is no number.
    pub(super) fn number(&self, column: usize) -> Result<Option<f64>, Cow<'a, str>> {
        let Some(cell) = self.text(column) else {
            return Ok(None);
        };
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(cell),
        }
    }

    /// Its line in the file.
    pub(super) fn line(&self) -> u64 {
        self.sheet.line(self.at)
    }
}

/// A cell without blanks around it, none when it says that a value is missing.
pub(super) fn present(cell: Cow<'_, str>) -> Option<Cow<'_, str>> {
    (!matches!(cell.as_ref(), "" | "NA" | "NaN")).then_some(cell)
}

/// Lines of places that are asked for in their order.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a [u8]) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn at(&mut self, place: usize) -> u64 {
        let between = &self.text[self.at..place];
        // Old Macintosh files end their lines with CR alone.
        let ends = match memchr_iter(b'\n', between).count() {
            0 => memchr_iter(b'\r', between).count(),
            ends => ends,
        };
        self.line += u64::try_from(ends).unwrap_or(u64::MAX);
        self.at = place;
        self.line
    }
}

fn unreadable(text: &[u8], stopped: Stopped) -> DocumentFault {
    let (place, zh, en) = match stopped {
        Stopped::Unclosed(place) => (
            place,
            "引号没有结束，无法分清其后的单元格。请补上引号，或删去多余的引号。",
            "A quotation mark is not closed, so the cells behind it cannot be told. Close or remove it.",
        ),
        Stopped::TooLong(place) => (place, "该行过长。", "The row is too long."),
    };
    fault(TableCode::Unreadable, Lines::of(text).at(place), "", zh, en)
}

pub(super) fn doubled(columns: &[String]) -> Vec<DocumentFault> {
    let mut seen = BTreeSet::new();
    let named = columns.iter().filter(|name| !name.is_empty());
    let doubled = named.filter(|name| !seen.insert(*name)).map(|name| {
        fault(
            TableCode::DuplicateColumn,
            1,
            name,
            &format!("列 {name} 重复，请只保留一列。"),
            &format!("The column {name} stands twice; keep one."),
        )
    });
    doubled.collect()
}

fn row_length(line: u64, found: usize, expected: usize) -> DocumentFault {
    fault(
        TableCode::RowLength,
        line,
        "",
        &format!("该行有 {found} 个单元格，表头有 {expected} 列。"),
        &format!("The row has {found} cells, the header {expected}."),
    )
}

pub(super) fn not_a_number(line: u64, name: &str, cell: &str) -> DocumentFault {
    let (zh, en) = if cell.contains([',', '，']) {
        (
            "数字的小数点用“.”，不用千分位。",
            "write it with a decimal point and without commas.",
        )
    } else {
        (
            "缺失值请留空或写 NA。",
            "leave the cell empty or write NA where the value is missing.",
        )
    };
    fault(
        TableCode::NotANumber,
        line,
        name,
        &format!("“{cell}”不是数字；{zh}"),
        &format!("\"{cell}\" is not a number; {en}"),
    )
}

pub(super) fn no_column(name: &str) -> DocumentFault {
    fault(
        TableCode::NoColumn,
        1,
        name,
        &format!("缺少列 {name}，请补充。"),
        &format!("The column {name} is missing; supply it."),
    )
}

pub(super) fn fault(code: TableCode, line: u64, column: &str, zh: &str, en: &str) -> DocumentFault {
    DocumentFault::of(code, format!("{line}:{column}"), zh, en)
}
