//! Scoring one enterprise, exactly, and saying why.

mod attain;
pub(crate) mod compiled;
mod evaluate;
mod facts;
mod figure;
mod outcome;
mod rule;
mod scored;
pub(crate) mod standing;
mod tree;

pub(crate) use evaluate::{refuse_open_findings, score};
pub use facts::Facts;
pub use figure::Figure;
pub use rule::ScoreRule;
pub(crate) use rule::range;
pub use scored::{MissingReason, NodeKind, NotScored, Scored, ScoredNode};
