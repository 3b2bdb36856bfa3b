//! The whole service behind its front door, with named actors.

use std::{
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use poem::{
    Endpoint, EndpointExt as _,
    endpoint::BoxEndpoint,
    http::{HeaderMap, Method, StatusCode},
};
use ronghe::{
    blobs::Blobs,
    clock::FixedClock,
    config::DataPlace,
    domain::{
        access::{Principal, Role, Scope},
        enterprise::EnterpriseId,
        round::RoundId,
        survey_return::ReturnId,
    },
    ids::SeededIds,
    jobs::queue::ApalisQueue,
    reader::{ChildLimits, ReadingLimits},
    service::{
        FormHeading, Service, Settings,
        access::users::{NewUser, create_user},
        documents::{form::Form, publish::publish_document},
        templates::{
            issue::{Filling, write_filled},
            issue_blank::write_filled_blank,
        },
    },
    shipped,
    startup::{Parts, assemble},
};
use serde_json::{Value, json};
use survey::answer::{Answers, Claims};
use tokio::sync::watch;
use workbook::{
    language::Language,
    prefill::{Prefill, raw_values},
};

use crate::database::{Backend, TestDatabase};

/// The password of every actor.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A service with its documents published, a clock that is moved by hand, and workers running.
pub(crate) struct App {
    pub(crate) service: Arc<Service>,
    pub(crate) clock: Arc<FixedClock>,
    endpoint: BoxEndpoint<'static, poem::Response>,
    database: TestDatabase,
    stop: watch::Sender<bool>,
}

/// In the middle of the sample round.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-04-01T01:00:00Z".parse().unwrap()
}

pub(crate) fn operator() -> Principal {
    Principal {
        name: "operator".to_owned(),
        user: None,
        role: Role::Admin,
        scope: Scope::County,
    }
}

fn parts(seed: u64, clock: Arc<FixedClock>) -> Parts {
    Parts {
        clock,
        ids: SeededIds::from_seed(seed),
        // A password hash that costs a millisecond: what is tested is that it is asked for, not that it is slow.
        settings: Settings {
            password_memory_kib: 64,
            // Hundreds of these run at once: none starts children ahead of need.
            reading: ReadingLimits {
                child: ChildLimits {
                    waiting: 0,
                    ..ChildLimits::default()
                },
                ..ReadingLimits::default()
            },
            heading: FormHeading {
                form_number: Some("FY-LH-01".to_owned()),
                telephone: Some("0571-00000000".to_owned()),
                ..FormHeading::default()
            },
            ..Settings::default()
        },
        program: PathBuf::from(env!("CARGO_BIN_EXE_ronghe")),
    }
}

impl App {
    /// On SQLite, for tests that do not look at the database.
    pub(crate) async fn new() -> Self {
        Self::on(Backend::Sqlite).await
    }

    pub(crate) async fn on(backend: Backend) -> Self {
        Self::with_blobs(backend, Blobs::in_memory()).await
    }

    /// With its originals in this folder, where a second process finds them.
    pub(crate) async fn in_folder(backend: Backend, folder: &std::path::Path) -> Self {
        Self::with_blobs(backend, Blobs::in_folder(&folder.join("blobs")).unwrap()).await
    }

    async fn with_blobs(backend: Backend, blobs: Blobs) -> Self {
        let database = TestDatabase::new(backend).await;
        let clock = FixedClock::at(now());
        let service = assemble(database.database.clone(), blobs, parts(7, clock.clone())).unwrap();
        ApalisQueue::migrate(&service.db).await.unwrap();
        for document in shipped::built_in().unwrap() {
            publish_document(&service, &operator(), document).await.unwrap();
        }
        let endpoint = ronghe::api::routes(service.clone()).map_to_response().boxed();
        let (stop, told) = watch::channel(false);
        drop(service.queue.start(service.clone(), told));
        Self {
            service,
            clock,
            endpoint,
            database,
            stop,
        }
    }

    /// Where the database is, for a command.
    pub(crate) fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Stops the workers: jobs are left to whoever else works on this database.
    pub(crate) fn stop_workers(&self) {
        self.stop.send(true).ok();
    }

    /// Starts the real server on this database, with its originals in a folder.
    pub(crate) fn serve(&self, folder: &std::path::Path) -> std::process::Child {
        std::process::Command::new(env!("CARGO_BIN_EXE_ronghe"))
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--database",
                &self.database.url,
                "--data",
            ])
            .arg(folder)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Stops the workers and removes the database.
    pub(crate) async fn end(self) {
        self.stop.send(true).ok();
        drop(self.endpoint);
        self.database.remove().await;
    }

    /// A request without credentials.
    pub(crate) async fn anonymous(&self, method: Method, path: &str) -> Answer {
        self.send(
            poem::Request::builder()
                .method(method)
                .uri(path.parse().unwrap())
                .finish(),
        )
        .await
    }

    pub(crate) async fn send(&self, request: poem::Request) -> Answer {
        let response = self
            .endpoint
            .call(request)
            .await
            .unwrap_or_else(poem::Error::into_response);
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: body.into_bytes().await.unwrap().to_vec(),
        }
    }

    /// Makes a user and logs in.
    pub(crate) async fn actor(&self, login: &str, role: Role, scope: Scope) -> Actor<'_> {
        let new = NewUser {
            login: login.to_owned(),
            display_name: login.to_owned(),
            password: PASSWORD.to_owned(),
            role,
            scope,
        };
        create_user(&self.service, &operator(), new).await.unwrap();
        self.log_in(login).await
    }

    pub(crate) async fn log_in(&self, login: &str) -> Actor<'_> {
        let body = json!({ "login": login, "password": PASSWORD }).to_string();
        let request = poem::Request::builder()
            .method(Method::POST)
            .uri("/api/v1/sessions".parse().unwrap())
            .content_type("application/json")
            .body(body);
        let answer = self.send(request).await.expect(StatusCode::CREATED);
        Actor {
            app: self,
            token: answer.json()["token"].as_str().unwrap().to_owned(),
            calls: AtomicUsize::new(1),
        }
    }

    pub(crate) async fn admin(&self) -> Actor<'_> {
        self.actor("admin", Role::Admin, Scope::County).await
    }

    pub(crate) async fn bureau(&self) -> Actor<'_> {
        self.actor("bureau", Role::Bureau, Scope::County).await
    }

    pub(crate) async fn reader(&self) -> Actor<'_> {
        self.actor("reader", Role::Reader, Scope::County).await
    }

    pub(crate) async fn town(&self, area: &str) -> Actor<'_> {
        self.actor(&format!("town-{area}"), Role::Town, Scope::Town(area.to_owned()))
            .await
    }

    pub(crate) async fn filler(&self, enterprise: &str) -> Actor<'_> {
        let id = EnterpriseId(enterprise.parse().unwrap());
        self.actor(&format!("filler-{enterprise}"), Role::Enterprise, Scope::Enterprise(id))
            .await
    }

    /// The template of a return with these answers in its cells, and then with these cells laid over them.
    pub(crate) async fn filled(&self, return_id: &str, answers: &Answers, over: Prefill) -> Vec<u8> {
        self.filled_with_claims(return_id, answers, over, Claims::new()).await
    }

    /// The blank form of a round, filled in with these answers.
    pub(crate) async fn blank_form(&self, round_id: &str, answers: &Answers) -> Vec<u8> {
        let (answers, operator) = (answers.clone(), operator());
        let round = RoundId(round_id.parse().unwrap());
        let filling =
            move |form: &Form, language| raw_values(form.survey.questionnaire(), &form.options, &answers, language);
        let written = write_filled_blank(&self.service, &operator, round, Language::Zh, filling);
        written.await.unwrap().bytes
    }

    /// The same, with reasons why questions do not apply.
    pub(crate) async fn filled_with_claims(
        &self,
        return_id: &str,
        answers: &Answers,
        over: Prefill,
        claims: Claims,
    ) -> Vec<u8> {
        let answers = answers.clone();
        let operator = operator();
        let write = write_filled(
            &self.service,
            &operator,
            ReturnId(return_id.parse().unwrap()),
            move |form, language| {
                let mut cells = raw_values(form.survey.questionnaire(), &form.options, &answers, language);
                cells.extend(over);
                Filling { cells, claims }
            },
        );
        write.await.unwrap().bytes
    }
}

/// Somebody who is logged in.
pub(crate) struct Actor<'a> {
    pub(crate) app: &'a App,
    pub(crate) token: String,
    calls: AtomicUsize,
}

impl Actor<'_> {
    /// Calls so far, logging in counted.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    fn request(&self, method: Method, path: &str) -> poem::RequestBuilder {
        self.calls.fetch_add(1, Ordering::Relaxed);
        poem::Request::builder()
            .method(method)
            .uri(path.parse().unwrap())
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.app.send(self.request(Method::GET, path).finish()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.app.send(self.request(Method::DELETE, path).finish()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let request = self
            .request(Method::POST, path)
            .content_type("application/json")
            .body(body.to_string());
        self.app.send(request).await
    }

    /// A step of the workflow: POST with the ETag, with a body where one is asked for.
    pub(crate) async fn step(&self, path: &str, etag: &str, body: Option<Value>) -> Answer {
        let request = self.request(Method::POST, path).header("if-match", etag);
        let request = match body {
            Some(body) => request.content_type("application/json").body(body.to_string()),
            None => request.finish(),
        };
        self.app.send(request).await
    }

    pub(crate) async fn change(&self, method: Method, path: &str, etag: Option<&str>, body: Value) -> Answer {
        let mut request = self.request(method, path).content_type("application/json");
        if let Some(etag) = etag {
            request = request.header("if-match", etag);
        }
        self.app.send(request.body(body.to_string())).await
    }

    /// A step that takes a file: POST with the ETag.
    pub(crate) async fn step_with_file(&self, path: &str, etag: &str, bytes: Vec<u8>) -> Answer {
        let request = self
            .request(Method::POST, path)
            .header("if-match", etag)
            .content_type("application/octet-stream")
            .body(bytes);
        self.app.send(request).await
    }

    pub(crate) async fn upload(&self, path: &str, bytes: Vec<u8>) -> Answer {
        let request = self
            .request(Method::POST, path)
            .content_type("application/octet-stream")
            .body(bytes);
        self.app.send(request).await
    }

    /// Waits for the job of a 202 answer; gives the job when it has ended.
    pub(crate) async fn job(&self, accepted: Answer) -> Value {
        let path = accepted.expect(StatusCode::ACCEPTED).header("location");
        for _ in 0..600 {
            let job = self.get(&path).await.expect(StatusCode::OK).json();
            if !matches!(job["state"].as_str(), Some("queued" | "running")) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the job at {path} did not end within 30 s");
    }

    /// Asks for something until it is as far as is waited for.
    pub(crate) async fn wait_for(&self, path: &str, reached: impl Fn(&Value) -> bool) {
        for _ in 0..12_000 {
            let found = self.get(path).await.expect(StatusCode::OK).json();
            if reached(&found) {
                return;
            }
            assert_ne!(found["state"], "failed", "{found}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} did not get there");
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The same answer, if it has this status.
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        let body = String::from_utf8_lossy(&self.body)
            .chars()
            .take(3000)
            .collect::<String>();
        assert_eq!(self.status, status, "{body}");
        self
    }

    /// A refusal with this status and code, in the shape that all refusals have.
    #[track_caller]
    pub(crate) fn refused(self, status: StatusCode, code: &str) -> Value {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status.as_u16());
        for language in ["zh", "en"] {
            assert!(
                problem["message"][language]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{problem}"
            );
        }
        problem
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> String {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no header {name}"));
        value.to_str().unwrap().to_owned()
    }
}

/// The worked examples of the domain, with every expected value.
pub(crate) fn worked_examples() -> &'static Value {
    static EXAMPLES: OnceLock<Value> = OnceLock::new();
    EXAMPLES.get_or_init(|| {
        let text = std::fs::read(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/fixtures/domain/worked_examples.json"
        ))
        .unwrap();
        serde_json::from_slice(&text).unwrap()
    })
}

/// Where a command finds its data in tests.
#[expect(dead_code, reason = "used by the command line tests")]
pub(crate) fn place(folder: &std::path::Path) -> DataPlace {
    DataPlace {
        data: Some(folder.to_owned()),
        database: None,
        limits: None,
        county: None,
    }
}
