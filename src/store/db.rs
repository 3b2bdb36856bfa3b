//! The database: opening it, reading, and the one way to write.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use migration::{Migrator, MigratorTrait as _};
pub use sea_orm::ConnectionTrait as Connection;
use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel, QueryResult,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait as _,
    prelude::async_trait::async_trait,
    sqlx::{
        PgPool, SqlitePool,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};

pub use super::error::StoreError;

/// Connections that read, on SQLite. Readers never wait for the writer (WAL).
const SQLITE_READERS: u32 = 6;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a connection is waited for before [`StoreError::Busy`]. SQLite has one writer, so this is also the longest
/// that a write waits for the writes before it.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process (a backup, a command line) to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements slower than this are logged.
const SLOW: Duration = Duration::from_secs(1);

/// An open database. Clones share their connections.
///
/// SQLite gets one writing connection and a pool of reading ones: with several writers on one pool the worst wait is
/// a hundred times longer, and deferred transactions fail at once with "database is locked". PostgreSQL gets one pool
/// for both.
#[derive(Clone)]
pub struct Database {
    reader: DatabaseConnection,
    writer: DatabaseConnection,
    statements: Arc<AtomicU64>,
    writes: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Database {
    /// Opens `sqlite://path?mode=rwc` or `postgres://user@host/database`.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let statements = Arc::new(AtomicU64::new(0));
        let writes = Arc::new(Mutex::new(BTreeMap::new()));
        let connect = async |options| -> Result<DatabaseConnection, StoreError> {
            let mut connection = sea_orm::Database::connect::<ConnectOptions>(options).await?;
            watch(&mut connection, Arc::clone(&statements), Arc::clone(&writes));
            Ok(connection)
        };
        if url.starts_with("sqlite:") {
            if url.contains(":memory:") || url.contains("mode=memory") {
                return Err(StoreError::Database(
                    "a database in memory cannot be shared by readers and writer".into(),
                ));
            }
            // The writer first: it makes the file and puts it into WAL mode, which the file remembers.
            let writer = connect(sqlite_writer(url)).await?;
            let reader = connect(sqlite_readers(url)).await?;
            Ok(Self {
                reader,
                writer,
                statements,
                writes,
            })
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = connect(postgres(url)).await?;
            Ok(Self {
                reader: pool.clone(),
                writer: pool,
                statements,
                writes,
            })
        } else {
            Err(StoreError::Database(
                "a database URL begins with sqlite: or postgres:".into(),
            ))
        }
    }

    /// For reading. On SQLite these connections refuse to write.
    pub fn read(&self) -> &(impl Connection + use<>) {
        &self.reader
    }

    /// Begins a transaction that may write; dropped without [`WriteTxn::commit`] it is rolled back.
    ///
    /// SQLite takes the write lock at once (BEGIN IMMEDIATE): what is read inside the transaction cannot change before
    /// it is written. PostgreSQL runs at READ COMMITTED, where this is not so; every read-modify-write therefore names
    /// the version it has read, and a version that has moved answers [`StoreError::VersionConflict`] on both databases.
    /// REPEATABLE READ would turn the same conflict into a serialization failure that says nothing to a client.
    ///
    /// After an error PostgreSQL accepts no further statement: drop the transaction, never go on in it.
    pub async fn begin_write(&self) -> Result<WriteTxn, StoreError> {
        let options = match self.writer.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
        };
        Ok(WriteTxn(self.writer.begin_with_options(options).await?))
    }

    /// Brings the schema up to date. For the command line: servers must not race each other here.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        Ok(Migrator::up(&self.writer, None).await?)
    }

    /// Takes every migration back, the newest first. All data is lost.
    pub async fn migrate_down(&self) -> Result<(), StoreError> {
        Ok(Migrator::down(&self.writer, None).await?)
    }

    /// Whether the schema is the one this program was built for: no migration is missing, none is unknown.
    pub async fn schema_is_current(&self) -> Result<bool, StoreError> {
        match Migrator::get_pending_migrations_read_only(&self.reader).await {
            Ok(pending) => Ok(pending.is_empty()),
            // The database knows a migration that this program does not: it is newer.
            Err(DbErr::Custom(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.reader.ping().await?)
    }

    /// Statements sent since it was opened, transaction control left out. Tests compare it before and after a list.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Statements that write, by verb and table (`insert revision`), since it was opened. Tests prove with it that a dry
    /// run writes nothing.
    pub fn writes(&self) -> BTreeMap<String, u64> {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The writing pool for the job queue, on SQLite. It holds one connection: the queue must never hold it while it
    /// asks for another.
    pub fn sqlite_pool(&self) -> Option<SqlitePool> {
        (self.writer.get_database_backend() == DbBackend::Sqlite)
            .then(|| self.writer.get_sqlite_connection_pool().clone())
    }

    /// The pool for the job queue, on PostgreSQL.
    pub fn postgres_pool(&self) -> Option<PgPool> {
        (self.writer.get_database_backend() == DbBackend::Postgres)
            .then(|| self.writer.get_postgres_connection_pool().clone())
    }

    /// Closes all connections, those of the clones too.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader.close_by_ref().await?;
        Ok(self.writer.close_by_ref().await?)
    }
}

/// A transaction that may write. Rolled back unless committed.
pub struct WriteTxn(DatabaseTransaction);

impl WriteTxn {
    /// Makes what was written last.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

#[async_trait]
impl Connection for WriteTxn {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.query_all_raw(statement).await
    }
}

fn sqlite_writer(url: &str) -> ConnectOptions {
    let mut options = common(url, 1);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true)
    });
    options
}

fn sqlite_readers(url: &str) -> ConnectOptions {
    let mut options = common(url, SQLITE_READERS);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.busy_timeout(BUSY_TIMEOUT).pragma("query_only", "ON"));
    options
}

fn postgres(url: &str) -> ConnectOptions {
    let mut options = common(url, POSTGRES_CONNECTIONS);
    options.set_application_name("ronghe");
    options
}

fn common(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(PATIENCE)
        .sqlx_logging(false);
    options
}

/// Counts the statements and logs slow ones, without their values: those may be personal.
fn watch(connection: &mut DatabaseConnection, statements: Arc<AtomicU64>, writes: Arc<Mutex<BTreeMap<String, u64>>>) {
    connection.set_metric_callback(move |info| {
        statements.fetch_add(1, Ordering::Relaxed);
        if let Some(write) = named_write(&info.statement.sql) {
            let mut writes = writes.lock().unwrap_or_else(PoisonError::into_inner);
            *writes.entry(write).or_default() += 1;
        }
        if info.elapsed >= SLOW {
            tracing::warn!(elapsed = ?info.elapsed, sql = %info.statement.sql, "slow statement");
        }
    });
}

/// Verb and table of a statement that writes.
fn named_write(sql: &str) -> Option<String> {
    let mut words = sql.split([' ', '(', '"']).filter(|word| !word.is_empty());
    let verb = words.next()?.to_lowercase();
    match verb.as_str() {
        "insert" | "delete" => words.next(),
        "update" => Some(""),
        _ => return None,
    }?;
    Some(format!("{verb} {}", words.next()?.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::named_write;

    #[test]
    fn a_write_is_named_by_verb_and_table() {
        let check = |sql: &str, expected: Option<&str>| assert_eq!(named_write(sql).as_deref(), expected, "{sql}");
        check(r#"INSERT INTO "revision" ("id") VALUES ($1)"#, Some("insert revision"));
        check(
            r#"UPDATE "survey_return" SET "state" = ?"#,
            Some("update survey_return"),
        );
        check(r#"DELETE FROM "area_closure""#, Some("delete area_closure"));
        check(r#"SELECT "id" FROM "revision""#, None);
        check("", None);
    }
}
