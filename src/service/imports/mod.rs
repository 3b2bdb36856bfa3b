//! Returns of many enterprises handed in at once.

pub mod begin;
pub mod carry_out;
pub mod limits;
pub mod mapping;
pub mod mapping_profiles;
pub mod read;
pub mod read_rows;
pub mod result;
pub(crate) mod scans;
