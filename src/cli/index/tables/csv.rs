//! Tables as CSV: UTF-8, commas, LF, quotes where a text needs them, numbers that read back as the same double.

use super::{Cell, Rows, Table};

/// Rows as CSV.
#[derive(Default)]
pub(super) struct Csv {
    pub(super) bytes: Vec<u8>,
    has_cells: bool,
    number: zmij::Buffer,
    whole: itoa::Buffer,
}

impl Csv {
    /// The header of a table.
    pub(super) fn head(&mut self, table: &Table<'_>) {
        for title in &table.header {
            self.cell(title.into());
        }
        self.end();
    }
}

impl Rows for Csv {
    fn cell(&mut self, cell: Cell<'_>) {
        if self.has_cells {
            self.bytes.push(b',');
        }
        self.has_cells = true;
        match cell {
            Cell::Blank => {}
            Cell::Text(text) => put_text(&text, &mut self.bytes),
            Cell::Number(number) => put_number(number, &mut self.number, &mut self.bytes),
            Cell::Whole(number) => self.bytes.extend_from_slice(self.whole.format(number).as_bytes()),
            Cell::Flag(flag) => self.bytes.extend_from_slice(if flag { b"true" } else { b"false" }),
        }
    }

    fn end(&mut self) {
        self.bytes.push(b'\n');
        self.has_cells = false;
    }
}

/// The whole table, for one that is small.
pub(in crate::cli::index) fn csv_of(table: &Table<'_>) -> Vec<u8> {
    let mut csv = Csv::default();
    csv.head(table);
    table.tell(0..table.parts, &mut csv);
    csv.bytes
}

fn put_text(text: &str, to: &mut Vec<u8>) {
    if !text.contains([',', '"', '\r', '\n']) {
        to.extend_from_slice(text.as_bytes());
        return;
    }
    to.push(b'"');
    to.extend_from_slice(text.replace('"', "\"\"").as_bytes());
    to.push(b'"');
}

/// A number in the shortest form that reads back as the same double, without an exponent.
fn put_number(number: f64, buffer: &mut zmij::Buffer, to: &mut Vec<u8>) {
    let text = buffer.format(number);
    let plain = text.strip_suffix(".0").unwrap_or(text);
    if plain.contains('e') {
        to.extend_from_slice(number.to_string().as_bytes());
    } else {
        to.extend_from_slice(plain.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check_number(number: f64) {
        let mut text = Vec::new();
        put_number(number, &mut zmij::Buffer::new(), &mut text);
        assert_eq!(String::from_utf8(text).unwrap(), number.to_string());
    }

    proptest! {
        #[test]
        fn numbers_are_the_shortest_without_an_exponent(bits in any::<u64>(), small in -1000.0..1000.0) {
            let any = f64::from_bits(bits);
            if any.is_finite() {
                check_number(any);
            }
            check_number(small);
        }

        #[test]
        fn texts_read_back(text in "[a值,\"\r\n ]{1,8}", other in "[a,]{0,3}") {
            let mut csv = Csv::default();
            csv.cell(text.as_str().into());
            csv.cell(other.as_str().into());
            csv.end();
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(csv.bytes.as_slice());
            let read = reader.records().next().unwrap().unwrap();
            prop_assert_eq!((&read[0], &read[1]), (text.as_str(), other.as_str()));
        }
    }

    #[test]
    fn round_and_extreme_numbers() {
        for number in [
            0.0,
            -0.0,
            1.0,
            100.0,
            0.1,
            1e15,
            1e16,
            1e21,
            1e-5,
            1e-7,
            5e-324,
            f64::MAX,
            f64::MIN,
        ] {
            check_number(number);
        }
    }
}
