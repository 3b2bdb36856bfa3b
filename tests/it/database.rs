//! Test databases: every store test runs on a fresh SQLite file and on a fresh PostgreSQL database.
//!
//! PostgreSQL is a private cluster, made once per test process in a folder of its own and reached through a socket only.
//! A watchdog shell owns the server and stops it when its standard input closes: that is, when this process ends, however
//! it ends. Without PostgreSQL the tests fail; they are never skipped.

use std::{
    ffi::OsString,
    fs,
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use ronghe::store::{Connection as _, Database};
use tempfile::TempDir;

/// The databases that everything must run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    /// A file.
    Sqlite,
    /// A database in the private cluster.
    Postgres,
}

/// A fresh, migrated database.
pub(crate) struct TestDatabase {
    /// The open database.
    pub(crate) database: Database,
    /// Its address, for a second process or pool.
    pub(crate) url: String,
    kept: Kept,
}

/// What must be kept while the database is in use, and removed afterwards.
enum Kept {
    Folder(#[expect(dead_code, reason = "removed when dropped")] TempDir),
    Name(String),
}

/// Runs a test on both databases, each time on a fresh one. A failure names the database.
pub(crate) async fn on_both(test: impl AsyncFn(Database)) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("on {backend:?}");
        let fresh = TestDatabase::new(backend).await;
        test(fresh.database.clone()).await;
        fresh.remove().await;
    }
}

impl TestDatabase {
    /// A fresh, migrated database: a copy of one that was migrated once per process.
    pub(crate) async fn new(backend: Backend) -> Self {
        let (url, kept) = match backend {
            Backend::Sqlite => {
                let folder = TempDir::with_prefix("ronghe-test-").unwrap();
                let file = folder.path().join("ronghe.db");
                fs::write(&file, sqlite_template()).unwrap();
                (sqlite_url(&file), Kept::Folder(folder))
            }
            Backend::Postgres => {
                static NUMBER: AtomicU32 = AtomicU32::new(0);
                let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
                let cluster = cluster();
                cluster
                    .execute(&format!("CREATE DATABASE {name} TEMPLATE template_ronghe"))
                    .await;
                (cluster.url(&name), Kept::Name(name))
            }
        };
        let database = Database::open(&url).await.unwrap();
        Self { database, url, kept }
    }

    /// Closes the database and removes it. One that is left, by a test that failed, goes with the folder or the cluster.
    pub(crate) async fn remove(self) {
        self.database.close().await.unwrap();
        if let Kept::Name(name) = &self.kept {
            cluster().execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

/// A database without any table, for testing migrations.
pub(crate) async fn blank(backend: Backend) -> TestDatabase {
    let (url, kept) = match backend {
        Backend::Sqlite => {
            let folder = TempDir::with_prefix("ronghe-test-").unwrap();
            (sqlite_url(&folder.path().join("ronghe.db")), Kept::Folder(folder))
        }
        Backend::Postgres => {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let name = format!("blank_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
            cluster()
                .execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
                .await;
            (cluster().url(&name), Kept::Name(name))
        }
    };
    TestDatabase {
        database: Database::open(&url).await.unwrap(),
        url,
        kept,
    }
}

fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}?mode=rwc", file.display())
}

/// The bytes of a migrated SQLite file.
fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let folder = TempDir::with_prefix("ronghe-test-").unwrap();
        let file = folder.path().join("ronghe.db");
        let url = sqlite_url(&file);
        block_on(async move {
            let database = Database::open(&url).await.unwrap();
            database.migrate().await.unwrap();
            // Closing the last connection moves everything from the log into the file.
            database.close().await.unwrap();
        });
        fs::read(file).unwrap()
    })
}

/// The private PostgreSQL cluster of this process.
struct Cluster {
    folder: PathBuf,
    /// Held until the process ends; the watchdog reads from its other end.
    _watchdog: Child,
}

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    fn start() -> Self {
        let programs = programs();
        // Searchable by the user that the server runs as. The watchdog removes it.
        let permissions = fs::Permissions::from_mode(0o755);
        let folder = tempfile::Builder::new()
            .prefix("ronghe-pg-")
            .permissions(permissions)
            .tempdir()
            .unwrap()
            .keep();
        let owner = server_user(&folder);
        run(as_user(owner, &programs.join("initdb")).args([
            OsString::from("--pgdata"),
            folder.join("data").into(),
            "--username=ronghe".into(),
            "--auth=trust".into(),
            "--encoding=UTF8".into(),
            "--locale=C.UTF-8".into(),
            "--no-sync".into(),
        ]));
        let watchdog = as_user(owner, Path::new("sh"))
            .args(["-c", WATCHDOG, "watchdog"])
            .args([programs.join("postgres"), folder.clone()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt from the terminal ends the tests, and so their pipe; it must not reach the server first.
            .process_group(0)
            .spawn()
            .unwrap();
        let cluster = Self {
            folder,
            _watchdog: watchdog,
        };
        cluster.wait();
        cluster.make_template();
        cluster
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://ronghe@localhost/{name}?host={}", self.folder.display())
    }

    async fn execute(&self, statement: &str) {
        let database = Database::open(&self.url("postgres")).await.unwrap();
        database.read().execute_unprepared(statement).await.unwrap();
        database.close().await.unwrap();
    }

    fn wait(&self) {
        let begun = Instant::now();
        while !self.answers() {
            let log = || fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "PostgreSQL did not start:\n{}",
                log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn answers(&self) -> bool {
        let url = self.url("postgres");
        // A socket without a server behind it is refused at once; one that is not there yet as well.
        self.folder.join(".s.PGSQL.5432").exists()
            && block_on(async move {
                match Database::open(&url).await {
                    Ok(database) => database.close().await.is_ok(),
                    Err(_) => false,
                }
            })
    }

    fn make_template(&self) {
        let (postgres, template) = (self.url("postgres"), self.url("template_ronghe"));
        block_on(async move {
            let server = Database::open(&postgres).await.unwrap();
            server
                .read()
                .execute_unprepared("CREATE DATABASE template_ronghe")
                .await
                .unwrap();
            server.close().await.unwrap();
            let database = Database::open(&template).await.unwrap();
            database.migrate().await.unwrap();
            database.close().await.unwrap();
        });
    }
}

/// Runs the server (`$1`) on the folder (`$2`), waits for the end of the tests, and removes both.
const WATCHDOG: &str = r#"
cd "$2" || exit 1
"$1" -D "$2/data" -k "$2" -p 5432 -c listen_addresses= -c max_connections=200 \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >"$2/log" 2>&1 </dev/null &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
cd /
rm -rf "$2"
"#;

/// The folder of PostgreSQL's programs: `RONGHE_PG_BIN`, the newest of Debian's, or that of `pg_config`.
#[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
fn programs() -> PathBuf {
    let given = std::env::var_os("RONGHE_PG_BIN").map(PathBuf::from);
    let found = given.or_else(newest_of_debian).or_else(by_pg_config);
    found.filter(|folder| folder.join("initdb").exists()).expect(
        "the store tests need PostgreSQL: install it (apt-get install postgresql) or name the folder of initdb and \
         postgres in RONGHE_PG_BIN",
    )
}

fn newest_of_debian() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.filter_map(Result::ok);
    let newest = versions.max_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0))?;
    Some(newest.path().join("bin"))
}

fn by_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    Some(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}

/// PostgreSQL refuses to run as root: then it runs as `postgres`, who gets the folder.
fn server_user(folder: &Path) -> Option<&'static str> {
    rustix::process::geteuid().is_root().then(|| {
        run(Command::new("chown").arg("postgres").arg(folder));
        "postgres"
    })
}

fn as_user(user: Option<&str>, program: &Path) -> Command {
    match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--"]).arg(program).current_dir("/");
            command
        }
    }
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs to its end on a thread of its own: a runtime cannot wait inside another.
fn block_on<T: Send>(work: impl Future<Output = T> + Send) -> T {
    let on_a_runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work)
    };
    thread::scope(|scope| scope.spawn(on_a_runtime).join().unwrap())
}
