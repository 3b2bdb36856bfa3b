//! Areas, industries and enterprises.

pub(crate) mod enterprise_list;
pub mod import_enterprises;
pub mod read;
pub mod write_enterprise;
