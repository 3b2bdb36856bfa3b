//! Tests of the crate against the shipped documents and the worked examples.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a failing test panics"
)]

mod broken_documents;
mod checks;
mod context;
mod conversions;
mod oracle;
mod periods;
mod product_savings;
mod properties;
mod reading;
mod schemas;
mod shipped;
mod slips;
mod worked_examples;
