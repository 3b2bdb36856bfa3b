//! Spreadsheets of other systems: a mapping is proposed, previewed, confirmed and kept.

pub mod model;
pub mod preview;
pub mod profiles;

/// The operations of this folder.
pub(super) type Apis = (preview::MappingPreviewsApi, profiles::MappingProfilesApi);
