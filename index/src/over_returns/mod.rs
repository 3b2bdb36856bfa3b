//! What can be asked of any methodology over the returns of a round, so that who asks need not know its kind.

mod bridge;
mod error;
mod explain;
mod gather;
mod replicable;
mod score;
mod what_if;

pub use bridge::Bridge;
pub use error::ScoringError;
pub use explain::Explained;
pub use gather::{Content, Taken, UnitReturn};
pub use replicable::{Replicable, Results};
pub use score::{Gathered, RoundScores};
pub use what_if::{Tried, TriedResult};
