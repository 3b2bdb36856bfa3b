//! Uploaded files, known by their content.

use chrono::{DateTime, Utc};

/// What is known of an uploaded file. Its bytes live in the blob store under the same SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of the bytes, hex.
    pub sha256: String,
    /// Size in bytes.
    pub size_bytes: i64,
    /// Media type.
    pub media_type: String,
    /// When first seen.
    pub created_at: DateTime<Utc>,
}
