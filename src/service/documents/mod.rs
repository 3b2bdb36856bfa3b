//! Published documents: publication, comparison, and their compiled form.

pub mod catalogue;
pub mod compare;
pub mod form;
pub mod publish;
pub mod read;
