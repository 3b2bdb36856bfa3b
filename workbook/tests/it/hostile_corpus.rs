//! Every file of the hostile corpus comes to what its case says, in this very process: no panic, no abort.

use std::collections::BTreeMap;

use workbook::extract::{Limits, RowEvent, WantedSheet, extract, rows};

use crate::corpus;

/// The code of a refusal, or `read`.
fn outcome<T>(read: Result<T, workbook::ReadError>) -> &'static str {
    read.map_or_else(
        |error| {
            let message = error.message();
            assert!(!message.zh.is_empty() && !message.en.is_empty(), "{error}");
            error.code()
        },
        |_| "read",
    )
}

#[test]
fn every_hostile_file_is_refused_or_read_right() {
    let limits = Limits::default();
    let (mut wrong, mut seen) = (Vec::new(), BTreeMap::new());
    corpus::each(|case| {
        let found = outcome(extract(&case.bytes, &limits));
        if !case.expect.contains(&found) {
            wrong.push(format!("{}: {found}, not {:?}", case.name, case.expect));
        }
        if seen.insert(case.name.clone(), found).is_some() {
            wrong.push(format!("{}: twice", case.name));
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
    assert!(seen.len() >= 200, "{} cases", seen.len());
    let read = seen.values().filter(|found| **found == "read").count();
    assert!(
        read < seen.len() / 2,
        "most of them are refused: {read} of {}",
        seen.len()
    );
}

/// By rows the same files come to the same codes, where both ways have the same limits.
#[test]
fn reading_by_rows_refuses_the_same_files() {
    let limits = Limits::default();
    let mut wrong = Vec::new();
    corpus::each(|case| {
        let whole = outcome(extract(&case.bytes, &limits));
        let by_rows = outcome(rows(
            &case.bytes,
            &limits,
            &WantedSheet::Number(0),
            &mut |event| !matches!(event, RowEvent::Row(row) if row.cells.is_empty()),
        ));
        // Only the wanted sheet is read, and turned bits may lie in what is not.
        let may_differ = case.name.contains("turned") || case.name.contains("cut at");
        if whole != by_rows && !may_differ && !(whole == "read" && by_rows == "workbook.no_such_sheet") {
            wrong.push(format!("{}: {whole} as a whole, {by_rows} by rows", case.name));
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

/// What `make fuzz` begins from: the smaller files of the corpus, and a return.
#[test]
#[ignore = "writes the seeds of `make fuzz`"]
fn write_fuzz_seeds() {
    const SEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds");
    for target in ["extract", "texts", "rows"] {
        std::fs::create_dir_all(format!("{SEEDS}/{target}")).expect("the folder");
    }
    let mut number = 0;
    corpus::each(|case| {
        if case.bytes.len() > 20_000 {
            return;
        }
        number += 1;
        let of_text = [&[4], &case.bytes[..]].concat();
        for (target, bytes) in [("extract", &case.bytes), ("rows", &case.bytes), ("texts", &of_text)] {
            std::fs::write(format!("{SEEDS}/{target}/{number:03}"), bytes).expect("a seed");
        }
    });
    assert!(number > 100, "{number} seeds");
}
