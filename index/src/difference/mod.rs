//! The difference between two versions of a methodology, readable: which node, which weight, which points, which cut.
//!
//! It works on documents of any shape. Entries of a list are the same when they have the same code (or number, stage, level
//! or name), wherever they stand; other lists are compared place by place, or as a whole when their lengths differ.

mod change;
mod walk;
mod words;

use serde_json::Value;
use walk::Walk;

pub use change::{Change, ChangeArea, ChangeKind};

/// All differences from one document to a later one, in the order of the later, what was removed after it.
pub fn difference(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    Walk::new().compare(before, after, &mut changes);
    changes
}

#[cfg(test)]
mod tests;
