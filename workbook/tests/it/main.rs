//! Tests of the workbook crate through its public interface.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail the test")]

mod anchoring;
mod annotate;
mod answers;
mod archive;
mod bulk;
mod careless;
mod compound;
mod corpus;
mod form;
mod hostile;
mod hostile_corpus;
mod layout;
mod lists;
mod live;
mod lost;
mod mapping;
mod package;
mod reading;
mod roundtrip;
mod rows;
mod support;
mod template;
