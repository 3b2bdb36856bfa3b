//! Published documents: publication, comparison, and their compiled form.

pub mod catalogue;
pub mod compare;
pub mod publish;
