//! Questionnaires as Excel workbooks: templates out, returns in, hostile files refused.
//!
//! This crate knows no HTTP, no database, no clock and no randomness. [`layout::Layout`] says what stands where,
//! [`template::write`] writes it, [`extract::extract`] reads any workbook into raw cells, [`anchor::anchor`] finds the
//! answer cells among them by their hidden codes, never by their address.

pub mod anchor;
pub mod annotate;
mod date;
pub mod error;
pub mod extract;
pub mod language;
pub mod layout;
pub mod metadata;
pub mod options;
pub mod prefill;
pub mod template;
mod ticks;
mod wording;

pub use error::{AnchorError, ReadError, WriteError};
