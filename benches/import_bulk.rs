//! One bulk sheet with a row per enterprise of a large county: read row by row out of a limited child process, checked and
//! filed. Prints the bare streaming read of the same bytes beside it, rows per second, and the peak memory of this process.
//!
//! `cargo bench --bench import_bulk` (RONGHE_BENCH_ROWS for another number than 50000; SQLite, then PostgreSQL).
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
#[path = "support/large.rs"]
mod large;
#[path = "support/memory.rs"]
mod memory;
#[expect(dead_code, reason = "the benches of workbooks use more of it")]
mod support;

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use database::{Backend, TestDatabase};
use large::{LargeCounty, large_round};
use memory::{peak_mib, reset_peak};
use ronghe::{
    domain::{enterprise::Enterprise, import::ImportOptions, round::RoundId},
    jobs::worker,
    reader::RowBatch,
    service::{
        Service,
        documents::form::Form,
        imports::{
            begin::{Source, begin},
            read::{ImportView, get_import},
        },
        templates::{
            issue::Filling,
            issue_bulk::{BulkRequest, write_filled_bulk},
        },
    },
    store::Database,
};
use support::operator;
use workbook::{
    bulk::{BulkLayout, BulkReader, BulkStep, DEFAULT_TABLE_ROWS},
    extract::{Limits, RowEvent, WantedSheet, rows},
    language::Language,
    prefill::raw_values,
};

/// What a process of its own prepares, so that its memory is not counted: address of the database, folder, enterprises.
const PREPARE: &str = "RONGHE_BENCH_PREPARE";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if let Ok(asked) = std::env::var(PREPARE) {
        let asked: Vec<&str> = asked.split('\n').collect();
        runtime.block_on(prepare(asked[0], Path::new(asked[1]), asked[2].parse().unwrap()));
        return;
    }
    let asked = std::env::var("RONGHE_BENCH_ROWS").ok();
    let enterprises = asked.and_then(|text| text.parse().ok()).unwrap_or(50_000);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        runtime.block_on(measure(backend, enterprises));
    }
}

/// Registry, round and the filled sheet; the sheet and the identifier of the round are left in the folder.
async fn prepare(url: &str, folder: &Path, enterprises: usize) {
    let database = Database::open(url).await.unwrap();
    let service = support::service(&database, folder).await;
    let round = large_round(&service, enterprises).await;
    let samples = Mutex::new(LargeCounty::new(&support::form(&service).await));
    let filling = move |form: &Form, enterprise: &Enterprise, language: Language| {
        let answers = samples.lock().unwrap().answers_of(&enterprise.facts.uscc);
        Filling::from(raw_values(
            form.survey.questionnaire(),
            &form.options,
            &answers,
            language,
        ))
    };
    let operator = operator();
    let sheet = write_filled_bulk(&service, &operator, round, BulkRequest::default(), filling);
    std::fs::write(folder.join("county.xlsx"), sheet.await.unwrap().bytes).unwrap();
    std::fs::write(folder.join("round"), round.to_string()).unwrap();
    drop(service);
    database.close().await.unwrap();
}

async fn measure(backend: Backend, enterprises: usize) {
    let database = TestDatabase::new(backend).await;
    let folder = tempfile::tempdir().unwrap();
    let asked = format!("{}\n{}\n{enterprises}", database.url, folder.path().display());
    let mut prepared = std::process::Command::new(std::env::current_exe().unwrap());
    assert!(prepared.env(PREPARE, asked).status().unwrap().success());
    let service = support::service_with(&database.database, folder.path(), 2).await;
    let round = std::fs::read_to_string(folder.path().join("round")).unwrap();
    let round = RoundId(round.parse().unwrap());
    let sheet = || std::fs::read(folder.path().join("county.xlsx")).unwrap();
    if backend == Backend::Sqlite {
        read(&service, &sheet().into()).await;
    }
    for (what, dry_run) in [("import", false), ("the same again", false)] {
        reset_peak();
        let before = peak_mib();
        let started = Instant::now();
        let statements = service.db.statements();
        let view = import(&service, round, sheet(), dry_run).await;
        let elapsed = started.elapsed().as_secs_f64();
        println!(
            "{backend:?}: {what}: {:.0} rows a second ({elapsed:.1} s, {} statements, {} taken, {} unchanged, {} refused), {before} MiB before, peak {} MiB",
            view.counts.items as f64 / elapsed,
            service.db.statements() - statements,
            view.counts.taken,
            view.counts.unchanged,
            view.counts.refused,
            peak_mib()
        );
    }
    database.remove().await;
}

/// The bare streaming read in this process, and the rows of returns out of the child, by turns.
async fn read(service: &Arc<Service>, bytes: &Arc<[u8]>) {
    let questionnaire = support_questionnaire();
    let layout = BulkLayout::of(&questionnaire, DEFAULT_TABLE_ROWS);
    println!("a sheet of {} columns, {} bytes", layout.columns.len() + 2, bytes.len());
    let (mut bare, mut understood) = (Duration::MAX, Duration::MAX);
    for _ in 0..3 {
        let started = Instant::now();
        let mut cells = 0;
        let read = rows(bytes, &Limits::for_rows(), &WantedSheet::FirstVisible, &mut |event| {
            if let RowEvent::Row(row) = event {
                cells += row.cells.len();
            }
            true
        });
        read.unwrap();
        bare = bare.min(started.elapsed());
        let started = Instant::now();
        let mut stream = service
            .reader
            .rows(bytes.clone(), WantedSheet::FirstVisible)
            .await
            .unwrap()
            .unwrap();
        let styles = stream.head().styles.clone();
        let mut reader = BulkReader::new(&layout, Language::Zh, stream.head().title().name);
        let mut returns = 0;
        while let Some(RowBatch::Rows(batch)) = stream.next().await.transpose().unwrap() {
            for row in &batch {
                returns += usize::from(matches!(
                    reader.read(row.row, &row.cells, &styles).unwrap(),
                    BulkStep::Row(_)
                ));
            }
        }
        understood = understood.min(started.elapsed());
        println!("{cells} cells, {returns} returns");
    }
    println!(
        "bare streaming read {:.2} s; out of the child, understood as returns {:.2} s: {:.2} times",
        bare.as_secs_f64(),
        understood.as_secs_f64(),
        understood.as_secs_f64() / bare.as_secs_f64()
    );
}

fn support_questionnaire() -> survey::questionnaire::Questionnaire {
    let text = ronghe::shipped::file("questionnaire_integration.json").unwrap();
    survey::questionnaire::Questionnaire::parse(text.as_bytes())
        .unwrap()
        .in_year(2026)
        .unwrap()
}

async fn import(service: &Arc<Service>, round: RoundId, bytes: Vec<u8>, dry_run: bool) -> ImportView {
    let source = Source::of_file("county.xlsx".to_owned(), bytes.into(), false);
    let options = ImportOptions {
        dry_run,
        ..ImportOptions::default()
    };
    let begun = begin(service, &operator(), round, source, options).await.unwrap();
    worker::work(service, begun.job.id).await.unwrap();
    get_import(service, &operator(), begun.batch.id).await.unwrap()
}
