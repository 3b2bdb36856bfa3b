//! Why a score is what it is, what is missing from it, and what would raise it.

mod distance;
mod improve;
mod moved;
mod tree;

pub use distance::{ConditionDistance, Distance, distance};
pub use improve::{Change, Gain, Improvement, improvement};
pub use moved::{LeftOut, Missing, MovedWeight, Receiver, Zeroed, missing};
pub use tree::{ExplainNode, tree};
pub(crate) use tree::{branch_formula, leaf_formula};
