//! What every operation shares: login, versions, pages, problems, uploads, the document itself.

pub mod address;
pub mod auth;
mod body_form;
pub mod download;
pub mod etag;
pub mod failures;
mod forms;
pub mod front;
pub mod health;
pub(crate) mod home;
pub(crate) mod incident;
pub mod instant;
pub mod json_body;
pub mod language;
pub mod page;
pub mod problem;
pub mod spec;
pub mod translation;
pub mod typed;
pub mod upload;
pub mod word;
