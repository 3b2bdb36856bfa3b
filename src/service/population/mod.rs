//! Who is asked: enterprises that come into a round and go out of it.

pub mod change_members;
pub mod named;
