//! Ronghe, the service: use cases over a store, shown as an OpenAPI.
//!
//! The rooms and who may know whom are described in ARCHITECTURE.md and checked by `tests/it/architecture/`.
#![recursion_limit = "512"]

pub mod api;
pub mod blobs;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod ids;
pub mod jobs;
pub mod reader;
pub mod service;
pub mod shipped;
pub mod startup;
pub mod store;
pub mod telemetry;

/// What many threads make and others drop stays in pieces with the allocator of most systems; this one gives it back.
#[cfg(all(feature = "jemalloc", not(target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
