//! The tables by which composite indicators are exchanged: COINr's iData (units), iMeta (indicators and tree) and tables of
//! parameters by indicator.
//!
//! Columns are found by name and separated by commas, tabs, semicolons or bars, cells may be quoted, and an empty cell, `NA`
//! or `NaN` is missing. Every fault names its place as `line:column name`.

mod meta;
mod parameters;
mod sheet;
mod text;
mod typed;
mod units;

pub use meta::{MetaKind, MetaRow, MetaTable};
pub use parameters::ParameterTable;
pub use text::TextTable;
pub use typed::{TypedCells, TypedColumn, TypedTable};
pub use units::UnitTable;

#[cfg(test)]
mod tests;
