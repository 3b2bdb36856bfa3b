//! The store, function by function, on both databases.

mod access;
mod area;
mod concurrency;
mod document;
mod enterprise;
mod enterprise_group;
mod errors;
mod industry;
mod job;
mod justification;
mod login_code;
mod round;
mod run;
mod sample;
mod schema;
mod survey_return;
