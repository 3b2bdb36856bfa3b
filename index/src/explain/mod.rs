//! Why a score is what it is, what is missing from it, and what would raise it.

mod distance;
mod improve;
mod improve_together;
mod improvement;
mod moved;
mod region;
mod together;
mod tree;

pub use distance::{ConditionDistance, Distance, distance};
pub use improve::improvement;
pub use improve_together::improvement_together;
pub use improvement::{Change, Gain, Improvement};
pub use moved::{LeftOut, Missing, MovedWeight, Receiver, Zeroed, missing};
pub use region::tree_region;
pub(crate) use together::formula as composite_formula;
pub use together::{distance_together, missing_together, tree_together};
pub use tree::{ExplainNode, tree};
pub(crate) use tree::{branch_formula, leaf_formula};
