//! Logging in, users, API keys, and what each role may do.

pub mod authenticate;
pub mod log_in;
pub mod manage;
pub mod permission;
