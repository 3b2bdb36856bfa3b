//! Questionnaires as Excel workbooks: templates out, returns in, hostile files refused.
//!
//! This crate knows no HTTP, no database, no clock and no randomness. [`layout::Layout`] says what stands where,
//! [`template::write`] writes it, [`extract::extract`] reads any workbook into raw cells, [`anchor::anchor`] finds the
//! answer cells among them by their hidden codes, never by their address. [`bulk`] is the same for many returns on one
//! sheet, [`seal`] proves that a template was issued by this house.

pub mod anchor;
pub mod annotate;
pub mod archive;
pub mod bulk;
pub mod codes;
mod date;
pub mod error;
pub mod extract;
mod issue;
pub mod language;
pub mod layout;
pub mod mapping;
pub mod metadata;
pub mod options;
pub mod prefill;
pub mod seal;
pub mod template;
mod ticks;
pub mod version;
mod wording;

use codes::{AnnotateCode, ArchiveCode, FileCode, MappingCode, NoticeCode, TemplateCode};
pub use error::{AnchorError, ReadError, WriteError};
use survey::codes::{Row, rows};

/// Every code that this crate gives, room by room. The codes of single cells are those of `survey`.
pub fn all_codes() -> Vec<Row> {
    rows::<FileCode>()
        .chain(rows::<NoticeCode>())
        .chain(rows::<TemplateCode>())
        .chain(rows::<AnnotateCode>())
        .chain(rows::<ArchiveCode>())
        .chain(rows::<MappingCode>())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_once() {
        let rows: Vec<Row> = survey::all_codes().into_iter().chain(all_codes()).collect();
        let codes: BTreeSet<&str> = rows.iter().map(|row| row.code).collect();
        assert_eq!(codes.len(), rows.len());
    }
}
