//! Through the front door, by named actors.

mod access;
mod contract;
mod documents;
pub(crate) mod imports;
mod jobs;
mod main_job;
mod real_round;
mod registry;
mod returns;
mod rounds;
mod runs;
