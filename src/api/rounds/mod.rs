//! Rounds and their templates.

pub mod rounds;

/// The operations of this folder.
pub(super) type Apis = rounds::RoundsApi;
