//! Through the front door, by named actors.

mod access;
mod accounts;
mod contract;
mod documents;
mod door;
mod groups;
pub(crate) mod imports;
mod jobs;
mod main_job;
mod real_round;
mod registry;
mod returns;
mod rounds;
mod runs;
