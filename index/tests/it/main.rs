//! Tests of the crate against the shipped methodologies, the worked examples and the reference cases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests stop at the first surprise, as tests do"
)]

mod broken_documents;
mod composite_documents;
mod composite_methods;
mod composite_stages;
mod explain;
mod frozen;
mod mcdm;
mod properties;
mod reference_cases;
mod regions;
mod replications;
mod schema;
mod shipped;
mod worked_examples;
