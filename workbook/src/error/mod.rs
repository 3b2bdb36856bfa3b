//! What can go wrong with a workbook: stable codes, and sentences that say what to do.

mod anchor;
mod read;
mod write;

pub use anchor::{AnchorError, DoubledCode};
pub use read::{Counted, Program, ReadError};
pub use write::WriteError;
