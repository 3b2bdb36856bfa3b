//! The hostile corpus through the limited child process: each file is a code or a right reading within the CPU and memory
//! limits, and none takes the service with it.

use std::path::PathBuf;

use ronghe::reader::{ChildLimits, ReadingLimits, WorkbookReader};

use crate::corpus;

/// CPU seconds of one file: 2 in a release, more without optimisation.
const CPU_SECONDS: u64 = if cfg!(debug_assertions) { 8 } else { 2 };

#[tokio::test]
async fn no_hostile_file_outlives_its_limits() {
    let limits = ReadingLimits {
        child: ChildLimits {
            cpu_seconds: CPU_SECONDS,
            rows_cpu_seconds: CPU_SECONDS,
            wall_milliseconds: 120_000,
            memory_bytes: 1 << 30,
            ..ChildLimits::default()
        },
        ..ReadingLimits::default()
    };
    let reader = WorkbookReader::within(PathBuf::from(env!("CARGO_BIN_EXE_ronghe")), limits);
    let mut cases = Vec::new();
    corpus::each(|case| {
        // Turned bits differ little from one another: a few stand for all, which the workbook crate reads.
        if !case.name.contains("turned") || case.name.ends_with('7') {
            cases.push(case);
        }
    });
    let mut wrong = Vec::new();
    let count = cases.len();
    for case in cases {
        let code = match reader.read(&case.bytes).await.unwrap() {
            Ok(_) => "read".to_owned(),
            Err(refusal) => refusal.code,
        };
        if !case.expect.contains(&code.as_str()) {
            wrong.push(format!("{}: {code}, not {:?}", case.name, case.expect));
        }
    }
    assert!(count >= 150, "{count} cases");
    assert_eq!(wrong, Vec::<String>::new());
}
