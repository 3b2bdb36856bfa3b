//! The only room that says `sea_orm`: the database and one file per aggregate.
//!
//! Every function takes a connection first (reading: [`db::Database::read`] or a transaction; writing: a
//! [`db::WriteTxn`]) and, where enterprise data is touched, the caller's [`crate::domain::access::Scope`] second, so that
//! no query can forget it: what the scope does not show is [`StoreError::NotFound`]. Identifiers and times are given,
//! never made here. What is found by identifier must be there ([`StoreError::NotFound`]); what is looked up by another key
//! may be absent (`Option`). Entity models stay inside; plain types of [`crate::domain`] go in and out.

pub mod access;
pub mod area;
pub mod blob;
pub mod db;
pub mod document;
pub mod enterprise;
pub mod enterprise_group;
mod error;
mod grant;
pub mod import;
pub mod industry;
mod insert;
pub mod job;
mod json;
pub mod justification;
mod keyset;
pub mod login_code;
pub mod mapping;
pub mod round;
pub mod run;
pub mod run_region;
pub mod run_result;
mod scope;
pub mod signing_key;
pub mod survey_return;
mod text;
mod version;

pub use self::{
    db::{Connection, Database, WriteTxn},
    error::StoreError,
};
