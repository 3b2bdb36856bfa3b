//! The codes of the service, by resource. docs/errors.md is written from these lists.

use super::Kind;

/// A stable code of an error, with its kind and its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The code as clients see it.
    pub name: &'static str,
    /// What sort of failure.
    pub kind: Kind,
    /// What and what to do, in Chinese.
    pub zh: &'static str,
    /// What and what to do, in English.
    pub en: &'static str,
}

/// A stable code of one fault among those that an error lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultCode {
    /// The code as clients see it.
    pub name: &'static str,
    /// What and what to do, in Chinese.
    pub zh: &'static str,
    /// What and what to do, in English.
    pub en: &'static str,
}

/// Names the error codes of a resource and lists them in `ALL`.
macro_rules! codes {
    ($($constant:ident = $name:literal, $kind:ident, $zh:literal, $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $constant: Code = Code { name: $name, kind: Kind::$kind, zh: $zh, en: $en };
        )*

        pub(super) const ALL: &[Code] = &[$($constant),*];
    };
}

/// Names the fault codes of a resource and lists them in `FAULTS`.
macro_rules! faults {
    ($($constant:ident = $name:literal, $zh:literal, $en:literal;)*) => {
        $(
            #[doc = $en]
            pub const $constant: FaultCode = FaultCode { name: $name, zh: $zh, en: $en };
        )*

        pub(super) const FAULTS: &[FaultCode] = &[$($constant),*];
    };
}

pub mod access;
pub mod cli;
pub mod documents;
pub mod general;
pub mod http;
pub mod imports;
pub mod jobs;
pub mod registry;
pub mod returns;
pub mod rounds;
pub mod runs;
pub mod templates;

/// All error codes that the API answers with.
pub fn all() -> impl Iterator<Item = Code> {
    [
        general::ALL,
        http::ALL,
        access::ALL,
        registry::ALL,
        documents::ALL,
        rounds::ALL,
        templates::ALL,
        returns::ALL,
        imports::ALL,
        runs::ALL,
        jobs::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// All fault codes that the API answers with.
pub fn faults() -> impl Iterator<Item = FaultCode> {
    [
        http::FAULTS,
        access::FAULTS,
        registry::FAULTS,
        documents::FAULTS,
        rounds::FAULTS,
        returns::FAULTS,
        imports::FAULTS,
        runs::FAULTS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The error codes and notices of the command line alone.
pub fn command_line() -> (&'static [Code], &'static [FaultCode]) {
    (cli::ALL, cli::FAULTS)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{all, command_line, faults};

    #[test]
    fn codes_are_unique_and_bilingual() {
        let (errors, notices) = command_line();
        let errors = all()
            .chain(errors.iter().copied())
            .map(|code| (code.name, code.zh, code.en));
        let faults = faults().chain(notices.iter().copied());
        let rows = errors.chain(faults.map(|code| (code.name, code.zh, code.en)));
        let mut seen = BTreeSet::new();
        for (name, zh, en) in rows {
            assert!(seen.insert(name), "{name} stands twice");
            assert!(!zh.is_empty() && !en.is_empty(), "{name} lacks a sentence");
        }
    }
}
