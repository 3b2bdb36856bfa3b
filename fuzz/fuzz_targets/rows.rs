//! Reading the first sheet by rows gives the cells that reading it as a whole gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workbook::extract::{Limits, RowEvent, WantedSheet, extract, rows};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits {
        total_bytes: 8 << 20,
        part_bytes: 4 << 20,
        cells: 50_000,
        cells_per_sheet: 20_000,
        ..Limits::default()
    };
    let mut cells = Vec::new();
    let by_rows = rows(bytes, &limits, &WantedSheet::Number(0), &mut |event| {
        if let RowEvent::Row(row) = event {
            assert!(row.cells.iter().all(|cell| cell.row == row.row));
            cells.extend(row.cells);
        }
        true
    });
    if let (Ok(_), Ok(whole)) = (by_rows, extract(bytes, &limits)) {
        assert_eq!(whole.sheets[0].cells, cells);
    }
});
