//! The rows of an enterprise list, and what single cells of them say.

use rust_decimal::Decimal;
use survey::{cell::RawValue, reading::is_missing_mark, synonyms::bare, width::is_invisible};
use workbook::extract::RawRow;

use crate::domain::count::count;

/// Columns of a list; what stands farther to the right is no part of it.
const COLUMNS: usize = 64;
/// A number from here on keeps no longer every digit of a code.
const DIGITS_LOST: f64 = 1e15;

/// A row of the list.
#[derive(Clone)]
pub(in crate::service::registry) struct ListRow {
    /// As the spreadsheet counts it.
    pub(in crate::service::registry) number: usize,
    pub(super) cells: Vec<RawValue>,
}

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CellFault {
    /// An error, or a formula that was saved without its result.
    WithoutValue,
    /// A number or text that the format of the cell shows as a date.
    DateFormat,
    /// A code that was kept as a number and has lost digits.
    DigitsLost,
    /// No number.
    NotANumber,
    /// A number with another unit than its column.
    OtherUnit,
}

impl ListRow {
    pub(in crate::service::registry) fn of(row: &RawRow) -> Self {
        let mut cells = Vec::new();
        for cell in &row.cells {
            let column: usize = count(cell.column);
            if column < COLUMNS {
                cells.resize(cells.len().max(column + 1), RawValue::Blank);
                cells[column] = cell.value.clone();
            }
        }
        Self {
            number: row.row as usize + 1,
            cells,
        }
    }

    pub(in crate::service::registry) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| match cell {
            RawValue::Blank => true,
            RawValue::Text(text) => bare(text).is_empty(),
            _ => false,
        })
    }

    pub(super) fn value(&self, at: usize) -> &RawValue {
        self.cells.get(at).unwrap_or(&RawValue::Blank)
    }

    /// A cell as text, without what cannot be seen.
    pub(in crate::service::registry) fn text(&self, at: usize) -> String {
        text_of(self.value(at))
    }

    pub(in crate::service::registry) fn texts(&self) -> Vec<String> {
        self.cells.iter().map(text_of).collect()
    }

    /// The first cell that says something.
    pub(super) fn first_text(&self) -> String {
        self.texts()
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
    }

    pub(super) fn has_figures(&self) -> bool {
        let is_figure = |cell: &RawValue| matches!(cell, RawValue::Number(_) | RawValue::DateSerial(_));
        self.cells.iter().any(is_figure)
    }

    /// A text, or a code that must not have lost digits.
    pub(super) fn text_cell(&self, at: usize) -> Result<String, CellFault> {
        match self.value(at) {
            RawValue::FormulaWithoutValue | RawValue::Error(_) => Err(CellFault::WithoutValue),
            RawValue::DateSerial(_) => Err(CellFault::DateFormat),
            RawValue::Number(number) if number.abs() >= DIGITS_LOST => Err(CellFault::DigitsLost),
            RawValue::Text(text) if is_scientific(text) => Err(CellFault::DigitsLost),
            RawValue::Text(text) if is_missing_mark(text) => Ok(String::new()),
            value => Ok(text_of(value)),
        }
    }

    /// A number, and the unit that is written behind it.
    pub(super) fn number_cell(&self, at: usize) -> Result<Option<(Decimal, String)>, CellFault> {
        let text = match self.value(at) {
            RawValue::FormulaWithoutValue | RawValue::Error(_) => return Err(CellFault::WithoutValue),
            RawValue::DateSerial(_) => return Err(CellFault::DateFormat),
            RawValue::Boolean(_) => return Err(CellFault::NotANumber),
            RawValue::Text(text) if is_missing_mark(text) => return Ok(None),
            value => bare(&text_of(value)).replace(',', ""),
        };
        if text.is_empty() {
            return Ok(None);
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+'));
        let (digits, unit) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((&text, ""));
        let number = digits.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text));
        match (number, Decimal::from_scientific(&text)) {
            (_, Ok(number)) => Ok(Some((number.normalize(), String::new()))),
            (Ok(number), _) => Ok(Some((number.normalize(), unit.to_owned()))),
            _ => Err(CellFault::NotANumber),
        }
    }
}

/// A cell as text; a formula without result says nothing.
pub(super) fn text_of(value: &RawValue) -> String {
    match value {
        RawValue::Text(text) => text
            .chars()
            .filter(|c| !is_invisible(*c))
            .collect::<String>()
            .trim()
            .to_owned(),
        RawValue::Number(number) | RawValue::DateSerial(number) => number.to_string(),
        RawValue::Boolean(yes) => yes.to_string(),
        RawValue::Error(error) => error.clone(),
        RawValue::Blank | RawValue::FormulaWithoutValue => String::new(),
    }
}

/// `9.13301E+17`: what is left of a code once a spreadsheet took it for a number.
fn is_scientific(text: &str) -> bool {
    let text = bare(text);
    let parts = text
        .split_once("e+")
        .and_then(|(mantissa, exponent)| Some((mantissa.split_once('.')?, exponent)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    parts.is_some_and(|((whole, fraction), exponent)| {
        whole.len() == 1 && digits(whole) && digits(fraction) && digits(exponent)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: RawValue) -> ListRow {
        ListRow {
            number: 5,
            cells: vec![value],
        }
    }

    fn text(text: &str) -> RawValue {
        RawValue::Text(text.to_owned())
    }

    #[test]
    fn numbers_are_read_with_their_units() {
        let check = |value: RawValue, expected: Result<Option<(&str, &str)>, CellFault>| {
            let described = format!("{value:?}");
            let found = row(value).number_cell(0);
            let found = found.map(|found| found.map(|(number, unit)| (number.to_string(), unit)));
            let expected = expected.map(|found| found.map(|(number, unit)| (number.to_owned(), unit.to_owned())));
            assert_eq!(found, expected, "{described}");
        };
        check(RawValue::Blank, Ok(None));
        check(RawValue::Number(320.0), Ok(Some(("320", ""))));
        check(RawValue::Number(1e21), Ok(Some(("1000000000000000000000", ""))));
        check(text("12,345.67"), Ok(Some(("12345.67", ""))));
        check(text("１２，３４５"), Ok(Some(("12345", ""))));
        check(text("3\u{200B}20 人"), Ok(Some(("320", "人"))));
        check(text("1200万元"), Ok(Some(("1200", "万元"))));
        check(text("1.2E+3"), Ok(Some(("1200", ""))));
        check(text("-5"), Ok(Some(("-5", ""))));
        check(text("/"), Ok(None));
        check(text("—"), Ok(None));
        check(text("约320"), Err(CellFault::NotANumber));
        check(RawValue::DateSerial(320.0), Err(CellFault::DateFormat));
        check(RawValue::FormulaWithoutValue, Err(CellFault::WithoutValue));
        check(RawValue::Error("#REF!".to_owned()), Err(CellFault::WithoutValue));
        check(RawValue::Boolean(true), Err(CellFault::NotANumber));
    }

    #[test]
    fn codes_must_have_all_their_digits() {
        let check = |value: RawValue, expected: Result<&str, CellFault>| {
            assert_eq!(
                row(value.clone()).text_cell(0),
                expected.map(str::to_owned),
                "{value:?}"
            );
        };
        check(text(" 91330111\u{200B}XY00010156 "), Ok("91330111XY00010156"));
        check(RawValue::Number(3831.0), Ok("3831"));
        check(RawValue::Number(913_301_110_001_015_600.0), Err(CellFault::DigitsLost));
        check(text("9.13301E+17"), Err(CellFault::DigitsLost));
        check(text("无"), Ok(""));
        check(RawValue::DateSerial(46024.0), Err(CellFault::DateFormat));
        check(RawValue::FormulaWithoutValue, Err(CellFault::WithoutValue));
    }
}
