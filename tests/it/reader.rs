//! The reading child: whatever happens to it, the answer is a code and the service goes on.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use ronghe::reader::{ChildLimits, ReadingLimits, RowBatch, WorkbookReader};
use workbook::extract::{Limits, RawRow, RowsEnd, RowsHead, WantedSheet};

/// A program that stands in for the child.
fn program(folder: &tempfile::TempDir, script: &str) -> PathBuf {
    let path = folder.path().join("child");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

async fn refusal(program: PathBuf, limits: ChildLimits, bytes: &[u8]) -> String {
    WorkbookReader::new(program, limits)
        .read(bytes)
        .await
        .unwrap()
        .unwrap_err()
        .code
}

#[tokio::test]
async fn a_child_that_dies_hangs_or_talks_nonsense_is_a_code() {
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "exit 1",
        "kill -9 $$",
        "kill -ABRT $$",
        "cat > /dev/null; printf '\\001nonsense'",
        "printf ''",
        "printf '\\007'",
    ] {
        let code = refusal(program(&folder, script), ChildLimits::default(), b"PK\x03\x04").await;
        assert_eq!(code, "workbook.reader_failed", "{script}");
    }
    let short = ChildLimits {
        wall_milliseconds: 300,
        ..ChildLimits::default()
    };
    let code = refusal(program(&folder, "exec sleep 30"), short, b"PK\x03\x04").await;
    assert_eq!(code, "workbook.reader_failed", "a child that hangs is ended");
}

#[tokio::test]
async fn too_little_memory_ends_the_child_and_nothing_else() {
    let ronghe = PathBuf::from(env!("CARGO_BIN_EXE_ronghe"));
    let tight = ChildLimits {
        memory_bytes: 8 << 20,
        ..ChildLimits::default()
    };
    assert_eq!(
        refusal(ronghe.clone(), tight, &vec![b'x'; 16 << 20]).await,
        "workbook.reader_failed"
    );
    assert_eq!(
        refusal(ronghe, ChildLimits::default(), b"").await,
        "workbook.empty",
        "the next one is read as ever"
    );
}

#[tokio::test]
async fn a_bomb_is_refused_within_the_limits() {
    use std::io::Write as _;

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let deflated = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    zip.start_file("[Content_Types].xml", deflated).unwrap();
    zip.write_all(b"<Types/>").unwrap();
    zip.start_file("xl/worksheets/sheet1.xml", deflated).unwrap();
    let block = vec![b' '; 1 << 20];
    for _ in 0..600 {
        zip.write_all(&block).unwrap();
    }
    let bomb = zip.finish().unwrap().into_inner();
    assert!(bomb.len() < 2 << 20, "600 MiB in less than two");
    let started = std::time::Instant::now();
    let code = refusal(
        PathBuf::from(env!("CARGO_BIN_EXE_ronghe")),
        ChildLimits::default(),
        &bomb,
    )
    .await;
    assert!(code.starts_with("workbook."), "{code}");
    assert_ne!(code, "workbook.reader_failed", "refused by the directory, not by dying");
    assert!(started.elapsed() < Duration::from_secs(10));
}

/// A text of this many rows and columns.
fn table(rows: usize, columns: usize) -> Vec<u8> {
    let row = vec!["12.5"; columns].join(",") + "\n";
    row.repeat(rows).into_bytes()
}

async fn all_rows(
    reader: &WorkbookReader,
    bytes: Vec<u8>,
    wanted: WantedSheet,
) -> Result<(RowsHead, Vec<RawRow>, Option<RowsEnd>), String> {
    let mut stream = reader
        .rows(bytes, wanted)
        .await
        .unwrap()
        .map_err(|refusal| refusal.code)?;
    let (head, mut rows, mut end) = (stream.head().clone(), Vec::new(), None);
    while let Some(batch) = stream.next().await {
        match batch.map_err(|refusal| refusal.code)? {
            RowBatch::Rows(batch) => rows.extend(batch),
            RowBatch::End(found) => end = Some(found),
        }
    }
    Ok((head, rows, end))
}

fn real_reader(limits: ReadingLimits) -> WorkbookReader {
    WorkbookReader::within(PathBuf::from(env!("CARGO_BIN_EXE_ronghe")), limits)
}

#[tokio::test]
async fn rows_come_in_order_and_end_with_their_count() {
    let reader = real_reader(ReadingLimits::default());
    let (head, rows, end) = all_rows(&reader, table(3000, 10), WantedSheet::FirstVisible)
        .await
        .unwrap();
    assert_eq!(head.title().name, "Sheet1");
    assert_eq!(rows.len(), 3000);
    assert!(
        rows.iter()
            .enumerate()
            .all(|(at, row)| usize::try_from(row.row) == Ok(at) && row.cells.len() == 10)
    );
    let end = end.expect("an end");
    assert_eq!((end.rows, end.cells), (3000, 30_000));
}

#[tokio::test]
async fn a_refusal_comes_before_the_rows_or_as_the_last_item() {
    let reader = real_reader(ReadingLimits::default());
    let refused = |bytes: Vec<u8>, wanted| {
        let reader = &reader;
        async move { all_rows(reader, bytes, wanted).await.unwrap_err() }
    };
    assert_eq!(
        refused(b"%PDF-1.7".to_vec(), WantedSheet::FirstVisible).await,
        "workbook.pdf"
    );
    assert_eq!(
        refused(table(2, 2), WantedSheet::Name("no".into())).await,
        "workbook.no_such_sheet"
    );
    let mut broken = table(20_000, 10);
    broken.extend(b"\"never closed");
    assert_eq!(refused(broken, WantedSheet::FirstVisible).await, "workbook.damaged");
    let limits = ReadingLimits {
        rows: Limits {
            cells: 50_000,
            ..Limits::for_rows()
        },
        ..ReadingLimits::default()
    };
    let few = real_reader(limits);
    let code = all_rows(&few, table(20_000, 10), WantedSheet::FirstVisible)
        .await
        .unwrap_err();
    assert_eq!(code, "workbook.too_many_cells");
}

#[tokio::test]
async fn a_child_that_dies_among_the_rows_is_a_code() {
    let folder = tempfile::tempdir().unwrap();
    for script in [
        "exit 1",
        "kill -9 $$",
        "printf '\\003\\001'",
        "printf '\\003\\377\\377\\377\\377'",
        "printf '\\011\\000\\000\\000\\000'",
        "exec sleep 30",
    ] {
        let limits = ReadingLimits {
            child: ChildLimits {
                wall_milliseconds: 1000,
                ..ChildLimits::default()
            },
            ..ReadingLimits::default()
        };
        let reader = WorkbookReader::once(program(&folder, script), limits);
        let code = all_rows(&reader, table(9, 9), WantedSheet::FirstVisible)
            .await
            .unwrap_err();
        assert_eq!(code, "workbook.reader_failed", "{script}");
    }
    // A real child that runs out of CPU time after its first rows.
    let limits = ReadingLimits {
        child: ChildLimits {
            rows_cpu_seconds: 0,
            ..ChildLimits::default()
        },
        ..ReadingLimits::default()
    };
    let code = all_rows(&real_reader(limits), table(400_000, 20), WantedSheet::FirstVisible)
        .await
        .unwrap_err();
    assert_eq!(code, "workbook.reader_failed");
}

#[tokio::test]
async fn whoever_drops_the_stream_frees_its_place() {
    let limits = ReadingLimits {
        child: ChildLimits {
            at_once: 1,
            waiting: 1,
            ..ChildLimits::default()
        },
        ..ReadingLimits::default()
    };
    let reader = real_reader(limits);
    for _ in 0..3 {
        let mut stream = reader
            .rows(table(100_000, 10), WantedSheet::FirstVisible)
            .await
            .unwrap()
            .unwrap();
        assert!(matches!(stream.next().await, Some(Ok(RowBatch::Rows(_)))));
    }
    let (_, rows, _) = all_rows(&reader, table(10, 2), WantedSheet::FirstVisible)
        .await
        .unwrap();
    assert_eq!(rows.len(), 10);
}
