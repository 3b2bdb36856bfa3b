//! Other ways to rank the same units, to be set beside an index.

mod topsis;

pub use topsis::{Closeness, TopsisScale, topsis};
