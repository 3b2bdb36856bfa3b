//! Accounts of many enterprises at once: one-time codes out, and the first login that sets the password.

mod code;
pub mod first_log_in;
pub mod issue_codes;
pub mod list;
pub mod sheet;
