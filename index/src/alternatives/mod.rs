//! Other ways to rank the same units, to be set beside an index.

mod outranking;
mod topsis;

pub use outranking::{MOST_PAIRED, outranking};
pub use topsis::{Closeness, TopsisScale, topsis};
