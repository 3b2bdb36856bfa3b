//! What can go wrong in the store, without a word of the database library.

use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr,
    sqlx::{
        self,
        error::{DatabaseError, ErrorKind},
        sqlite::SqliteError,
    },
};

/// Why the store could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or the caller's scope does not show it.
    #[error("not found")]
    NotFound,
    /// The row has changed since it was read.
    #[error("version conflict: the row is at version {current}")]
    VersionConflict {
        /// The version it has now.
        current: i64,
    },
    /// Another row already has what must be unique.
    #[error("duplicate {what}")]
    Duplicate {
        /// Stable word for what must be unique, such as `uscc` or `round_code`.
        what: &'static str,
    },
    /// The row refers to one that does not exist, or others still refer to it.
    #[error("the row refers to a missing row or is still referred to")]
    Referenced,
    /// The database was busy for too long or asks to try again; nothing was written.
    #[error("the database is busy, try again")]
    Busy,
    /// A text holds a NUL character, which PostgreSQL cannot store.
    #[error("a text holds a character that cannot be stored")]
    InvalidText,
    /// A stored value could not be understood.
    #[error("corrupt data: {0}")]
    Corrupt(String),
    /// Anything else. For the log, never for a client.
    #[error("database error: {0}")]
    Database(String),
}

/// What must be unique: the name of the constraint on PostgreSQL, the columns that SQLite names, and our word for it.
const UNIQUE: &[(&str, &str, &str)] = &[
    ("uq_user_account_login", "user_account.login", "login"),
    ("uq_access_token_token_sha256", "access_token.token_sha256", "token"),
    ("uq_api_key_key_sha256", "api_key.key_sha256", "api_key"),
    (
        "uq_document_kind_code_version",
        "document.kind, document.code, document.version",
        "document",
    ),
    ("area_pkey", "area.code", "area_code"),
    ("industry_pkey", "industry.edition, industry.code", "industry_code"),
    ("uq_enterprise_uscc", "enterprise.uscc", "uscc"),
    (
        "uq_mapping_profile_questionnaire_name",
        "mapping_profile.questionnaire, mapping_profile.name",
        "mapping_profile",
    ),
    (
        "uq_enterprise_group_kind_name",
        "enterprise_group.kind, enterprise_group.name",
        "enterprise_group",
    ),
    ("uq_round_code", "round.code", "round_code"),
    (
        "round_member_pkey",
        "round_member.round_id, round_member.enterprise_id",
        "round_member",
    ),
    (
        "uq_survey_return_round_id_enterprise_id",
        "survey_return.round_id, survey_return.enterprise_id",
        "survey_return",
    ),
    (
        "uq_revision_return_id_number",
        "revision.return_id, revision.number",
        "revision_number",
    ),
    (
        "return_event_pkey",
        "return_event.return_id, return_event.number",
        "event_number",
    ),
    ("run_event_pkey", "run_event.run_id, run_event.number", "event_number"),
    (
        "uq_run_round_id_methodology_code",
        "run.round_id, run.methodology_code",
        "published_run",
    ),
    (
        "run_result_pkey",
        "run_result.run_id, run_result.enterprise_id",
        "run_result",
    ),
];

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        let known = match &error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(Self::Busy),
            DbErr::Json(message) | DbErr::Type(message) => Some(Self::Corrupt(message.clone())),
            DbErr::Exec(RuntimeErr::SqlxError(cause))
            | DbErr::Query(RuntimeErr::SqlxError(cause))
            | DbErr::Conn(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
                sqlx::Error::PoolTimedOut => Some(Self::Busy),
                sqlx::Error::Database(cause) => said_by_database(cause.as_ref()),
                _ => None,
            },
            _ => None,
        };
        known.unwrap_or_else(|| Self::Database(error.to_string()))
    }
}

fn said_by_database(error: &dyn DatabaseError) -> Option<StoreError> {
    match error.kind() {
        ErrorKind::UniqueViolation => Some(StoreError::Duplicate { what: duplicate(error) }),
        ErrorKind::ForeignKeyViolation => Some(StoreError::Referenced),
        _ => by_code(error),
    }
}

/// Our word for what must be unique. A constraint that is not listed can only be that of an identifier.
fn duplicate(error: &dyn DatabaseError) -> &'static str {
    // PostgreSQL gives the name of the constraint; SQLite names its columns, in the message alone.
    let message = error.message();
    let columns = message.rsplit_once(": ").map_or(message, |(_, columns)| columns);
    UNIQUE
        .iter()
        .find(|(constraint, named, _)| {
            error
                .constraint()
                .map_or(columns == *named, |given| given == *constraint)
        })
        .map_or("id", |(_, _, what)| what)
}

/// Errors known by the code of the database: a number on SQLite, SQLSTATE on PostgreSQL.
fn by_code(error: &dyn DatabaseError) -> Option<StoreError> {
    let code = error.code()?;
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // SQLITE_BUSY is 5, SQLITE_LOCKED 6; extended codes keep the primary one in the low byte.
        let busy = code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6));
        return busy.then_some(StoreError::Busy);
    }
    match code.as_ref() {
        // serialization_failure, deadlock_detected, lock_not_available, too_many_connections, cannot_connect_now
        "40001" | "40P01" | "55P03" | "53300" | "57P03" => Some(StoreError::Busy),
        // character_not_in_repertoire and untranslatable_character: a NUL in a text or in a JSON string
        "22021" | "22P05" => Some(StoreError::InvalidText),
        _ => None,
    }
}
