//! Who may know whom, as data. A room is a module with everything below it, or another crate; the longest name that fits
//! a path is its room. What a row does not name is forbidden.

/// A room and what it may know beside [`VALUES`] and itself.
pub(super) struct Room {
    pub(super) name: &'static str,
    pub(super) may_know: &'static [&'static str],
    pub(super) why: &'static str,
}

const fn room(name: &'static str, may_know: &'static [&'static str], why: &'static str) -> Room {
    Room { name, may_know, why }
}

/// Crates of plain values and of documents: everybody may know them.
pub(super) const VALUES: &[&str] = &[
    "std",
    "core",
    "alloc",
    "bytes",
    "chrono",
    "csv",
    "hex",
    "rust_decimal",
    "schemars",
    "serde",
    "serde_json",
    "sha2",
    "thiserror",
];

/// Parts of crates that are forbidden where the crate is allowed.
pub(super) const PARTS: &[(&str, &[&str])] = &[
    (
        "clock",
        &[
            "std::time::Instant",
            "std::time::SystemTime",
            "chrono::Utc::now",
            "chrono::Local",
        ],
    ),
    (
        "randomness",
        &[
            "rand::make_rng",
            "rand::rng",
            "rand::random",
            "rand::rngs",
            "uuid::Uuid::now_v7",
            "uuid::Uuid::new_v4",
            "std::hash::RandomState",
        ],
    ),
    ("environment", &["std::env"]),
    ("files", &["std::fs"]),
    ("network", &["std::net"]),
    ("process", &["std::process"]),
];

/// The table.
pub(super) const ROOMS: &[Room] = &[
    // The pure crates: what comes in is handed in, the same input gives the same output.
    room(
        "survey",
        &["cel", "regex", "serde_path_to_error"],
        "PURE: documents, expressions, findings",
    ),
    room(
        "workbook",
        &[
            "survey",
            "aes",
            "base64",
            "encoding_rs",
            "hmac",
            "md5",
            "postcard",
            "quick_xml",
            "rust_xlsxwriter",
            "sha1",
            "strsim",
            "zip",
        ],
        "PURE: workbooks from bytes to bytes; knows questions, no methodology",
    ),
    room(
        "index",
        &["survey", "memchr"],
        "PURE: methodologies over answers; knows no workbook",
    ),
    room("designation", &["survey"], "PURE: programmes"),
    room(
        "demo",
        &["survey", "workbook", "index", "rand_chacha"],
        "PURE: an invented county from a seed; rand_chacha is a seeded generator",
    ),
    room(
        "report",
        &["survey", "workbook", "index"],
        "PURE: pages and tables from findings and from results",
    ),
    // The database.
    room("entity", &["sea_orm"], "one file per table"),
    room(
        "migration",
        &["sea_orm_migration"],
        "must not move when an entity moves",
    ),
    // The service, from below.
    room(
        "ronghe::domain",
        &["survey", "workbook", "index", "uuid"],
        "plain types; knows nobody above it",
    ),
    room("ronghe::clock", &["clock"], "the one place that asks for the time"),
    room(
        "ronghe::ids",
        &["randomness", "rand", "rand_chacha", "uuid"],
        "the one place that makes identifiers and secrets",
    ),
    room(
        "ronghe::blobs",
        &["object_store", "files"],
        "originals by SHA-256, in a folder",
    ),
    room(
        "ronghe::store",
        &[
            "ronghe::domain",
            "survey",
            "sea_orm",
            "sea_orm_migration",
            "entity",
            "migration",
            "tracing",
            "uuid",
        ],
        "the only room that says sea_orm and entity",
    ),
    room(
        "ronghe::reader",
        &[
            "survey", "workbook", "futures", "postcard", "process", "rustix", "tokio",
        ],
        "the child process that reads workbooks; knows no use case",
    ),
    room(
        "ronghe::service",
        &[
            "ronghe::domain",
            "ronghe::store",
            "ronghe::blobs",
            "ronghe::clock",
            "ronghe::ids",
            "ronghe::reader",
            "survey",
            "workbook",
            "index",
            "designation",
            "argon2",
            "base64",
            "futures",
            "hmac",
            "rand",
            "rand_chacha",
            "rust_xlsxwriter",
            "tokio",
            "uuid",
        ],
        "use cases; knows neither HTTP, nor the settings, nor who runs its jobs; rand_chacha is a seeded generator",
    ),
    room(
        "ronghe::jobs",
        &[
            "ronghe::domain",
            "ronghe::store",
            "ronghe::service",
            "apalis",
            "apalis_postgres",
            "apalis_sqlite",
            "futures",
            "tokio",
            "tracing",
            "uuid",
        ],
        "wakes workers that carry out use cases",
    ),
    room(
        "ronghe::shipped",
        &["ronghe::domain", "ronghe::service", "survey"],
        "built-in documents, ready to be published",
    ),
    room(
        "ronghe::api",
        &[
            "ronghe::domain",
            "ronghe::service",
            "report",
            "ronghe::blobs",
            "survey",
            "workbook",
            "index",
            "base64",
            "poem",
            "poem_openapi",
            "tokio",
            "tracing",
            "uuid",
            "zip",
        ],
        "HTTP over use cases; knows neither store nor jobs",
    ),
    // The program.
    room(
        "ronghe::config",
        &["ronghe::reader", "ronghe::service", "workbook", "clap", "files"],
        "settings, from the command line, the environment (through clap) and files; workbook says what the head of a form holds",
    ),
    room("ronghe::telemetry", &["clap", "tracing", "tracing_subscriber"], "logs"),
    room(
        "ronghe::startup",
        &[
            "ronghe::api",
            "ronghe::blobs",
            "ronghe::clock",
            "ronghe::config",
            "ronghe::ids",
            "ronghe::jobs",
            "ronghe::reader",
            "ronghe::service",
            "ronghe::store",
            "files",
            "network",
            "poem",
            "tokio",
            "tracing",
        ],
        "puts the rooms together and starts the server",
    ),
    room(
        "ronghe::cli",
        &[
            "ronghe::api",
            "ronghe::blobs",
            "ronghe::clock",
            "ronghe::config",
            "demo",
            "ronghe::domain",
            "ronghe::ids",
            "ronghe::jobs",
            "ronghe::reader",
            "report",
            "ronghe::service",
            "ronghe::shipped",
            "ronghe::startup",
            "ronghe::telemetry",
            "survey",
            "workbook",
            "index",
            "clap",
            "environment",
            "files",
            "indicatif",
            "itoa",
            "parquet",
            "zmij",
            "network",
            "process",
            "rust_xlsxwriter",
            "tokio",
            "uuid",
        ],
        "commands over use cases; knows no store",
    ),
    room(
        "ronghe",
        &["tikv_jemallocator"],
        "the list of rooms; a room without a row may know nothing",
    ),
    room("main", &["ronghe::cli", "process"], "the program"),
];

/// Names that a room hands on from another crate on purpose.
pub(super) const HANDED_ON: &[(&str, &str)] = &[(
    "ronghe::store::db::Connection",
    "use cases pass on a connection or a transaction without looking into it",
)];

/// Offences against the table that are known and will be mended: the file and what it knows. A line that is no longer
/// needed fails, so the list shrinks only.
pub(super) const OWED: &[(&str, &str)] = &[];

/// Places whose rooms (the modules directly below) must know each other in one direction only.
pub(super) const LAYERED: &[&str] = &[
    "survey",
    "workbook",
    "index",
    "designation",
    "ronghe::domain",
    "ronghe::store",
    "ronghe::service",
    "ronghe::api",
];

/// The order of the rooms inside a place where it is settled, the lowest first: a room may know those before it.
pub(super) const ORDER: &[(&str, &[&str])] = &[
    (
        "survey",
        &[
            "codes",
            "identifier",
            "text",
            "width",
            "figure",
            "document",
            "expression",
            "questionnaire",
            "tables",
            "cell",
            "messages",
            "finding",
            "answer",
            "carry",
            "justification",
            "synonyms",
            "reading",
            "survey",
            "accounting",
            "report",
            "schema",
        ],
    ),
    (
        "workbook",
        &[
            "codes", "date", "options", "wording", "language", "error", "issue", "ticks", "extract", "archive",
            "layout", "mapping", "metadata", "prefill", "seal", "template", "bulk", "annotate", "anchor", "version",
        ],
    ),
    (
        "index",
        &[
            "codes",
            "parallel",
            "exact",
            "difference",
            "disclosure",
            "overlap",
            "rank",
            "ladder",
            "composite",
            "statistics",
            "exchange",
            "weights",
            "robustness",
            "alternatives",
            "document",
            "card",
            "source",
            "region",
            "compile",
            "schema",
            "returns",
            "explain",
            "outline",
            "over_returns",
        ],
    ),
];

/// Rooms of [`LAYERED`] places that know each other in a circle. The list shrinks only.
pub(super) const CIRCLES: &[(&str, &[&str])] = &[];
