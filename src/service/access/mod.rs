//! Logging in, users, API keys, and what each role may do.

pub mod api_keys;
pub mod authenticate;
pub mod log_in;
pub mod permission;
pub mod users;
