//! A cell of a table of results, with its kind.

use std::borrow::Cow;

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli::index) enum Cell<'a> {
    /// Missing or not defined.
    Blank,
    /// A code or a word.
    Text(Cow<'a, str>),
    /// A finite number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Yes or no.
    Flag(bool),
}

impl Cell<'_> {
    /// The same cell, whose text belongs to this one.
    pub(super) fn borrowed(&self) -> Cell<'_> {
        match self {
            Self::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Self::Blank => Cell::Blank,
            Self::Number(number) => Cell::Number(*number),
            Self::Whole(number) => Cell::Whole(*number),
            Self::Flag(flag) => Cell::Flag(*flag),
        }
    }
}

impl From<f64> for Cell<'_> {
    /// A difference of two scores may be beyond what a double holds: then it is not told.
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number)
        } else {
            Self::Blank
        }
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<u32> for Cell<'_> {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<usize> for Cell<'_> {
    /// A count of things in memory.
    fn from(number: usize) -> Self {
        i64::try_from(number).map_or_else(|_| Self::Text(number.to_string().into()), Self::Whole)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Blank, Into::into)
    }
}
