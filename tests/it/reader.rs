//! The reading child: whatever happens to it, the answer is a code and the service goes on.

use std::{os::unix::fs::PermissionsExt as _, path::PathBuf, time::Duration};

use ronghe::reader::{ChildLimits, WorkbookReader};

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
        wall: Duration::from_millis(300),
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
