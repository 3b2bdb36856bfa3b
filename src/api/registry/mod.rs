//! Areas, industries and enterprises.

pub mod areas;
pub mod enterprises;
pub mod groups;
pub mod industries;
pub mod members;
pub mod size_class;

/// The operations of this folder.
pub(super) type Apis = (
    areas::AreasApi,
    industries::IndustriesApi,
    enterprises::EnterprisesApi,
    groups::GroupsApi,
);
