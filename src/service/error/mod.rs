//! The one error of all use cases.
//!
//! An error has a stable code, a sentence for people in both languages, the places that are wrong, and (kept apart,
//! for the log alone) what happened inside. Nothing here knows HTTP; `api::http::problem` turns kinds into statuses.
//!
//! The codes of the service stand in [`codes`]; what the other crates refuse becomes an error in `refusals`.

pub mod codes;
mod refusals;

pub(crate) use refusals::region_refused;

use survey::{cell::Place, text::Text};

use self::codes::{Code, FaultCode};
use crate::store::db::StoreError;

/// What sort of failure it is; the API gives each one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request is not of the right form.
    Malformed,
    /// The address does not take the method of the request.
    MethodNotAllowed,
    /// Nobody is logged in, or the credentials are not good.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, or the caller does not see it.
    NotFound,
    /// It contradicts the present state.
    Conflict,
    /// Somebody else changed it first.
    VersionMismatch,
    /// A version must be stated.
    VersionRequired,
    /// The content is understood but not acceptable.
    Unprocessable,
    /// The content is larger than allowed.
    TooLarge,
    /// The content is of a kind that is not read.
    UnsupportedMedia,
    /// Too many attempts.
    TooMany,
    /// Busy for the moment.
    Busy,
    /// Our fault.
    Internal,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: String,
    /// JSON pointer into the request or document, or `row:7` of a list.
    pub pointer: Option<String>,
    /// Cell of a workbook.
    pub place: Option<Place>,
    /// What and what to do.
    pub message: Text,
}

impl Fault {
    /// A fault at a JSON pointer, in the words of its code.
    pub fn at(pointer: impl Into<String>, code: FaultCode) -> Self {
        Self::saying(pointer, code, code.zh, code.en)
    }

    /// A fault at a JSON pointer, in words of its own.
    pub fn saying(pointer: impl Into<String>, code: FaultCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::of(pointer, code.name, Text::new(zh, en))
    }

    /// What another crate finds wrong at a JSON pointer.
    pub(crate) fn of(pointer: impl Into<String>, code: &str, message: Text) -> Self {
        Self {
            code: code.to_owned(),
            pointer: Some(pointer.into()),
            place: None,
            message,
        }
    }
}

/// The error of a use case.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {}", message.en)]
pub struct ServiceError {
    /// What sort of failure.
    pub kind: Kind,
    /// Stable code.
    pub code: String,
    /// What and what to do.
    pub message: Text,
    /// What exactly is wrong, all of it.
    pub faults: Vec<Fault>,
    /// For the log alone.
    pub internal: Option<Box<str>>,
}

impl ServiceError {
    /// The most single faults that an answer or a job lists.
    pub const MOST_FAULTS: usize = 500;

    /// The error of this code.
    pub fn new(code: Code) -> Self {
        Self::saying(code, Text::new(code.zh, code.en))
    }

    /// The error of this code in words of its own.
    pub fn saying(code: Code, message: Text) -> Self {
        Self::of(code.kind, code.name, message)
    }

    /// What another crate refuses.
    fn of(kind: Kind, code: &str, message: Text) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            message,
            faults: Vec::new(),
            internal: None,
        }
    }

    /// Whether it has this code.
    pub fn is(&self, code: Code) -> bool {
        self.code == code.name
    }

    /// The same error with the things that are wrong.
    #[must_use]
    pub fn with_faults(mut self, faults: impl IntoIterator<Item = impl Into<Fault>>) -> Self {
        self.faults = faults.into_iter().map(Into::into).collect();
        self
    }

    /// The same error with a note for the log.
    #[must_use]
    pub fn because(mut self, internal: impl std::fmt::Display) -> Self {
        self.internal = Some(internal.to_string().into_boxed_str());
        self
    }

    /// Our fault, with a note for the log.
    pub fn internal(internal: impl std::fmt::Display) -> Self {
        Self::new(codes::general::INTERNAL).because(internal)
    }
}

/// A store error whose duplicate has a better code of its own.
pub(crate) fn duplicate(error: StoreError, code: Code) -> ServiceError {
    match error {
        StoreError::Duplicate { .. } => ServiceError::new(code),
        other => other.into(),
    }
}
