//! What sessions, users and API keys share: roles and scopes.

use poem_openapi::{ApiResponse, Enum};
use uuid::Uuid;

use crate::{
    api::http::word::Code,
    domain::{
        access::{Role, Scope},
        enterprise::EnterpriseId,
    },
};

/// Role of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "Role")]
pub enum RoleName {
    /// Fills in and signs the returns of one enterprise.
    Enterprise,
    /// Looks after the enterprises of one town or street.
    Town,
    /// Reviews returns and computes indices.
    Bureau,
    /// Everything, and documents, rounds, users and keys.
    Admin,
    /// Reads results, changes nothing.
    Reader,
}

impl From<Role> for RoleName {
    fn from(role: Role) -> Self {
        match role {
            Role::Enterprise => Self::Enterprise,
            Role::Town => Self::Town,
            Role::Bureau => Self::Bureau,
            Role::Admin => Self::Admin,
            Role::Reader => Self::Reader,
        }
    }
}

impl From<RoleName> for Role {
    fn from(role: RoleName) -> Self {
        match role {
            RoleName::Enterprise => Self::Enterprise,
            RoleName::Town => Self::Town,
            RoleName::Bureau => Self::Bureau,
            RoleName::Admin => Self::Admin,
            RoleName::Reader => Self::Reader,
        }
    }
}

pub(super) fn scope_fields(scope: Scope) -> (Option<String>, Option<Uuid>) {
    match scope {
        Scope::County => (None, None),
        Scope::Town(code) => (Some(code), None),
        Scope::Enterprise(id) => (None, Some(id.0)),
    }
}

pub(super) fn scope_of(area_code: Option<Code>, enterprise_id: Option<Uuid>) -> Scope {
    match (area_code, enterprise_id) {
        (_, Some(id)) => Scope::Enterprise(EnterpriseId(id)),
        (Some(code), None) => Scope::Town(code.0),
        (None, None) => Scope::County,
    }
}

/// Done, nothing to say.
#[derive(ApiResponse)]
pub(super) enum Done {
    /// Succeeded; the response has no content.
    #[oai(status = 204)]
    Done,
}
