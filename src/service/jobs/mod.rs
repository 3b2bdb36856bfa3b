//! Long work: taken on, watched, cancelled.

pub mod cancel;
pub mod progress;
pub mod read;
