//! Printing: text for people, JSON for programs.

use std::{io::Write, process::ExitCode, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use serde_json::{Value, json};
use survey::{cell::Place, document::DocumentFault, text::Text};

use super::tongue::Tongue;
use crate::{
    service::error::{
        ServiceError,
        codes::{self, Code},
    },
    startup::StartError,
};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON value.
    Json,
}

/// Why a command was not done.
#[derive(Debug)]
pub(super) struct Failed {
    code: String,
    message: Text,
    errors: Vec<FailedAt>,
}

/// One thing that is wrong, and where.
#[derive(Debug, Serialize)]
struct FailedAt {
    code: String,
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    message: Text,
}

impl Failed {
    /// A failure with a code and one sentence in each language.
    pub(crate) fn new(code: Code, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::of(code.name, zh, en)
    }

    /// A failure with a code that another crate or a job gives.
    pub(crate) fn of(code: &str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: Text::new(zh, en),
            errors: Vec::new(),
        }
    }

    /// The failure with the faults it stands for, each with its place.
    #[must_use]
    pub(crate) fn with_faults(mut self, faults: &[DocumentFault]) -> Self {
        self.errors.extend(faults.iter().map(|fault| FailedAt {
            code: fault.code.clone(),
            pointer: Some(fault.pointer.clone()),
            place: None,
            message: fault.message.clone(),
        }));
        self
    }

    fn json(&self) -> Value {
        let mut value = json!({
            "code": self.code,
            "message": self.message,
        });
        if !self.errors.is_empty() {
            value["errors"] = json!(self.errors);
        }
        value
    }
}

impl From<ServiceError> for Failed {
    fn from(error: ServiceError) -> Self {
        let internal = error.internal.as_deref().filter(|_| error.is(codes::general::INTERNAL));
        let note = internal.map_or(String::new(), |internal| format!(" ({internal})"));
        let errors = error.faults.into_iter().map(|fault| FailedAt {
            code: fault.code,
            pointer: fault.pointer,
            place: fault.place,
            message: fault.message,
        });
        Self {
            code: error.code,
            errors: errors.collect(),
            message: Text::new(error.message.zh, format!("{}{note}", error.message.en)),
        }
    }
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Self {
        Self::new(
            codes::cli::START,
            format!("无法启动：{error}"),
            format!("cannot start: {error}"),
        )
    }
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::new(
            codes::cli::IO,
            format!("读写失败：{error}"),
            format!("cannot read or write: {error}"),
        )
    }
}

/// Where results go, and in which language.
pub(crate) struct Output {
    format: Format,
    tongue: Tongue,
}

impl Output {
    pub(crate) fn new(format: Format, tongue: Tongue) -> Self {
        Self { format, tongue }
    }

    /// The language for people.
    pub(crate) fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// The one of two texts that is in the language for people.
    pub(crate) fn choose<T>(&self, zh: T, en: T) -> T {
        self.tongue.choose(zh, en)
    }

    /// Tells people something that is no result, on standard error.
    pub(crate) fn note(&self, zh: impl AsRef<str>, en: impl AsRef<str>) {
        if !self.is_json() {
            // A note that cannot be printed stops nothing.
            writeln!(std::io::stderr().lock(), "{}", self.choose(zh.as_ref(), en.as_ref())).ok();
        }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a result: the text for people or the value for programs.
    pub(crate) fn say(&self, text: impl AsRef<str>, value: &impl Serialize) -> Result<(), Failed> {
        match self.format {
            Format::Text => print_text(text.as_ref()),
            Format::Json => print_json(value),
        }
    }

    /// Prints why a command was not done, and gives exit status 1.
    pub(crate) fn failed(&self, failed: &Failed) -> ExitCode {
        // Nothing is left to do when even this cannot be printed.
        match self.format {
            Format::Json => drop(print_json(&failed.json())),
            Format::Text => {
                let mut err = std::io::stderr().lock();
                writeln!(err, "{} [{}]", self.tongue.say(&failed.message), failed.code).ok();
                for error in failed.errors.iter().take(50) {
                    let pointer = error.pointer.as_deref().unwrap_or("");
                    writeln!(err, "  {pointer}: {}", self.tongue.say(&error.message)).ok();
                }
            }
        }
        ExitCode::FAILURE
    }

    /// A progress bar on standard error, drawn only where a person looks.
    pub(crate) fn progress(&self, what: &str, steps: usize) -> ProgressBar {
        if self.is_json() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg:24} [{bar:32}] {pos}/{len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bar = ProgressBar::new(steps as u64)
            .with_style(style)
            .with_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Prints text whatever the format is.
pub(crate) fn print_text(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}

fn print_json(value: &impl Serialize) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(std::io::Error::from)?;
    out.write_all(b"\n")?;
    Ok(out.flush()?)
}
