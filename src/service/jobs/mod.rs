//! Long work: taken on, watched, cancelled.

pub mod cancel;
pub mod progress;
pub mod queue;
pub mod read;
pub(crate) mod take_on;
