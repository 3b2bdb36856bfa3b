//! Through the front door, by named actors.

mod access;
mod contract;
mod documents;
mod door;
pub(crate) mod imports;
mod jobs;
mod main_job;
mod registry;
mod returns;
mod rounds;
mod runs;
