//! The index of the region.

pub mod change;
pub mod figures;
pub mod index;
pub mod trial;

/// The operations of this folder.
pub(super) type Apis = (index::RegionIndexApi, trial::RegionTrialsApi);
