//! The nouns of the service: plain types that `store` reads and writes, `service` works with and `api` shows.
//!
//! Nothing here knows HTTP or a database.

pub mod access;
pub mod area;
pub mod blob;
pub(crate) mod count;
pub mod document;
pub mod enterprise;
pub mod enterprise_group;
pub mod identifiers;
pub mod import;
pub mod industry;
pub mod job;
pub mod justification;
pub mod login_code;
pub mod mapping;
pub mod page;
pub mod return_step;
pub mod revision;
pub mod robustness;
pub mod round;
pub mod run;
pub mod signing_key;
pub mod size_class;
pub mod survey_return;
