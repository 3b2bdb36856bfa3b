//! Areas, industries and enterprises.

pub mod import_enterprises;
pub mod read;
pub mod write_enterprise;
