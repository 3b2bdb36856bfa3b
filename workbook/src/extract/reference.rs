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

/// The rectangle of a reference such as `B2:D4` or `B2`; of whole columns (`K:L`) and rows (`30:30`) too.
pub(crate) fn range(reference: &str) -> Option<CellRange> {
    let reference = reference.replace('$', "");
    let (from, to) = reference.split_once(':').unwrap_or((&reference, &reference));
    let is_whole = |text: &str, only: fn(&u8) -> bool| !text.is_empty() && text.as_bytes().iter().all(only);
    let ((row_a, column_a), (row_b, column_b)) =
        if is_whole(from, u8::is_ascii_digit) && is_whole(to, u8::is_ascii_digit) {
            (position(&format!("A{from}"))?, position(&format!("XFD{to}"))?)
        } else if is_whole(from, u8::is_ascii_alphabetic) && is_whole(to, u8::is_ascii_alphabetic) {
            (position(&format!("{from}1"))?, position(&format!("{to}{MAX_ROWS}"))?)
        } else {
            (position(from)?, position(to)?)
        };
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
    fn ranges_may_be_whole_columns_and_rows() {
        let check = |reference: &str, expected: Option<(u32, u32, u32, u32)>| {
            let found = range(reference).map(|r| (r.first_row, r.first_column, r.last_row, r.last_column));
            assert_eq!(found, expected, "{reference}");
        };
        check("B2:D4", Some((1, 1, 3, 3)));
        check("D4:B2", Some((1, 1, 3, 3)));
        check("$B$2", Some((1, 1, 1, 1)));
        check("K:K", Some((0, 10, MAX_ROWS - 1, 10)));
        check("$L:$K", Some((0, 10, MAX_ROWS - 1, 11)));
        check("30:30", Some((29, 0, 29, MAX_COLUMNS - 1)));
        check("XFE:XFE", None);
        check("0:1", None);
        check("1:1048577", None);
        check("K:3", None);
        check(":", None);
        check("", None);
    }

    #[test]
    fn every_position_is_its_own_reference() {
        for (row, column) in [(0, 0), (0, 25), (0, 26), (9, 701), (9, 702), (1_048_575, 16_383)] {
            assert_eq!(position(&a1(row, column)), Some((row, column)));
        }
    }
}
