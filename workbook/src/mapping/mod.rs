//! Spreadsheets of other systems: how their columns or cells answer the questions of a questionnaire.
//!
//! A [`Mapping`] is proposed from labels by similarity ([`propose()`]), confirmed by a person, kept and used again. What is
//! read with it goes the same way as a returned form: raw cells with their places, to be understood by the survey crate.
//! Figures in another unit are multiplied after they were read, and their provenance keeps the original and says by which
//! factor ([`Compiled::scale`]).

mod apply;
mod check;
mod document;
mod propose;
mod similar;

pub use apply::{MappedRow, SourceRow, rows};
pub use check::Compiled;
pub use document::{Field, Key, KeyKind, Mapping, Shape};
pub use propose::{FieldScore, Proposal, Unmatched, propose};
pub use similar::similarity;
