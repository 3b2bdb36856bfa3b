//! Logs: one line per event on standard error, JSON when asked for.

use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Starts logging. `filter` is a directive such as `info` or `ronghe=debug`; with one that cannot be read, warnings are
/// logged, and the first line says so.
pub fn start(filter: &str, format: LogFormat) {
    let parsed = EnvFilter::try_new(filter);
    let refused = parsed.as_ref().err().map(ToString::to_string);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(parsed.unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr);
    // A second start (tests in one process) changes nothing.
    match format {
        LogFormat::Text => builder.try_init().ok(),
        LogFormat::Json => builder.json().try_init().ok(),
    };
    if let Some(error) = refused {
        tracing::warn!(filter, error, "the log filter cannot be read; warnings are logged");
    }
}
