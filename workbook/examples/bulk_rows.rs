//! What reading a bulk sheet of 50 000 rows and 120 columns row by row costs, against a bare streaming read by calamine of the
//! same file; and an ordinary return against a bare calamine read.
//!
//!     cargo run --release -p workbook --example bulk_rows -- make BULK.xlsx [ROWS COLUMNS]
//!     cargo run --release -p workbook --example bulk_rows -- ours BULK.xlsx
//!     cargo run --release -p workbook --example bulk_rows -- calamine BULK.xlsx
//!     cargo run --release -p workbook --example bulk_rows -- whole RETURN.xlsx
//!
//! Each way in a process of its own, so that its peak memory is its own.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a measurement that cannot go on ends"
)]

use std::{fmt::Write as _, io::Write as _, time::Instant};

use calamine::{Reader as _, Xlsx};
use workbook::extract::{Limits, RowEvent, WantedSheet, extract, rows};
use zip::{ZipWriter, write::SimpleFileOptions};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, way, file, size @ ..] = arguments.as_slice() else {
        println!("make|ours|calamine|whole FILE");
        return;
    };
    if way == "make" {
        let number = |at: usize, usual: u32| size.get(at).map_or(usual, |text| text.parse().expect("a number"));
        return std::fs::write(file, bulk(number(0, 50_000), number(1, 120))).expect("written");
    }
    let bytes = std::fs::read(file).expect("the file");
    match way.as_str() {
        "ours" => best(|| by_rows(&bytes)),
        "calamine" => best(|| by_calamine(&bytes)),
        _ => {
            best(|| {
                let workbook = extract(&bytes, &Limits::default()).expect("readable");
                workbook.sheets.iter().map(|sheet| sheet.cells.len()).sum()
            });
            best(|| calamine_whole(&bytes));
        }
    }
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    println!(
        "{}",
        status
            .lines()
            .find(|line| line.starts_with("VmHWM"))
            .unwrap_or_default()
    );
}

/// Runs for three seconds or three times; prints the best.
fn best(mut read: impl FnMut() -> usize) {
    let started = Instant::now();
    let (mut best, mut cells, mut runs) = (f64::MAX, 0, 0);
    while runs < 3 || started.elapsed().as_secs() < 3 {
        let run = Instant::now();
        cells = read();
        best = best.min(run.elapsed().as_secs_f64());
        runs += 1;
    }
    println!("{cells} cells, best of {runs}: {:.2} ms", best * 1000.0);
}

fn by_rows(bytes: &[u8]) -> usize {
    let mut cells = 0;
    rows(bytes, &Limits::for_rows(), &WantedSheet::FirstVisible, &mut |event| {
        if let RowEvent::Row(row) = event {
            cells += row.cells.len();
        }
        true
    })
    .expect("readable");
    cells
}

fn by_calamine(bytes: &[u8]) -> usize {
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).expect("readable");
    let name = book.sheet_names().first().cloned().expect("a sheet");
    let mut reader = book.worksheet_cells_reader(&name).expect("the sheet");
    let mut cells = 0;
    while let Some(cell) = reader.next_cell().expect("readable") {
        std::hint::black_box(&cell);
        cells += 1;
    }
    cells
}

fn calamine_whole(bytes: &[u8]) -> usize {
    let mut book = Xlsx::new(std::io::Cursor::new(bytes)).expect("readable");
    let names = book.sheet_names();
    names
        .iter()
        .map(|name| book.worksheet_range(name).expect("the sheet").used_cells().count())
        .sum()
}

/// A sheet of numbers with a text and a code in front, as inline strings.
fn bulk(rows: u32, columns: u32) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    let mut part = |name: &str, text: &str| {
        zip.start_file(name, options).expect("a part");
        zip.write_all(text.as_bytes()).expect("its content");
    };
    let rels = |inside: &str| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>"#
        )
    };
    part(
        "[Content_Types].xml",
        r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#,
    );
    part(
        "_rels/.rels",
        &rels(&format!(
            r#"<Relationship Id="r1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/>"#
        )),
    );
    part(
        "xl/workbook.xml",
        &format!(
            r#"<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="bulk" sheetId="1" r:id="r1"/></sheets></workbook>"#
        ),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        &rels(&format!(
            r#"<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>"#
        )),
    );
    part(
        "xl/worksheets/sheet1.xml",
        &format!(r#"<worksheet xmlns="{MAIN}"><sheetData>"#),
    );
    let mut line = String::new();
    for row in 1..=rows {
        line.clear();
        write!(line, r#"<row r="{row}">"#).expect("a string");
        for column in 0..columns {
            let reference = workbook::extract::a1(row - 1, column);
            let value = u64::from(row) * 7919 + u64::from(column) * 104_729;
            match column {
                0 => write!(
                    line,
                    r#"<c r="{reference}" t="inlineStr"><is><t>91330111XY{value:08}</t></is></c>"#
                ),
                1 => write!(
                    line,
                    r#"<c r="{reference}" t="inlineStr"><is><t>示例企业{row}</t></is></c>"#
                ),
                _ => write!(
                    line,
                    r#"<c r="{reference}"><v>{}.{}</v></c>"#,
                    value % 100_000,
                    value % 97
                ),
            }
            .expect("a string");
        }
        line.push_str("</row>");
        zip.write_all(line.as_bytes()).expect("a row");
    }
    zip.write_all(b"</sheetData></worksheet>").expect("the end");
    zip.finish().expect("the directory").into_inner()
}
