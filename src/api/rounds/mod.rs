//! Rounds and their templates.

pub mod model;
pub mod rounds;
pub mod templates;

/// The operations of this folder.
pub(super) type Apis = (rounds::RoundsApi, templates::RoundTemplatesApi);
