//! Cell references such as `D12`, within the bounds of Excel.

use super::raw::CellRange;

/// Rows of a sheet in Excel.
pub(crate) const MAX_ROWS: u32 = 1_048_576;
/// Columns of a sheet in Excel.
pub(crate) const MAX_COLUMNS: u32 = 16_384;

/// The reference of a position counted from 0: `(11, 3)` is `D12`.
pub fn a1(row: u32, column: u32) -> String {
    format!("{}{}", column_letters(column), u64::from(row) + 1)
}

/// The position of a reference, counted from 0; `None` beyond `XFD1048576` or when it is no plain reference.
pub fn position(reference: &str) -> Option<(u32, u32)> {
    // The longest reference within the bounds has ten characters; a longer one could overflow a careless sum.
    if reference.len() > 10 {
        return None;
    }
    let digits = reference.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = reference.split_at(digits);
    if letters.is_empty() || number.starts_with('0') || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut column: u32 = 0;
    for letter in letters.bytes() {
        if !letter.is_ascii_alphabetic() {
            return None;
        }
        let value = u32::from(letter.to_ascii_uppercase() - b'A') + 1;
        column = column.checked_mul(26)?.checked_add(value)?;
    }
    let row: u32 = number.parse().ok()?;
    (row <= MAX_ROWS && column <= MAX_COLUMNS).then(|| (row - 1, column - 1))
}

/// The rectangle of a reference such as `B2:D4` or `B2`.
pub(crate) fn range(reference: &str) -> Option<CellRange> {
    let (from, to) = reference.split_once(':').unwrap_or((reference, reference));
    let ((row_a, column_a), (row_b, column_b)) = (position(from)?, position(to)?);
    Some(CellRange {
        first_row: row_a.min(row_b),
        first_column: column_a.min(column_b),
        last_row: row_a.max(row_b),
        last_column: column_a.max(column_b),
    })
}

fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_within_the_bounds_of_excel() {
        let check =
            |reference: &str, expected: Option<(u32, u32)>| assert_eq!(position(reference), expected, "{reference}");
        check("A1", Some((0, 0)));
        check("d12", Some((11, 3)));
        check("AA10", Some((9, 26)));
        check("XFD1048576", Some((1_048_575, 16_383)));
        check("XFE1", None);
        check("A1048577", None);
        check("A0", None);
        check("A01", None);
        check("A", None);
        check("1", None);
        check("", None);
        check("$A$1", None);
        check("A1:B2", None);
        check("AAAAAAAAAAAAAAAA1", None);
        check("A99999999999999999999", None);
        check("Ａ1", None);
    }

    #[test]
    fn every_position_is_its_own_reference() {
        for (row, column) in [(0, 0), (0, 25), (0, 26), (9, 701), (9, 702), (1_048_575, 16_383)] {
            assert_eq!(position(&a1(row, column)), Some((row, column)));
        }
    }
}
