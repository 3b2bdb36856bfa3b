//! Roles and scopes as columns, for users, keys and jobs.

use uuid::Uuid;

use super::StoreError;
use crate::domain::{
    access::{Role, Scope},
    enterprise::EnterpriseId,
};

const ROLES: [(Role, &str); 5] = [
    (Role::Enterprise, "enterprise"),
    (Role::Town, "town"),
    (Role::Bureau, "bureau"),
    (Role::Admin, "admin"),
    (Role::Reader, "reader"),
];

/// The stored name of a role.
pub(super) fn role_name(role: Role) -> String {
    ROLES
        .iter()
        .find(|(candidate, _)| *candidate == role)
        .map_or("", |(_, name)| name)
        .to_owned()
}

/// The role with this stored name.
pub(super) fn role(name: &str) -> Result<Role, StoreError> {
    let found = ROLES.iter().find(|(_, candidate)| *candidate == name);
    found
        .map(|(role, _)| *role)
        .ok_or_else(|| StoreError::Corrupt(format!("unknown role {name}")))
}

/// A scope as its kind and value.
pub(super) fn scope_columns(scope: &Scope) -> (String, Option<String>) {
    match scope {
        Scope::County => ("county".to_owned(), None),
        Scope::Town(code) => ("town".to_owned(), Some(code.clone())),
        Scope::Enterprise(id) => ("enterprise".to_owned(), Some(id.to_string())),
    }
}

/// The scope with this stored kind and value.
pub(super) fn scope(kind: &str, value: Option<String>) -> Result<Scope, StoreError> {
    match (kind, value) {
        ("county", None) => Ok(Scope::County),
        ("town", Some(code)) => Ok(Scope::Town(code)),
        ("enterprise", Some(id)) => {
            let id = Uuid::parse_str(&id).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            Ok(Scope::Enterprise(EnterpriseId(id)))
        }
        (kind, value) => Err(StoreError::Corrupt(format!("unknown scope {kind} {value:?}"))),
    }
}
