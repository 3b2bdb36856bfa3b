//! A whole run over many accepted returns: load, evaluate, score, rank, store; its time and memory at rising sizes, and beside
//! it what one explanation and one what-if cost at that size (p50, p95).
//!
//! `cargo bench --bench compute_run` (RONGHE_BENCH_RETURNS=1000,10000 for other sizes than 1000, 10000 and 100000).
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
#[expect(dead_code, reason = "the benches of workbooks use more of it")]
mod support;

use std::{sync::Arc, time::Instant};

use database::{Backend, TestDatabase};
use ronghe::{
    domain::{
        access::Scope,
        blob::Blob,
        document::DocumentKind,
        enterprise::{Enterprise, EnterpriseId},
        round::{Population, Round, RoundId},
        run::Run,
        survey_return::{ReturnId, ReturnState, Revision, RevisionId},
    },
    service::{
        Service,
        jobs::progress::Progress,
        runs::{
            compute::compute_run,
            explain::explain_result,
            what_if::{Changes, what_if},
        },
    },
    store,
};
use support::operator;

/// Different returns; beyond them they repeat.
const DIFFERENT: usize = 500;
/// Explanations and what-ifs that are timed.
const TIMED: usize = 200;

fn main() {
    let sizes = std::env::var("RONGHE_BENCH_RETURNS").unwrap_or_else(|_| "1000,10000,100000".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    for size in sizes.split(',').filter_map(|text| text.trim().parse().ok()) {
        runtime.block_on(measure(size));
    }
}

async fn measure(returns: usize) {
    let database = TestDatabase::new(Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let service = support::service(&database.database, folder.path()).await;
    support::publish(&service).await;
    let (round, enterprises) = prepare(&service, returns).await;
    let methodology =
        store::document::latest_document(service.db.read(), DocumentKind::Methodology, "integration-index-2026");
    let methodology = methodology.await.unwrap().unwrap();
    let before = resident("VmRSS");
    let started = Instant::now();
    let run = compute_run(&service, &operator(), round, methodology.id, None, Progress::untold())
        .await
        .unwrap();
    let elapsed = started.elapsed().as_secs_f64();
    println!(
        "{returns} returns: run in {elapsed:.1} s, {:.0} returns a second, {before} MiB resident before, peak {} MiB, results {}",
        returns as f64 / elapsed,
        resident("VmHWM"),
        &run.results_sha256[..12]
    );
    time_one_by_one(&service, &run, &enterprises).await;
    database.remove().await;
}

async fn time_one_by_one(service: &Arc<Service>, run: &Run, enterprises: &[EnterpriseId]) {
    let operator = operator();
    let step = (enterprises.len() / TIMED).max(1);
    let (mut explained, mut varied) = (Vec::new(), Vec::new());
    for enterprise in enterprises.iter().step_by(step).take(TIMED) {
        let started = Instant::now();
        let explanation = explain_result(service, &operator, run.id, *enterprise).await.unwrap();
        explained.push(started.elapsed());
        let answered = explanation
            .evidence
            .iter()
            .find(|(_, evidence)| evidence.answer.is_some());
        let changes: Changes = answered.map(|(code, _)| (code.clone(), None)).into_iter().collect();
        let started = Instant::now();
        what_if(service, &operator, run.id, *enterprise, changes).await.unwrap();
        varied.push(started.elapsed());
    }
    for (what, times) in [("explanation", &mut explained), ("what-if", &mut varied)] {
        times.sort();
        let at = |per_cent: usize| times[(times.len() - 1) * per_cent / 100].as_secs_f64() * 1000.0;
        println!("  {what}: p50 {:.1} ms, p95 {:.1} ms", at(50), at(95));
    }
}

/// Memory of this process, MiB.
fn resident(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    let kib = line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

/// A round in which everybody's return is accepted, written straight into the store: what is measured begins there.
async fn prepare(service: &Arc<Service>, returns: usize) -> (RoundId, Vec<EnterpriseId>) {
    let now = service.now();
    let (questionnaire, reference) = (support::questionnaire(service).await, support::reference(service).await);
    let form = support::form(service).await;
    let samples = support::county(&form).generate(1, returns.min(DIFFERENT));
    let round = Round {
        id: RoundId(service.next_id()),
        code: "2026".to_owned(),
        title: "2026".to_owned(),
        year: 2026,
        questionnaire,
        reference,
        accepted_versions: Vec::new(),
        opens_on: "2026-01-01".parse().unwrap(),
        closes_on: "2026-12-31".parse().unwrap(),
        population: Population::List(Vec::new()),
        previous: None,
        warnings_must_be_justified: false,
        version: 1,
        created_at: now,
    };
    let blob = Blob {
        sha256: "e".repeat(64),
        size_bytes: 1,
        media_type: "application/octet-stream".to_owned(),
        created_at: now,
    };
    let txn = service.db.begin_write().await.unwrap();
    store::round::insert_round(&txn, &round).await.unwrap();
    store::blob::record_blob(&txn, &blob).await.unwrap();
    txn.commit().await.unwrap();
    let mut all = Vec::with_capacity(returns);
    let places: Vec<usize> = (0..returns).collect();
    for chunk in places.chunks(1000) {
        let enterprises: Vec<Enterprise> = chunk
            .iter()
            .map(|at| {
                let mut facts = support::registered(&samples[at % samples.len()].facts);
                facts.uscc = format!("91330111{at:010}");
                Enterprise {
                    id: EnterpriseId(service.next_id()),
                    org_code: facts.uscc[8..17].to_owned(),
                    facts,
                    uscc_exception: None,
                    size_class: Some("small".to_owned()),
                    version: 1,
                    created_at: now,
                    updated_at: now,
                }
            })
            .collect();
        let members: Vec<(EnterpriseId, ReturnId)> = enterprises
            .iter()
            .map(|enterprise| (enterprise.id, ReturnId(service.next_id())))
            .collect();
        let txn = service.db.begin_write().await.unwrap();
        store::enterprise::insert_enterprises(&txn, &Scope::County, &enterprises)
            .await
            .unwrap();
        store::round::add_members(&txn, round.id, &members, now).await.unwrap();
        for (at, (enterprise, survey_return)) in chunk.iter().zip(&members) {
            let revision = Revision {
                id: RevisionId(service.next_id()),
                survey_return: *survey_return,
                number: 1,
                blob_sha256: blob.sha256.clone(),
                filename: "bench.xlsx".to_owned(),
                answers: samples[at % samples.len()].answers.clone(),
                claims: survey::answer::Claims::new(),
                provenance: survey::cell::Provenances::default(),
                findings: survey::finding::Findings::default(),
                created_by: "bench".to_owned(),
                created_at: now,
                import: None,
                part_sha256: None,
            };
            store::survey_return::insert_revision(&txn, &Scope::County, &revision)
                .await
                .unwrap();
            let mut accepted = store::survey_return::find_return(&txn, &Scope::County, *survey_return)
                .await
                .unwrap();
            accepted.state = ReturnState::Accepted;
            accepted.latest = Some(revision.id);
            accepted.accepted = Some(revision.id);
            store::survey_return::update_return(&txn, &Scope::County, &accepted, 1)
                .await
                .unwrap();
            all.push(*enterprise);
        }
        txn.commit().await.unwrap();
    }
    (round.id, all)
}
