//! Identifiers of enterprises: unified social credit code, organisation code, old registration number.
//!
//! A wrong shape is a fault. A wrong check character is not: codes given out in the early years fail it, so it is a
//! warning that a reviewer may accept with a reason. Nothing is ever guessed; candidates are only offered.

mod orgcode;
mod registration;
mod uscc;

pub use orgcode::{OrgCode, OrgCodeFault};
pub use registration::{RegistrationNumber, RegistrationNumberFault};
pub use uscc::{Uscc, UsccFault};

use crate::width::half_width;

/// The form in which identifiers are compared: half width, no blanks at the ends, upper case.
pub fn normalise(text: &str) -> String {
    half_width(text).trim().to_uppercase()
}

#[cfg(test)]
mod tests;
