//! A ZIP of a thousand workbooks, on SQLite and on PostgreSQL: unpacked, each read in a limited child process, checked and
//! filed, with the outcome of every file written down. Prints files per second, then those of the same ZIP again (all
//! recognised) and of a dry run, in the same run.
//!
//! `cargo bench --bench import_zip` (RONGHE_BENCH_WORKBOOKS for another number than 1000).
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on stops, prints what it measured, and reads its one setting"
)]

#[path = "../tests/it/database.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod database;
#[expect(dead_code, reason = "the bench of single uploads uses more of it")]
mod support;

use std::{
    io::{Cursor, Write as _},
    sync::Arc,
    time::Instant,
};

use database::{Backend, TestDatabase};
use ronghe::{
    domain::{import::ImportOptions, round::RoundId},
    jobs::worker,
    service::{
        Service,
        imports::{
            begin::{Source, begin},
            read::{ImportView, get_import},
        },
    },
};
use support::{Filled, operator};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        runtime.block_on(measure(backend, support::workbooks()));
    }
}

async fn measure(backend: Backend, workbooks: usize) {
    let database = TestDatabase::new(backend).await;
    let folder = tempfile::tempdir().unwrap();
    let service = support::service(&database.database, folder.path()).await;
    let (round, filled) = support::prepare(&service, workbooks).await;
    let zip = zip(&filled);
    println!("{backend:?}: a ZIP of {workbooks} workbooks, {} bytes", zip.len());
    for (what, dry_run) in [("dry run", true), ("import", false), ("the same again", false)] {
        let started = Instant::now();
        let statements = service.db.statements();
        let view = import(&service, round, zip.clone(), dry_run).await;
        let elapsed = started.elapsed().as_secs_f64();
        assert_eq!(view.counts.refused + view.counts.waiting, 0, "{:?}", view.counts);
        println!(
            "{backend:?}: {what}: {:.1} files a second ({elapsed:.2} s, {} statements, {} taken, {} unchanged)",
            view.counts.items as f64 / elapsed,
            service.db.statements() - statements,
            view.counts.taken,
            view.counts.unchanged,
        );
    }
    database.remove().await;
}

async fn import(service: &Arc<Service>, round: RoundId, bytes: Vec<u8>, dry_run: bool) -> ImportView {
    let source = Source::Zip {
        filename: "county.zip".to_owned(),
        bytes: bytes.into(),
    };
    let options = ImportOptions {
        dry_run,
        ..ImportOptions::default()
    };
    let begun = begin(service, &operator(), round, source, options).await.unwrap();
    worker::work(service, begun.job.id).await.unwrap();
    get_import(service, &operator(), begun.batch.id).await.unwrap()
}

fn zip(filled: &[Filled]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for file in filled {
        zip.start_file(format!("{}.xlsx", file.uscc), stored).unwrap();
        zip.write_all(&file.bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
