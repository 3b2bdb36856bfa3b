//! Optimistic locking: an update names the version that was read.

use super::StoreError;

/// The version after `expected`.
pub(super) fn next(expected: i64) -> i64 {
    expected.saturating_add(1)
}

/// Why an update touched no row: the row is at another version, or there is none to be seen.
pub(super) fn refused(current: Option<i64>) -> StoreError {
    current.map_or(StoreError::NotFound, |current| StoreError::VersionConflict { current })
}
