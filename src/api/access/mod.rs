//! Sessions, users, one-time codes, API keys, signing keys.

pub mod api_keys;
pub mod login_codes;
pub mod model;
pub mod sessions;
pub mod signing_keys;
pub mod users;

/// The operations of this folder.
pub(super) type Apis = (
    sessions::SessionsApi,
    users::UsersApi,
    login_codes::LoginCodesApi,
    api_keys::ApiKeysApi,
    signing_keys::SigningKeysApi,
);
