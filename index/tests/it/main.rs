//! Tests of the crate against the shipped methodologies, the worked examples and the reference cases.

mod broken_documents;
mod explain;
mod properties;
mod reference_cases;
mod schema;
mod shipped;
mod worked_examples;
