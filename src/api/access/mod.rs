//! Sessions, users, API keys, signing keys.

pub mod accounts;
pub mod signing_keys;

/// The operations of this folder.
pub(super) type Apis = (accounts::AccessApi, signing_keys::SigningKeysApi);
