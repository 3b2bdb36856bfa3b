//! Through the front door, by named actors.

mod access;
mod bulk;
mod decompositions;
mod imports;
mod jobs;
mod justifications;
mod main_job;
mod mappings;
mod refusals;
mod regions;
mod registry;
mod runs;
mod templates;
mod units;
mod workflow;
