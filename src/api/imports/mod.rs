//! Returns of many enterprises handed in at once.

pub mod imports;
pub mod items;
pub mod mappings;

/// The operations of this folder.
pub(super) type Apis = (imports::ImportsApi, items::ImportItemsApi, mappings::Apis);
