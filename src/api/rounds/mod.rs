//! Rounds, their enterprises and their templates.

pub mod members;
pub mod model;
pub mod rounds;
pub mod templates;

/// The operations of this folder.
pub(super) type Apis = (
    rounds::RoundsApi,
    members::RoundMembersApi,
    templates::RoundTemplatesApi,
);
