//! Areas, industries and enterprises.

pub mod codes;
pub mod enterprises;

/// The operations of this folder.
pub(super) type Apis = (codes::RegistryApi, enterprises::EnterprisesApi);
