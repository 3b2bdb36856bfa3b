//! What can be asked of any methodology over the returns of a round, so that who asks need not know its kind.

mod explain;
mod replicable;

pub use explain::Explained;
pub use replicable::{Replicable, Results};
