//! Any bytes are a workbook or a coded refusal, and a workbook survives the pipe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use workbook::extract::{Limits, RawWorkbook, extract};

/// Small, so that a second has many runs.
pub fn limits() -> Limits {
    Limits {
        total_bytes: 8 << 20,
        part_bytes: 4 << 20,
        cells: 50_000,
        cells_per_sheet: 20_000,
        ..Limits::default()
    }
}

fuzz_target!(|bytes: &[u8]| {
    match extract(bytes, &limits()) {
        Ok(workbook) => {
            let piped = workbook.to_bytes().expect("encodable");
            let back = RawWorkbook::from_bytes(&piped).expect("decodable");
            // NaN never gets into a workbook, so that equality means the same bits.
            assert_eq!(back, workbook);
            for sheet in &workbook.sheets {
                assert!(
                    sheet
                        .cells
                        .windows(2)
                        .all(|pair| (pair[0].row, pair[0].column) < (pair[1].row, pair[1].column))
                );
            }
        }
        Err(error) => assert!(!error.code().is_empty() && !error.message().zh.is_empty()),
    }
});
