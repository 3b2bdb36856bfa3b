//! One-time codes: with one of them the holder of an account logs in for the first time and sets the password.

use chrono::{DateTime, Utc};

use super::access::{User, UserId};
pub use super::identifiers::LoginCodeId;

/// A one-time code. The code itself is told once; the store keeps its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginCode {
    /// Identifier.
    pub id: LoginCodeId,
    /// Whose.
    pub user: UserId,
    /// SHA-256 of the code together with the user, hex.
    pub code_sha256: String,
    /// Who made it.
    pub created_by: String,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was used.
    pub used_at: Option<DateTime<Utc>>,
    /// When another took its place.
    pub replaced_at: Option<DateTime<Utc>>,
}

/// How a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginCodeState {
    /// It can be used.
    Open,
    /// It was used.
    Used,
    /// Another took its place.
    Replaced,
    /// Its time is over.
    Expired,
}

impl LoginCode {
    /// How it stands at a moment.
    pub fn state(&self, now: DateTime<Utc>) -> LoginCodeState {
        if self.used_at.is_some() {
            LoginCodeState::Used
        } else if self.replaced_at.is_some() {
            LoginCodeState::Replaced
        } else if self.expires_at <= now {
            LoginCodeState::Expired
        } else {
            LoginCodeState::Open
        }
    }
}

/// An account of an enterprise, and whether it can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The user.
    pub user: User,
    /// Whether it has a password.
    pub has_password: bool,
}
