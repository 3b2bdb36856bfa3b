//! Keys that seal the templates this house issues and sign the links to its pages.

use chrono::{DateTime, Utc};

pub use super::identifiers::SigningKeyId;

/// A key without its secret, which never leaves the store and the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Identifier.
    pub id: SigningKeyId,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// When another took its place; it still verifies what it has sealed.
    pub retired_at: Option<DateTime<Utc>>,
}

/// What a key seals with: 32 random bytes. It has no `Debug`, so that it reaches no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub [u8; 32]);
