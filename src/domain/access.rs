//! Who may do what: users, roles, scopes, tokens and keys.

use chrono::{DateTime, Utc};
use survey::text::Text;

use super::enterprise::EnterpriseId;
pub use super::identifiers::{ApiKeyId, TokenId, UserId};

/// What a user is to the bureau.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Fills in and signs the returns of one enterprise.
    Enterprise,
    /// Looks after the enterprises of one town or street.
    Town,
    /// Reviews returns and computes indices for the whole county.
    Bureau,
    /// Everything the bureau may, and questionnaires, methodologies, rounds, users and keys.
    Admin,
    /// Reads everything that is not personal, changes nothing.
    Reader,
}

impl Role {
    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::Enterprise => Text::new("企业用户", "enterprise"),
            Self::Town => Text::new("镇街用户", "town"),
            Self::Bureau => Text::new("局用户", "bureau"),
            Self::Admin => Text::new("系统管理员", "administrator"),
            Self::Reader => Text::new("只读用户", "reader"),
        }
    }

    /// All roles.
    pub const ALL: [Self; 5] = [Self::Enterprise, Self::Town, Self::Bureau, Self::Admin, Self::Reader];
}

/// Which enterprises a caller sees. An argument of every store function that touches enterprise data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of the county.
    County,
    /// The enterprises of one town or street, by area code.
    Town(String),
    /// One enterprise alone.
    Enterprise(EnterpriseId),
}

impl Scope {
    /// All of the county, whoever asks. The reason says why that tells nobody of what lies outside of their own scope.
    pub const fn whole_county(_reason: &'static str) -> Self {
        Self::County
    }

    /// Whether it is all of the county.
    pub const fn is_county(&self) -> bool {
        matches!(self, Self::County)
    }
}

/// A person who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Login name: lower case, unique.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// What the user sees.
    pub scope: Scope,
    /// Whether logging in is refused.
    pub disabled: bool,
    /// Version for optimistic locking.
    pub version: i64,
    /// When made.
    pub created_at: DateTime<Utc>,
}

/// The hash that stands for a password; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl PasswordHash {
    /// That of an account without a password: nothing matches it.
    pub const fn none() -> Self {
        Self(String::new())
    }

    /// Whether there is no password.
    pub fn is_none(&self) -> bool {
        self.0.is_empty()
    }
}

/// A login: the bearer token itself is only known to its owner, the store keeps its SHA-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Identifier.
    pub id: TokenId,
    /// Whose.
    pub user: UserId,
    /// SHA-256 of the token, hex.
    pub token_sha256: String,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A key for another system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Identifier.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Role it acts in.
    pub role: Role,
    /// What it sees.
    pub scope: Scope,
    /// SHA-256 of the key, hex.
    pub key_sha256: String,
    /// When made.
    pub created_at: DateTime<Utc>,
    /// When it ends, if it does.
    pub expires_at: Option<DateTime<Utc>>,
    /// When revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The caller of a use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Shown in records: login or key name.
    pub name: String,
    /// The user, absent for an API key.
    pub user: Option<UserId>,
    /// Role.
    pub role: Role,
    /// What it sees.
    pub scope: Scope,
}
