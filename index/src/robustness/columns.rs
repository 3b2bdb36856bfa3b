//! The columns of a table of draws that are no settings.

/// Columns of weights begin with this, the code of the node follows.
pub const WEIGHT_PREFIX: &str = "weight:";
/// The number of the replication.
pub(super) const REPLICATION: &str = "replication";
/// The block of a sensitivity analysis.
pub(super) const BLOCK: &str = "block";

/// Whether a name is that of a column of the table of draws which is no setting.
pub(super) fn is_column_of_draws(name: &str) -> bool {
    name == REPLICATION || name == BLOCK || name.starts_with(WEIGHT_PREFIX)
}
