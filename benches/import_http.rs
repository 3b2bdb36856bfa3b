//! A thousand workbooks through HTTP, on SQLite and on PostgreSQL: each is read in a limited child process, checked and
//! stored, as an enterprise's upload is. Prints workbooks per second and the time of one upload (p50, p95), alone and with
//! another at the same time, the same where every answer of the workbook is wrong, and beside it what other readers need to
//! merely read the same file, in the same run.
//!
//! `cargo bench --bench import_http` (RONGHE_BENCH_WORKBOOKS for another number than 1000).
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
#[path = "support/memory.rs"]
mod memory;
mod support;

use std::{
    net::SocketAddr,
    path::PathBuf,
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use database::{Backend, TestDatabase};
use memory::{peak_mib, reset_peak};
use ronghe::{
    api,
    domain::{
        access::{Principal, Role, Scope},
        survey_return::ReturnId,
    },
    service::{
        Service,
        access::{
            log_in::log_in,
            users::{NewUser, create_user},
        },
        returns::upload::{self, upload_return},
        templates::issue::write_filled,
    },
};
use survey::{
    cell::RawValue,
    questionnaire::{Question, QuestionType},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
};
use workbook::{layout::CellKey, prefill::Prefill};

/// Uploads at once, as many as the machine has cores.
const AT_ONCE: usize = 2;

/// A workbook, where it goes and with whose token.
struct Upload {
    id: ReturnId,
    path: String,
    token: String,
    bytes: Vec<u8>,
}

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
    let mut uploads = prepare(&service, workbooks + 2 * FEW).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = poem::listener::TcpAcceptor::from_std(listener).unwrap();
    let server = tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(api::routes(service.clone())));
    let size = uploads.iter().map(|upload| upload.bytes.len()).sum::<usize>() / uploads.len();
    let sample = folder.path().join("sample.xlsx");
    std::fs::write(&sample, &uploads[0].bytes).unwrap();
    let (first, first_bytes) = (uploads[0].id, uploads[0].bytes.clone());

    let turns = uploads.split_off(uploads.len().saturating_sub(FEW));
    let alone = uploads.split_off(uploads.len().saturating_sub(FEW));
    let wrong = wrong_ones(&service, &alone).await;
    let together = send(address, uploads, AT_ONCE).await;
    println!("{backend:?}: workbooks of {size} bytes, two at once: {together}");
    let samples: Vec<Vec<u8>> = alone.iter().map(|upload| upload.bytes.clone()).collect();
    let single = send(address, alone, 1).await;
    println!("{backend:?}: one at a time: {single}");
    // This machine's pace changes within a minute, so that only turns can be compared.
    let (upload, bare) = in_turns(address, turns, &samples).await;
    println!(
        "{backend:?}: in turns with a bare read by calamine in this process: {upload:.1} and {bare:.1} ms, {:.2} times",
        upload / bare
    );
    let wrong = send(address, wrong, 1).await;
    println!("{backend:?}: every answer wrong, one at a time: {wrong}");
    if backend == Backend::Sqlite {
        let alone = read_and_check_ms(&service, first, &first_bytes).await;
        println!("read and checked one at a time, child process and limits included, nothing stored: {alone:.1} ms");
        compare(
            &sample,
            &[
                (
                    "of reading, checking and storing over HTTP, two at once (p50)",
                    together.p50,
                ),
                (
                    "of reading, checking and storing over HTTP, one at a time (p50)",
                    single.p50,
                ),
                ("of reading and checking", alone),
            ],
        );
    }
    server.abort();
    database.remove().await;
}

/// Filled workbooks, each with the login of its enterprise.
async fn prepare(service: &Arc<Service>, workbooks: usize) -> Vec<Upload> {
    let (_, filled) = support::prepare(service, workbooks).await;
    let mut uploads = Vec::new();
    for filled in filled {
        let login = filled.uscc.to_lowercase();
        let user = NewUser {
            login: login.clone(),
            display_name: login.clone(),
            password: "a password for a bench".to_owned(),
            role: Role::Enterprise,
            scope: Scope::Enterprise(filled.enterprise),
        };
        create_user(service, &support::operator(), user).await.unwrap();
        let token = log_in(service, &login, "a password for a bench").await.unwrap().token;
        uploads.push(Upload {
            id: filled.survey_return,
            path: format!("/api/v1/returns/{}/revisions", filled.survey_return),
            token,
            bytes: filled.bytes,
        });
    }
    uploads
}

/// Workbooks that are sent one at a time.
const FEW: usize = 100;

/// The workbooks of some enterprises with a wrong answer to every question, never the same.
async fn wrong_ones(service: &Arc<Service>, uploads: &[Upload]) -> Vec<Upload> {
    let operator = support::operator();
    let mut wrong = Vec::new();
    for (at, upload) in uploads.iter().enumerate() {
        let written = write_filled(service, &operator, upload.id, move |form, _| {
            let questions = form.survey.questionnaire().questions.iter();
            let plain = questions.filter(|question| question.kind != QuestionType::Table);
            let cell = |question: &Question| {
                let text = RawValue::Text(format!("见附件 {at}"));
                (CellKey::question(&question.code), text.into())
            };
            plain.map(cell).collect::<Prefill>().into()
        });
        wrong.push(Upload {
            id: upload.id,
            path: upload.path.clone(),
            token: upload.token.clone(),
            bytes: written.await.unwrap().bytes,
        });
    }
    wrong
}

/// How long uploads take.
struct Times {
    a_second: f64,
    p50: f64,
    p95: f64,
    /// Resident memory of this process before and at its peak, MiB: the service, and the workbooks that are sent.
    memory: (u64, u64),
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{:.1} a second, p50 {:.1} ms, p95 {:.1} ms, {} MiB before, peak {} MiB",
            self.a_second, self.p50, self.p95, self.memory.0, self.memory.1
        )
    }
}

/// Sends all, so many at once.
async fn send(address: SocketAddr, uploads: Vec<Upload>, at_once: usize) -> Times {
    let uploads = Arc::new(uploads);
    reset_peak();
    let before = peak_mib();
    let started = Instant::now();
    let tasks = (0..at_once).map(|first| tokio::spawn(send_every(address, uploads.clone(), first, at_once)));
    let mut times = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        times.extend(task.await.unwrap());
    }
    let elapsed = started.elapsed().as_secs_f64();
    times.sort();
    let at = |per_cent: usize| times[(times.len() - 1) * per_cent / 100].as_secs_f64() * 1000.0;
    Times {
        a_second: times.len() as f64 / elapsed,
        p50: at(50),
        p95: at(95),
        memory: (before, peak_mib()),
    }
}

/// Sends workbooks one at a time and reads one with calamine after each; the medians of both, milliseconds.
async fn in_turns(address: SocketAddr, uploads: Vec<Upload>, samples: &[Vec<u8>]) -> (f64, f64) {
    let mut connection = BufReader::new(TcpStream::connect(address).await.unwrap());
    let (mut sent, mut read) = (Vec::new(), Vec::new());
    for (upload, sample) in uploads.iter().zip(samples) {
        sent.push(send_one(&mut connection, address, upload).await.as_secs_f64() * 1000.0);
        read.push(read_bare_ms(sample));
    }
    (median(sent), median(read))
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Sends every so manieth workbook over one connection; gives the time of each.
async fn send_every(address: SocketAddr, uploads: Arc<Vec<Upload>>, first: usize, step: usize) -> Vec<Duration> {
    let mut connection = BufReader::new(TcpStream::connect(address).await.unwrap());
    let mut times = Vec::new();
    for upload in uploads.iter().skip(first).step_by(step) {
        times.push(send_one(&mut connection, address, upload).await);
    }
    times
}

async fn send_one(connection: &mut BufReader<TcpStream>, address: SocketAddr, upload: &Upload) -> Duration {
    let started = Instant::now();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        upload.path,
        upload.token,
        upload.bytes.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&upload.bytes).await.unwrap();
    let status = answer(connection).await;
    assert!(status.contains(" 201 "), "{status}");
    started.elapsed()
}

/// Reads one answer to its end; gives its first line.
async fn answer(connection: &mut BufReader<TcpStream>) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(connection.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.to_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ")
            .and_then(|text| text.trim().parse::<usize>().ok())
    });
    let mut body = vec![0; length.unwrap()];
    connection.read_exact(&mut body).await.unwrap();
    head.lines().next().unwrap_or_default().to_owned()
}

/// Milliseconds to read a workbook in its child process and check it, nothing stored, one at a time: the best of twenty.
async fn read_and_check_ms(service: &Service, id: ReturnId, bytes: &[u8]) -> f64 {
    let operator = Principal {
        name: "operator".to_owned(),
        user: None,
        role: Role::Enterprise,
        scope: Scope::County,
    };
    let mut best = f64::INFINITY;
    for _ in 0..20 {
        let started = Instant::now();
        let upload = upload::Upload {
            filename: None,
            bytes: bytes.to_vec().into(),
        };
        upload_return(service, &operator, id, upload, true).await.unwrap();
        best = best.min(started.elapsed().as_secs_f64() * 1000.0);
    }
    best
}

/// What other readers need for the same file, in the same run, as multiples of ours. `make peers` installs them.
fn compare(file: &std::path::Path, ours: &[(&str, f64)]) {
    let told = |name: &str, theirs: f64| {
        println!("{name}: {theirs:.1} ms");
        for (what, ours) in ours {
            println!("    {:.2} times ours {what}", theirs / ours);
        }
    };
    told("calamine, bare, in this process", calamine_ms(file));
    let venv = std::env::var_os("RONGHE_PEERS_VENV").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/peers-venv")),
        PathBuf::from,
    );
    let output = Command::new(venv.join("bin/python"))
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/read_peers.py"))
        .arg(file)
        .output()
        .expect("run `make peers` first");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let report: serde_json::Value = serde_json::from_str(line).unwrap();
        println!("{line}");
        told(report["reader"].as_str().unwrap(), report["p50_ms"].as_f64().unwrap());
    }
}

/// Milliseconds that calamine needs to read every cell of every sheet from bytes in memory, median of 21.
fn calamine_ms(file: &std::path::Path) -> f64 {
    let bytes = std::fs::read(file).unwrap();
    median((0..21).map(|_| read_bare_ms(&bytes)).collect())
}

fn read_bare_ms(bytes: &[u8]) -> f64 {
    use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
    let started = Instant::now();
    let mut book: Xlsx<_> = open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
    let mut cells = 0;
    for (_, range) in book.worksheets() {
        cells += range.cells().filter(|(_, _, value)| **value != Data::Empty).count();
    }
    assert!(cells > 0);
    started.elapsed().as_secs_f64() * 1000.0
}
