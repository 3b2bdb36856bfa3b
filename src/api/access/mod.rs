//! Sessions, users, API keys, signing keys.

pub mod api_keys;
pub mod model;
pub mod sessions;
pub mod signing_keys;
pub mod users;

/// The operations of this folder.
pub(super) type Apis = (
    sessions::SessionsApi,
    users::UsersApi,
    api_keys::ApiKeysApi,
    signing_keys::SigningKeysApi,
);
