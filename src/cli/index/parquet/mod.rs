//! Tables as Apache Parquet: a column for each column, with its kind.

mod read;
mod write;

pub(super) use self::{
    read::{is_parquet, read},
    write::write,
};
