//! Areas, industries and enterprises.

pub mod import_enterprises;
pub mod write_enterprise;
