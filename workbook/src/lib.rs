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
mod date;
pub mod error;
pub mod extract;
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

pub use error::{AnchorError, ReadError, WriteError};
