//! Templates: issued with a seal, recognised when they come back.

pub mod issue;
pub mod issue_blank;
pub mod issue_bulk;
pub mod recognise;
pub mod seal;
pub(crate) mod situation;
