//! Users: made, changed and disabled by the administrator.

use super::{log_in::hash_password, permission::Action};
use crate::{
    domain::{
        access::{Principal, Role, Scope, User, UserId},
        page::{Page, PageRequest},
    },
    service::{
        Service,
        error::{Fault, ServiceError, codes, duplicate},
    },
    store,
    store::db::StoreError,
};

/// What a new user is made from.
pub struct NewUser {
    /// Login name; taken in lower case.
    pub login: String,
    /// Name shown.
    pub display_name: String,
    /// First password.
    pub password: String,
    /// Role.
    pub role: Role,
    /// What the user sees.
    pub scope: Scope,
}

/// The fewest characters of a password (NIST SP 800-63B asks for 8 at least; we take more and no composition rules).
pub const PASSWORD_MIN: usize = 12;

/// Makes a user.
pub async fn create_user(service: &Service, caller: &Principal, new: NewUser) -> Result<User, ServiceError> {
    caller.may(Action::ManageAccess)?;
    let login = new.login.trim().to_lowercase();
    let faults = user_faults(service, &login, &new).await?;
    if !faults.is_empty() {
        return Err(ServiceError::new(codes::access::INVALID_USER).with_faults(faults));
    }
    let user = User {
        id: UserId(service.next_id()),
        login,
        display_name: new.display_name.trim().to_owned(),
        role: new.role,
        scope: new.scope,
        disabled: false,
        version: 1,
        created_at: service.now(),
    };
    let hash = hash_password(service, &new.password).await?;
    let txn = service.db.begin_write().await?;
    store::access::insert_user(&txn, &user, &hash)
        .await
        .map_err(|error| duplicate(error, codes::access::DUPLICATE_LOGIN))?;
    txn.commit().await?;
    Ok(user)
}

async fn user_faults(service: &Service, login: &str, new: &NewUser) -> Result<Vec<Fault>, ServiceError> {
    let mut faults = Vec::new();
    if !is_login(login) {
        faults.push(Fault::at("/login", codes::access::LOGIN));
    }
    if new.display_name.trim().is_empty() || new.display_name.chars().count() > 100 {
        faults.push(Fault::at("/display_name", codes::access::DISPLAY_NAME));
    }
    faults.extend(password_fault(&new.password));
    faults.extend(scope_faults(service, new.role, &new.scope).await?);
    Ok(faults)
}

/// Whether a text may be a login, in lower case.
pub(crate) fn is_login(text: &str) -> bool {
    (2..=64).contains(&text.chars().count())
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@'))
}

/// What is wrong with a new password.
pub(crate) fn password_fault(password: &str) -> Option<Fault> {
    let fits = password.chars().count() >= PASSWORD_MIN && password.len() <= 1000;
    (!fits).then(|| Fault::at("/password", codes::access::WEAK_PASSWORD))
}

/// A role and a scope must fit each other, and what the scope names must exist.
pub(super) async fn scope_faults(service: &Service, role: Role, scope: &Scope) -> Result<Vec<Fault>, ServiceError> {
    let fits = match role {
        Role::Enterprise => matches!(scope, Scope::Enterprise(_)),
        Role::Town => matches!(scope, Scope::Town(_)),
        Role::Bureau | Role::Admin => scope.is_county(),
        Role::Reader => !matches!(scope, Scope::Enterprise(_)),
    };
    if !fits {
        return Ok(vec![Fault::at("/scope", codes::access::SCOPE)]);
    }
    let exists = match scope {
        Scope::County => true,
        Scope::Town(code) => !store::area::area_with_descendants(service.db.read(), code)
            .await?
            .is_empty(),
        Scope::Enterprise(id) => match store::enterprise::find_enterprise(
            service.db.read(),
            &Scope::whole_county("an account may name any enterprise"),
            *id,
        )
        .await
        {
            Ok(_) => true,
            Err(StoreError::NotFound) => false,
            Err(error) => return Err(error.into()),
        },
    };
    Ok(if exists {
        Vec::new()
    } else {
        vec![Fault::at("/scope", codes::access::SCOPE_UNKNOWN)]
    })
}

/// What may be changed of a user; what is absent stays.
pub struct UserChange {
    /// Name shown.
    pub display_name: Option<String>,
    /// Whether logging in is refused.
    pub disabled: Option<bool>,
}

/// Changes a user.
pub async fn update_user(
    service: &Service,
    caller: &Principal,
    id: UserId,
    expected_version: i64,
    change: UserChange,
) -> Result<User, ServiceError> {
    caller.may(Action::ManageAccess)?;
    let txn = service.db.begin_write().await?;
    let mut user = store::access::find_user(&txn, id).await?;
    if let Some(name) = change.display_name {
        user.display_name = name;
    }
    if let Some(disabled) = change.disabled {
        user.disabled = disabled;
    }
    user.version = store::access::update_user(&txn, &user, expected_version).await?;
    txn.commit().await?;
    Ok(user)
}

/// One user.
pub async fn get_user(service: &Service, caller: &Principal, id: UserId) -> Result<User, ServiceError> {
    // Everybody may look at themselves.
    if caller.user != Some(id) {
        caller.may(Action::ManageAccess)?;
    }
    Ok(store::access::find_user(service.db.read(), id).await?)
}

/// All users.
pub async fn list_users(service: &Service, caller: &Principal, page: &PageRequest) -> Result<Page<User>, ServiceError> {
    caller.may(Action::ManageAccess)?;
    Ok(store::access::list_users(service.db.read(), page).await?)
}
