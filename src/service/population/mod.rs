//! Who is asked: enterprises that come into a round and go out of it, and the groups that they belong to.

pub mod change_members;
pub mod groups;
pub mod named;
