//! Tables as SeaORM entities: one file a table, nothing else.
//!
//! Relations point forward only and exist only where a query of `store` follows them.

// The relation types of SeaORM are checked recursively along chains of tables.
#![recursion_limit = "512"]
#![expect(
    clippy::disallowed_methods,
    reason = "the nested saves that the model macro derives, and that nobody calls, begin deferred transactions"
)]

pub mod acceptance;
pub mod access_token;
pub mod api_key;
pub mod area;
pub mod area_closure;
pub mod blob;
pub mod document;
pub mod enterprise;
pub mod enterprise_group;
pub mod enterprise_group_member;
pub mod import_batch;
pub mod import_item;
pub mod industry;
pub mod job;
pub mod justification;
pub mod login_code;
pub mod mapping_profile;
pub mod prelude;
pub mod return_event;
pub mod revision;
pub mod round;
pub mod round_member;
pub mod run;
pub mod run_event;
pub mod run_region;
pub mod run_result;
pub mod signing_key;
pub mod survey_return;
pub mod user_account;
