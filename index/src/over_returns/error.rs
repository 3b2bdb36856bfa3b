//! Why returns were not scored.

use thiserror::Error;

use crate::{composite::CompositeError, region::RegionError};

/// Why returns were not scored.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ScoringError {
    /// The composite refuses the figures.
    #[error(transparent)]
    Composite(#[from] CompositeError),
    /// A figure of the region is refused.
    #[error("a figure of the region is refused")]
    Region(#[from] RegionError),
    /// The methodology gives a region an index and needs what is given for it by hand.
    #[error("the methodology needs figures of the region")]
    RegionMissing,
    /// The methodology gives a region an index and returns no scores.
    #[error("the methodology gives returns no scores")]
    NotOverEnterprises,
    /// What was taken by one methodology was given to another: a mistake of the caller.
    #[error("what was taken by one methodology was given to another")]
    Foreign,
}
