//! Integration tests, one binary: each of them costs a link.
#![recursion_limit = "512"]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; clippy takes only the test functions themselves for tests"
)]

mod api;
mod app;
mod architecture;
mod authz;
mod cli;
#[path = "../../workbook/tests/it/compound.rs"]
mod compound;
mod conformance;
#[path = "../../workbook/tests/it/corpus.rs"]
mod corpus;
mod county;
mod database;
mod dependencies;
mod docs;
mod examples;
mod fault_files;
mod faults;
mod foreign;
mod hostile;
mod index_analysis;
mod index_compute;
mod index_files;
mod index_methods;
mod index_refusals;
mod index_tables;
#[path = "../../workbook/tests/it/package.rs"]
mod package;
mod reader;
mod reference;
mod scope;
mod spec;
mod spec_wording;
mod store;
