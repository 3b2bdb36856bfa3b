//! Through the front door, by named actors.

mod access;
mod jobs;
mod justifications;
mod main_job;
mod refusals;
mod registry;
mod units;
mod workflow;
